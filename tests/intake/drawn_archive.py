"""ZIP archives written as they should not be: bytes of their headers changed after the fact."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping

CENTRAL, LOCAL = b"PK\x01\x02", b"PK\x03\x04"
CENTRAL_FLAGS, CENTRAL_SIZE, CENTRAL_NAME, CENTRAL_OFFSET, CENTRAL_FIXED = 8, 24, 28, 42, 46
LOCAL_SIZE = 22


def drawn_archive(members: Mapping[str, bytes | str], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packing) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = packing
            archive.writestr(info, content)
    return made.getvalue()


def with_special(archive: bytes, name: str, kind: int, content: bytes) -> bytes:
    """With one more member that is a link (stat.S_IFLNK), a pipe or a device."""
    made = io.BytesIO(archive)
    with zipfile.ZipFile(made, "a") as opened:
        info = zipfile.ZipInfo(name)
        info.external_attr = (kind | stat.S_IRUSR) << 16
        opened.writestr(info, content)
    return made.getvalue()


def with_declared_size(archive: bytes, name: str, size: int) -> bytes:
    """The list and the member itself declare another unpacked size."""
    place = _central(archive, name)
    offset = int.from_bytes(archive[place + CENTRAL_OFFSET :][:4], "little")
    return _patched(_patched(archive, place + CENTRAL_SIZE, size), offset + LOCAL_SIZE, size)


def with_flag(archive: bytes, name: str, flag: int) -> bytes:
    place = _central(archive, name) + CENTRAL_FLAGS
    return archive[:place] + flag.to_bytes(2, "little") + archive[place + 2 :]


def with_shared_bytes(archive: bytes, first: str, second: str) -> bytes:
    """The second member begins where the first does."""
    offset = archive[_central(archive, first) + CENTRAL_OFFSET :][:4]
    return _patched(archive, _central(archive, second) + CENTRAL_OFFSET, int.from_bytes(offset, "little"))


def renamed(archive: bytes, name: str, other: bytes) -> bytes:
    """The same archive with a name of the same length that no packer would write."""
    assert len(name.encode()) == len(other)
    return archive.replace(name.encode(), other)


def _central(archive: bytes, name: str) -> int:
    place = archive.find(CENTRAL)
    while place >= 0:
        length = int.from_bytes(archive[place + CENTRAL_NAME :][:2], "little")
        if archive[place + CENTRAL_FIXED :][:length] == name.encode():
            return place
        place = archive.find(CENTRAL, place + 1)
    raise KeyError(name)


def _patched(data: bytes, place: int, value: int) -> bytes:
    return data[:place] + value.to_bytes(4, "little") + data[place + 4 :]
