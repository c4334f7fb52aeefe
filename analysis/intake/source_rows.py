"""The rows of a source that feed one table: read as text, with words for "missing" taken out, and filtered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from .findings import FindingLog, Mask, Origin, Problem, shown_name
from .first_sessions import FirstSessions
from .mapping_rules import FilterRule, SourceRule
from .numbers import Numbers, matches, trim
from .source import SourceTable

Text = Any  # an Arrow column of text

COMMA_NUMBER = r"^[+-]?[0-9]+,[0-9]+$"


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
    _reported: set[tuple[str, str, str, int]] = field(default_factory=set)

    @property
    def n_rows(self) -> int:
        return len(self.origin.rows) if self.origin.rows is not None else 0

    def report(self, problem: Problem, column: str) -> None:
        """Record a fact about rows of one column of the source."""
        key = (column, problem.noun, problem.rest, hash(problem.mask.tobytes()))
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
    return without_words(text, form.missing)


def without_words(text: Text, missing: tuple[str, ...]) -> Text:
    """Text whose words for "missing" are missing."""
    return compute.if_else(compute.is_in(text, value_set=arrow.array(missing, arrow.large_string())), None, text)


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


def as_cells(values: Numbers) -> Text:
    """Numbers as cells of text, as a CSV file would spell them; NaN is missing."""
    whole = bool((np.isnan(values) | (values == np.floor(values))).all())
    missing = np.isnan(values)
    if whole:
        cells = arrow.array(np.where(missing, 0, values).astype(np.int64), mask=missing)
    else:
        cells = arrow.array(values, mask=missing)
    return arrow.chunked_array([compute.cast(cells, arrow.large_string())])


def with_points(cells: Text) -> Text:
    """Numbers with a decimal comma written with a point; other cells as they are."""
    comma = arrow.array(matches(cells, COMMA_NUMBER))
    return compute.if_else(comma, compute.replace_substring(cells, ",", "."), cells)
