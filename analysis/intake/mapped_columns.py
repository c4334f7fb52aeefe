"""Columns of a mapped source: read as text, filtered, renamed value by value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from analysis.vocabulary import TABLES

from .findings import FindingLog, Mask, Origin, Problem, shown_name
from .mapping import ColumnRule, FilterRule, SourceRule
from .numbers import matches, trim
from .source import SourceTable

Text = Any  # an Arrow column of text

COMMA_NUMBER = r"^[+-]?[0-9]+,[0-9]+$"


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


def mapped_column(
    rule: ColumnRule,
    text: dict[str, Text],
    n_rows: int,
    origin: Origin,
    table: str,
    target: str,
    form: SourceRule,
    log: FindingLog,
) -> Text:
    """One column of a table by its rule, as text."""
    if rule.column is None:
        return arrow.repeat(arrow.scalar(rule.constant, arrow.large_string()), n_rows)
    cells = text[rule.column]
    if rule.values is not None:
        cells, unlisted = _renamed(cells, rule)
        repair = 'List them under \'values\', or say unlisted = "keep" or "missing".'
        problem = Problem(unlisted, "value", f"that the mapping of {target} does not list", repair)
        log.report(table, origin, problem, rule.column)
    return _with_points(cells) if form.decimal == "," and _is_number(table, target) else cells


def _renamed(cells: Text, rule: ColumnRule) -> tuple[Text, Mask]:
    """Values renamed, and the cells whose value is not listed when that is an error."""
    assert rule.values is not None
    words = arrow.array(list(rule.values), arrow.large_string())
    meanings = arrow.array(list(rule.values.values()), arrow.large_string())
    place = compute.index_in(cells, value_set=words)
    renamed = trim(compute.take(meanings, place))
    unlisted = cells.is_valid().to_numpy() & ~place.is_valid().to_numpy()
    if rule.unlisted == "keep":
        renamed = compute.if_else(arrow.array(unlisted), cells, renamed)
    return renamed, unlisted if rule.unlisted == "error" else np.zeros(len(cells), dtype=bool)


def _is_number(table: str, target: str) -> bool:
    kinds = {column.name: column.kind for column in TABLES[table].columns}
    return kinds.get(target) in ("integer", "number")


def _with_points(cells: Text) -> Text:
    comma = arrow.array(matches(cells, COMMA_NUMBER))
    return compute.if_else(comma, compute.replace_substring(cells, ",", "."), cells)
