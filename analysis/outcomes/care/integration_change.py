"""Whether patients whose early sessions were followed by integration changed differently: exploratory only.

Visits attended come after treatment began and go with engagement, so this compares people who differ in more than
their visits. Sessions up to day 18 are looked at and scores from day 21 on, so that no visit comes after its score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.outcomes.attrition import Followed
from analysis.outcomes.safety.session_rows import SessionRows
from analysis.study import Study, completed_sessions
from analysis.vocabulary import WINDOWS

from .least_squares import least_squares
from .therapy import INTEGRATION, WITHIN_DAYS, VisitRecording, followed_by_integration

WINDOW = next(window for window in WINDOWS if window.name == "day 28")
LAST_DAY = WINDOW.first_day - WITHIN_DAYS
FEWEST = 20  # patients with and without integration; fewer make no model
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class IntegrationChange:
    """Change around day 28 by the share of early sessions followed by integration, adjusted for baseline, route and
    clinic. estimate: difference in points between all and none of them followed, negative being more improvement; NaN
    where fewer than FEWEST patients had some or none. n_some had at least one such session followed."""

    instrument: str
    n_patients: int
    n_some: int
    n_none: int
    estimate: float = float("nan")
    ci_low: float = float("nan")
    ci_high: float = float("nan")

    @property
    def has_estimate(self) -> bool:
        return not np.isnan(self.estimate)


def integration_change(
    study: Study, sessions: SessionRows, known: VisitRecording, followed: Followed, instrument: str
) -> IntegrationChange:
    """The association, at clinics that recorded integration visits. Heteroscedasticity-consistent (HC3) intervals."""
    return association(_people(study, sessions, known, followed), instrument)


def association(people: pd.DataFrame, instrument: str) -> IntegrationChange:
    """The difference in change that goes with exposure: least squares of change on exposure, baseline, route, clinic.

    people has one row per patient: exposure, change, baseline, route, clinic.
    """
    n, some = len(people), int((people["exposure"] > 0).sum())
    counts = IntegrationChange(instrument, n, some, n - some)
    if min(some, n - some) < FEWEST:
        return counts
    design = _design(people)
    fit = least_squares(people["change"].to_numpy(float), design)
    if fit is None:
        return counts
    half = float(stats.t.ppf(0.975, n - design.shape[1]) * fit.std_error[1])
    estimate = float(fit.estimate[1])
    return IntegrationChange(instrument, n, some, n - some, estimate, estimate - half, estimate + half)


def _people(study: Study, sessions: SessionRows, known: VisitRecording, followed: Followed) -> pd.DataFrame:
    """One row per patient with a baseline, a score around day 28 and an early session at a clinic that recorded
    integration: exposure (0 to 1), change, baseline, route, clinic."""
    early = completed_sessions(study) & (sessions.day <= LAST_DAY)
    n_early = sessions.per_patient(early)
    n_followed = sessions.per_patient(early & followed_by_integration(study, sessions))
    exposure = np.divide(n_followed, n_early, out=np.full(len(n_early), np.nan), where=n_early > 0)
    people = followed.people
    position = pd.Index(study.patients["patient_id"]).get_indexer(people["patient_id"])
    frame = pd.DataFrame(
        {
            "exposure": exposure[position],
            "change": followed.score[WINDOW.name] - followed.baseline,
            "baseline": followed.baseline,
            "route": people["route"].astype("str").to_numpy(dtype=object),
            "clinic": people["clinic_id"].astype("str").to_numpy(dtype=object),
        }
    )
    recorded = frame["clinic"].isin(known.clinics[INTEGRATION])
    return frame[recorded].dropna().reset_index(drop=True)


def _design(people: pd.DataFrame) -> Floats:
    """Intercept, exposure, baseline, and an indicator for each route and clinic but the first."""
    columns = [np.ones(len(people)), people["exposure"].to_numpy(float), people["baseline"].to_numpy(float)]
    for name in ("route", "clinic"):
        levels = sorted(set(people[name].tolist()))[1:]
        columns += [(people[name] == level).to_numpy(float) for level in levels]
    return np.column_stack(columns)
