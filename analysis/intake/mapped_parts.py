"""The rows that one section of a mapping makes of one source: kept, filled, lengthened, joined."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute
import pyarrow.types as arrow_types

from .column_rules import Columns
from .findings import FindingLog, Mask, Origin, Problem, counted, listed
from .first_sessions import FirstSessions, earliest
from .mapped_columns import dates_of, filled_columns, needs_day
from .mapping_checks import entries
from .mapping_rules import SourceRule, TableRule
from .source import SourceTable
from .source_rows import SourceRows, Text, column_text, kept_rows

DATED = ("patient_id", "day")


def first_sessions(
    rules: tuple[TableRule, ...], forms: dict[str, SourceRule], sources: dict[str, SourceTable | None]
) -> FirstSessions | None:
    """The first session of every patient, when a rule needs it; None when none does.

    What is wrong with the dates is reported when the sessions themselves are made, not here.
    """
    if not any(column.needs_first_session() for rule in rules for column in rule.column_rules()):
        return None
    quiet = FindingLog()
    parts = []
    for rule in rules:
        source = sources[rule.source]
        if rule.table == "sessions" and source is not None:
            dated = _dated(rule)
            rows = _kept(dated, forms[rule.source], source, None, None, quiet)
            for columns in entries(dated):
                if len(columns) == len(DATED) and columns["day"].date is not None:
                    ids = filled_columns({"patient_id": columns["patient_id"]}, rows)["patient_id"]
                    parts.append((ids, dates_of(columns["day"].date, rows)))
    return earliest(parts)


def _dated(rule: TableRule) -> TableRule:
    """A section of sessions with no more than who and when. Whether the table patients knows them is no matter here."""
    columns, *long = ({name: entry[name] for name in DATED if name in entry} for entry in (rule.columns, *rule.long))
    keep = tuple(test for test in rule.keep if test.test != "among")
    return replace(rule, columns=columns, long=tuple(long), keep=keep)


def section_rows(
    rule: TableRule,
    form: SourceRule,
    source: SourceTable,
    patients: Text | None,
    first: FirstSessions | None,
    log: FindingLog,
) -> SourceTable:
    """The rows that one section makes; patients are the codes of the table patients when it is made already."""
    rows = _kept(rule, form, source, patients, first, log)
    return _without_repeats(rule, joined([_entry(rule, entry, rows) for entry in rule.long or ({},)]), log)


def _kept(
    rule: TableRule,
    form: SourceRule,
    source: SourceTable,
    patients: Text | None,
    first: FirstSessions | None,
    log: FindingLog,
) -> SourceRows:
    """The rows of the source that pass the filters, with the columns that the section reads."""
    label = f"{source.origin.labels[0]} (as {rule.table})"
    source = SourceTable(source.cells, Origin((label,), None, source.origin.rows))
    text = {name: column_text(source, name, form, rule.table, log) for name in sorted(rule.source_columns())}
    kept = kept_rows(rule.keep, text, source.cells.num_rows, patients)
    left_out = int((~kept).sum())
    if left_out:
        rows = counted(source.cells.num_rows, "row")
        log.add("note", rule.table, f"{label}: {left_out:,} of {rows} left out by the filters of the mapping.")
        text = {name: column.filter(arrow.array(kept)) for name, column in text.items()}
    return SourceRows(rule.table, text, source.origin.take(kept), form, log, first)


def _entry(rule: TableRule, entry: Columns, rows: SourceRows) -> SourceTable:
    """One row per source row, for one entry of `long` (or for the section itself).

    Without the rows whose `long` columns are all blank, and without those whose date gave no day: both are reported.
    """
    columns = {**rule.columns, **entry}
    made = SourceTable(arrow.table(filled_columns(columns, rows)), rows.origin)
    kept = np.ones(rows.n_rows, dtype=bool)
    read = sorted({name for column in entry.values() for name in column.reads()})
    if read:
        kept[:] = False
        for name in read:
            kept |= rows.text[name].is_valid().to_numpy()
        blank = int((~kept).sum())
        if blank:
            missing = f"{counted(blank, 'row')} without a value in {listed(read)} left out when made long."
            message = f"{rows.origin.labels[0]}: {missing}"
            rows.log.add("note", rule.table, message)
    day = columns.get("day")
    if day is not None and day.date is not None and needs_day(rule.table, "day"):
        dated = rows.text[day.date.column].is_valid().to_numpy()
        kept &= ~(dated & made.cells.column("day").is_null().to_numpy() & _has_value(made, "patient_id"))
    return made if kept.all() else made.take(kept)


def _has_value(made: SourceTable, column: str) -> Mask:
    if column not in made.cells.column_names:
        return np.zeros(made.cells.num_rows, dtype=bool)
    filled: Mask = made.cells.column(column).is_valid().to_numpy()
    return filled


def _without_repeats(rule: TableRule, made: SourceTable, log: FindingLog) -> SourceTable:
    if not rule.drop_repeats:
        return made
    repeat = made.cells.to_pandas().duplicated().to_numpy()
    problem = Problem(repeat, "row", "equal to an earlier row in every column", "The repeats were left out.", "note")
    log.report(rule.table, made.origin, problem)
    return made.take(~repeat)


def joined(parts: list[SourceTable]) -> SourceTable:
    """Parts of one table under one another; a column that a part lacks is missing there."""
    if len(parts) == 1:
        return parts[0]
    labels = tuple(dict.fromkeys(part.origin.labels[0] for part in parts))
    places = [np.full(part.cells.num_rows, labels.index(part.origin.labels[0])) for part in parts]
    rows = [part.origin.rows for part in parts if part.origin.rows is not None]
    cells = arrow.concat_tables(_same_types([part.cells for part in parts]), promote_options="default")
    return SourceTable(cells, Origin(labels, np.concatenate(places), np.concatenate(rows)))


def _same_types(tables: list[arrow.Table]) -> list[arrow.Table]:
    """A column that is true/false in one part and text in another is text in both."""
    flags = {name for table in tables for name in table.column_names if arrow_types.is_boolean(table.column(name).type)}
    mixed = {
        name
        for name in flags
        for table in tables
        if name in table.column_names and not arrow_types.is_boolean(table.column(name).type)
    }
    return [_as_text(table, mixed) for table in tables] if mixed else tables


def _as_text(table: arrow.Table, names: set[str]) -> arrow.Table:
    for place, name in enumerate(table.column_names):
        if name in names:
            table = table.set_column(place, name, compute.cast(table.column(name), arrow.large_string()))
    return table
