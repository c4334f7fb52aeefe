"""Whole studies of clinics whose truth is known: sizes differ, courses differ, patients differ, and events cluster by
patient; clinics differ in nothing but what is asked for.

Courses after induction are longer at some clinics than at others, which is exposure and no difference in any rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.study import Study

INDUCTION_DAYS = (0, 4, 8, 12, 16, 20)
LAST_SCORE_DAY = 28
LEVEL, SLOPE, RESIDUAL_SD = -3.0, -0.7, 2.5
PATIENT_SD = (3.0, 0.5)  # of a patient's level and slope per session, points
STOPPED, SCORED = 0.08, 0.75  # chance to stop after a session of induction; to be scored around day 28
EVENT_RATES = {"solicited": 0.8, "spontaneous": 0.05}  # per session at which such an event could be found
FOUND_ON = {"solicited": "IV", "spontaneous": "IM"}  # staff ask after infusions, and nobody does elsewhere
EVENT_SPREAD = 0.5  # squared coefficient of variation of patients' own rates
SMALLEST, LARGEST = 11, 130
MAINTENANCE = (2, 12)  # mean sessions after induction, the same for all patients of a clinic


@dataclass(frozen=True)
class Departure:
    """How the first clinic differs, which then has `patients` of its own: points of change, odds of stopping and of
    being scored, and rates of events, as factors."""

    points: float = 0.0
    stopping: float = 1.0
    scoring: float = 1.0
    events: float = 1.0
    patients: int = 60


@dataclass(frozen=True)
class KnownClinics:
    """A study, the true departure of each clinic (points), clinics in the order of their names, and the standard
    deviation that departures were drawn with."""

    study: Study
    departures: np.ndarray
    between_sd: float


def draw_clinics(
    clinics: int, rng: np.random.Generator, between_sd: float = 0.0, first: Departure | None = None
) -> KnownClinics:
    """A study of some clinics; sizes are uniform on the log scale between SMALLEST and LARGEST."""
    sizes = np.round(np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST), clinics))).astype(int)
    departures = rng.normal(0, between_sd, clinics) if between_sd else np.zeros(clinics)
    different = first or Departure()
    if first is not None:
        sizes[0], departures[0] = first.patients, departures[0] + first.points
    clinic = np.repeat(np.arange(clinics), sizes)
    is_first = (clinic == 0) if first is not None else np.zeros(len(clinic), dtype=bool)
    patients = pd.DataFrame(
        {
            "patient_id": [f"p{number:05d}" for number in range(len(clinic))],
            "clinic_id": [f"c{number:02d}" for number in clinic],
            "age": rng.integers(20, 70, len(clinic)).astype(float),
            "primary_diagnosis": "MDD",
        }
    )
    stop = np.where(is_first, STOPPED * different.stopping, STOPPED)
    done = np.minimum(rng.geometric(stop), len(INDUCTION_DAYS))
    maintenance = rng.uniform(*MAINTENANCE, clinics)[clinic]
    later = np.where(done == len(INDUCTION_DAYS), rng.poisson(maintenance), 0)
    route = np.where(rng.random(len(clinic)) < 0.5, "IV", "IM")
    sessions, patient = _sessions(patients, done, later, route)
    scored = rng.random(len(clinic)) < np.where(is_first, SCORED * different.scoring, SCORED)
    scores = _scores(patients, done, departures[clinic], scored, rng)
    events = _events(patients, patient, sessions, np.where(is_first, different.events, 1.0), rng)
    tables = {"patients": patients, "sessions": sessions, "assessments": scores, "adverse_events": events}
    return KnownClinics(Study.from_tables("known clinics", tables), departures, between_sd)


def _sessions(
    patients: pd.DataFrame, done: np.ndarray, later: np.ndarray, route: np.ndarray
) -> tuple[pd.DataFrame, np.ndarray]:
    total = done + later
    patient = np.repeat(np.arange(len(total)), total)
    number = np.concatenate([np.arange(count) for count in total])
    induction = number < len(INDUCTION_DAYS)
    day = np.where(induction, np.take(INDUCTION_DAYS, np.minimum(number, 5)), 20.0 + 28 * (number - 5))
    columns = {"patient_id": patients["patient_id"].to_numpy()[patient], "session_number": number + 1, "day": day}
    return pd.DataFrame({**columns, "route": route[patient], "molecule": "racemic"}), patient


def _scores(
    patients: pd.DataFrame, done: np.ndarray, departure: np.ndarray, scored: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """A baseline of everyone, a score two days after every session of induction, and one on day 28 of some."""
    n = len(patients)
    baseline = np.maximum(np.round(rng.normal(17, 4, n)), 6)
    own = rng.normal(size=(n, 2)) * PATIENT_SD
    who, place = np.nonzero(np.arange(len(INDUCTION_DAYS)) < done[:, None] - 1)
    patient = np.concatenate([who, np.flatnonzero(scored)])
    so_far = np.concatenate([place + 1, done[scored]])
    day = np.concatenate([np.take(INDUCTION_DAYS, place) + 2, np.full(int(scored.sum()), LAST_SCORE_DAY)])
    change = LEVEL + departure[patient] + own[patient, 0] + (SLOPE + own[patient, 1]) * so_far
    score = baseline[patient] + change - 0.3 * (baseline[patient] - 17) + rng.normal(0, RESIDUAL_SD, len(patient))
    everyone = np.concatenate([np.arange(n), patient])
    columns = {"patient_id": patients["patient_id"].to_numpy()[everyone], "instrument": "PHQ-9"}
    days, scores = np.concatenate([np.zeros(n), day]), np.concatenate([baseline, score])
    return pd.DataFrame({**columns, "day": days.astype(float), "score": scores})


def _events(
    patients: pd.DataFrame, patient: np.ndarray, sessions: pd.DataFrame, factor: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    parts = []
    for kind, rate in EVENT_RATES.items():
        own = rng.gamma(1 / EVENT_SPREAD, EVENT_SPREAD, len(patients)) * factor
        here = sessions["route"].to_numpy() == FOUND_ON[kind]
        at = np.repeat(np.arange(len(sessions)), rng.poisson(rate * own[patient] * here))
        parts.append(sessions.iloc[at][["patient_id", "session_number", "day"]].assign(ascertainment=kind))
    return pd.concat(parts, ignore_index=True).assign(term="Nausea")
