"""Columns of a mapped source turned into columns of a table, each by its rule."""

from __future__ import annotations

import numpy as np
import pyarrow as arrow

from analysis.vocabulary import TABLES

from .column_grammar import own_unit
from .column_rules import ColumnRule, Columns, DateRule
from .dates import Moments, ages_at, days_between, parse_dates, with_times, years_of
from .findings import Problem
from .items import PRORATED, out_of_range, score_items
from .numbers import TEXT_REPAIR, Numbers, text_to_numbers
from .source_rows import SourceRows, Text, as_cells, with_points
from .translation import renamed
from .units import in_own_unit, weights_in_kg

UNDATED = "of a patient without a dated session"


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
        rows.log.report(rows.table, rows.origin, note, "score")
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


def _is_number(table: str, target: str) -> bool:
    kinds = {column.name: column.kind for column in TABLES[table].columns}
    return kinds.get(target) in ("integer", "number")
