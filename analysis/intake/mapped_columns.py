"""Columns of a mapped source: read as text, filtered, and turned into columns of a table, each by its rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from analysis.vocabulary import TABLES

from .column_grammar import own_unit
from .column_rules import ColumnRule, Columns, DateRule
from .dates import Moments, ages_at, days_between, parse_dates, with_times, years_of
from .findings import FindingLog, Mask, Origin, Problem, shown_name
from .first_sessions import FirstSessions
from .items import PRORATED, out_of_range, score_items
from .mapping import FilterRule, SourceRule
from .numbers import TEXT_REPAIR, Numbers, matches, text_to_numbers, trim
from .source import SourceTable
from .translation import renamed
from .units import in_own_unit, weights_in_kg

Text = Any  # an Arrow column of text

COMMA_NUMBER = r"^[+-]?[0-9]+,[0-9]+$"
UNDATED = "of a patient without a dated session"


@dataclass(frozen=True)
class SourceRows:
    """The rows of a source that feed one table, with all that is needed to fill its columns.

    text has the columns that the mapping reads. A fact is reported once, however many columns it shows in.
    """

    table: str
    text: dict[str, Text]
    origin: Origin
    form: SourceRule
    log: FindingLog
    first: FirstSessions | None = None
    _reported: set[tuple[str, str, str]] = field(default_factory=set)

    @property
    def n_rows(self) -> int:
        return len(self.origin.rows) if self.origin.rows is not None else 0

    def report(self, problem: Problem, column: str) -> None:
        """Record a fact about rows of one column of the source."""
        key = (column, problem.noun, problem.rest)
        if key not in self._reported:
            self._reported.add(key)
            self.log.report(self.table, self.origin, problem, column)


def column_text(source: SourceTable, name: str, form: SourceRule, table: str, log: FindingLog) -> Text:
    """A column of a source as trimmed text, with the words for "missing" taken as missing."""
    cells = source.cells.column(name)
    try:
        text = trim(compute.cast(cells, arrow.large_string()))
    except (arrow.ArrowInvalid, arrow.ArrowNotImplementedError):
        label = source.origin.labels[0]
        log.add(
            "error",
            table,
            f"{label}: column '{shown_name(name)}' holds lists, records or bytes and cannot be mapped.",
            name,
        )
        text = arrow.chunked_array([arrow.nulls(len(cells), arrow.large_string())])
    missing = compute.is_in(text, value_set=arrow.array(form.missing, arrow.large_string()))
    return compute.if_else(missing, None, text)


def kept_rows(filters: tuple[FilterRule, ...], text: dict[str, Text], n_rows: int, patients: Text | None) -> Mask:
    """The rows that pass every filter. A missing value is in no set: `in` drops it, `not_in` keeps it."""
    kept = np.ones(n_rows, dtype=bool)
    for rule in filters:
        kept &= _passes(rule, text[rule.column], patients)
    return kept


def _passes(rule: FilterRule, cells: Text, patients: Text | None) -> Any:
    if rule.test in ("blank", "filled"):
        filled = cells.is_valid().to_numpy()
        return filled if rule.test == "filled" else ~filled
    if rule.test == "among":
        known = arrow.array([], arrow.large_string()) if patients is None else patients.drop_null()
        return compute.is_in(cells, value_set=known).to_numpy()
    listed = compute.is_in(cells, value_set=arrow.array(rule.words, arrow.large_string())).to_numpy()
    return listed if rule.test == "in" else ~listed


def filled_columns(rules: Columns, rows: SourceRows) -> dict[str, Text]:
    """Every column that the rules fill, by name; items fill four. Missing where a cell gives nothing."""
    who = rules.get("patient_id")
    ids = _from_column(who, "patient_id", rows) if who is not None and who.column is not None else None
    cells: dict[str, Text] = {}
    for target, rule in rules.items():
        if rule.items is not None:
            cells |= {
                name: made for name, made in _from_items(rule, rows).items() if name not in rules or name == target
            }
        else:
            cells[target] = ids if target == "patient_id" and ids is not None else _filled(rule, target, rows, ids)
    return cells


def _filled(rule: ColumnRule, target: str, rows: SourceRows, ids: Text | None) -> Text:
    if rule.column is not None:
        return _from_column(rule, target, rows)
    if rule.date is not None:
        return _from_date(rule.date, target, rows, ids)
    if rule.from_sessions == "year":
        return as_cells(years_of(_first(rows, ids)))
    constant = arrow.scalar(rule.constant, arrow.large_string())  # none for an order, which the whole table gives
    return arrow.chunked_array([arrow.repeat(constant, rows.n_rows)])


def _from_column(rule: ColumnRule, target: str, rows: SourceRows) -> Text:
    assert rule.column is not None
    cells, unlisted = renamed(rows.text[rule.column], rule)
    if unlisted is not None:
        what = f"that the mapping of {target} does not list"
        if rule.vocabulary:
            what = f"that the vocabulary '{rule.vocabulary}' does not list"
        repair = 'List them under \'values\', or say unlisted = "keep" or "missing".'
        rows.report(Problem(unlisted, "value", what, repair), rule.column)
    if _is_number(rows.table, target) and rows.form.decimal == ",":
        cells = with_points(cells)
    own = own_unit(rows.table, target)
    if rule.unit is None or own is None:
        return cells
    weights = rows.text[rule.unit.weight] if rule.unit.weight else None
    if weights is not None and rule.unit.weight is not None:
        weights = with_points(weights) if rows.form.decimal == "," else weights
        for problem in weights_in_kg(weights, rule.unit)[1]:
            rows.report(problem, rule.unit.weight)
    values, problems = in_own_unit(cells, own, rule.unit, weights)
    for problem in problems:
        rows.report(problem, rule.column)
    return as_cells(values)


def _from_items(rule: ColumnRule, rows: SourceRows) -> dict[str, Text]:
    """The score, and beside it the instrument, the items answered, whether it is prorated, the suicidality item."""
    assert rule.items is not None
    answers = np.column_stack([_answers(rule, column, rows) for column in rule.items.columns])
    wrong = out_of_range(answers, rule.items.instrument)
    rest = f"that no {rule.items.instrument} item has"
    for place, column in enumerate(rule.items.columns):
        if wrong[:, place].any():
            rows.report(Problem(wrong[:, place], "answer", rest, TEXT_REPAIR), column)
    scored = score_items(np.where(wrong, np.nan, answers), rule.items.instrument, rule.items.prorate_up_to)
    for note in scored.notes:
        rows.report(note, "score")
    filled = scored.n_answered > 0
    made = {
        "instrument": arrow.chunked_array(
            [arrow.repeat(arrow.scalar(rule.items.instrument, arrow.large_string()), rows.n_rows)]
        ),
        "score": as_cells(scored.score),
        "n_items_answered": as_cells(scored.n_answered.astype(np.float64)),
        PRORATED: arrow.chunked_array([arrow.array(scored.prorated, mask=~filled)]),
    }
    if scored.suicidality_item is not None:
        made["suicidality_item"] = as_cells(scored.suicidality_item)
    return made


def _answers(rule: ColumnRule, column: str, rows: SourceRows) -> Numbers:
    cells, unlisted = renamed(rows.text[column], rule)
    if unlisted is not None:
        repair = 'List them under \'values\', or say unlisted = "keep" or "missing".'
        rows.report(Problem(unlisted, "answer", "that the mapping of score does not list", repair), column)
    values, problems = text_to_numbers(with_points(cells) if rows.form.decimal == "," else cells)
    for problem in problems:
        rows.report(problem, column)
    return values


def _from_date(rule: DateRule, target: str, rows: SourceRows, ids: Text | None) -> Text:
    moments = dates_of(rule, rows)
    if rule.becomes == "year":
        return as_cells(years_of(moments))
    first = _first(rows, ids)
    has_patient = np.ones(rows.n_rows, dtype=bool) if ids is None else ids.is_valid().to_numpy()
    undated = moments.known & ~first.known & has_patient
    if rule.becomes == "days":
        repair = "They were left out." if needs_day(rows.table, target) else f"Their {target} stays blank."
        rows.report(Problem(undated, "row", UNDATED, repair, "note"), rule.column)
        return as_cells(days_between(first, moments))
    rows.report(Problem(undated, "row", UNDATED, f"Their {target} stays blank.", "note"), rule.column)
    ages, problems = ages_at(first, moments)
    for problem in problems:
        rows.report(problem, rule.column)
    return as_cells(ages)


def needs_day(table: str, target: str) -> bool:
    """Whether a row without this number of days is no row of its table."""
    return target == "day" and "day" in TABLES[table].required_columns


def dates_of(rule: DateRule, rows: SourceRows) -> Moments:
    """The dates of a column, with the time of day when the rule names its column; what is none is reported."""
    moments, problems = parse_dates(rows.text[rule.column], rule.format)
    for problem in problems:
        rows.report(problem, rule.column)
    if rule.time is None:
        return moments
    moments, problems = with_times(moments, rows.text[rule.time])
    for problem in problems:
        rows.report(problem, rule.time)
    return moments


def _first(rows: SourceRows, ids: Text | None) -> Moments:
    assert rows.first is not None
    nobody = arrow.chunked_array([arrow.nulls(rows.n_rows, arrow.large_string())])
    return rows.first.of(nobody if ids is None else ids)


def as_cells(values: Numbers) -> Text:
    """Numbers as cells of text, as a CSV file would spell them; NaN is missing."""
    whole = bool((np.isnan(values) | (values == np.floor(values))).all())
    missing = np.isnan(values)
    if whole:
        cells = arrow.array(np.where(missing, 0, values).astype(np.int64), mask=missing)
    else:
        cells = arrow.array(values, mask=missing)
    return arrow.chunked_array([compute.cast(cells, arrow.large_string())])


def _is_number(table: str, target: str) -> bool:
    kinds = {column.name: column.kind for column in TABLES[table].columns}
    return kinds.get(target) in ("integer", "number")


def with_points(cells: Text) -> Text:
    """Numbers with a decimal comma written with a point; other cells as they are."""
    comma = arrow.array(matches(cells, COMMA_NUMBER))
    return compute.if_else(comma, compute.replace_substring(cells, ",", "."), cells)
