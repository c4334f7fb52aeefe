"""What averages over the rows need: counts per combination of categories and sums of covariates, per patient.

A fit on some of the patients takes its covariate means, its levels and its observed weights from here, not from
the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .columns import IntArray, Labels

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """``columns`` are the category columns, ``levels`` their levels, ``combinations`` (cells x columns) the
    codes that occur.

    One entry of ``patient``/``cell``/``count`` per patient and combination: that many rows. ``sums`` (covariates x
    patients) are sums over rows of the numeric ``covariates``.
    """

    columns: tuple[str, ...]
    levels: dict[str, tuple[Any, ...]]
    combinations: IntArray
    patient: IntArray
    cell: IntArray
    count: IntArray
    covariates: tuple[str, ...]
    sums: FloatArray

    def frequencies(self, chosen: IntArray | None, m: int) -> FloatArray:
        """Rows per combination among the chosen patients (everyone when None)."""
        weights = self.count.astype(np.float64)
        if chosen is not None:
            kept = np.zeros(m)
            kept[chosen] = 1.0
            weights = weights * kept[self.patient]
        return np.bincount(self.cell, weights=weights, minlength=len(self.combinations)).astype(np.float64)

    def means(self, chosen: IntArray | None, n_rows: int) -> dict[str, float]:
        """Row means of the covariates among the chosen patients."""
        sums = self.sums if chosen is None else self.sums[:, chosen]
        return dict(zip(self.covariates, (sums.sum(axis=1) / n_rows).tolist(), strict=True))

    def levels_present(self, frequencies: FloatArray) -> dict[str, tuple[Any, ...]]:
        """The levels with at least one row, per column, in their order."""
        occurring = self.combinations[frequencies > 0]
        return {
            column: tuple(self.levels[column][code] for code in np.unique(occurring[:, position]))
            for position, column in enumerate(self.columns)
        }


def tabulate_cells(
    labels: dict[str, Labels], numbers: dict[str, FloatArray], patient: IntArray, place: IntArray
) -> Cells:
    """Count the rows of each patient by combination of categories. ``place[patient]`` is the patient's position."""
    m = len(place)
    columns = tuple(labels)
    cell = np.zeros(len(patient), dtype=np.int64)
    for column in columns:
        cell = cell * len(labels[column].levels) + labels[column].codes
    of_patient, of_cell, count = _pairs(cell, patient, m)
    found, cells = np.unique(of_cell, return_inverse=True)
    combinations = np.empty((len(found), len(columns)), dtype=np.intp)
    for position in reversed(range(len(columns))):
        found, combinations[:, position] = np.divmod(found, len(labels[columns[position]].levels))
    sums = np.empty((len(numbers), m))
    for row, values in zip(sums, numbers.values(), strict=True):
        row[place] = np.bincount(patient, weights=values, minlength=m)
    return Cells(
        columns,
        {column: labels[column].levels for column in columns},
        combinations,
        place[of_patient],
        cells,
        count,
        tuple(numbers),
        sums,
    )


def _pairs(cell: IntArray, patient: IntArray, m: int) -> tuple[IntArray, IntArray, IntArray]:
    """Patient, cell and rows for each pair that occurs; quick when no patient changes cell."""
    of_patient = np.zeros(m, dtype=np.int64)
    of_patient[patient] = cell
    if np.array_equal(of_patient[patient], cell):
        return np.arange(m), of_patient, np.bincount(patient, minlength=m)
    pair, count = np.unique(cell * m + patient, return_counts=True)
    return pair % m, pair // m, count
