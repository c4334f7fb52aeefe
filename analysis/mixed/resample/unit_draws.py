"""Patients, or whole clinics, drawn with replacement: an index into their sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..cells import Cells
from ..crossproducts import CrossProducts, triangle_to_square
from ..fit import MixedModelFit
from ..nested.fit import NestedMixedModelFit
from ..nested.sums import OuterProducts, by_clinic
from ..problem import Problem
from ..refusal import ModelRefused
from ..sweeps import Data

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class DrawnUnits:
    """What is drawn: patients or clinics, called ``noun`` in sentences. ``of_patient`` numbers each patient's unit into
    ``labels``."""

    noun: str
    labels: pd.Index[Any]
    of_patient: IntArray

    def members(self, chosen: IntArray) -> tuple[IntArray, IntArray]:
        """The patients of the chosen units, one unit after the other, and the number of the draw each came with."""
        order = np.argsort(self.of_patient, kind="stable")
        counts = np.bincount(self.of_patient, minlength=len(self.labels))
        starts = np.cumsum(counts) - counts
        draw = np.repeat(np.arange(len(chosen)), counts[chosen])
        within = np.arange(len(draw)) - np.repeat(np.cumsum(counts[chosen]) - counts[chosen], counts[chosen])
        return order[starts[chosen][draw] + within], draw


def drawn_units(problem: Problem, fit: MixedModelFit) -> DrawnUnits:
    """Patients, or the clinics they are nested in."""
    outer = problem.working.outer
    if not isinstance(fit, NestedMixedModelFit) or outer is None or problem.model.outer_level is None:
        return DrawnUnits("patient", problem.patients, np.arange(len(problem.patients)))
    present, of_patient = np.unique(outer.clinic, return_inverse=True)
    return DrawnUnits("clinic", problem.model.outer_level.clinics[present], of_patient)


@dataclass(frozen=True, eq=False)
class UnitDraws:
    """Samples of the units of a problem. ``stratum`` numbers the stratum of each unit (None: one stratum)."""

    problem: Problem
    units: DrawnUnits
    stratum: IntArray | None

    def draw(self, draws: np.random.Generator) -> Data:
        """The sums of as many units as there are, drawn with replacement within strata."""
        working = self.problem.working
        patients, draw = self.units.members(np.sort(self._chosen(draws)))
        data = working.data
        weights = np.bincount(patients, minlength=data.m).astype(np.float64)
        sampled = CrossProducts(
            np.take(data.zz, patients, axis=1),
            np.take(data.zx, patients, axis=2),
            self._total(weights),
            np.take(data.minors, patients, axis=1),
            int(self.problem.counts @ weights),
        )
        if working.outer is None:
            return sampled
        outer = working.outer.take(patients)
        return by_clinic(sampled, OuterProducts(draw, outer.cc, outer.cz, outer.cx))

    def _total(self, weights: FloatArray) -> FloatArray:
        """[X y]'[X y] with patients counted by weight, on the problem's working scale."""
        triangle = np.einsum("km,m->k", self.problem.triangles, weights)
        total = triangle_to_square(triangle, self.problem.model.everyone.working.data.p + 1)
        change = self.problem.change_of_basis()
        if change is None:
            return total
        wide = np.zeros((len(total), change.shape[1] + 1))
        wide[:-1, :-1], wide[-1, -1] = change, 1.0
        return np.asarray(wide.T @ total @ wide)

    def _chosen(self, draws: np.random.Generator) -> IntArray:
        size = len(self.units.labels)
        if self.stratum is None:
            return draws.integers(0, size, size)
        members = [np.flatnonzero(self.stratum == number) for number in range(int(self.stratum.max()) + 1)]
        return np.concatenate([one[draws.integers(0, len(one), len(one))] for one in members])


def strata_of(problem: Problem, units: DrawnUnits, strata: str | pd.Series[Any] | None) -> IntArray | None:
    """The stratum of each unit. Raises ModelRefused for a column that is none and units without a stratum."""
    if strata is None:
        return None
    if isinstance(strata, str):
        return _strata_in_cells(problem, units, strata)
    labels = strata.reindex(units.labels)
    missing = int(labels.isna().sum())
    if missing:
        raise ModelRefused(
            f"{missing} of the fit's {len(labels)} {units.noun}s have no stratum.",
            f"Give one label per {units.noun}, as a series indexed by {units.noun}.",
        )
    return np.asarray(pd.factorize(labels)[0], dtype=np.intp)


def _strata_in_cells(problem: Problem, units: DrawnUnits, column: str) -> IntArray:
    cells: Cells = problem.model.everyone.cells
    if column not in cells.columns:
        raise ModelRefused(
            f"'{column}' is not a category of this model.",
            f"Use one of {', '.join(cells.columns) or 'no categories'}, or give a series indexed by {units.noun}.",
        )
    place = np.full(len(problem.model.patients), -1, dtype=np.intp)
    place[np.arange(len(place)) if problem.chosen is None else problem.chosen] = np.arange(len(problem.patients))
    known = place[cells.patient] >= 0
    level = cells.combinations[cells.cell, cells.columns.index(column)][known]
    unit = units.of_patient[place[cells.patient][known]]
    first = np.zeros(len(units.labels), dtype=np.intp)
    first[unit] = level
    if not np.array_equal(first[unit], level):
        raise ModelRefused(
            f"'{column}' changes within a {units.noun}, so {units.noun}s cannot be drawn within its levels.",
            f"Give a series with one label per {units.noun}.",
        )
    return np.asarray(pd.factorize(first)[0], dtype=np.intp)
