"""Which file of a study is which table, when the files are named after the tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from analysis.vocabulary import TABLES, nearest

from .delimited import TextFormat, default_format, read_delimited
from .files import Kind, StudyFile, StudyFiles
from .findings import FindingLog, listed
from .formats import PICKLE
from .parquet import read_parquet
from .sheet import read_only_sheet, read_sheet
from .source import SourceTable

ENDINGS = (".csv", ".tsv", ".parquet", ".xlsx")
RECORDS = ("snapshot.toml", "allowed.toml")  # what a snapshot of a database says of itself; no table, and expected
CLOSED_ENDINGS = {
    ".pkl": PICKLE,
    ".pickle": PICKLE,
    ".xls": "an old Excel file",
    ".xlsb": "a binary Excel file",
    ".xlsm": "an Excel workbook with macros",
    ".ods": "an OpenDocument spreadsheet",
    ".gz": "compressed",
    ".zip": "an archive inside the study",
    ".json": "JSON",
}
WHERE: dict[Kind, str] = {
    "folder": "the folder needs",
    "archive": "the archive needs",
    "upload": "the upload needs",
    "file": "one file holds one table, so give a folder or an archive that also holds",
    "workbook": "the workbook needs",
}


def read_file(file: StudyFile, table: str, log: FindingLog, form: TextFormat | None = None) -> SourceTable | None:
    """Read one file by its ending, or one sheet; None when an error was found.

    form says how delimited text is written; None: commas (tabs for .tsv) and UTF-8.
    """
    if file.refusal is not None:
        log.add("error", table, f"{file.label}: {file.refusal}")
        return None
    if file.sheet is not None:
        return read_sheet(file, table, log)
    if file.ending == ".xlsx":
        return read_only_sheet(file, table, log)
    if file.ending == ".parquet":
        return read_parquet(file, table, log)
    return read_delimited(file, form or default_format(file), table, log)


def read_tables(files: StudyFiles, log: FindingLog) -> Iterator[tuple[str, SourceTable]]:
    """Read the files named after tables, one when asked for the next, so that not all are in memory as they came.

    Every other file is noted, a missing required table is an error.
    """
    found = _table_files(files)
    if files.kind == "file" and not found:
        _report_nameless(files.files[0], log)
        return
    _report_files(files, found, log)
    for name in TABLES:
        source = read_file(found[name][0], name, log) if len(found.get(name, ())) == 1 else None
        if source is not None:
            yield name, source


def _table_files(files: StudyFiles) -> dict[str, list[StudyFile]]:
    """The files (or sheets) named after each table."""
    found: dict[str, list[StudyFile]] = {}
    for file in files.top:
        name = file.stem.lower()
        if name in TABLES and (file.sheet is not None or file.ending in ENDINGS):
            found.setdefault(name, []).append(file)
    return found


def _report_nameless(file: StudyFile, log: FindingLog) -> None:
    tables = ", ".join(TABLES)
    message = f"{file.label}: the name is no table's ({tables}), so its columns need a mapping. Give one, or rename it."
    log.add("error", "", message)


def _report_files(files: StudyFiles, found: dict[str, list[StudyFile]], log: FindingLog) -> None:
    read = {file.name for named in found.values() for file in named}
    others = [name for name in files.top_names if name not in read and name not in RECORDS]
    for name, named in found.items():
        if len(named) > 1:
            names = listed(file.name for file in named)
            log.add("error", name, f"The table {name} is in more than one file: {names}. Keep one of them.")
    for name, table in TABLES.items():
        if name in found:
            continue
        if table.required:
            message = f"The required table {name} is missing: {_needed(name, files.kind)}.{_hint(name, others)}"
            log.add("error", name, message)
        else:
            log.add("note", name, f"There is no table {name}; the pages that need it say so.")
    _note_others(others, log)


def _note_others(names: list[str], log: FindingLog) -> None:
    closed = [name for name in names if PurePosixPath(name).stem.lower() in TABLES]
    others = [name for name in names if name not in closed]
    if closed:
        log.add("note", "", f"Not read, because the ending is none of {', '.join(ENDINGS)}: {listed(closed)}.")
    if others:
        log.add("note", "", f"Not read, because the name is no table's: {listed(others)}.")


def _needed(name: str, kind: Kind) -> str:
    if kind == "workbook":
        return f"{WHERE[kind]} a sheet {name}"
    return f"{WHERE[kind]} a file {name}.csv, {name}.tsv or {name}.parquet"


def _hint(name: str, others: list[str]) -> str:
    """The file that was probably meant, and what to do with it."""
    stems = {PurePosixPath(other).stem: other for other in others}
    near = nearest(name, list(stems))
    if near is None:
        return ""
    ending = PurePosixPath(stems[near]).suffix.lower()
    repair = "Rename it."
    if ending and ending not in ENDINGS:
        known = CLOSED_ENDINGS.get(ending)
        repair = f"It is {known}. Save it as CSV." if known else "Save it as CSV."
    return f" Is it {listed([stems[near]])}? {repair}"
