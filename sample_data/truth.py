"""The truth a model of the sample should recover, and its definition in words.

The expected rounded and clipped score of a patient is exact: the score is a normal variable cut at
the half points, so its mean is a sum of normal tail probabilities. No Monte Carlo error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import ndtr

from analysis.vocabulary import instrument

from .assessments import MEASUREMENT
from .course_parameters import COURSE
from .events import EVENTS
from .occasions import OCCASIONS
from .outcome_parameters import SIMULATED_ROUTES, OutcomeTruth
from .people import PEOPLE
from .scores import fixed_part, route_part
from .session_details import SESSIONS
from .study_tables import BLANKS
from .therapy import THERAPY

SCHEMA_VERSION = 1
SESSIONS_TOLD = tuple(range(1, 13))
BASELINE_WITHIN_DAYS = 30
DEFINITION = (
    "For a route r and a number of sessions s, `change` is the mean over all evaluable patients of the expected change "
    "in PHQ-9 from baseline, on the observed scale (rounded to whole points, clipped to 0-27), had every one of them "
    "received route r from the first session on and been assessed with s completed sessions so far: their baseline, "
    "age, sex, payer and clinic as they are (also where the file leaves the cell blank), nobody dropping out and no "
    "score missing. The expectation is over the patient's random intercept and slope and the residual, whose "
    "distribution is the same for every patient, and is computed exactly. `change_unclipped` is the same mean of the "
    "linear predictor, without rounding and clipping. Evaluable: a PHQ-9 score on day -30 to 0 and at least one later "
    "PHQ-9 score (every first session is completed, so later means after at least one session). `difference` is first "
    "minus second, at six sessions."
)


@dataclass(frozen=True)
class ChangeSums:
    """Sums over evaluable patients of expected change, route x sessions; adds up over parts of a study."""

    n_patients: int
    n_evaluable: int
    observed: np.ndarray
    unclipped: np.ndarray

    def __add__(self, other: ChangeSums) -> ChangeSums:
        return ChangeSums(
            self.n_patients + other.n_patients,
            self.n_evaluable + other.n_evaluable,
            self.observed + other.observed,
            self.unclipped + other.unclipped,
        )


def evaluable(n_patients: int, assessments: pd.DataFrame) -> np.ndarray:
    """Which patients have a usable PHQ-9 baseline and a later PHQ-9; `patient` is a row number."""
    phq9 = assessments[assessments["instrument"] == "PHQ-9"]
    before = phq9[phq9["day"].between(-BASELINE_WITHIN_DAYS, 0)]["patient"]
    after = phq9[phq9["day"] > 0]["patient"]
    return np.isin(np.arange(n_patients), before) & np.isin(np.arange(n_patients), after)


def latent_sd(truth: OutcomeTruth, sessions: int) -> float:
    """Standard deviation of a latent score around its fixed part: intercept, slope and residual together."""
    t = min(sessions, truth.knot)
    between = truth.intercept_sd**2 + (t * truth.slope_sd) ** 2
    between += 2 * t * truth.correlation * truth.intercept_sd * truth.slope_sd
    return float(np.sqrt(between + truth.residual_sd**2))


def expected_score(mean: np.ndarray, sd: float) -> np.ndarray:
    """Mean of a normal variable after rounding to whole points and clipping to the range of PHQ-9."""
    limits = instrument("PHQ-9")
    cuts = np.arange(int(limits.minimum), int(limits.maximum)) + 0.5
    return limits.minimum + ndtr((mean[:, None] - cuts) / sd).sum(axis=1)


def change_sums(people: pd.DataFrame, kept: np.ndarray, truth: OutcomeTruth) -> ChangeSums:
    """Expected change of the kept patients, summed, for every route and number of sessions."""
    baseline = people["baseline"].to_numpy()[kept]
    fixed = fixed_part(people, truth)[kept]
    shape = (len(SIMULATED_ROUTES), len(SESSIONS_TOLD))
    observed, unclipped = np.zeros(shape), np.zeros(shape)
    for row, route in enumerate(SIMULATED_ROUTES):
        for column, sessions in enumerate(SESSIONS_TOLD):
            change = fixed + route_part(truth, route, sessions)
            score = expected_score(baseline + change, latent_sd(truth, sessions))
            observed[row, column] = (score - baseline).sum()
            unclipped[row, column] = change.sum()
    return ChangeSums(len(people), int(kept.sum()), observed, unclipped)


def truth_document(sums: ChangeSums, truth: OutcomeTruth, seed: int, arm_difference: float) -> dict[str, object]:
    """The contents of truth.json."""
    n = sums.n_evaluable or np.nan  # nobody evaluable: the mean over nobody is written as null
    observed, unclipped = sums.observed / n, sums.unclipped / n
    return {
        "schema_version": SCHEMA_VERSION,
        "synthetic": True,
        "seed": seed,
        "n_patients": sums.n_patients,
        "arm_difference": arm_difference,
        "instrument": "PHQ-9",
        "n_evaluable": sums.n_evaluable,
        "definition": DEFINITION,
        "adjusted_change": [
            {
                "route": route,
                "sessions": sessions,
                "change": _points(observed[row, column]),
                "change_unclipped": _points(unclipped[row, column]),
            }
            for row, route in enumerate(SIMULATED_ROUTES)
            for column, sessions in enumerate(SESSIONS_TOLD)
        ],
        "adjusted_change_at_six": _at_six(SIMULATED_ROUTES, observed, unclipped),
        "difference_at_six": _differences(SIMULATED_ROUTES, observed, unclipped),
        "latent_sd_at_six": _points(latent_sd(truth, 6)),
        "parameters": {
            "outcome": asdict(truth),
            "people": asdict(PEOPLE),
            "course": asdict(COURSE),
            "occasions": asdict(OCCASIONS),
            "measurement": asdict(MEASUREMENT),
            "sessions": asdict(SESSIONS),
            "therapy": asdict(THERAPY),
            "events": asdict(EVENTS),
            "blank_cells": BLANKS,
        },
    }


def _points(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 5)


def _at_six(routes: Sequence[str], observed: np.ndarray, unclipped: np.ndarray) -> dict[str, dict[str, float | None]]:
    six = SESSIONS_TOLD.index(6)
    return {
        route: {
            "change": _points(observed[row, six]),
            "change_unclipped": _points(unclipped[row, six]),
        }
        for row, route in enumerate(routes)
    }


def _differences(routes: Sequence[str], observed: np.ndarray, unclipped: np.ndarray) -> list[dict[str, object]]:
    six = SESSIONS_TOLD.index(6)
    return [
        {
            "contrast": f"{routes[second]} - {routes[first]}",
            "first": routes[second],
            "second": routes[first],
            "difference": _points(observed[second, six] - observed[first, six]),
            "difference_unclipped": _points(unclipped[second, six] - unclipped[first, six]),
        }
        for first, second in combinations(range(len(routes)), 2)
    ]
