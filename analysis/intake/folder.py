"""Which file of a folder is which table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from analysis.vocabulary import TABLES, nearest

from .delimited import default_format, read_delimited
from .findings import FindingLog, listed, shown_path, unreadable
from .parquet import read_parquet
from .source import SourceTable

ENDINGS = (".csv", ".tsv", ".parquet")
EXPECTED = "patients, sessions and assessments (.csv, .tsv or .parquet)"


def is_readable_folder(folder: Path, log: FindingLog) -> bool:
    """Whether a path is a folder with files; says what it is otherwise."""
    name = shown_path(folder)
    try:
        fault = _folder_fault(folder)
    except OSError as failure:
        log.add("error", "", unreadable(f"{name}: the folder", failure))
        return False
    if fault:
        log.add("error", "", f"{name}: {fault}")
    return fault is None


def _folder_fault(folder: Path) -> str | None:
    if not folder.exists():
        return f"there is no such folder. Give the folder that holds {EXPECTED}."
    if not folder.is_dir():
        return f"is a file, not a folder. Give the folder that holds {EXPECTED}."
    if not any(folder.iterdir()):
        return f"the folder is empty. It should hold {EXPECTED}."
    return None


def read_folder(folder: Path, log: FindingLog) -> Iterator[tuple[str, SourceTable]]:
    """Read the files named after tables, one when asked for the next, so that not all are in memory as they came.

    Every other file is noted, a missing required table is an error.
    """
    try:
        files, others = _table_files(folder)
    except OSError as failure:  # a folder may be listed and yet not entered
        log.add("error", "", unreadable(f"{shown_path(folder)}: the folder", failure))
        return
    _report_files(files, others, log)
    for name in TABLES:
        source = read_file(files[name][0], name, log) if len(files.get(name, ())) == 1 else None
        if source is not None:
            yield name, source


def _table_files(folder: Path) -> tuple[dict[str, list[Path]], list[str]]:
    """The files named after each table, and the names of all else."""
    files: dict[str, list[Path]] = {}
    others: list[str] = []
    for path in sorted(path for path in folder.iterdir() if not path.name.startswith(".")):
        is_table = path.is_file() and path.suffix.lower() in ENDINGS and path.stem.lower() in TABLES
        if is_table:
            files.setdefault(path.stem.lower(), []).append(path)
        else:
            others.append(path.name)
    return files, others


def read_file(path: Path, table: str, log: FindingLog) -> SourceTable | None:
    """Read one file by its ending; None when an error was found."""
    if path.suffix.lower() == ".parquet":
        return read_parquet(path, table, log)
    return read_delimited(path, default_format(path), table, log)


def _report_files(files: dict[str, list[Path]], others: list[str], log: FindingLog) -> None:
    for name, paths in files.items():
        if len(paths) > 1:
            names = listed(path.name for path in paths)
            log.add("error", name, f"The table {name} is in more than one file: {names}. Keep one of them.")
    for name, table in TABLES.items():
        if name in files:
            continue
        if table.required:
            near = nearest(name, [Path(other).stem for other in others])
            hint = next((f" Is it {listed([other])}? Rename it." for other in others if Path(other).stem == near), "")
            expected = f"a file {name}.csv, {name}.tsv or {name}.parquet"
            log.add("error", name, f"The required table {name} is missing: the folder needs {expected}.{hint}")
        else:
            log.add("note", name, f"There is no table {name}; the pages that need it say so.")
    if others:
        log.add("note", "", f"Not read, because the name is no table's: {listed(others)}.")
