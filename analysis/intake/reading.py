"""Files of any origin to a checked Study, or to one report with every finding."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis.study import AllowedColumn, Study
from analysis.vocabulary import TABLES, nearest

from .conversion import ConvertedTable, convert_table
from .files import NAMELESS, StudyFiles, study_name
from .findings import FindingLog, StudyDataError, listed, shown_name
from .foreign.dispatch import foreign_format, foreign_tables
from .identifiers import KINDS, check_identifiers, telling_kind, without_telling_names
from .links import check_links
from .mapping import Mapping, read_mapping
from .mapping_steps import read_mapped
from .opening import Upload, open_study, open_upload
from .repeats import find_repeats
from .schemas import check_table
from .source import SourceTable, names_columns
from .spellings import note_spellings
from .table_files import read_tables
from .words import as_text_series

MOST_HINTS = 50  # extra columns compared with the dictionary


def read_study(path: str | Path, mapping: str | Path | Mapping | None = None, log: FindingLog | None = None) -> Study:
    """Read, check and type the tables of a folder, a .zip, an .xlsx with a sheet for each table, or one file.

    Without a mapping the files are named after the tables and the columns after the data
    dictionary; a mapping (a TOML file) says how other files become the five tables. Nothing is
    guessed or corrected. Notes are kept on the study, and a log that is given holds them with their rows.

    Raises StudyDataError with every finding of every table when any of them is an error.
    """
    log = FindingLog() if log is None else log
    rules = _rules(mapping, log)
    with open_study(Path(path), log) as files:
        return _study(files, rules, log)


def read_upload(
    uploads: Iterable[Upload], mapping: str | Path | Mapping | None = None, log: FindingLog | None = None
) -> Study:
    """As read_study, of what a browser sent as (name, content) pairs; no name becomes a path."""
    log = FindingLog() if log is None else log
    rules = _rules(mapping, log)
    with open_upload(uploads, log) as files:
        return _study(files, rules, log)


def _rules(mapping: str | Path | Mapping | None, log: FindingLog) -> Mapping | None:
    return mapping if mapping is None or isinstance(mapping, Mapping) else read_mapping(Path(mapping), log)


def _study(files: StudyFiles | None, rules: Mapping | None, log: FindingLog) -> Study:
    sources: Iterable[tuple[str, SourceTable]] = ()
    allowed = rules.allowed if rules is not None else ()
    name = (rules.name if rules is not None else None) or ""
    if files is not None and not log.has_errors:
        foreign = foreign_format(files, rules)
        if foreign is not None:
            sources = foreign_tables(files, rules, foreign, log)
        else:
            sources = read_mapped(files, rules, log).items() if rules and rules.tables else read_tables(files, log)
        name = name or files.name
    return checked_study(name, sources, log, allowed)


def checked_study(
    name: str,
    sources: Iterable[tuple[str, SourceTable]],
    log: FindingLog,
    allowed: tuple[AllowedColumn, ...] = (),
) -> Study:
    """Check and type the tables of a study, wherever their cells came from, after what a log already holds.

    Every way in ends here and passes the identifier gate; allowed are the columns let through by name.

    Raises StudyDataError with every finding of every table when any of them is an error.
    """
    tables = _checked(sources, allowed, log)
    name = _plain_name(name, log)
    if log.has_errors:
        raise StudyDataError(log.findings)
    frames = {table: _finished(tables.pop(table)) for table in tuple(tables)}
    return Study.from_tables(name, frames, log.notes, allowed)


def _plain_name(text: str, log: FindingLog) -> str:
    """The name of a study as pages and exports show it, which may tell of nobody."""
    kind = telling_kind(text)
    if kind is None:
        return study_name(text)
    rename = "Rename its file or folder, or give it another name in the mapping."
    log.add("note", "", f"The study has a name {KINDS[kind].cell}, and is called '{NAMELESS}'. {rename}")
    return NAMELESS


def _checked(
    sources: Iterable[tuple[str, SourceTable]], allowed: tuple[AllowedColumn, ...], log: FindingLog
) -> dict[str, ConvertedTable]:
    tables: dict[str, ConvertedTable] = {}
    for name, read in sources:
        source = without_telling_names(name, read, log)
        if _has_header_and_rows(name, source, log):
            tables[name] = convert_table(name, source, log)
            check_table(tables[name], log)
            note_spellings(tables[name], log)
    check_identifiers(tables, log, allowed)
    codes = check_links(tables, log)
    if "assessments" in codes:
        repeat = find_repeats(tables["assessments"], codes["assessments"], log)
        if repeat.any():
            tables["assessments"] = tables["assessments"].take(~repeat)
    return tables


def _has_header_and_rows(name: str, source: SourceTable, log: FindingLog) -> bool:
    """Whether a table's columns can be trusted to be columns. Their names are only shown when they can."""
    declared = TABLES[name]
    label = ", ".join(source.origin.labels)
    if not names_columns(name, source.cells.column_names):
        needed = ", ".join(declared.required_columns)
        message = f"{label}: row 1 names none of the required columns ({needed}). Put the column names in row 1."
        log.add("error", name, message)
        return False
    _note_extra_columns(name, source, label, log)
    if source.cells.num_rows == 0:
        need = " A required table needs at least one." if declared.required else ""
        log.add("error" if declared.required else "note", name, f"{label}: has no rows.{need}")
    return True


def _note_extra_columns(name: str, source: SourceTable, label: str, log: FindingLog) -> None:
    declared = TABLES[name].column_names
    present = set(source.cells.column_names)
    extra = [column for column in source.cells.column_names if column not in declared]
    if not extra:
        return
    absent = [column for column in declared if column not in present]
    near = {column: nearest(shown_name(column), absent) for column in extra[:MOST_HINTS]}
    hints = [
        f" '{shown_name(column)}' is not read as '{meant}': rename it if it is."
        for column, meant in near.items()
        if meant
    ]
    message = f"{label}: kept beyond the data dictionary: {listed(extra)}.{''.join(hints)}"
    log.add("note", name, message)


def _finished(table: ConvertedTable) -> pd.DataFrame:
    """The frame of a table without errors: text as str, required whole numbers as int64, declared columns first."""
    declared = TABLES[table.name]
    whole = [c.name for c in declared.columns if c.required and c.kind == "integer"]
    order = [name for name in declared.column_names if name in table.frame]
    order += [name for name in table.frame.columns if name not in declared.column_names]
    columns = {}
    for name in order:
        column = table.frame[name]
        is_text = isinstance(column.dtype, pd.CategoricalDtype)
        columns[name] = as_text_series(column) if is_text else column.astype("int64") if name in whole else column
    return pd.DataFrame(columns, copy=False)
