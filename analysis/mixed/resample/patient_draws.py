"""Patients drawn with replacement, as an index into their sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..cells import Cells
from ..crossproducts import CrossProducts, triangle_to_square
from ..problem import Problem
from ..refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class PatientDraws:
    """Samples of the patients of a problem. ``stratum`` numbers the stratum of each patient (None: one stratum)."""

    problem: Problem
    stratum: IntArray | None

    def draw(self, draws: np.random.Generator) -> CrossProducts:
        """The sums of as many patients as there are, drawn with replacement within strata."""
        data = self.problem.working.data
        chosen = np.sort(self._chosen(draws, data.m))
        weights = np.bincount(chosen, minlength=data.m).astype(np.float64)
        triangle = np.einsum("km,m->k", self.problem.triangles, weights)
        total = triangle_to_square(triangle, self.problem.model.everyone.working.data.p + 1)
        change = self.problem.change_of_basis()
        if change is not None:
            wide = np.zeros((len(total), change.shape[1] + 1))
            wide[:-1, :-1], wide[-1, -1] = change, 1.0
            total = wide.T @ total @ wide
        return CrossProducts(
            np.take(data.zz, chosen, axis=1),
            np.take(data.zx, chosen, axis=2),
            total,
            np.take(data.minors, chosen, axis=1),
            int(self.problem.counts @ weights),
        )

    def _chosen(self, draws: np.random.Generator, m: int) -> IntArray:
        if self.stratum is None:
            return draws.integers(0, m, m)
        members = [np.flatnonzero(self.stratum == number) for number in range(int(self.stratum.max()) + 1)]
        return np.concatenate([one[draws.integers(0, len(one), len(one))] for one in members])


def strata_of(problem: Problem, strata: str | pd.Series[Any] | None) -> IntArray | None:
    """The stratum of each patient. Raises ModelRefused for a column that is none and patients without a stratum."""
    if strata is None:
        return None
    if isinstance(strata, str):
        return _strata_in_cells(problem, strata)
    labels = strata.reindex(problem.patients)
    missing = int(labels.isna().sum())
    if missing:
        raise ModelRefused(
            f"{missing} of the fit's {len(labels)} patients have no stratum.", "Give one label per patient."
        )
    return np.asarray(pd.factorize(labels)[0], dtype=np.intp)


def _strata_in_cells(problem: Problem, column: str) -> IntArray:
    cells: Cells = problem.model.everyone.cells
    if column not in cells.columns:
        raise ModelRefused(
            f"'{column}' is not a category of this model.",
            f"Use one of {', '.join(cells.columns) or 'no categories'}, or give a series indexed by patient.",
        )
    level = cells.combinations[cells.cell, cells.columns.index(column)]
    first = np.zeros(len(problem.model.patients), dtype=np.intp)
    first[cells.patient] = level
    if not np.array_equal(first[cells.patient], level):
        raise ModelRefused(
            f"'{column}' changes within a patient, so patients cannot be drawn within its levels.",
            "Give a series with one label per patient.",
        )
    own = first if problem.chosen is None else first[problem.chosen]
    return np.asarray(pd.factorize(own)[0], dtype=np.intp)
