"""Who is left at each step from starting treatment to a score at three months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.study import Study, baselines, episodes, outcome_rows
from analysis.vocabulary import WINDOWS, Window

from .who import EVALUABLE, FROM_DAY_28, FROM_DAY_90, STARTERS, WITH_BASELINE

Mask = NDArray[np.bool_]
STEPS = {"day 28": FROM_DAY_28, "day 90": FROM_DAY_90}


@dataclass(frozen=True, eq=False)
class Followed:
    """Patients of one instrument, one entry per starter in every array.

    people: the episodes. baseline: score before treatment, NaN if none. evaluable: has a baseline and
    a later score after a session. last_day: day of the last such score (-inf if none). score: per window
    name, the score nearest its target day (NaN if none).
    """

    people: pd.DataFrame
    baseline: NDArray[np.float64]
    evaluable: Mask
    last_day: NDArray[np.float64]
    score: dict[str, NDArray[np.float64]]


def score_in_window(rows: pd.DataFrame, window: Window, patient: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """Per patient, the score nearest the window's target day, the earlier on a tie; NaN outside the window."""
    day = rows["day"].to_numpy()
    inside = np.flatnonzero((day >= window.first_day) & (day <= window.last_day))
    far_first = inside[np.lexsort((-day[inside], -np.abs(day[inside] - window.target_day)))]
    score = np.full(n, np.nan)
    score[patient[far_first]] = rows["score"].to_numpy()[far_first]
    return score


def follow(study: Study, instrument: str) -> Followed:
    """Everything the overview needs of one instrument, from one pass over the study."""
    people = episodes(study)
    position = pd.Index(study.patients["patient_id"]).get_indexer(people["patient_id"])
    rows = outcome_rows(study, instrument, patient_columns=[])
    patient = rows["patient_id"].cat.codes.to_numpy().astype(np.int64)
    n = len(study.patients)
    last_day = np.full(n, -np.inf)
    np.maximum.at(last_day, patient, rows["day"].to_numpy())
    windows = {window.name: score_in_window(rows, window, patient, n)[position] for window in WINDOWS}
    start = baselines(study, instrument)["baseline"].to_numpy()
    return Followed(people, start[position], last_day[position] > -np.inf, last_day[position], windows)


def attrition(followed: Followed) -> pd.DataFrame:
    """One row per step, each within the one before: who, step (the same in words), n_patients, share (of starters,
    0 to 1).

    "Still assessed around day 28" is a score from the first day of that window on.
    """
    steps: list[tuple[str, str, Mask]] = [
        (STARTERS, "Started treatment", np.ones(len(followed.baseline), dtype=bool)),
        (WITH_BASELINE, "Has a baseline score", ~np.isnan(followed.baseline)),
        (EVALUABLE, "Has a later score (evaluable)", followed.evaluable),
    ]
    for window in WINDOWS:
        if window.name in STEPS:
            still = followed.last_day >= window.first_day
            steps.append((STEPS[window.name], f"Still assessed around {window.name} or later", still))
    n = max(len(followed.baseline), 1)
    rows = [(name, step, int(who.sum()), float(who.sum()) / n) for name, step, who in steps]
    return pd.DataFrame(rows, columns=["who", "step", "n_patients", "share"])
