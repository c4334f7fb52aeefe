"""What speaks against unpacking an archive, told from its list of members."""

from __future__ import annotations

import re
import stat
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence

from .findings import counted, listed
from .limits import HIGHEST_RATIO, LONGEST_MEMBER_NAME, RATIO_FROM

Members = Sequence[zipfile.ZipInfo]

ENCRYPTED = 0x1
LOCAL_HEADER = 30  # bytes of a member before its name
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # those that are unpacked a piece at a time
NESTED = (".zip", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst")
PLAIN_TYPES = (0, stat.S_IFREG, stat.S_IFDIR)  # 0: the archive was made where files have no type
SHOWN = 3  # members named in a sentence
DRIVE = re.compile(r"^[A-Za-z]:")
PLAIN_FILES = "Make it again from plain files."


def member_faults(members: Members, directory: int, packed: int, most_unpacked: int) -> list[str]:
    """Everything wrong with a list of members, in sentences that name the first of them.

    directory is where the list begins in the file, packed the size of the file.
    """
    names = Counter(member.orig_filename for member in members)
    each: list[tuple[Callable[[zipfile.ZipInfo], bool], str, str]] = [
        (_leads_away, "with a name that leads out of the archive", PLAIN_FILES),
        (_is_unprintable, "with a name that is empty, too long or holds control characters", PLAIN_FILES),
        (lambda member: names[member.orig_filename] > 1, "with a name that occurs again", "Keep one of each."),
        (_is_special, "of a kind that is no file (link, pipe or device)", PLAIN_FILES),
        (lambda member: bool(member.flag_bits & ENCRYPTED), "with a password", "Make it again without a password."),
        (_is_nested, "with an archive inside", "Unpack them first."),
        (lambda member: member.compress_type not in METHODS, "packed in an unusual way", "Use plain ZIP compression."),
        (_inflates, f"growing more than {HIGHEST_RATIO} times when unpacked", "No table does."),
    ]
    faults = [_sentence(members, test, what, repair) for test, what, repair in each]
    faults += [_total_fault(members, packed, most_unpacked), _overlap_fault(members, directory)]
    return [fault for fault in faults if fault is not None]


def _sentence(members: Members, test: Callable[[zipfile.ZipInfo], bool], what: str, repair: str) -> str | None:
    found = [member.orig_filename for member in members if test(member)]
    if not found:
        return None
    return f"has {counted(len(found), 'member')} {what} ({listed(found, SHOWN)}). {repair}"


def _leads_away(member: zipfile.ZipInfo) -> bool:
    name = member.orig_filename
    return name.startswith("/") or "\\" in name or DRIVE.match(name) is not None or ".." in name.split("/")


def _is_unprintable(member: zipfile.ZipInfo) -> bool:
    name = member.orig_filename
    return not name.strip("/ ") or len(name) > LONGEST_MEMBER_NAME or any(ord(letter) < ord(" ") for letter in name)


def _is_special(member: zipfile.ZipInfo) -> bool:
    return stat.S_IFMT(member.external_attr >> 16) not in PLAIN_TYPES


def _is_nested(member: zipfile.ZipInfo) -> bool:
    return member.orig_filename.lower().endswith(NESTED)


def _inflates(member: zipfile.ZipInfo) -> bool:
    return member.file_size > RATIO_FROM and member.file_size > HIGHEST_RATIO * member.compress_size


def _total_fault(members: Members, packed: int, most_unpacked: int) -> str | None:
    total = sum(member.file_size for member in members)
    if total > most_unpacked:
        return f"unpacks to {total:,} bytes, more than {most_unpacked:,}. Split the study, or use Parquet."
    if total > RATIO_FROM and total > HIGHEST_RATIO * packed:
        return f"unpacks to {total:,} bytes, more than {HIGHEST_RATIO} times its size. No study does."
    return None


def _overlap_fault(members: Members, directory: int) -> str | None:
    """Members that share bytes: a small file can unpack to any size so."""
    in_order = sorted(members, key=lambda member: member.header_offset)
    begins = [member.header_offset for member in in_order[1:]] + [directory]
    shared = [
        member.orig_filename
        for member, begin in zip(in_order, begins, strict=True)
        if member.header_offset + LOCAL_HEADER + len(member.orig_filename) + member.compress_size > begin
    ]
    if not shared:
        return None
    return f"has {counted(len(shared), 'member')} sharing bytes with the next ({listed(shared, SHOWN)}). Make it again."
