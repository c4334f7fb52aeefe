"""Differences between adjusted means, and any other linear combinations of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..fitted_model import LEVEL, FittedModel, inference_table
from ..refusal import ModelRefused
from .adjustment import Adjusted, Family, adjusted, check_adjustment
from .comparisons import Comparisons, Method, comparisons
from .estimable import NOT_ESTIMABLE_REMEDY, estimable, is_zero, kept
from .given_covariance import with_covariance
from .grid import Grid, Request, reference_grid, request
from .marginal import MEAN_COLUMNS, check_level

FloatArray = npt.NDArray[np.float64]

SEED = 20_261_124  # any number; fixed, so that the same question has the same answer


def contrasts(  # noqa: PLR0913 - the arguments an emmeans user expects, in one place
    fit: FittedModel,
    by: str | Sequence[str],
    at: Mapping[str, Any] | None = None,
    adjust: str = "holm",
    weights: str = "equal",
    over: pd.DataFrame | None = None,
    method: Method = "pairwise",
    reference: Any = None,
    vcov: pd.DataFrame | None = None,
    level: float = LEVEL,
    seed: int = SEED,
) -> pd.DataFrame:
    """Comparisons of adjusted means within each ``at`` point. One row per comparison and point.

    ``method`` is "pairwise" (every difference once, in the order of the levels), "reference" (each level minus
    ``reference``, the first when None), or a mapping from a contrast's name to its coefficients: a mapping from level
    to coefficient, or one coefficient per mean in the order of ``marginal_means``. With several ``by`` columns a
    level is a tuple, so that a difference of differences is::

        contrasts(fit, by=["route", "sessions"], at={"sessions": [1, 6]}, method={
            "IV - IM, change from 1 to 6": {("IV", 6): 1, ("IV", 1): -1, ("IM", 6): -1, ("IM", 1): 1}})

    Coefficients need not sum to zero, as in emmeans: one that does not is a weighted sum of means, not a difference.

    ``adjust`` is for the comparisons of one ``at`` point: "holm", "bonferroni", "tukey" (studentised range, for
    "pairwise" only), "mvt" (the multivariate t distribution of these comparisons, simulated from ``seed``;
    ``.attrs["monte_carlo_error"]`` is the largest standard error of its p values) or "none". Intervals go with it;
    those of "holm" are Bonferroni's, since Holm's procedure has no intervals of its own: they may include zero where
    the adjusted p value is just below 0.05.

    Columns contrast ("IM - IV"), first and second (differences of two means only), the at columns, estimate (first
    minus second, in the outcome's units), std_error, df, ci_low, ci_high, statistic, p_value and p_adjusted.
    Comparisons that the rows cannot estimate are left out, not counted in the adjustment, and counted in
    ``.attrs["not_estimable"]``. Other arguments as in ``marginal_means``; raises ModelRefused as it does.
    """
    check_adjustment(adjust, method == "pairwise")
    check_level(level)
    fit = with_covariance(fit, vcov)
    asked = request(by, at, weights, over)
    grid = reference_grid(fit, asked)
    compared = _compare(fit, grid, asked, method, reference)
    table = inference_table(fit, compared.combinations, compared.combinations @ fit.coefficients, level)
    families = [_family(fit, compared, table, rows) for rows in compared.families()]
    found = [adjusted(family, adjust, level, seed) for family in families]
    return _shown(grid, asked, compared, table, found)


@dataclass(frozen=True)
class _Compared:
    """Estimable comparisons of every at point: ``combinations`` (rows x kept terms), and for each its place in
    ``asked`` and the ``point`` it belongs to."""

    asked: Comparisons
    place: npt.NDArray[np.intp]
    point: npt.NDArray[np.intp]
    combinations: FloatArray
    not_estimable: int

    def families(self) -> list[npt.NDArray[np.intp]]:
        """Rows per at point."""
        edges = np.flatnonzero(np.diff(self.point)) + 1
        return np.split(np.arange(len(self.point), dtype=np.intp), edges)


def _compare(fit: FittedModel, grid: Grid, asked: Request, method: Method, reference: Any) -> _Compared:
    """Points run through the by columns slowest, so the means of one at point lie a fixed stride apart."""
    if not asked.by:
        raise ModelRefused("There is nothing to compare: by names no column.", "Name a category in by.")
    levels = grid.values(asked.by)
    wanted = comparisons(method, reference, levels, asked.by)
    if not wanted.names:
        raise ModelRefused(f"{' and '.join(asked.by)} has one level to compare.", "Widen the cohort.")
    means = grid.columns.reshape(len(levels), -1, grid.columns.shape[1]).transpose(1, 0, 2)
    rows = np.concatenate(wanted.coefficients @ means)
    absolute = np.abs(wanted.coefficients)
    magnitude = np.concatenate(absolute @ np.abs(means))
    unseen = np.concatenate(~grid.seen.reshape(len(levels), -1).T @ absolute.T)
    known = estimable(fit, rows, magnitude) & (unseen == 0)
    if not known.any():
        raise ModelRefused("None of the differences asked for can be estimated from these rows.", NOT_ESTIMABLE_REMEDY)
    point, place = np.divmod(np.flatnonzero(known), len(wanted.names))
    _check_not_zero(wanted.names, place, is_zero(rows[known], magnitude[known]))
    return _Compared(wanted, place, point, kept(fit, rows[known]), int(np.sum(~known)))


def _check_not_zero(names: Sequence[str], place: npt.NDArray[np.intp], zero: npt.NDArray[np.bool_]) -> None:
    if zero.any():
        raise ModelRefused(
            f"The contrast '{names[place[zero][0]]}' is zero whatever the data: the model has no term for it.",
            "Add the term it is about to the formula, often an interaction, or leave the contrast out.",
        )


def _family(fit: FittedModel, compared: _Compared, table: dict[str, FloatArray], rows: npt.NDArray[np.intp]) -> Family:
    combinations = compared.combinations[rows]
    scaled = combinations / table["std_error"][rows, None]
    n_means = int((compared.asked.coefficients[compared.place[rows]] != 0).any(axis=0).sum())
    return Family(
        table["statistic"][rows],
        table["df"][rows],
        table["p_value"][rows],
        scaled @ fit.coefficient_covariance @ scaled.T,
        n_means,
    )


def _shown(
    grid: Grid, asked: Request, compared: _Compared, table: dict[str, FloatArray], found: Sequence[Adjusted]
) -> pd.DataFrame:
    width = np.concatenate([one.critical for one in found]) * table["std_error"]
    table = {**table, "ci_low": table["estimate"] - width, "ci_high": table["estimate"] + width}
    names = {"contrast": compared.asked.names, "first": compared.asked.first, "second": compared.asked.second}
    shown: dict[str, Any] = {
        name: np.array(values, dtype=object)[compared.place] for name, values in names.items() if values is not None
    }
    points = grid.values(asked.at_only)
    for column, name in enumerate(asked.at_only):
        shown[name] = pd.Series([points[point][column] for point in compared.point])
    shown.update({column: table[column] for column in [*MEAN_COLUMNS, "statistic", "p_value"]})
    shown["p_adjusted"] = np.concatenate([one.p_values for one in found])
    result = pd.DataFrame(shown)
    result.attrs["not_estimable"] = compared.not_estimable
    result.attrs["monte_carlo_error"] = max(one.error for one in found)
    return result
