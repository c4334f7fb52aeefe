"""PHQ-9 scores from the truth equation: fixed part of a patient, patient deviations, residual."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.vocabulary import PAYERS, SEXES, instrument

from .outcome_parameters import CLINICS, SIMULATED_ROUTES, OutcomeTruth


@dataclass(frozen=True)
class Phq9Patients:
    """What a patient brings to every PHQ-9 score; arrays with one element per patient, in points.

    fixed is everything in the equation except route and sessions; intercept and slope are the
    patient's own deviations, the slope per session up to the knot.
    """

    baseline: np.ndarray
    fixed: np.ndarray
    intercept: np.ndarray
    slope: np.ndarray


def fixed_part(people: pd.DataFrame, truth: OutcomeTruth) -> np.ndarray:
    """Latent change of each patient that baseline, age, sex, payer and clinic account for, without route."""
    shift = truth.baseline_slope * (people["baseline"].to_numpy() - truth.baseline_centre)
    shift = shift + truth.age_per_decade * (people["age"].to_numpy() - truth.age_centre) / 10
    for column, names, values in (
        ("sex", SEXES, truth.sex),
        ("payer", PAYERS, truth.payer),
        ("clinic", CLINICS, truth.clinic),
    ):
        shift = shift + np.array([values[name] for name in names])[people[column]]
    return shift


def route_part(truth: OutcomeTruth, route: str, sessions: int) -> float:
    """Latent change of a route after a number of sessions, all by that route."""
    values = truth.routes[route]
    return (
        values.rapid + values.induction * min(sessions, truth.knot) + values.maintenance * max(sessions - truth.knot, 0)
    )


def route_arrays(truth: OutcomeTruth) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """rapid, induction and maintenance by route code index."""
    values = [truth.routes[code] for code in SIMULATED_ROUTES]
    return (
        np.array([route.rapid for route in values]),
        np.array([route.induction for route in values]),
        np.array([route.maintenance for route in values]),
    )


def draw_phq9_patients(rng: np.random.Generator, people: pd.DataFrame, truth: OutcomeTruth) -> Phq9Patients:
    """Draw the correlated intercept and slope of every patient."""
    first, second = rng.standard_normal((2, len(people)))
    tilt = truth.correlation * first + np.sqrt(1 - truth.correlation**2) * second
    return Phq9Patients(
        baseline=people["baseline"].to_numpy(),
        fixed=fixed_part(people, truth),
        intercept=truth.intercept_sd * first,
        slope=truth.slope_sd * tilt,
    )


def patient_deviation(patients: Phq9Patients, who: np.ndarray, sessions: np.ndarray, knot: int) -> np.ndarray:
    """How far each patient of `who` runs from the mean course after `sessions` sessions."""
    return patients.intercept[who] + patients.slope[who] * np.minimum(sessions, knot)


def draw_phq9(
    rng: np.random.Generator,
    patients: Phq9Patients,
    truth: OutcomeTruth,
    who: np.ndarray,
    sessions: np.ndarray,
    by_route: np.ndarray,
) -> np.ndarray:
    """Observed scores, rounded and clipped to the instrument's range.

    by_route is the latent change from route and sessions so far of each element of `who`.
    """
    change = patients.fixed[who] + by_route + patient_deviation(patients, who, sessions, truth.knot)
    latent = patients.baseline[who] + change + rng.normal(0.0, truth.residual_sd, len(who))
    limits = instrument("PHQ-9")
    return np.clip(np.round(latent), limits.minimum, limits.maximum)
