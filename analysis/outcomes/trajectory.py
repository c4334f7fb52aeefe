"""The frames of the main figure: adjusted means over time, at the decision point, and differences there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.mixed import MixedModelFit, contrasts, marginal_means

from .model_rows import time_groups
from .model_spec import CATEGORY_COLUMN, ModelSpec, Time
from .points import Points, still_assessed
from .result import DECISION, DIFFERENCES, TRAJECTORY

LAST_X: dict[Time, int] = {"sessions": 12, "weeks": 26}
Values = dict[str, list[float] | list[str]]
Floats = NDArray[np.float64]


def time_grid(points: Points, spec: ModelSpec) -> Floats:
    """1, 2, 3, ... up to the last time anyone was assessed, at most 12 sessions or 26 weeks, and always
    to the end of induction."""
    last = min(float(np.floor(points.x.max())), LAST_X[spec.time]) if len(points) else 0.0
    return np.arange(1.0, max(last, spec.knot) + 1)


def _at(grid: Floats, spec: ModelSpec) -> tuple[str, Values, NDArray[np.int64]]:
    """The engine's column and values for some times, and for each time the place of its value."""
    if spec.shape != "categories":
        return spec.x, {spec.x: grid.tolist()}, np.arange(len(grid))
    groups = [str(group) for group in time_groups(pd.Series(grid), spec)]
    values = list(dict.fromkeys(groups))
    return CATEGORY_COLUMN, {CATEGORY_COLUMN: values}, np.array([values.index(group) for group in groups])


def trajectory(fit: MixedModelFit, spec: ModelSpec, points: Points, people: pd.DataFrame) -> pd.DataFrame:
    """Adjusted mean change per route over the grid of times, averaged over the covariates of the cohort's
    patients (`people`, one row each), with the number still assessed. See SymptomChange."""
    grid = time_grid(points, spec)
    column, at, place = _at(grid, spec)
    means = marginal_means(fit, by=["route"], at=at, over=people)
    remaining = still_assessed(points, grid)
    behind = _behind(points, grid, spec, remaining)
    parts = []
    for number, route in enumerate(points.routes):
        mine = means[(means["route"] == route).to_numpy()]
        known = {value: row for row, value in enumerate(mine[column])}
        values = at[column]
        there = [(j, known[values[k]]) for j, k in enumerate(place) if values[k] in known and remaining[number, j]]
        if there:
            times, rows = (np.array(side) for side in zip(*there, strict=True))
            part = mine.iloc[rows][["estimate", "std_error", "df", "ci_low", "ci_high"]]
            counts = {"n_patients": remaining[number, times], "n_behind": behind[number, times]}
            parts.append(part.assign(route=route, x=grid[times], **counts))
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(TRAJECTORY))
    return frame[list(TRAJECTORY)]


def _behind(points: Points, grid: Floats, spec: ModelSpec, remaining: NDArray[np.int64]) -> NDArray[np.int64]:
    """Patients whose scores an estimate rests on, routes by grid: a line through all times rests on everyone still
    assessed, the mean of a category on those who were scored in it and are still assessed."""
    if spec.shape != "categories":
        return remaining
    group = time_groups(pd.Series(points.x), spec).codes.astype(np.int64)
    wanted = time_groups(pd.Series(grid), spec).codes
    scored = np.zeros((len(points.routes), int(max(group.max(initial=0), wanted.max(initial=0))) + 1), dtype=np.int64)
    pairs = np.unique(np.column_stack([points.route, group, points.patient]), axis=0)
    np.add.at(scored, (pairs[:, 0], pairs[:, 1]), 1)
    fewest: NDArray[np.int64] = np.minimum(scored[:, wanted], remaining)
    return fewest


def decision_points(curve: pd.DataFrame, spec: ModelSpec) -> pd.DataFrame:
    """The rows of a trajectory at the end of induction. See SymptomChange."""
    return curve.loc[(curve["x"] == spec.knot).to_numpy(), list(DECISION)].reset_index(drop=True)


def route_differences(fit: MixedModelFit, spec: ModelSpec, people: pd.DataFrame, routes: Sequence[str]) -> pd.DataFrame:
    """Differences between routes at the end of induction, all pairs of `routes`, Holm-adjusted."""
    if len(routes) < 2:
        return pd.DataFrame(columns=list(DIFFERENCES))
    _, at, _ = _at(np.array([spec.knot]), spec)
    frame = contrasts(fit, by="route", at={"route": list(routes), **at}, adjust="holm", over=people)
    return frame[list(DIFFERENCES)]
