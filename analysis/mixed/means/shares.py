"""Which combinations of the other categories, or which rows, a mean averages over, and the share of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..columns import as_labels, as_numbers, require_columns
from ..fitted_model import FittedModel
from ..refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

WEIGHTS = ("equal", "proportional", "outer", "observed")


@dataclass(frozen=True)
class Shares:
    """What is averaged over: ``numbers`` and level ``codes`` per column, and ``shares`` that sum to one."""

    numbers: dict[str, FloatArray]
    codes: dict[str, IntArray]
    shares: FloatArray

    @property
    def length(self) -> int:
        return len(self.shares)


def category_shares(
    fit: FittedModel, names: Sequence[str], weights: str, within: Mapping[str, int] | None = None
) -> Shares | None:
    """Combinations of the categories ``names`` with their shares; None when no row has the codes of ``within``.

    "equal": every combination the same. "proportional": the share of rows with the combination. "outer": the
    product of each category's own shares. "observed": as proportional, among the rows ``within`` the mean's own
    levels. Names as in emmeans, whose "cells" is "observed".
    """
    if weights in ("equal", "outer"):
        combinations = _every_combination([len(fit.levels[name]) for name in names])
        shares = np.full(len(combinations), 1.0 / len(combinations))
        if weights == "outer":
            shares = _products_of_margins(fit, names, combinations)
        return _shares(fit, names, combinations, shares)
    cells, frequencies = _cells(fit)
    inside = np.ones(len(frequencies), dtype=bool)
    for name, code in (within or {}).items():
        inside &= cells[name] == code
    if not inside.any():
        return None
    seen = np.array([cells[name][inside] for name in names], dtype=np.intp).reshape(len(names), int(inside.sum())).T
    unique, place = np.unique(seen, axis=0, return_inverse=True)
    shares = np.bincount(place.ravel(), weights=frequencies[inside], minlength=len(unique))
    return _shares(fit, names, unique, shares / shares.sum())


def _shares(fit: FittedModel, names: Sequence[str], combinations: IntArray, shares: FloatArray) -> Shares:
    """A column used both as a category and as a number is its level in both."""
    codes = dict(zip(names, combinations.T, strict=True))
    both = [name for name in names if name in fit.design.numeric_variables()]
    return Shares({name: np.array(fit.levels[name], dtype=np.float64)[codes[name]] for name in both}, codes, shares)


def _every_combination(sizes: list[int]) -> IntArray:
    combinations = list(product(*map(range, sizes)))
    return np.array(combinations, dtype=np.intp).reshape(len(combinations), len(sizes))


def _cells(fit: FittedModel) -> tuple[dict[str, IntArray], FloatArray]:
    """The combinations of categories that rows have: codes into the fit's levels per column, and rows with each."""
    columns, combinations, frequencies = fit.cells
    seen = combinations[frequencies > 0]
    codes = {}
    for position, name in enumerate(columns):
        place = {level: code for code, level in enumerate(fit.levels[name])}
        known = np.array([place.get(level, -1) for level in fit.known_levels[name]], dtype=np.intp)
        codes[name] = known[seen[:, position]]
    return codes, frequencies[frequencies > 0]


def _products_of_margins(fit: FittedModel, names: Sequence[str], combinations: IntArray) -> FloatArray:
    cells, frequencies = _cells(fit)
    shares = np.ones(len(combinations))
    for position, name in enumerate(names):
        margin = np.bincount(cells[name], weights=frequencies, minlength=len(fit.levels[name]))
        shares = shares * (margin / margin.sum())[combinations[:, position]]
    return shares


def row_shares(fit: FittedModel, axes: Collection[str], over: pd.DataFrame) -> Shares:
    """Standardisation: the rows of ``over``, each with the same share. Raises ModelRefused for incomplete rows."""
    numeric = [name for name in fit.design.numeric_variables() if name not in axes]
    categories = [name for name in fit.levels if name not in axes]
    require_columns(over, [*numeric, *categories], "the average over rows")
    if not len(over):
        raise ModelRefused("There are no rows to average over.", "Give a frame with at least one row.")
    numbers = {name: as_numbers(over[name], name) for name in numeric}
    codes = {name: _codes(fit.levels[name], over[name]) for name in categories}
    bad: dict[str, Any] = {name: int(np.isnan(column).sum()) for name, column in numbers.items()}
    bad |= {name: int((column < 0).sum()) for name, column in codes.items()}
    wrong = [f"{name} in {count}" for name, count in bad.items() if count]
    if wrong:
        raise ModelRefused(
            f"Rows to average over are missing a value, or have a level the fit does not know: {', '.join(wrong)}.",
            "Leave those rows out first.",
        )
    return Shares(numbers, codes, np.full(len(over), 1.0 / len(over)))


def _codes(levels: tuple[Any, ...], column: pd.Series[Any]) -> IntArray:
    """Codes into ``levels``; -1 where missing or unknown."""
    labels = as_labels(column)
    place = {level: code for code, level in enumerate(levels)}
    translated = np.array([place.get(level, -1) for level in labels.levels] + [-1], dtype=np.intp)
    return np.asarray(translated[labels.codes])
