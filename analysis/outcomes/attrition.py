"""Who is left at each step from starting treatment to a score at three months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsmodels.stats.proportion import proportion_confint

from analysis.study import Study, baselines, episodes, outcome_rows
from analysis.vocabulary import WINDOWS

from .induction import END_OF_INDUCTION, LAG_DAYS, LEAD_DAYS, induction_end_days
from .who import EVALUABLE, FROM_DAY_90, FROM_END, STARTERS, WITH_BASELINE

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
THREE_MONTHS = next(window for window in WINDOWS if window.name == "day 90")


@dataclass(frozen=True, eq=False)
class Followed:
    """Patients of one instrument, one entry per starter in every array.

    people: the episodes. baseline: score before treatment, NaN if none. evaluable: has a baseline and
    a later score after a session. last_day: day of the last such score (-inf if none). end_from: first day that
    counts as the end of induction. score: per window name and for "end of induction", the score nearest its target
    day (NaN if none). carried: by the same names, the last later score up to the end of the window, however old (NaN
    if none).
    """

    people: pd.DataFrame
    baseline: NDArray[np.float64]
    evaluable: Mask
    last_day: NDArray[np.float64]
    end_from: NDArray[np.float64]
    score: dict[str, NDArray[np.float64]]
    carried: dict[str, NDArray[np.float64]]


def nearest_score(
    rows: pd.DataFrame, patient: Ints, target: Floats, first_day: Floats, last_day: Floats
) -> NDArray[np.float64]:
    """Per patient, the score nearest the target day of that patient, the earlier on a tie; NaN outside the days."""
    day = rows["day"].to_numpy()
    inside = np.flatnonzero((day >= first_day[patient]) & (day <= last_day[patient]))
    away = np.abs(day[inside] - target[patient[inside]])
    far_first = inside[np.lexsort((-day[inside], -away))]
    score = np.full(len(target), np.nan)
    score[patient[far_first]] = rows["score"].to_numpy()[far_first]
    return score


def last_score(rows: pd.DataFrame, patient: Ints, last_day: Floats) -> NDArray[np.float64]:
    """Per patient, the last score up to a day; NaN if none. Rows are in the order of days."""
    inside = np.flatnonzero(rows["day"].to_numpy() <= last_day[patient])
    score = np.full(len(last_day), np.nan)
    score[patient[inside]] = rows["score"].to_numpy()[inside]
    return score


def window_days(study: Study) -> dict[str, tuple[Floats, Floats, Floats]]:
    """For each window, per patient: the day aimed at, the first and the last day that count."""
    n, end = len(study.patients), induction_end_days(study)
    days = {END_OF_INDUCTION: (end, end - LEAD_DAYS, end + LAG_DAYS)}
    for window in WINDOWS:
        target, first, last = (np.full(n, day) for day in (window.target_day, window.first_day, window.last_day))
        days[window.name] = (target, first, last)
    return days


def follow(study: Study, instrument: str) -> Followed:
    """Where the patients of a study stand on one instrument, worked out once for all pages."""
    return study.derive(("follow", instrument), lambda: _follow(study, instrument))


def _follow(study: Study, instrument: str) -> Followed:
    """From one pass over the study."""
    people = episodes(study)
    position = pd.Index(study.patients["patient_id"]).get_indexer(people["patient_id"])
    rows = outcome_rows(study, instrument, patient_columns=[])
    patient = rows["patient_id"].cat.codes.to_numpy().astype(np.int64)
    n = len(study.patients)
    last_day = np.full(n, -np.inf)
    np.maximum.at(last_day, patient, rows["day"].to_numpy())
    days = window_days(study)
    windows = {name: nearest_score(rows, patient, *three)[position] for name, three in days.items()}
    carried = {name: last_score(rows, patient, last)[position] for name, (_, _, last) in days.items()}
    start = baselines(study, instrument)["baseline"].to_numpy()
    last_day, end_from = last_day[position], days[END_OF_INDUCTION][1][position]
    return Followed(people, start[position], last_day > -np.inf, last_day, end_from, windows, carried)


def attrition(followed: Followed) -> pd.DataFrame:
    """One row per step, each within the one before: who, step (the same in words), n_patients, share (of starters,
    0 to 1) with its 95 % Wilson interval ci_low and ci_high.

    "Assessed at the end of induction or later" is a score from the first day of that window on, at three months one
    from the first day of the day 90 window on.
    """
    at_end = followed.last_day >= followed.end_from
    at_three_months = at_end & (followed.last_day >= THREE_MONTHS.first_day)
    steps: list[tuple[str, str, Mask]] = [
        (STARTERS, "Started treatment", np.ones(len(followed.baseline), dtype=bool)),
        (WITH_BASELINE, "Has a baseline score", ~np.isnan(followed.baseline)),
        (EVALUABLE, "Has a later score (evaluable)", followed.evaluable),
        (FROM_END, "Assessed at the end of induction or later", followed.evaluable & at_end),
        (FROM_DAY_90, "Assessed at three months or later", followed.evaluable & at_three_months),
    ]
    n = len(followed.baseline)
    counts = np.array([int(mask.sum()) for _, _, mask in steps])
    low, high = proportion_confint(counts, n, method="wilson") if n else (np.nan, np.nan)
    frame = pd.DataFrame([step[:2] for step in steps], columns=["who", "step"])
    return frame.assign(n_patients=counts, share=counts / max(n, 1), ci_low=low, ci_high=high)
