"""The baseline score of an instrument."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .episodes import DEFAULT_RULES, first_sessions
from .rules import EpisodeRules
from .study import Study


def _candidates(study: Study, instrument: str, rules: EpisodeRules) -> pd.DataFrame:
    """Scores on or before the first session: patient (row number), day, score, oldest first."""
    table = study.assessments
    first = first_sessions(study)
    first_day = np.where(first >= 0, study.sessions["day"].to_numpy(dtype=float)[first], np.nan)
    patient = study.patient_positions("assessments")
    day = table["day"].to_numpy(dtype=float)
    lead = first_day[patient] - day
    scored = (table["instrument"] == instrument).to_numpy() & table["score"].notna().to_numpy()
    within = (lead >= 0) & ((lead <= rules.baseline_days) | (rules.baseline == "first"))
    rows = np.flatnonzero(scored & within)
    frame = pd.DataFrame(
        {"patient": patient[rows], "day": day[rows], "score": table["score"].to_numpy(dtype=float)[rows]}
    )
    return frame.sort_values(["patient", "day"], kind="stable")


def baselines(study: Study, instrument: str, rules: EpisodeRules = DEFAULT_RULES) -> pd.DataFrame:
    """Baseline of every patient on one instrument, by the rule chosen.

    One row per patient, in the order of `patients`: baseline (points) and baseline_day (days since
    the first session, 0 or negative); both missing for a patient without a usable score. For
    "mean" and "highest" the day is that of the latest score used.
    """
    return study.derive(("baselines", instrument, rules), lambda: _baselines(study, instrument, rules))


def _baselines(study: Study, instrument: str, rules: EpisodeRules) -> pd.DataFrame:
    by_patient = _candidates(study, instrument, rules).groupby("patient", sort=True)
    if rules.baseline == "first":
        chosen = by_patient.agg(baseline=("score", "first"), baseline_day=("day", "first"))
    elif rules.baseline == "mean":
        chosen = by_patient.agg(baseline=("score", "mean"), baseline_day=("day", "last"))
    elif rules.baseline == "highest":
        chosen = by_patient.agg(baseline=("score", "max"), baseline_day=("day", "last"))
    else:
        chosen = by_patient.agg(baseline=("score", "last"), baseline_day=("day", "last"))
    return chosen.reindex(np.arange(len(study.patients)))
