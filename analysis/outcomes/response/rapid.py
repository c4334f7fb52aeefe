"""Rapid relief: change in the hours and days after the first session, where anybody measured it.

Most instruments ask about the past week or two, so that hours after a session they ask mostly about the time before
it: each row says how much of the recall lies after the session.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.study import Study, outcome_rows
from analysis.vocabulary import Instrument

from ..attrition import nearest_score
from .definitions import Cutoffs, outcomes
from .three_rules import wilson

COLUMNS = (
    "time", "day", "recall_after", "n_patients", "n_again", "mean", "ci_low", "ci_high",
    "n_able", "n_reached", "share", "share_low", "share_high",
)  # fmt: skip
HOUR = 1 / 24
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class EarlyTime:
    """A time after the first session: its name, the day aimed at, the days that count for it."""

    name: str
    day: float
    first_day: float
    last_day: float


# Half to twice the time, as far as the next one leaves room.
EARLY_TIMES = (
    EarlyTime("4 hours", 4 * HOUR, 2 * HOUR, 8 * HOUR),
    EarlyTime("24 hours", 1, 12 * HOUR, 36 * HOUR),
    EarlyTime("72 hours", 3, 2, 4),
    EarlyTime("7 days", 7, 5, 9),
)


def rapid_relief(study: Study, item: Instrument, of: Cutoffs) -> pd.DataFrame:
    """One row per time at which anybody was scored: n_patients with a baseline and such a score, of whom n_again had
    had a second session by then; mean change (points) with its 95 % t interval; and response: n_able, n_reached, share
    with its Wilson interval. recall_after: the part of the instrument's recall (0 to 1) that lies after the session,
    missing where the recall is not known. An instrument that asks about the moment has all of it after."""
    rows = outcome_rows(study, item.name, patient_columns=[])
    patient = rows["patient_id"].cat.codes.to_numpy().astype(np.int64)
    found = [_one(time, rows, patient, len(study.patients), item, of) for time in EARLY_TIMES] if len(rows) else []
    return pd.DataFrame([row for row in found if row is not None], columns=list(COLUMNS))


def _one(
    time: EarlyTime, rows: pd.DataFrame, patient: NDArray[np.int64], n: int, item: Instrument, of: Cutoffs
) -> tuple[object, ...] | None:
    days = (np.full(n, day) for day in (time.day, time.first_day, time.last_day))
    target, first, last = days
    score = nearest_score(rows, patient, target, first, last)
    sessions = nearest_score(rows.assign(score=rows["sessions_so_far"].astype(float)), patient, target, first, last)
    baseline = np.full(n, np.nan)
    baseline[patient] = rows["baseline"].to_numpy()
    seen = ~np.isnan(score)
    if not seen.any():
        return None
    change = (score - baseline)[seen]
    reached = next((one for one in outcomes(baseline, score, of) if one.name == "Response"), None)
    able = 0 if reached is None else int((reached.able & seen).sum())
    responded = 0 if reached is None else int((reached.able & reached.reached & seen).sum())
    share, low, high = (float(part[0]) for part in wilson(np.array([float(responded)]), np.array([float(able)])))
    return (
        time.name, time.day, _recall_after(time.day, item.recall_days), int(seen.sum()), int((sessions > 1).sum()),
        *_mean_interval(change), able, responded, share, low, high,
    )  # fmt: skip


def _recall_after(day: float, recall_days: float | None) -> float:
    if recall_days is None:
        return np.nan
    return 1.0 if recall_days <= day else day / recall_days


def _mean_interval(change: Floats) -> tuple[float, float, float]:
    n, mean = len(change), float(change.mean())
    if n < 2:
        return mean, np.nan, np.nan
    half = float(stats.t.ppf(0.975, n - 1) * change.std(ddof=1) / np.sqrt(n))
    return mean, mean - half, mean + half
