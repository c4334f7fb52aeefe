"""The baseline score of an instrument."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .episodes import DEFAULT_RULES, first_sessions
from .order import time_order
from .rules import EpisodeRules
from .scores import scores_of
from .study import Study

Floats = NDArray[np.float64]


def _candidates(study: Study, instrument: str, rules: EpisodeRules) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Scores on or before the first session: patient (row number), day, score, by patient and oldest first."""
    table = study.assessments
    first = first_sessions(study)
    first_day = np.where(first >= 0, study.sessions["day"].to_numpy(dtype=float)[first], np.nan)
    patient = study.patient_positions("assessments")
    day = table["day"].to_numpy(dtype=float)
    score = scores_of(study, instrument)
    lead = first_day[patient] - day
    within = (lead >= 0) & ((lead <= rules.baseline_days) | (rules.baseline == "first"))
    rows = np.flatnonzero(~np.isnan(score) & within)
    rows = rows[time_order(patient[rows], day[rows])]
    return patient[rows], day[rows], score[rows]


def baselines(study: Study, instrument: str, rules: EpisodeRules = DEFAULT_RULES) -> pd.DataFrame:
    """Baseline of every patient on one instrument, by the rule chosen.

    One row per patient, in the order of `patients`: baseline (points) and baseline_day (days since
    the first session, 0 or negative); both missing for a patient without a usable score. For
    "mean" and "highest" the day is that of the latest score used.
    """
    return study.derive(("baselines", instrument, rules), lambda: _baselines(study, instrument, rules))


def _baselines(study: Study, instrument: str, rules: EpisodeRules) -> pd.DataFrame:
    patient, day, score = _candidates(study, instrument, rules)
    first = np.flatnonzero(np.diff(patient, prepend=-1))
    last = np.append(first[1:], len(patient)) - 1 if len(first) else first
    at = first if rules.baseline == "first" else last
    values = score[at]
    if rules.baseline == "mean":
        values = pd.Series(score).groupby(patient, sort=True).mean().to_numpy(dtype=float)
    elif rules.baseline == "highest" and len(first):
        values = np.maximum.reduceat(score, first)
    found = {name: np.full(len(study.patients), np.nan) for name in ("baseline", "baseline_day")}
    found["baseline"][patient[at]], found["baseline_day"][patient[at]] = values, day[at]
    return pd.DataFrame(found)
