"""When a patient is measured: baseline, day 1, before sessions, and follow-up windows.

Whether a follow-up happens depends on the last observed score, on still being in treatment and on
the clinic, all of which are in the file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .course import Course
from .course_parameters import COURSE, odds_to_chance
from .outcome_parameters import CLINICS, OutcomeTruth
from .scores import Phq9Patients, draw_phq9


@dataclass(frozen=True)
class OccasionParameters:
    """Shares of patients measured, days in days since the first session."""

    baseline_missing: float = 0.02
    baseline_too_old: float = 0.008  # 31 to 60 days before the first session: not usable as a baseline
    baseline_same_day: float = 0.6
    baseline_days_before: int = 14
    earlier_screening: float = 0.2  # a score 15 to 30 days before as well
    screening_drift: tuple[float, float] = (0.3, 2.2)
    day_one_clinics: tuple[str, ...] = ("C01", "C03", "C05")
    day_one_share: float = 0.45
    # (day, half width, share if in treatment within 14 days, share if not)
    windows: tuple[tuple[int, int, float, float], ...] = (
        (28, 4, 0.62, 0.55),
        (60, 7, 0.50, 0.33),
        (90, 9, 0.45, 0.27),
        (180, 14, 0.36, 0.16),
    )


OCCASIONS = OccasionParameters()
_COLUMNS = ["patient", "day", "kind", "sessions_so_far", "by_route", "phq9"]


def measure(
    rng: np.random.Generator,
    people: pd.DataFrame,
    patients: Phq9Patients,
    truth: OutcomeTruth,
    course: tuple[Course, np.ndarray],
) -> pd.DataFrame:
    """One row per occasion of measurement: patient, day, kind, sessions_so_far, by_route, phq9.

    kind is "baseline", "screening", "visit" (just before a session) or "follow-up". phq9 is missing
    where the patient's clinic does not use it.
    """
    treated, until = course
    occasions = pd.concat(
        [
            _before_treatment(rng, people),
            treated.visits.assign(kind="visit")[_COLUMNS],
            _follow_ups(rng, people, patients, truth, treated, until),
        ],
        ignore_index=True,
    )
    return occasions.sort_values(["patient", "day"], ignore_index=True)


def _before_treatment(rng: np.random.Generator, people: pd.DataFrame) -> pd.DataFrame:
    n = len(people)
    earlier = -rng.integers(1, OCCASIONS.baseline_days_before + 1, n)
    day = np.where(rng.random(n) < OCCASIONS.baseline_same_day, 0, earlier)
    kind = rng.random(n)
    too_old = kind < OCCASIONS.baseline_too_old
    missing = ~too_old & (kind < OCCASIONS.baseline_too_old + OCCASIONS.baseline_missing)
    day = np.where(too_old, -rng.integers(31, 61, n), day).astype(float)
    score = np.where(people["uses_phq9"], people["baseline"], np.nan)
    rows = pd.DataFrame({"patient": np.arange(n), "day": day, "kind": "baseline", "phq9": score})[~missing]
    screened = np.flatnonzero(~missing & ~too_old & (rng.random(n) < OCCASIONS.earlier_screening))
    drift = rng.normal(*OCCASIONS.screening_drift, len(screened))
    screening = pd.DataFrame(
        {
            "patient": screened,
            "day": -rng.integers(15, 31, len(screened)).astype(float),
            "kind": "screening",
            "phq9": np.clip(np.round(score[screened] + drift), 0, 27),
        }
    )
    return pd.concat([rows, screening.dropna(subset="phq9")]).assign(sessions_so_far=0, by_route=0.0)[_COLUMNS]


def _follow_ups(
    rng: np.random.Generator,
    people: pd.DataFrame,
    patients: Phq9Patients,
    truth: OutcomeTruth,
    treated: Course,
    until: np.ndarray,
) -> pd.DataFrame:
    planned = [_day_one(rng, people)]
    for target, half_width, _, _ in OCCASIONS.windows:
        day = target + rng.integers(-half_width, half_width + 1, len(people))
        kept = np.flatnonzero(people["followed"] & (day <= until))
        planned.append(pd.DataFrame({"patient": kept, "day": day[kept].astype(float), "target": target}))
    state = _state_on(treated.sessions, pd.concat(planned, ignore_index=True))
    attended = rng.random(len(state)) < _chance_to_attend(state, treated.last_score)
    rows = state[attended & ~state["session_day"]]
    who = rows["patient"].to_numpy()
    so_far, by_route = rows["sessions_so_far"].to_numpy(), rows["by_route"].to_numpy()
    scores = draw_phq9(rng, patients, truth, who, so_far, by_route)
    uses = people["uses_phq9"].to_numpy()[who]
    return rows.assign(kind="follow-up", phq9=np.where(uses, scores, np.nan))[_COLUMNS]


def _day_one(rng: np.random.Generator, people: pd.DataFrame) -> pd.DataFrame:
    clinics = [CLINICS.index(code) for code in OCCASIONS.day_one_clinics]
    asked = people["clinic"].isin(clinics) & people["followed"]
    kept = np.flatnonzero(asked & (rng.random(len(people)) < OCCASIONS.day_one_share))
    return pd.DataFrame({"patient": kept, "day": 1.0, "target": 1})


def _state_on(sessions: pd.DataFrame, planned: pd.DataFrame) -> pd.DataFrame:
    """Join to each planned follow-up the state after the last session before its day."""
    span = 10_000.0  # more than any day, so that patient and day sort as one number
    key = sessions["patient"].to_numpy() * span + sessions["day"].to_numpy()
    wanted = planned["patient"].to_numpy() * span + planned["day"].to_numpy()
    place = np.searchsorted(key, wanted, side="left")
    before = sessions.iloc[place - 1]
    same = key[np.minimum(place, len(key) - 1)] == wanted
    return planned.assign(
        sessions_so_far=before["sessions_so_far"].to_numpy(),
        by_route=before["by_route"].to_numpy(),
        since=planned["day"].to_numpy() - before["day"].to_numpy(),
        session_day=same,
    )


def _chance_to_attend(state: pd.DataFrame, last_score: np.ndarray) -> np.ndarray:
    chance = np.ones(len(state))  # day 1 was drawn already
    for target, _, treated, stopped in OCCASIONS.windows:
        share = np.where(state["since"] <= 14, treated, stopped)
        chance = np.where(state["target"] == target, share, chance)
    shift = COURSE.asked_log_odds_per_point * (last_score[state["patient"]] - COURSE.stop_centre)
    certain = chance == 1
    return np.where(certain, 1.0, odds_to_chance(np.where(certain, 0.5, chance), shift))
