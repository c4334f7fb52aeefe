"""What a person gives as a study, opened: a folder, a ZIP archive, a workbook, one file, or an upload of any of them.

What arrives packed or from a browser is put into a private folder under names made up here, and is gone
when the study is read.
"""

from __future__ import annotations

import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from .archive_files import archive_files, spooled_name
from .files import Kind, StudyFile, StudyFiles, study_name
from .findings import FindingLog, listed, shown_path, unreadable
from .folder import EXPECTED, SPECIAL, folder_files
from .limits import COPY_CHUNK, MOST_MEMBERS, MOST_UNPACKED
from .private_folder import private_folder
from .workbook import workbook_sheets

Upload = tuple[str, bytes | BinaryIO]

GIVE = f"Give a folder, a .zip or an .xlsx that holds {EXPECTED}."
NAMELESS_UPLOAD = "upload"
ALONE = (".zip",)  # a whole study, never one of several files
SEPARATORS = re.compile(r"[/\\]")


@contextmanager
def open_study(path: Path, log: FindingLog) -> Iterator[StudyFiles | None]:
    """The files of a study on this machine; None when there are none to read, and the log says why."""
    with ExitStack() as stack:
        try:
            is_folder = path.is_dir()
            fault = None if is_folder else _path_fault(path)
        except OSError as failure:
            fault = unreadable("the folder", failure)
        if fault is not None:
            log.add("error", "", f"{shown_path(path)}: {fault}")
            yield None
        elif is_folder:
            yield folder_files(path, log)
        else:
            yield _opened(StudyFile(path.name, path.resolve()), stack, log)


@contextmanager
def open_upload(uploads: Iterable[Upload], log: FindingLog) -> Iterator[StudyFiles | None]:
    """The files that a browser sent, as (name, content) pairs: one archive or workbook, or one file a table.

    No name becomes a path. None when something is refused, and the log says what.
    """
    with ExitStack() as stack:
        files = _spooled(uploads, stack.enter_context(private_folder()), log)
        if files is None:
            yield None
        elif len(files) == 1:
            yield _opened(files[0], stack, log)
        else:
            yield StudyFiles(NAMELESS_UPLOAD, "upload", files)


def _path_fault(path: Path) -> str | None:
    """Why a path that is no folder is not opened."""
    if not path.exists():
        return f"there is no such folder or file. {GIVE}"
    return None if stat.S_ISREG(path.stat().st_mode) else SPECIAL


def _opened(file: StudyFile, stack: ExitStack, log: FindingLog) -> StudyFiles | None:
    """One file as a study: an archive by its members, a workbook by its sheets."""
    kinds: dict[str, Kind] = {".zip": "archive", ".xlsx": "workbook"}
    kind = kinds.get(file.ending, "file")
    files: tuple[StudyFile, ...] | None = (file,)
    if kind != "file":
        room = stack.enter_context(private_folder())
        unpack = archive_files if kind == "archive" else workbook_sheets
        files = unpack(file.path, file.label, room, log)
    return None if files is None else StudyFiles(study_name(file.stem), kind, files)


def _spooled(uploads: Iterable[Upload], room: Path, log: FindingLog) -> tuple[StudyFile, ...] | None:
    """Write what was sent into a private folder, piece by piece and up to a limit."""
    files: list[StudyFile] = []
    left = MOST_UNPACKED
    for place, (sent, content) in enumerate(uploads):
        name = SEPARATORS.split(sent)[-1] or NAMELESS_UPLOAD
        target = room / spooled_name(place, name)
        left -= _written(content, target, left)
        files.append(StudyFile(name, target))
        if left < 0 or len(files) > MOST_MEMBERS:
            most = f"more than {MOST_MEMBERS:,} files or {MOST_UNPACKED:,} bytes"
            log.add("error", "", f"{files[-1].label}: with it the upload has {most}. Send the study's files alone.")
            return None
    fault = _together(files)
    if fault is not None:
        log.add("error", "", fault)
        return None
    return tuple(files)


def _written(content: bytes | BinaryIO, target: Path, most: int) -> int:
    """The number of bytes written, one piece more than `most` at the most."""
    n_bytes = 0
    with target.open("xb") as file:
        if isinstance(content, bytes):
            return file.write(content)
        while n_bytes <= most and (piece := content.read(COPY_CHUNK)):
            n_bytes += file.write(piece)
    return n_bytes


def _together(files: list[StudyFile]) -> str | None:
    """Why several files are no study together."""
    if not files:
        return f"Nothing was uploaded. {GIVE}"
    repeated = [name for name, times in Counter(file.name for file in files).items() if times > 1]
    if repeated:
        return f"Uploaded more than once: {listed(repeated)}. Send one of each."
    alone = [file.name for file in files if file.ending in ALONE]
    if alone and len(files) > 1:
        return f"An archive is a whole study: {listed(alone)}. Send it alone, or its files without it."
    return None
