"""Carrying out a mapping: read the sources, keep rows, rename columns and values, lengthen, join."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as arrow

from analysis.vocabulary import TABLES, nearest

from .delimited import TextFormat, default_format, read_delimited
from .findings import FindingLog, Origin, Problem, counted, listed, shown_name, shown_path, unreadable
from .mapped_columns import Text, column_text, kept_rows, mapped_column
from .mapping import Columns, Mapping, SourceRule, TableRule
from .parquet import read_parquet
from .source import SourceTable


def read_mapped(folder: Path, rules: Mapping, log: FindingLog) -> dict[str, SourceTable]:
    """The tables that a mapping makes of the files of a folder, by table name, every column as text.

    Empty when a file cannot be read or lacks a column that the mapping reads; the log then says so.
    """
    used = {rule.source for rule in rules.tables}
    try:
        others = sorted(path.name for path in folder.iterdir())
    except OSError as failure:
        log.add("error", "", unreadable(f"{shown_path(folder)}: the folder", failure))
        return {}
    sources = {name: _read_source(folder, rules.sources[name], others, log) for name in rules.sources if name in used}
    _note_unused_files(others, rules, log)
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
    tables: dict[str, SourceTable] = {}
    for name in TABLES:
        parts = [_part(rule, rules, sources[rule.source], tables, log) for rule in rules.tables if rule.table == name]
        if parts:
            tables[name] = _joined([part for part in parts if part is not None])
        else:
            _report_unfilled(name, log)
    return tables


def _read_source(folder: Path, rule: SourceRule, others: list[str], log: FindingLog) -> SourceTable | None:
    if rule.table is not None:
        log.add("error", "", _of_database(rule.table))
        return None
    path = folder / rule.file
    try:
        is_there = path.is_file()
    except OSError as failure:
        log.add("error", "", unreadable(f"The mapping reads '{shown_name(rule.file)}', which", failure))
        return None
    if not is_there:
        near = nearest(rule.file, others)
        hint = f" Is it '{near}'?" if near else ""
        log.add("error", "", f"The mapping reads '{shown_name(rule.file)}', which is not in the folder.{hint}")
        return None
    if path.suffix.lower() == ".parquet":
        return read_parquet(path, "", log)
    form = TextFormat(rule.delimiter or default_format(path).delimiter, rule.encoding)
    return read_delimited(path, form, "", log)


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
        for column in TABLES[rule.table].required_columns:
            if column not in {**rule.columns, **entry}:
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


def _part(
    rule: TableRule, rules: Mapping, source: SourceTable | None, tables: dict[str, SourceTable], log: FindingLog
) -> SourceTable | None:
    """The rows that one rule makes of one source."""
    assert source is not None
    label = f"{source.origin.labels[0]} (as {rule.table})"
    source = SourceTable(source.cells, Origin((label,), None, source.origin.rows))
    form = rules.sources[rule.source]
    text = {name: column_text(source, name, form, rule.table, log) for name in sorted(rule.source_columns())}
    known = tables["patients"].cells.column("patient_id") if _has_patient_ids(tables) else None
    kept = kept_rows(rule.keep, text, source.cells.num_rows, known)
    left_out = int((~kept).sum())
    if left_out:
        rows = counted(source.cells.num_rows, "row")
        log.add("note", rule.table, f"{label}: {left_out:,} of {rows} left out by the filters of the mapping.")
    text = {name: column.filter(arrow.array(kept)) for name, column in text.items()}
    origin = source.origin.take(kept)
    entries = [_entry(rule, entry, text, form, origin, log) for entry in rule.long or ({},)]
    return _without_repeats(rule, _joined(entries), log)


def _has_patient_ids(tables: dict[str, SourceTable]) -> bool:
    return "patients" in tables and "patient_id" in tables["patients"].cells.column_names


def _entry(
    rule: TableRule, entry: Columns, text: dict[str, Text], form: SourceRule, origin: Origin, log: FindingLog
) -> SourceTable:
    """One row per source row, for one entry of `long` (or for the rule itself)."""
    rules = {**rule.columns, **entry}
    n_rows = len(origin.rows) if origin.rows is not None else 0
    cells = {
        target: mapped_column(column, text, n_rows, origin, rule.table, target, form, log)
        for target, column in rules.items()
    }
    made = SourceTable(arrow.table(cells), origin)
    read = [column.column for column in entry.values() if column.column is not None]
    if not read:
        return made
    filled = np.zeros(n_rows, dtype=bool)
    for name in read:
        filled |= text[name].is_valid().to_numpy()
    if not filled.all():
        blank = int((~filled).sum())
        names = listed(sorted(set(read)))
        message = f"{origin.labels[0]}: {counted(blank, 'row')} without a value in {names} left out when made long."
        log.add("note", rule.table, message)
    return made.take(filled)


def _without_repeats(rule: TableRule, made: SourceTable, log: FindingLog) -> SourceTable:
    if not rule.drop_repeats:
        return made
    repeat = made.cells.to_pandas().duplicated().to_numpy()
    problem = Problem(repeat, "row", "equal to an earlier row in every column", "The repeats were left out.", "note")
    log.report(rule.table, made.origin, problem)
    return made.take(~repeat)


def _joined(parts: list[SourceTable]) -> SourceTable:
    """Parts of one table under one another; a column that a part lacks is missing there."""
    if len(parts) == 1:
        return parts[0]
    labels = tuple(dict.fromkeys(part.origin.labels[0] for part in parts))
    places = [np.full(part.cells.num_rows, labels.index(part.origin.labels[0])) for part in parts]
    rows = [part.origin.rows for part in parts if part.origin.rows is not None]
    cells = arrow.concat_tables([part.cells for part in parts], promote_options="default")
    return SourceTable(cells, Origin(labels, np.concatenate(places), np.concatenate(rows)))
