"""The files of a ZIP archive, unpacked into a private folder under names made up here."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from .archive import ARCHIVE, DAMAGED, UNPACKING_FAILURES, OpenArchive, open_archive
from .files import StudyFile
from .findings import FindingLog, listed, shown_name

HIDDEN = (".", "__MACOSX")  # what a Mac adds to every archive
DEEPEST = 2  # parts of a name below the folder of the study: a file, or a file in a folder
SPOOLED_ENDINGS = (".csv", ".tsv", ".parquet", ".xlsx", ".zip")


def archive_files(path: Path, label: str, room: Path, log: FindingLog) -> tuple[StudyFile, ...] | None:
    """Unpack an archive that was found harmless; None when something in it is refused, all of it in the log."""
    with open_archive(path, label, ARCHIVE, log) as archive:
        if archive is None:
            return None
        members = _below_common_folder([member for member in archive.members if not _is_left_out(member)])
        deep = [name for name in members if name.count("/") >= DEEPEST]
        if deep:
            log.add("note", "", f"{label}: not read, because they lie deeper than one folder: {listed(deep, 3)}.")
        files = []
        for place, (name, member) in enumerate(members.items()):
            if name in deep:
                continue
            target = room / spooled_name(place, name)
            fault = _unpacked(archive, member, target)
            if fault is not None:
                log.add("error", "", f"{label}: the member '{shown_name(name)}' {fault}")
                return None
            files.append(StudyFile(name, target))
    return tuple(files)


def spooled_name(place: int, name: str) -> str:
    """A file name of our own for what came under another; only a known ending is taken over."""
    ending = PurePosixPath(name).suffix.lower()
    return f"{place:05d}{ending if ending in SPOOLED_ENDINGS else ''}"


def _is_left_out(member: zipfile.ZipInfo) -> bool:
    """Folders, which hold nothing themselves, and hidden files."""
    return member.is_dir() or any(part.startswith(HIDDEN) for part in member.filename.split("/"))


def _below_common_folder(members: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Members by their names inside the one folder that holds all of them, if one does."""
    names = [member.filename for member in members]
    folders = {name.split("/")[0] for name in names}
    common = f"{folders.pop()}/" if len(folders) == 1 and all("/" in name for name in names) else ""
    return {member.filename.removeprefix(common): member for member in members}


def _unpacked(archive: OpenArchive, member: zipfile.ZipInfo, target: Path) -> str | None:
    """Write one member; what is wrong with it in words."""
    try:
        with target.open("xb") as file:
            for piece in archive.pieces(member):
                file.write(piece)
    except UNPACKING_FAILURES:
        return DAMAGED
    except OSError as failure:
        return f"cannot be unpacked ({failure.strerror or 'no reason given'}). Make room for temporary files."
    return None
