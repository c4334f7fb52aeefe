"""Studies with scheduled visits for the MMRM: an unstructured covariance of visits, and drop-out at random."""

import numpy as np
import pandas as pd

from analysis.mixed import FittedModel, fit_mmrm

from .interval_studies import KnownModel

VISITS = ("v1", "v2", "v3", "v4")
ROUTES = ("IM", "IV")
SHARE_OF_IV = 0.6
FEWEST_OF_A_ROUTE = 5
# Correlations at distances of one, two and three visits fall, but not as a power: no simpler structure holds.
VISIT_SDS = (3.0, 3.6, 4.1, 4.4)
CORRELATION_BY_DISTANCE = (1.0, 0.66, 0.52, 0.45)
# Chance of not coming back: a logistic in the last change seen, so that those who did badly are seen less. It never
# looks at a value that was not observed (missing at random).
STOPPING_INTERCEPT = -1.6
STOPPING_PER_POINT = 0.15
MISSED = 0.05
FORMULA = "change ~ route * visit + baseline"
FIXED = {
    "Intercept": -3.0,
    "route[T.IV]": -1.0,
    "visit[T.v2]": -1.2,
    "visit[T.v3]": -2.0,
    "visit[T.v4]": -2.4,
    "route[T.IV]:visit[T.v2]": -0.5,
    "route[T.IV]:visit[T.v3]": -0.8,
    "route[T.IV]:visit[T.v4]": -0.6,
    "baseline": -0.35,
}


def visit_covariance() -> np.ndarray:
    """True covariance of a patient's changes, visits x visits, in squared PHQ-9 points."""
    distance = np.abs(np.subtract.outer(np.arange(len(VISITS)), np.arange(len(VISITS))))
    return np.take(CORRELATION_BY_DISTANCE, distance) * np.outer(VISIT_SDS, VISIT_SDS)


def _true_means(route: np.ndarray, baseline: np.ndarray) -> np.ndarray:
    """Patients x visits."""
    by_visit = np.array([0.0, *(FIXED[f"visit[T.{visit}]"] for visit in VISITS[1:])])
    added = np.array([0.0, *(FIXED[f"route[T.IV]:visit[T.{visit}]"] for visit in VISITS[1:])])
    level = FIXED["Intercept"] + FIXED["route[T.IV]"] * route + FIXED["baseline"] * baseline
    return level[:, None] + by_visit + np.outer(route, added)


def _observed(changes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Which visits are seen: everyone at the first, then until the patient stops, some missed by chance."""
    seen = np.zeros(changes.shape, dtype=bool)
    seen[:, 0] = True
    staying, last = np.ones(len(changes), dtype=bool), changes[:, 0]
    for visit in range(1, changes.shape[1]):
        chance = 1 / (1 + np.exp(-(STOPPING_INTERCEPT + STOPPING_PER_POINT * last)))
        staying = staying & (rng.random(len(changes)) > chance)
        seen[:, visit] = staying & (rng.random(len(changes)) > MISSED)
        last = np.where(seen[:, visit], changes[:, visit], last)
    return seen


def draw_visits(patients: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row per patient and visit attended; two routes, baseline points above 17."""
    route = np.zeros(patients, dtype=int)
    while min(route.sum(), patients - route.sum()) < FEWEST_OF_A_ROUTE:
        route = (rng.random(patients) < SHARE_OF_IV).astype(int)
    baseline = np.round(rng.normal(0, 4, patients))
    own = rng.multivariate_normal(np.zeros(len(VISITS)), visit_covariance(), patients)
    changes = _true_means(route, baseline) + own
    patient, visit = np.nonzero(_observed(changes, rng))
    return pd.DataFrame(
        {
            "patient_id": patient,
            "visit": np.take(VISITS, visit),
            "route": np.take(ROUTES, route[patient]),
            "baseline": baseline[patient],
            "change": changes[patient, visit],
        }
    )


def _fit(rows: pd.DataFrame, df: str) -> FittedModel:
    return fit_mmrm(FORMULA, data=rows, subject="patient_id", visit="visit", covariance="unstructured", df=df)


def _named(covariance: np.ndarray) -> dict[str, float]:
    variances = {f"variance at {visit}": covariance[place, place] for place, visit in enumerate(VISITS)}
    return {**variances, "covariance of v1 and v4": covariance[0, -1], "covariance of v3 and v4": covariance[-2, -1]}


MMRM = KnownModel(
    "MMRM",
    draw_visits,
    _fit,
    FIXED,
    _named(visit_covariance()),
    lambda fit: _named(fit.visit_covariance.to_numpy()),
)
