"""The columns of a fit's formulas read from any frame, in the levels the fit knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..columns import as_labels, as_numbers, require_columns
from ..design import Design, design_columns, factor_values

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class DesignRows:
    """One entry per row of the frame: numbers (NaN where missing) and codes into the levels of the fit.

    A code is -1 where the value is missing, -2 where the fit has no such level; ``unseen`` names those levels per
    column.
    """

    numbers: dict[str, FloatArray]
    codes: dict[str, IntArray]
    unseen: dict[str, tuple[Any, ...]]
    n_rows: int

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Rows on which every column has a value that the fit knows."""
        keep = np.ones(self.n_rows, dtype=bool)
        for values in self.numbers.values():
            keep &= ~np.isnan(values)
        for codes in self.codes.values():
            keep &= codes >= 0
        return keep

    def taken(self, rows: Any) -> DesignRows:
        """The given rows only."""
        numbers = {name: values[rows] for name, values in self.numbers.items()}
        codes = {name: values[rows] for name, values in self.codes.items()}
        return DesignRows(numbers, codes, self.unseen, len(np.arange(self.n_rows)[rows]))


def read_design_rows(designs: Sequence[Design], data: pd.DataFrame, place: str, also: Sequence[str] = ()) -> DesignRows:
    """Read every column that the designs use, and the numbers named in ``also``.

    Raises ModelRefused for columns that are absent (``place`` says what wanted them), that are not numbers, or that
    hold infinite values.
    """
    numeric = dict.fromkeys([*(name for design in designs for name in design.numeric_variables()), *also])
    levels = {name: known for design in designs for name, known in design.levels.items()}
    require_columns(data, [*numeric, *levels], place)
    numbers = {name: as_numbers(data[name], name) for name in numeric}
    codes: dict[str, IntArray] = {}
    unseen: dict[str, tuple[Any, ...]] = {}
    for name, known in levels.items():
        codes[name], unseen[name] = _codes_into(known, data[name])
    return DesignRows(numbers, codes, {name: gone for name, gone in unseen.items() if gone}, len(data))


def _codes_into(known: tuple[Any, ...], column: pd.Series[Any]) -> tuple[IntArray, tuple[Any, ...]]:
    labels = as_labels(column)
    place = {level: code for code, level in enumerate(known)}
    translated = np.array([*(place.get(level, -2) for level in labels.levels), -1], dtype=np.intp)
    codes = translated[labels.codes]
    counted = np.bincount(labels.codes[labels.codes >= 0], minlength=len(labels.levels))
    return codes, tuple(
        level for level, count in zip(labels.levels, counted, strict=True) if count and level not in place
    )


def matrix_of(design: Design, rows: DesignRows) -> FloatArray:
    """The design on complete rows: rows x columns."""
    made = np.empty((len(design.names), rows.n_rows))
    design_columns(design, factor_values(design, rows.numbers, rows.codes), made)
    return made.T
