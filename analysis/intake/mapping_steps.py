"""Carrying out a mapping: read the sources, keep rows, rename columns and values, lengthen, join."""

from __future__ import annotations

from pathlib import Path

from analysis.vocabulary import TABLES, nearest

from .delimited import TextFormat, default_format
from .files import StudyFiles
from .findings import FindingLog, listed, shown_name
from .first_sessions import FirstSessions
from .mapped_parts import first_sessions, joined, section_rows
from .mapping import Mapping
from .mapping_checks import entries
from .mapping_rules import SourceRule, TableRule
from .session_order import with_session_numbers
from .source import SourceTable
from .table_files import read_file


def read_mapped(files: StudyFiles, rules: Mapping, log: FindingLog) -> dict[str, SourceTable]:
    """The tables that a mapping makes of the files of a study, by table name, every column as text.

    Empty when a file cannot be read or lacks a column that the mapping reads; the log then says so.
    """
    used = {rule.source for rule in rules.tables}
    sources = {name: read_source(files, rules.sources[name], log) for name in rules.sources if name in used}
    _note_unused_files(list(files.top_names), rules, log)
    return map_sources(rules, sources, log)


def map_sources(rules: Mapping, sources: dict[str, SourceTable | None], log: FindingLog) -> dict[str, SourceTable]:
    """The tables that a mapping makes of its sources, by table name, every column as text.

    sources has every source that a rule uses; None for one that could not be read, which the log says.
    Empty when there is an error.
    """
    for rule in rules.tables:
        _check_columns(rule, sources[rule.source], log)
    if log.has_errors:
        return {}
    first = first_sessions(rules.tables, rules.sources, sources)
    tables: dict[str, SourceTable] = {}
    for name in TABLES:
        sections = [rule for rule in rules.tables if rule.table == name]
        if sections:
            tables[name] = _filled_table(sections, rules, sources, tables, first, log)
        else:
            _report_unfilled(name, log)
    return tables


def _filled_table(
    sections: list[TableRule],
    rules: Mapping,
    sources: dict[str, SourceTable | None],
    tables: dict[str, SourceTable],
    first: FirstSessions | None,
    log: FindingLog,
) -> SourceTable:
    known = tables["patients"].cells.column("patient_id") if _has_patient_ids(tables) else None
    parts = []
    for rule in sections:
        source = sources[rule.source]
        assert source is not None  # a source that could not be read is an error, which stopped the mapping before
        parts.append(section_rows(rule, rules.sources[rule.source], source, known, first, log))
    made = joined(parts)
    counted_here = any(
        columns["session_number"].from_sessions == "order"
        for columns in entries(sections[0])
        if "session_number" in columns
    )
    return with_session_numbers(made, log) if counted_here else made


def read_source(files: StudyFiles, rule: SourceRule, log: FindingLog) -> SourceTable | None:
    """Read the file that a source names; None when it is not there or cannot be read, and the log says why."""
    if rule.table is not None:
        log.add("error", "", _of_database(rule.table))
        return None
    file = files.find(rule.file)
    if file is None:
        near = nearest(rule.file, files.top_names)
        hint = f" Is it '{shown_name(near)}'?" if near else ""
        where = f"which is not in the {files.kind}.{hint}"
        log.add("error", "", f"The mapping reads '{shown_name(rule.file)}', {where}")
        return None
    return read_file(file, "", log, TextFormat(rule.delimiter or default_format(file).delimiter, rule.encoding))


def _of_database(table: str) -> str:
    return (
        f"The mapping reads the database table '{shown_name(table)}', and a folder holds files. "
        "Take a snapshot of the database first: python -m analysis.intake snapshot --help."
    )


def _note_unused_files(names: list[str], rules: Mapping, log: FindingLog) -> None:
    used = {part for rule in rules.sources.values() for part in Path(rule.file).parts[:1]}
    unused = [name for name in names if name not in used and name[0] != "."]
    if unused:
        log.add("note", "", f"Not read, because the mapping does not name them: {listed(unused)}.")


def _check_columns(rule: TableRule, source: SourceTable | None, log: FindingLog) -> None:
    for entry in rule.long or ({},):
        given = {**rule.columns, **entry}
        of_items = {"instrument"} if "score" in given and given["score"].items else set()
        for column in TABLES[rule.table].required_columns:
            if column not in given and column not in of_items:
                message = f"The mapping of {rule.table} fills no column '{column}', which is required."
                log.add("error", rule.table, message, column)
    if source is None:
        return
    present = source.cells.column_names
    for column in sorted(rule.source_columns() - set(present)):
        near = nearest(column, present)
        hint = f" Is '{shown_name(near)}' meant?" if near else ""
        label = source.origin.labels[0]
        log.add(
            "error",
            rule.table,
            f"{label}: the mapping of {rule.table} reads the column '{shown_name(column)}', which is not there.{hint}",
        )


def _report_unfilled(name: str, log: FindingLog) -> None:
    if TABLES[name].required:
        log.add("error", name, f"The required table {name} is missing: the mapping needs a section [[{name}]].")
    else:
        log.add("note", name, f"There is no table {name}; the pages that need it say so.")


def _has_patient_ids(tables: dict[str, SourceTable]) -> bool:
    return "patients" in tables and "patient_id" in tables["patients"].cells.column_names
