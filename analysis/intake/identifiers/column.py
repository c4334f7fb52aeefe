"""A column as its distinct words and the cells that hold each: a check looks at each word once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from ..findings import Mask
from ..numbers import LARGEST_WHOLE
from ..words import arrow_text
from .bank import WordBank
from .look_alikes import as_seen
from .names import kind_of_name

Counts = npt.NDArray[np.int64]
NOT_A_WORD = -1
FEW_WORDS = 1_000
MOSTLY = 0.5  # one fraction among record numbers hides none of them
FEWEST_DIGITS = 10.0**5  # a number of five digits or fewer could be anything: six make a record number
FLAGS = (
    "yes", "no", "y", "n", "true", "false", "0", "1", "0.0", "1.0", "x", "unknown", "unk", "na", "n/a", "none", "nil",
    "missing", "declined", "refused", "not recorded", "not asked", "-", ".", "?", "on file", "obtained", "given",
)  # fmt: skip


@dataclass(frozen=True)
class ColumnWords:
    """Distinct trimmed words of a column (Arrow text, as a reader sees them), and each cell's place among them (-1:
    blank).

    is_number: the column holds numbers; its words are those numbers written out, whole ones without a point.
    bank: the words of this and other columns, this one's from `start` on.
    """

    name: str
    words: Any
    codes: npt.NDArray[np.int64]
    is_number: bool = False
    bank: WordBank | None = None
    start: int = 0

    @cached_property
    def cells_per_word(self) -> Counts:
        """How many cells hold each word."""
        filled = self.codes[self.codes != NOT_A_WORD]
        return np.bincount(filled, minlength=len(self.words)).astype(np.int64)

    @property
    def n_filled(self) -> int:
        return int(self.cells_per_word.sum())

    @cached_property
    def used(self) -> Mask:
        """The words that some cell holds."""
        return self.cells_per_word > 0

    @property
    def n_words(self) -> int:
        return int(self.used.sum())

    def cells(self, words: Mask) -> Mask:
        """The cells that hold one of some words."""
        held: Mask = np.append(words, False)[self.codes]
        return held

    def share(self, words: Mask) -> float:
        """The share of the filled cells that hold one of some words."""
        return float(self.cells_per_word[words].sum()) / self.n_filled if self.n_filled else 0.0

    def share_of_words(self, words: Mask) -> float:
        """The share of the distinct words that are among some words, however often each occurs."""
        return float((words & self.used).sum()) / self.n_words if self.n_words else 0.0

    def variety(self, n_patients: int) -> float:
        """Distinct words for each patient with one: 1 where every patient has a word of their own."""
        return self.n_words / max(1, min(self.n_filled, n_patients))

    def matching(self, pattern: str) -> Mask:
        """The words that hold a match of a pattern."""
        if self.bank is not None:
            return self.bank.matching(pattern, self.start, self.start + len(self.words))
        found: Mask = compute.match_substring_regex(self.words, pattern).to_numpy(zero_copy_only=False)
        return found

    @cached_property
    def lower(self) -> Any:
        return compute.utf8_lower(self.words)

    @cached_property
    def flags(self) -> Mask:
        """The words that only answer a question, such as yes, no and unknown: they tell nothing about anyone."""
        return self.among(FLAGS)

    def among(self, known: tuple[str, ...] | frozenset[str]) -> Mask:
        """The words that are one of some lower-case words, in any case."""
        values = arrow.array(sorted(known), arrow.large_string())
        found: Mask = compute.is_in(self.lower, value_set=values).to_numpy(zero_copy_only=False)
        return found

    @cached_property
    def lengths(self) -> Counts:
        """Letters of each word."""
        letters: Counts = compute.utf8_length(self.words).to_numpy(zero_copy_only=False).astype(np.int64)
        return letters


def columns_of_words(frame: pd.DataFrame, names: Iterable[str]) -> list[ColumnWords]:
    """The columns of a frame that could identify, those of few words with a common bank."""
    columns = [column for name in names if (column := column_words(frame[name], name)) is not None]
    short = [column for column in columns if len(column.words) <= FEW_WORDS]
    if not short:
        return columns
    bank = WordBank([column.words for column in short])
    starts = np.concatenate([[0], np.cumsum([len(column.words) for column in short])])
    shared = {
        column.name: replace(column, bank=bank, start=int(start)) for column, start in zip(short, starts, strict=False)
    }
    return [shared.get(column.name, column) for column in columns]


def column_words(series: pd.Series, name: str) -> ColumnWords | None:
    """The words of a converted column; None when it is blank, true/false, or numbers that tell nothing."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        category = series.array
        assert isinstance(category, pd.Categorical)
        words = as_seen(arrow_text(category.categories.array))
        column = ColumnWords(name, words, category.codes.astype(np.int64))
    elif pd.api.types.is_bool_dtype(series.dtype):
        return None
    else:
        numbers = _number_words(series, name)
        if numbers is None:
            return None
        column = numbers
    return column if column.n_filled else None


def _number_words(series: pd.Series, name: str) -> ColumnWords | None:
    """The words of a column of numbers; None when the name says nothing and they are short or mostly fractions."""
    codes, values = pd.factorize(series.to_numpy(dtype=np.float64, na_value=np.nan))
    whole = (values == np.floor(values)) & (np.abs(values) < LARGEST_WHOLE)
    if kind_of_name(name) is None and (whole.sum() < MOSTLY * len(values) or _largest(values[whole]) < FEWEST_DIGITS):
        return None
    if whole.all():
        words = compute.cast(arrow.array(values.astype(np.int64)), arrow.large_string())
    else:
        spelt = [
            str(int(value)) if is_whole else repr(float(value)) for value, is_whole in zip(values, whole, strict=True)
        ]
        words = arrow.array(spelt, arrow.large_string())
    return ColumnWords(name, words, codes.astype(np.int64), is_number=True)


def _largest(values: npt.NDArray[np.float64]) -> float:
    return float(np.abs(values).max(initial=0))
