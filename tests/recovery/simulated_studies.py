"""Studies simulated from the headline model itself, with stopping that depends on observed scores only.

The truth is known, so the intervals can be counted. Severity drives the choice of route (confounding), and a patient
whose last observed change was small is more likely to stop, so that those still in treatment at session six look
better than everyone would. A likelihood-based model is right under such stopping; an average of what was observed
is not.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

FORMULA = "change ~ route * piecewise(sessions_so_far, 6) + baseline + age + sex + payer"
RANDOM = "1 + upto(sessions_so_far, 6)"
KNOT = 6
MOST_SESSIONS = 12
ROUTES = ("IM", "IN", "IV", "SL")
SEXES = ("female", "male")
PAYERS = ("Medicaid", "commercial", "self-pay")


@dataclass(frozen=True)
class Truth:
    """Coefficients of the headline model on the PHQ-9 scale; one entry per route, sex or payer in the order above."""

    route_level: tuple[float, ...] = (-2.6, -2.0, -3.2, -1.6)
    route_to_knot: tuple[float, ...] = (-0.65, -0.55, -0.85, -0.45)
    route_after_knot: tuple[float, ...] = (-0.05, -0.10, 0.0, 0.05)
    baseline: float = -0.35
    age: float = 0.02
    sex: tuple[float, ...] = (0.0, 0.4)
    payer: tuple[float, ...] = (1.0, 0.0, -0.5)
    random_covariance: tuple[tuple[float, float], ...] = ((9.0, -0.3), (-0.3, 0.16))
    residual_sd: float = 2.6

    def adjusted_change(self, rows: pd.DataFrame, sessions: float) -> dict[str, float]:
        """True mean change by route at a number of sessions: covariates at their row mean, sex and payer equal."""
        shared = (
            self.baseline * (rows["baseline"].mean() - 17)
            + self.age * (rows["age"].mean() - 45)
            + np.mean(self.sex)
            + np.mean(self.payer)
        )
        slopes = zip(ROUTES, self.route_level, self.route_to_knot, self.route_after_knot, strict=True)
        return {
            route: level + to_knot * min(sessions, KNOT) + after * max(sessions - KNOT, 0) + shared
            for route, level, to_knot, after in slopes
        }


@dataclass(frozen=True)
class Stopping:
    """Chance of stopping after an assessment: a logistic in the last observed change, and nothing unobserved."""

    intercept: float = -1.7
    per_point_of_change: float = 0.18
    score_missed: float = 0.12


@dataclass(frozen=True)
class Patients:
    """One entry per patient."""

    route: np.ndarray
    baseline: np.ndarray
    age: np.ndarray
    sex: np.ndarray
    payer: np.ndarray
    deviations: np.ndarray = field(repr=False)


def _softmax_choice(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One choice per row of log weights, by the Gumbel trick."""
    return np.argmax(weights + rng.gumbel(size=weights.shape), axis=1)


def _patients(n: int, truth: Truth, rng: np.random.Generator) -> Patients:
    baseline = np.clip(np.round(rng.normal(17, 4, n)), 8, 27)
    payer = _softmax_choice(np.tile(np.log([0.2, 0.35, 0.45]), (n, 1)), rng)
    severity = (baseline - 17) / 4
    weights = np.stack(
        [0.1 * severity, 0.2 + 0.9 * (payer == 1) - 0.2 * severity, 0.7 + 0.6 * severity, 0.3 - 0.5 * severity], axis=1
    )
    return Patients(
        route=_softmax_choice(weights, rng),
        baseline=baseline,
        age=np.round(rng.uniform(19, 80, n)),
        sex=(rng.random(n) < 0.35).astype(int),
        payer=payer,
        deviations=rng.multivariate_normal((0, 0), np.array(truth.random_covariance), n),
    )


def _all_changes(patients: Patients, truth: Truth, rng: np.random.Generator) -> np.ndarray:
    """Patients x sessions 1 to 12: the change each would show, were everyone to stay."""
    sessions = np.arange(1, MOST_SESSIONS + 1)
    to_knot, after = np.minimum(sessions, KNOT), np.maximum(sessions - KNOT, 0)
    level = (
        np.take(truth.route_level, patients.route)
        + truth.baseline * (patients.baseline - 17)
        + truth.age * (patients.age - 45)
        + np.take(truth.sex, patients.sex)
        + np.take(truth.payer, patients.payer)
        + patients.deviations[:, 0]
    )
    slope = np.take(truth.route_to_knot, patients.route) + patients.deviations[:, 1]
    noise = rng.normal(0, truth.residual_sd, (len(level), MOST_SESSIONS))
    slope_after = np.take(truth.route_after_knot, patients.route)
    return level[:, None] + np.outer(slope, to_knot) + np.outer(slope_after, after) + noise


def _observed(changes: np.ndarray, stopping: Stopping, rng: np.random.Generator) -> np.ndarray:
    """Which changes are seen: some are missed by chance, and a patient who stops is not seen again."""
    staying = np.ones(len(changes), dtype=bool)
    last_seen = np.zeros(len(changes))
    seen = np.zeros(changes.shape, dtype=bool)
    for session in range(changes.shape[1]):
        seen[:, session] = staying & (rng.random(len(changes)) > stopping.score_missed)
        last_seen = np.where(seen[:, session], changes[:, session], last_seen)
        hazard = 1 / (1 + np.exp(-(stopping.intercept + stopping.per_point_of_change * last_seen)))
        staying &= rng.random(len(changes)) > hazard
    return seen


def simulate(rng: np.random.Generator, truth: Truth | None = None, stopping: Stopping | None = None) -> pd.DataFrame:
    """One study of 200 to 400 starters: one row per observed assessment, columns as outcome_rows names them."""
    truth, stopping = truth or Truth(), stopping or Stopping()
    patients = _patients(int(rng.integers(200, 401)), truth, rng)
    changes = _all_changes(patients, truth, rng)
    patient, session = np.nonzero(_observed(changes, stopping, rng))
    return pd.DataFrame(
        {
            "patient_id": patient,
            "route": np.take(ROUTES, patients.route[patient]),
            "sessions_so_far": session + 1,
            "baseline": patients.baseline[patient],
            "age": patients.age[patient],
            "sex": np.take(SEXES, patients.sex[patient]),
            "payer": np.take(PAYERS, patients.payer[patient]),
            "change": changes[patient, session],
        }
    )
