"""The working problem of one fit: whose cross-products, in which basis, and the way back to raw coefficients."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .basis import Independent, independent_columns
from .cells import Cells
from .crossproducts import CrossProducts, triangle_to_square
from .design import Design, build_design, probe_map
from .formula import parse_model_formula
from .nested.sums import NestedProducts, OuterProducts, by_clinic
from .raw_columns import no_variance, reproduced_exactly
from .rebasing import REFIT_NOISE, cohort_basis
from .triangles import solve_upper

if TYPE_CHECKING:
    from .errors.whitened_sums import ErrorSums, RowsAsTheyAre

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

NO_SPREAD = 1e-13  # variance of a cohort's outcome over everyone's, under which it is rounding error


@dataclass(frozen=True)
class Working:
    """Cross-products of [Z X y] on the working scale and what undoes the scale.

    Working columns W = X[kept] @ ``transform``; the outcome is ``outcome_mean`` + W ``offset`` +
    ``outcome_scale`` x its working value. ``ones`` are the sums over rows of the working columns. With ``errors``,
    ``data`` are sums of whitened rows. With patients nested in clinics ``outer`` has the clinics' sums, patient by
    patient.
    """

    data: CrossProducts
    design: Design
    kept: tuple[int, ...]
    dropped: tuple[int, ...]
    alias: FloatArray
    transform: FloatArray
    offset: FloatArray
    outcome_mean: float
    outcome_scale: float
    ones: FloatArray
    frequencies: FloatArray
    errors: ErrorSums | None = None
    outer: OuterProducts | None = None

    @cached_property
    def nested(self) -> NestedProducts | None:
        """The sums of both levels, clinic by clinic; None without an outer level."""
        return None if self.outer is None else by_clinic(self.data, self.outer)

    @property
    def problem(self) -> CrossProducts | NestedProducts:
        """What is minimised."""
        return self.data if self.nested is None else self.nested


@dataclass(frozen=True)
class Everyone:
    """All patients' working problem plus what a cohort needs: rows per patient and per-patient squares.

    With residuals that are not independent and alike, ``working`` and ``squares`` are sums of whitened rows, and
    ``plain`` keeps the rows as they are.
    """

    working: Working
    cells: Cells
    counts: IntArray
    squares: FloatArray | None
    column_sums: FloatArray | None
    plain: RowsAsTheyAre | None = None

    def cohort(self, chosen: IntArray) -> Working:
        """The working problem of some patients: an index into the sums, and a new basis where columns emptied."""
        own = self._cohort(chosen)
        if self.working.outer is None:
            return own
        outer, change = self.working.outer.take(chosen), basis_change(self.working, own)
        return replace(own, outer=outer if change is None else outer.changed(change))

    def _cohort(self, chosen: IntArray) -> Working:
        if self.plain is not None:
            return self.plain.cohort(self, chosen)
        assert self.squares is not None
        whole = self.working
        total = triangle_to_square(sum_over(self.squares, chosen), whole.data.p + 1)
        n_rows = int(self.counts[chosen].sum())
        data = CrossProducts(
            np.take(whole.data.zz, chosen, axis=1, mode="clip"),
            np.take(whole.data.zx, chosen, axis=2, mode="clip"),
            total,
            np.take(whole.data.minors, chosen, axis=1, mode="clip"),
            n_rows,
        )
        frequencies = self.cells.frequencies(chosen, whole.data.m)
        present = self.cells.levels_present(frequencies)
        ones = whole.ones if self.column_sums is None else self.column_sums[:, chosen].sum(axis=1)
        if self.column_sums is None:
            ones = total[:-1, 0] / whole.transform[0, 0]
        levels = {column: present.get(column, known) for column, known in whole.design.levels.items()}
        same = levels == whole.design.levels
        found = independent_columns(total[:-1, :-1], REFIT_NOISE * n_rows)
        _check_spread(data, whole, ones, found)
        if same and not found.dropped:
            return Working(
                data, whole.design, whole.kept, whole.dropped, whole.alias, whole.transform, whole.offset,
                whole.outcome_mean, whole.outcome_scale, ones, frequencies,
            )  # fmt: skip
        return _rebased(data, whole, levels, ones, frequencies)


def sum_over(squares: FloatArray, chosen: IntArray) -> FloatArray:
    """Sums over some patients. A large cohort is summed by weights of one and zero: no copy of its sums is made."""
    if 4 * len(chosen) < squares.shape[1]:
        return np.asarray(np.take(squares, chosen, axis=1, mode="clip").sum(axis=1))
    weights = np.zeros(squares.shape[1])
    weights[chosen] = 1.0
    return np.asarray(np.einsum("km,m->k", squares, weights))


def _check_spread(data: CrossProducts, whole: Working, ones: FloatArray, found: Independent) -> None:
    """Raises ModelRefused when the cohort's outcome is constant or a combination of the columns."""
    weights = np.append(whole.offset, whole.outcome_scale)
    spread = float(weights @ data.total @ weights)
    sum_of_outcome = float(whole.offset @ ones + whole.outcome_scale * _sum_of_working_outcome(data, whole))
    spread -= sum_of_outcome**2 / data.n_rows
    if spread <= NO_SPREAD * data.n_rows * float(weights @ weights):
        raise no_variance()
    left = data.total[-1, -1] - _explained(data.total, found)
    if left <= NO_SPREAD * data.n_rows:
        raise reproduced_exactly()


