"""ZIP files: what their list of members claims is checked before anything is unpacked, and again while it is.

Nothing inside an archive becomes a path: who unpacks it makes names of its own.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from .findings import FindingLog, unreadable
from .formats import format_of
from .limits import (
    COPY_CHUNK,
    LARGEST_DIRECTORY,
    MOST_MEMBERS,
    MOST_UNPACKED,
    MOST_WORKBOOK_PARTS,
    MOST_WORKBOOK_UNPACKED,
)
from .member_faults import member_faults

DAMAGED = "is damaged, or is not what the list of members says. Make it again."
UNPACKING_FAILURES = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class ArchiveKind:
    """What a ZIP file is to a person, and how much it may hold."""

    noun: str
    most_members: int
    most_unpacked: int
    repair: str


ARCHIVE = ArchiveKind("a ZIP archive", MOST_MEMBERS, MOST_UNPACKED, "Make it again.")
WORKBOOK = ArchiveKind(
    "an Excel workbook",
    MOST_WORKBOOK_PARTS,
    MOST_WORKBOOK_UNPACKED,
    "Save it as 'Excel Workbook (.xlsx)' without a password, or each sheet as 'CSV UTF-8'.",
)


@dataclass(frozen=True)
class OpenArchive:
    """An archive whose list of members was found harmless."""

    zip: zipfile.ZipFile
    members: tuple[zipfile.ZipInfo, ...]

    def pieces(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """A member's bytes, never more than it declares. Raises one of UNPACKING_FAILURES when it declared wrongly."""
        left = member.file_size
        with self.zip.open(member) as file:
            while piece := file.read(COPY_CHUNK):
                left -= len(piece)
                yield piece
        if left:
            raise zipfile.BadZipFile


class _TooLong(Exception):
    """The list of members is longer than it may be."""


class _ShortReads(io.BufferedReader):
    """A file of which nobody reads more at once than a list of members may hold, whatever its end claims."""

    def read(self, size: int | None = -1, /) -> bytes:
        most = LARGEST_DIRECTORY + 1
        data = super().read(most if size is None or size < 0 else min(size, most))
        if len(data) == most:
            raise _TooLong
        return data


@contextmanager
def open_archive(path: Path, label: str, kind: ArchiveKind, log: FindingLog) -> Iterator[OpenArchive | None]:
    """Open a ZIP file and check its list of members; None when something is refused, with all of it in the log."""
    with ExitStack() as stack:
        yield _opened(path, label, kind, stack, log)


def _opened(path: Path, label: str, kind: ArchiveKind, stack: ExitStack, log: FindingLog) -> OpenArchive | None:
    try:
        found = format_of(path)
        if found != "an Excel workbook or ZIP archive":
            what = f"is {found}, not" if found else "is not"
            log.add("error", "", f"{label}: the file {what} {kind.noun}. {kind.repair}")
            return None
        file = stack.enter_context(_ShortReads(io.FileIO(path)))
        archive = stack.enter_context(zipfile.ZipFile(file))
    except _TooLong:
        most = f"its list of members is longer than {LARGEST_DIRECTORY:,} bytes"
        log.add("error", "", f"{label}: {most}. Make it again with the files of the study alone.")
        return None
    except UNPACKING_FAILURES:
        log.add("error", "", f"{label}: the file {DAMAGED}")
        return None
    except OSError as failure:
        log.add("error", "", unreadable(f"{label}: the file", failure))
        return None
    members = tuple(archive.infolist())
    faults = _faults(archive, members, path.stat().st_size, kind)
    for fault in faults:
        log.add("error", "", f"{label}: {fault}")
    return None if faults else OpenArchive(archive, members)


def _faults(
    archive: zipfile.ZipFile, members: tuple[zipfile.ZipInfo, ...], packed: int, kind: ArchiveKind
) -> list[str]:
    if not members:
        return ["the archive is empty. Make it again with the files of the study."]
    if len(members) > kind.most_members:
        most = f"has {len(members):,} members, more than {kind.most_members:,}"
        return [f"{most}. Make it again with the files of the study alone."]
    return member_faults(members, archive.start_dir, packed, kind.most_unpacked)
