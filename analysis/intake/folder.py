"""The files of a folder on this machine."""

from __future__ import annotations

import itertools
import stat
from collections.abc import Iterator
from pathlib import Path

from .files import StudyFile, StudyFiles, study_name
from .findings import FindingLog, shown_path, unreadable
from .limits import MOST_FOLDER_ENTRIES

EXPECTED = "patients, sessions and assessments (.csv, .tsv or .parquet)"
OUTSIDE = "is a link to a place outside the folder of the study, which is not followed. Put the file itself there."
OWN_FOLDER = "Give the study a folder of its own."
SPECIAL = "is a pipe, a device or a socket, not a file. Put a plain file in its place."


def folder_files(folder: Path, log: FindingLog) -> StudyFiles | None:
    """The files of a folder and of the folders in it, hidden ones left out; None when it cannot be a study."""
    name = shown_path(folder)
    try:
        entries = list(itertools.islice(_entries(folder), MOST_FOLDER_ENTRIES + 1))
        root = folder.resolve()
        files = tuple(_study_file(path, shown, root) for shown, path in entries)
    except OSError as failure:
        log.add("error", "", unreadable(f"{name}: the folder", failure))
        return None
    if not files:
        log.add("error", "", f"{name}: the folder is empty. It should hold {EXPECTED}.")
    elif len(files) > MOST_FOLDER_ENTRIES:
        most = f"more than {MOST_FOLDER_ENTRIES:,} files"
        log.add("error", "", f"{name}: the folder holds {most}. Give the study a folder of its own.")
    else:
        return StudyFiles(study_name(root.name), "folder", files)
    return None


def _entries(folder: Path, inside: str = "") -> Iterator[tuple[str, Path]]:
    """Names and paths, one folder deep. A folder without files counts as an entry, so that it is told of."""
    visible = (path for path in folder.iterdir() if not path.name.startswith("."))
    for path in sorted(itertools.islice(visible, MOST_FOLDER_ENTRIES + 1)):
        below = [] if inside or path.is_symlink() or not path.is_dir() else _below(path)
        yield from below or [(inside + path.name, path)]


def _below(folder: Path) -> list[tuple[str, Path]]:
    try:
        return list(_entries(folder, f"{folder.name}/"))
    except PermissionError:  # a mapping that names a file in it is told that the file is not there
        return []


def _study_file(path: Path, name: str, root: Path) -> StudyFile:
    return StudyFile(name, path, refusal=_refusal(path, root))


def _refusal(path: Path, root: Path) -> str | None:
    """Why a file of a folder is never opened; None when it may be."""
    if path.is_symlink() and not path.resolve().is_relative_to(root):
        return OUTSIDE
    mode = path.stat().st_mode if path.exists() else 0
    if stat.S_ISDIR(mode):
        return "is a folder, not a file. Put the file in its place."
    return SPECIAL if mode and not stat.S_ISREG(mode) else None
