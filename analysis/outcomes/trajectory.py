"""The frames of the main figure: adjusted means over time, observed means, and who is still assessed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.mixed import MixedModelFit, contrasts, marginal_means

from .model_rows import time_groups
from .model_spec import CATEGORY_COLUMN, ModelSpec, Time
from .result import DECISION, DIFFERENCES, OBSERVED, TRAJECTORY

LAST_X: dict[Time, int] = {"sessions": 12, "weeks": 26}
Values = dict[str, list[float] | list[str]]


def time_grid(rows: pd.DataFrame, spec: ModelSpec) -> NDArray[np.float64]:
    """1, 2, 3, ... up to the last time anyone was assessed, at most 12 sessions or 26 weeks."""
    last = min(float(np.floor(rows[spec.x].max())), LAST_X[spec.time]) if len(rows) else 0.0
    return np.arange(1.0, max(last, 1.0) + 1)


def still_assessed(rows: pd.DataFrame, grid: NDArray[np.float64], x: str) -> pd.DataFrame:
    """Per route and grid point, the patients with a score at that time or later: route, x, n_patients."""
    last = rows.groupby(["route", "patient_id"], observed=True)[x].max().reset_index()
    parts = []
    for route, group in last.groupby("route", observed=True):
        values = np.sort(group[x].to_numpy())
        n = len(values) - np.searchsorted(values, grid, side="left")
        parts.append(pd.DataFrame({"route": str(route), "x": grid, "n_patients": n}))
    return pd.concat(parts, ignore_index=True)


def _at(grid: Sequence[float], spec: ModelSpec) -> tuple[str, Values, pd.DataFrame]:
    """The `at` of the engine for some times, and how its values map back to x."""
    if spec.shape == "categories":
        groups = [str(group) for group in time_groups(pd.Series(grid, dtype=float), spec)]
        return CATEGORY_COLUMN, {CATEGORY_COLUMN: list(dict.fromkeys(groups))}, _lookup(CATEGORY_COLUMN, groups, grid)
    return spec.x, {spec.x: list(grid)}, _lookup(spec.x, list(grid), grid)


def _lookup(column: str, values: Sequence[object], grid: Sequence[float]) -> pd.DataFrame:
    return pd.DataFrame({"key": pd.Series(values, dtype=object), "x": grid}).rename(columns={"key": column})


def adjusted_means(fit: MixedModelFit, spec: ModelSpec, grid: Sequence[float], people: pd.DataFrame) -> pd.DataFrame:
    """Adjusted mean change per route and time, averaged over the covariates of the cohort's patients."""
    column, at, lookup = _at(grid, spec)
    means = marginal_means(fit, by=["route"], at=at, over=people)
    means = means.assign(route=means["route"].astype("str"), **{column: means[column].astype(object)})
    return means.merge(lookup, on=column).drop(columns=column)


def trajectory(fit: MixedModelFit, spec: ModelSpec, rows: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Adjusted mean change per route over the grid of times, with who is still assessed. See SymptomChange."""
    grid = time_grid(rows, spec)
    means = adjusted_means(fit, spec, grid.tolist(), people)
    frame = means.merge(still_assessed(rows, grid, spec.x), on=["route", "x"])
    return frame.sort_values(["route", "x"], kind="stable", ignore_index=True)[list(TRAJECTORY)]


def decision_points(fit: MixedModelFit, spec: ModelSpec, rows: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Adjusted mean change per route at the end of induction. See SymptomChange."""
    at = np.array([spec.knot])
    frame = adjusted_means(fit, spec, at.tolist(), people).merge(still_assessed(rows, at, spec.x), on=["route", "x"])
    return frame[list(DECISION)].reset_index(drop=True)


def route_differences(fit: MixedModelFit, spec: ModelSpec, people: pd.DataFrame, routes: Sequence[str]) -> pd.DataFrame:
    """Differences between routes at the end of induction, all pairs of `routes`, Holm-adjusted."""
    if len(routes) < 2:
        return pd.DataFrame(columns=list(DIFFERENCES))
    _, at, _ = _at([spec.knot], spec)
    frame = contrasts(fit, by="route", at=at, adjust="holm", over=people)
    wanted = frame["first"].isin(routes) & frame["second"].isin(routes)
    return frame.loc[wanted, list(DIFFERENCES)].reset_index(drop=True)


def observed_means(rows: pd.DataFrame, spec: ModelSpec) -> pd.DataFrame:
    """Plain mean change per route at each number of sessions, or in each week. See SymptomChange."""
    x = np.round(rows[spec.x].to_numpy()) if spec.time == "weeks" else rows[spec.x].to_numpy()
    shown = rows.assign(x=x, route=rows["route"].astype("str"))
    shown = shown[(shown["x"] >= 1) & (shown["x"] <= LAST_X[spec.time])]
    by_point = shown.groupby(["route", "x"], observed=True)
    frame = by_point.agg(mean=("change", "mean"), n_patients=("patient_id", "nunique")).reset_index()
    return frame[list(OBSERVED)]
