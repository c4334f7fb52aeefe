"""Adjusted means and the differences between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..fitted_model import LEVEL, FittedModel, inference_table
from .grid import Grid, reference_grid
from ..refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]

ADJUSTMENTS = ("holm", "bonferroni", "none")
MEAN_COLUMNS = ["estimate", "std_error", "df", "ci_low", "ci_high"]


def marginal_means(
    fit: FittedModel,
    by: str | Sequence[str],
    at: Mapping[str, Any] | None = None,
    weights: str = "equal",
    over: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Adjusted means: predictions at chosen values, averaged over everything else. One row per grid point.

    ``by`` names categories (all levels present) and ``at`` values of any column, crossed with each other. Other
    numeric columns stand at their row mean; other categories are averaged with "equal" weights per level, or
    "observed", the joint frequency of their combinations among the rows, the same for every ``by`` level
    (emmeans "proportional"). With ``over``, one row per patient, the average is instead over those rows with by
    and at set in each (standardisation).

    Points that the rows cannot estimate are left out; ``.attrs["not_estimable"]`` counts them. Units are the
    outcome's, intervals are 95 %. Raises ModelRefused when nothing asked for can be estimated.
    """
    grid = _estimable_only(reference_grid(fit, _names(by), at, weights, over))
    estimates = grid.combinations @ fit.coefficients
    table = inference_table(fit, grid.combinations, estimates)
    result = grid.points.assign(**{column: table[column] for column in MEAN_COLUMNS})
    result.attrs["not_estimable"] = int((~grid.estimable).sum())
    return result


def contrasts(
    fit: FittedModel,
    by: str | Sequence[str],
    at: Mapping[str, Any] | None = None,
    adjust: str = "holm",
    weights: str = "equal",
    over: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """All pairwise differences between adjusted means, within each ``at`` point. One row per pair and point.

    Columns contrast ("IM - IV"), first, second, the at columns, estimate (first minus second, in the outcome's
    units), std_error, df, ci_low, ci_high, statistic, p_value and p_adjusted. Adjustment is for the pairs of
    one ``at`` point. The intervals of "holm" are Bonferroni's, since Holm's procedure has no intervals of its
    own: they may include zero where the adjusted p value is just below 0.05. Other arguments as in
    ``marginal_means``.
    """
    if adjust not in ADJUSTMENTS:
        raise ModelRefused(f"There is no adjustment '{adjust}'.", "Use 'holm', 'bonferroni' or 'none'.")
    names = _names(by)
    grid = _estimable_only(reference_grid(fit, names, at, weights, over))
    at_columns = [name for name in (at or {}) if name not in names]
    families: dict[tuple[Any, ...], list[int]] = {}
    for position, point in enumerate(grid.points[at_columns].itertuples(index=False, name=None)):
        families.setdefault(point, []).append(position)
    pairs = [list(combinations(rows, 2)) for rows in families.values() if len(rows) > 1]
    if not pairs:
        raise ModelRefused(f"{' and '.join(names)} has one level to compare.", "Widen the cohort.")
    return _compared(fit, grid, names, at_columns, pairs, adjust)


def _compared(
    fit: FittedModel,
    grid: Grid,
    names: list[str],
    at_columns: list[str],
    families: list[list[tuple[int, int]]],
    adjust: str,
) -> pd.DataFrame:
    """Differences of all pairs at once; p values and interval levels adjusted family by family."""
    first, second = np.array([pair for family in families for pair in family]).T
    sizes = np.array([len(family) for family in families])
    differences = grid.combinations[first] - grid.combinations[second]
    level = 1.0 - (1.0 - LEVEL) / (1.0 if adjust == "none" else np.repeat(sizes, sizes))
    table = inference_table(fit, differences, differences @ fit.coefficients, level)
    labels = np.array(_point_labels(grid.points, names), dtype=object)
    shown: dict[str, Any] = {
        "contrast": [f"{one} - {other}" for one, other in zip(labels[first], labels[second], strict=True)],
        "first": labels[first],
        "second": labels[second],
    }
    shown.update({name: grid.points[name].to_numpy()[first] for name in at_columns})
    shown.update({column: table[column] for column in [*MEAN_COLUMNS, "statistic", "p_value"]})
    by_family = np.split(table["p_value"], np.cumsum(sizes)[:-1])
    shown["p_adjusted"] = np.concatenate([adjusted_p(values, adjust) for values in by_family])
    return pd.DataFrame(shown)


def _names(by: str | Sequence[str]) -> list[str]:
    return [by] if isinstance(by, str) else list(by)


def _estimable_only(grid: Grid) -> Grid:
    if grid.estimable.all():
        return grid
    if not grid.estimable.any():
        raise ModelRefused(
            "None of the means asked for can be estimated from these rows.",
            "Two categories go together completely in these rows, such as a clinic with a route of its own: widen the "
            "cohort, or leave one of them out of the model.",
        )
    points = grid.points[grid.estimable].reset_index(drop=True)
    return Grid(points, grid.combinations[grid.estimable], grid.estimable)


def _point_labels(points: pd.DataFrame, names: list[str]) -> list[str]:
    return [" ".join(str(value) for value in point) for point in points[names].itertuples(index=False, name=None)]


def adjusted_p(p_values: FloatArray, adjust: str) -> FloatArray:
    """p values of a family of comparisons: Holm (1979), Bonferroni, or unchanged."""
    count = len(p_values)
    if adjust == "none":
        return p_values.copy()
    if adjust == "bonferroni":
        return np.minimum(p_values * count, 1.0)
    order = np.argsort(p_values)
    stepped = np.maximum.accumulate(p_values[order] * np.arange(count, 0, -1))
    adjusted = np.empty(count)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
