"""What the cells of a column look like, counted: shares, ranges and known words, never a cell's content."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from analysis.vocabulary import UNITS, WORD_LISTS

from ..date_formats import TIME_OF_DAY
from ..dates import parse_dates
from ..findings import FindingLog
from ..mapping_rules import SourceRule
from ..numbers import MISSING_WORDS, matches, text_to_numbers
from ..source import SourceTable
from ..source_rows import COMMA_NUMBER, column_text, with_points
from ..translation import words_of
from ..units import WITH_UNIT, read_units

LOOKED_AT = 20_000  # rows of a long file, evenly spaced: a share is then known to half a percent
MOST_OF_IT = 0.9  # of the filled cells: what is left are slips, which are reported once the rule is carried out
MOST_WORDS = 500  # a column with more distinct words holds no closed list
POINT_NUMBER = r"^[+-]?[0-9]*[.][0-9]+$"
MISSING_CODES = ("-9", "-99", "-999", "-9999")  # written for "missing" beside numbers that are never negative
DATE_FORMS = ("iso", "us", "european", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%b %d %Y")
UNCLEAR = "unclear"


@dataclass(frozen=True)
class ColumnProfile:
    """One column: how many cells are filled and what they are.

    n_distinct counts up to the rows looked at. low and high are of the numbers, NaN without any. date_form is
    the one form that fits, UNCLEAR when month and day could be either, None when it holds no dates. measured
    gives the share of filled cells that are numbers with a unit, by the study's own unit, and lists the share
    that each word list knows.
    """

    name: str
    n_rows: int
    n_filled: int
    n_distinct: int
    number_share: float = 0
    whole: bool = False
    low: float = np.nan
    median: float = np.nan
    high: float = np.nan
    date_form: str | None = None
    has_commas: bool = False
    is_time: bool = False
    measured: dict[str, float] = field(default_factory=dict)
    lists: dict[str, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def is_numeric(self) -> bool:
        return self.number_share >= MOST_OF_IT

    def is_of(self, name: str) -> bool:
        """Whether nearly all filled cells are words of a list."""
        return self.n_filled > 0 and self.lists.get(name, 0) >= MOST_OF_IT


@dataclass(frozen=True)
class SourceProfile:
    """Every column of one source, by name, and whether some column names each row (one row per patient)."""

    name: str
    table: SourceTable
    columns: dict[str, ColumnProfile]

    @property
    def decimal(self) -> str:
        """The decimal mark of the numbers: a comma when a column of numbers has commas and no points."""
        return "," if any(column.has_commas and column.is_numeric for column in self.columns.values()) else "."

    @property
    def missing(self) -> tuple[str, ...]:
        """Words for "missing" in any column, in the order first met."""
        return tuple(dict.fromkeys(word for column in self.columns.values() for word in column.missing))

    def is_unique(self, column: str) -> bool:
        """Whether every row has another value in a column."""
        cells = self.table.cells.column(column)
        return bool(cells.null_count == 0 and compute.count_distinct(cells).as_py() == len(cells))


def profile_source(name: str, table: SourceTable) -> SourceProfile:
    """Look at every column of a source, at evenly spaced rows when there are many."""
    step = max(table.cells.num_rows // LOOKED_AT, 1)
    places = arrow.array(np.arange(0, table.cells.num_rows, step))
    looked = SourceTable(table.cells.take(places), table.origin)
    columns = {column: _profile(looked, column) for column in table.cells.column_names}
    return SourceProfile(name, table, columns)


def _profile(table: SourceTable, name: str) -> ColumnProfile:
    text = column_text(table, name, SourceRule("", missing=()), "", FindingLog())
    missing = _missing_words(text)
    text = compute.if_else(compute.is_in(text, value_set=arrow.array(missing, arrow.large_string())), None, text)
    filled = text.drop_null()
    commas = len(filled) and matches(filled, COMMA_NUMBER).any() and not matches(filled, POINT_NUMBER).any()
    filled = with_points(filled) if commas else filled
    found = ColumnProfile(name, len(text), len(filled), len(compute.unique(filled)), missing=missing)
    if not len(filled):
        return found
    values, _ = text_to_numbers(filled)
    numbers = values[np.isfinite(values)]
    return ColumnProfile(
        name,
        found.n_rows,
        found.n_filled,
        found.n_distinct,
        len(numbers) / len(filled),
        bool(len(numbers) and (numbers == np.floor(numbers)).all()),
        *((float(numbers.min()), float(np.median(numbers)), float(numbers.max())) if len(numbers) else (np.nan,) * 3),
        date_form=None if len(numbers) >= MOST_OF_IT * len(filled) else _date_form(filled),
        has_commas=bool(commas),
        is_time=matches(filled, TIME_OF_DAY).mean() >= MOST_OF_IT,
        measured={} if len(numbers) >= MOST_OF_IT * len(filled) else _measured(filled),
        lists=_lists(filled) if found.n_distinct <= MOST_WORDS else {},
        missing=missing,
    )


def _missing_words(text: Any) -> tuple[str, ...]:
    """Cells that seem to say "missing": words of a closed list, and codes below zero where no other number is."""
    words = compute.unique(text.drop_null()).to_pylist()
    spelt = [word for word in words if word.lower() in MISSING_WORDS]
    codes = [word for word in words if word in MISSING_CODES]
    negative = [word for word in words if word.startswith("-") and word not in (*MISSING_CODES, *spelt)]
    return tuple(spelt + ([] if negative else codes))


def _date_form(filled: Any) -> str | None:
    fits = {form: _date_share(filled, form) for form in DATE_FORMS}
    good = [form for form in DATE_FORMS if fits[form] >= MOST_OF_IT]
    if "us" in good and "european" in good:
        if fits["us"] == fits["european"]:
            return UNCLEAR
        return "us" if fits["us"] > fits["european"] else "european"
    return good[0] if good else None


def _date_share(filled: Any, form: str) -> float:
    return float(parse_dates(filled, form)[0].known.mean())


def _measured(filled: Any) -> dict[str, float]:
    with_unit = arrow.array(matches(filled, WITH_UNIT))
    if compute.mean(with_unit).as_py() < 1 - MOST_OF_IT:
        return {}
    shares = {}
    for own in UNITS:
        bare = next(unit.name for unit in UNITS[own] if unit.size == 1 and not unit.per_kg)
        read, _ = read_units(filled, own, bare)
        shares[own] = float(np.isfinite(read).mean())
    return {own: share for own, share in shares.items() if share}


def _lists(filled: Any) -> dict[str, float]:
    known = {word_list: words_of(filled, word_list) for word_list in WORD_LISTS}
    shares = {word_list: (len(words) - words.null_count) / len(filled) for word_list, words in known.items()}
    return {word_list: share for word_list, share in shares.items() if share}
