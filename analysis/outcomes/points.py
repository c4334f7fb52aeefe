"""The scores of a study as plain arrays, so that a cohort is a mask and a summary a count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.vocabulary import ROUTES

from .model_spec import ModelSpec

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Points:
    """One entry per score: route (number in `routes`), patient (row number in the study), x (sessions or
    weeks), change (points). Entries are in the order of patients, then time."""

    routes: tuple[str, ...]
    route: Ints
    patient: Ints
    x: Floats
    change: Floats

    def take(self, chosen: NDArray[np.bool_]) -> Points:
        return Points(self.routes, self.route[chosen], self.patient[chosen], self.x[chosen], self.change[chosen])

    def __len__(self) -> int:
        return len(self.x)


def score_points(rows: pd.DataFrame, spec: ModelSpec) -> Points:
    """The arrays of some model rows, routes in the vocabulary's order."""
    names = rows["route"].cat.categories
    present = {str(names[code]) for code in np.unique(rows["route"].cat.codes.to_numpy()) if code >= 0}
    routes = tuple(code for code in ROUTES if code in present)
    route = rows["route"].cat.set_categories(list(routes)).cat.codes.to_numpy().astype(np.int64)
    patient = rows["patient_id"].cat.codes.to_numpy().astype(np.int64)
    return Points(routes, route, patient, rows[spec.x].to_numpy(dtype=float), rows["change"].to_numpy(dtype=float))


def patients_per_route(points: Points) -> Ints:
    """Number of different patients on each of `points.routes`."""
    n = len(points.routes)
    pairs = np.unique(points.patient * n + points.route) if n else np.empty(0, dtype=np.int64)
    return np.bincount(pairs % n, minlength=n) if n else pairs


def still_assessed(points: Points, grid: Floats) -> NDArray[np.int64]:
    """Patients of each route with a score at each grid time or later: routes by grid."""
    n = len(points.routes)
    keys, place = np.unique(points.patient * n + points.route, return_inverse=True)
    last = np.full(len(keys), -np.inf)
    np.maximum.at(last, place, points.x)
    counts = np.zeros((n, len(grid)), dtype=np.int64)
    for route in range(n):
        values = np.sort(last[keys % n == route])
        counts[route] = len(values) - np.searchsorted(values, grid, side="left")
    return counts


def observed_means(points: Points, last_x: int) -> pd.DataFrame:
    """Plain mean change per route at each whole x from 1 to last_x: route, x, mean, n_patients.

    Weeks are rounded to the nearest. A patient with two scores at one x counts once in n_patients.
    """
    x = np.round(points.x).astype(np.int64)
    shown = (x >= 1) & (x <= last_x)
    width = last_x + 1
    cell = points.route[shown] * width + x[shown]
    size = len(points.routes) * width
    n_scores = np.bincount(cell, minlength=size)
    total = np.bincount(cell, weights=points.change[shown], minlength=size)
    n_patients = np.bincount(np.unique(points.patient[shown] * size + cell) % max(size, 1), minlength=size)
    some = np.flatnonzero(n_scores)
    names = np.array(points.routes, dtype=object)
    return pd.DataFrame(
        {
            "route": pd.Series(names[some // width], dtype="str"),
            "x": (some % width).astype(float),
            "mean": total[some] / n_scores[some],
            "n_patients": n_patients[some],
        }
    )
