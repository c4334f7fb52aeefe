"""The scores of each patient in the order of time, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.study import Study, index_route, outcome_rows
from analysis.vocabulary import ROUTES

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Courses:
    """Later scores on one instrument: per score, patient (row in `patients`), day, sessions completed before it,
    score, baseline; in the order of patients, then days. route: per patient, a number in routes (-1: never started).
    """

    study: Study
    instrument: str
    routes: tuple[str, ...]
    route: Ints
    patient: Ints
    day: Floats
    sessions: Floats
    score: Floats
    baseline: Floats

    @property
    def n_patients(self) -> int:
        return len(self.route)

    def first_row(self, chosen: Mask) -> Ints:
        """Per patient, the first chosen row; -1 if none."""
        return self._edge(np.flatnonzero(chosen)[::-1])

    def last_row(self, chosen: Mask) -> Ints:
        """Per patient, the last chosen row; -1 if none."""
        return self._edge(np.flatnonzero(chosen))

    def _edge(self, rows: NDArray[np.intp]) -> Ints:
        found = np.full(self.n_patients, -1, dtype=np.int64)
        found[self.patient[rows]] = rows
        return found


def read_courses(study: Study, name: str) -> Courses:
    """One pass over a (selected) study for one instrument."""
    rows = outcome_rows(study, name, patient_columns=[])
    route = index_route(study)["route"].astype("str")
    routes = tuple(code for code in ROUTES if (route == code).any())
    numbers = pd.Categorical(route, categories=list(routes)).codes.astype(np.int64)
    columns = (rows[name].to_numpy(dtype=float) for name in ("day", "sessions_so_far", "score", "baseline"))
    patient = rows["patient_id"].cat.codes.to_numpy().astype(np.int64)
    return Courses(study, name, routes, numbers, patient, *columns)
