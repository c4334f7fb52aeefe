"""Three models whose truth is known: how a study of each is drawn, fitted and what it should recover.

Changes are PHQ-9 points and the coefficients those of the model fitted, so that a coefficient's interval can be counted
as it stands. ``baseline`` is points above 17. One row of a study is one assessment.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.mixed import FittedModel, fit_mixed_model

ROUTES = ("IM", "IV", "SL")
ROUTE_SHARES = (0.3, 0.45, 0.25)
FEWEST_OF_A_ROUTE = 3
RESIDUAL_SD = 2.2
MOST_SESSIONS = 8
MISSED = 0.2
CLINICS = {24: 4, 80: 8, 400: 20}
PATIENTS_PER_CLINIC = 20  # where the number of patients is not one of those above


@dataclass(frozen=True)
class KnownModel:
    """``draw`` makes a study of a number of patients, ``fit`` fits it with a kind of degrees of freedom.

    ``fixed`` are the true coefficients by term, ``variances`` the true variance parameters by name and
    ``estimated_variances`` what a fit says of them.
    """

    name: str
    draw: Callable[[int, np.random.Generator], pd.DataFrame]
    fit: Callable[[pd.DataFrame, str], FittedModel]
    fixed: dict[str, float]
    variances: dict[str, float]
    estimated_variances: Callable[[FittedModel], dict[str, float]]


def _routes(patients: int, rng: np.random.Generator) -> np.ndarray:
    """Unequal groups; every route has a few patients even in a study of 24."""
    while True:
        route = rng.choice(len(ROUTES), size=patients, p=ROUTE_SHARES)
        if np.bincount(route, minlength=len(ROUTES)).min() >= FEWEST_OF_A_ROUTE:
            return route


def _coefficient_sum(fixed: dict[str, float], prefix: str, route: np.ndarray) -> np.ndarray:
    """Per patient: a coefficient of the reference route plus what the patient's own route adds."""
    base, pattern = ("Intercept", "route[T.{}]") if not prefix else (prefix, "route[T.{}]:" + prefix)
    added = [0.0, *(fixed[pattern.format(name)] for name in ROUTES[1:])]
    return fixed[base] + np.take(added, route)


SLOPE_FIXED = {
    "Intercept": -2.4,
    "route[T.IV]": -0.8,
    "route[T.SL]": 1.0,
    "sessions": -0.6,
    "route[T.IV]:sessions": -0.25,
    "route[T.SL]:sessions": 0.2,
    "baseline": -0.35,
}
SLOPE_COVARIANCE = ((9.0, -0.6), (-0.6, 0.5))
CLINIC_VARIANCE = 2.0


def _courses(patients: int, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """A patient's course is three to eight sessions, drawn apart from the outcome; a fifth of the scores is missing."""
    route = _routes(patients, rng)
    baseline = np.round(rng.normal(0, 4, patients))
    planned = rng.integers(3, MOST_SESSIONS + 1, patients)
    sessions = np.arange(1, MOST_SESSIONS + 1)
    assessed = (sessions <= planned[:, None]) & (rng.random((patients, MOST_SESSIONS)) > MISSED)
    assessed[:, 0] = True
    own = rng.multivariate_normal((0, 0), SLOPE_COVARIANCE, patients)
    level = _coefficient_sum(SLOPE_FIXED, "", route) + SLOPE_FIXED["baseline"] * baseline + own[:, 0]
    slope = _coefficient_sum(SLOPE_FIXED, "sessions", route) + own[:, 1]
    changes = level[:, None] + np.outer(slope, sessions) + rng.normal(0, RESIDUAL_SD, assessed.shape)
    patient, session = np.nonzero(assessed)
    rows = {
        "patient_id": patient,
        "route": np.take(ROUTES, route[patient]),
        "sessions": session + 1.0,
        "baseline": baseline[patient],
        "change": changes[patient, session],
    }
    return pd.DataFrame(rows), patient


def draw_slopes(patients: int, rng: np.random.Generator) -> pd.DataFrame:
    """Random intercept and slope per patient, sessions one to eight, unbalanced."""
    return _courses(patients, rng)[0]


def draw_clinics(patients: int, rng: np.random.Generator) -> pd.DataFrame:
    """The same patients in 4, 8 or 20 clinics of unequal size that differ in level; a clinic gives every route."""
    rows, patient = _courses(patients, rng)
    clinics = CLINICS.get(patients, max(2, patients // PATIENTS_PER_CLINIC))
    everyone_somewhere = np.arange(patients) % clinics
    attended = np.where(rng.random(patients) < 0.5, everyone_somewhere, rng.integers(0, clinics, patients))
    attended[:clinics] = np.arange(clinics)
    levels = rng.normal(0, np.sqrt(CLINIC_VARIANCE), clinics)
    return rows.assign(clinic_id=attended[patient], change=rows["change"] + levels[attended[patient]])


def _fit_slopes(rows: pd.DataFrame, df: str) -> FittedModel:
    return fit_mixed_model(
        "change ~ route * sessions + baseline", data=rows, groups="patient_id", random="1 + sessions", df=df
    )


def _fit_clinics(rows: pd.DataFrame, df: str) -> FittedModel:
    return fit_mixed_model(
        "change ~ route * sessions + baseline",
        data=rows,
        groups="patient_id",
        random="1 + sessions",
        nested_in="clinic_id",
        df=df,
    )


def _slope_variances(fit: FittedModel) -> dict[str, float]:
    own = fit.random_covariance.to_numpy()
    return {
        "variance of patients' levels": own[0, 0],
        "covariance of levels and slopes": own[0, 1],
        "variance of patients' slopes": own[1, 1],
        "residual variance": fit.residual_variance,
    }


def _clinic_variances(fit: FittedModel) -> dict[str, float]:
    return {**_slope_variances(fit), "variance of clinics' levels": float(fit.nested_covariance.to_numpy()[0, 0])}


_TRUE_SLOPE_VARIANCES = {
    "variance of patients' levels": SLOPE_COVARIANCE[0][0],
    "covariance of levels and slopes": SLOPE_COVARIANCE[0][1],
    "variance of patients' slopes": SLOPE_COVARIANCE[1][1],
    "residual variance": RESIDUAL_SD**2,
}

RANDOM_SLOPE = KnownModel(
    "random slope", draw_slopes, _fit_slopes, SLOPE_FIXED, _TRUE_SLOPE_VARIANCES, _slope_variances
)
NESTED_CLINICS = KnownModel(
    "nested clinics",
    draw_clinics,
    _fit_clinics,
    SLOPE_FIXED,
    {**_TRUE_SLOPE_VARIANCES, "variance of clinics' levels": CLINIC_VARIANCE},
    _clinic_variances,
)