def _sum_of_working_outcome(data: CrossProducts, whole: Working) -> float:
    """Known through the intercept; without one the mean is part of what varies."""
    return float(data.total[0, -1] / whole.transform[0, 0]) if whole.design.names[:1] == ("Intercept",) else 0.0


def _explained(total: FloatArray, found: Independent) -> float:
    """Sum of squares of the working outcome that the independent columns take up."""
    half = solve_upper(found.root, total[list(found.kept), -1], transposed=True)
    return float(half @ half)


def _rebased(
    data: CrossProducts, whole: Working, levels: dict[str, tuple[Any, ...]], ones: FloatArray, frequencies: FloatArray
) -> Working:
    """Columns as a model of these rows alone would have them: own reference levels, aliased columns out."""
    design = build_design(parse_model_formula(whole.design.parsed_from), whole.design.parsed_from, levels)
    raw = np.zeros((len(whole.kept), len(whole.design.names)))
    raw[:, list(whole.kept)] = np.eye(len(whole.kept))
    raw[:, list(whole.dropped)] = whole.alias
    to_working = solve_upper(whole.transform, raw)
    mapping = np.eye(len(whole.design.names)) if levels == whole.design.levels else probe_map(whole.design, design)
    join = to_working @ mapping
    basis, change = cohort_basis(join, np.abs(to_working) @ np.abs(mapping), data.total[:-1, :-1] / data.n_rows)
    total = changed_total(data.total, change)
    pulled = change.T @ data.total[:-1, :-1] @ whole.offset
    offset: FloatArray = np.asarray(np.linalg.solve(total[:-1, :-1], pulled), dtype=np.float64)
    changed = CrossProducts(data.zz, changed_columns(data.zx, change), total, data.minors, data.n_rows)
    return Working(
        changed, design, basis.kept, basis.dropped, basis.alias, basis.transform, offset, whole.outcome_mean,
        whole.outcome_scale, change.T @ ones, frequencies,
    )  # fmt: skip


def basis_change(whole: Working, own: Working) -> FloatArray | None:
    """The map from everyone's working columns to a cohort's own; None when they are the same."""
    if own.design is whole.design and own.kept == whole.kept:
        return None
    raw = np.zeros((len(whole.kept), len(whole.design.names)))
    raw[:, list(whole.kept)] = np.eye(len(whole.kept))
    raw[:, list(whole.dropped)] = whole.alias
    same = own.design.levels == whole.design.levels
    mapping = np.eye(len(whole.design.names)) if same else probe_map(whole.design, own.design)
    change: FloatArray = solve_upper(whole.transform, raw) @ mapping[:, list(own.kept)] @ own.transform
    return change


def changed_total(total: FloatArray, change: FloatArray) -> FloatArray:
    """[X y]'[X y] of other columns: X times ``change``, y as it is."""
    wide = np.zeros((len(total), change.shape[1] + 1))
    wide[:-1, :-1], wide[-1, -1] = change, 1.0
    return np.asarray(wide.T @ total @ wide)


def changed_columns(zx: FloatArray, change: FloatArray) -> FloatArray:
    """Z_i'[X y]_i of other columns, effects x columns x patients: X times ``change``, y as it is."""
    made = np.empty((zx.shape[0], change.shape[1] + 1, zx.shape[2]))
    for row in range(len(zx)):
        np.matmul(change.T, zx[row, :-1], out=made[row, :-1])
        made[row, -1] = zx[row, -1]
    return made
