"""Administrations of ketamine on calendar days, to sessions numbered from 1 on days from 0."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .left_out import LeftOut, Reason
from .times import days_since, first_times

ONE_DAY = ["key", "at_day", "route", "molecule"]
ADDED_UP = ("dose_mg", "duration_min")

SAME_DAY = Reason(
    "sessions",
    "session",
    "on the same day as an earlier one of the patient, by the same route",
    'Each is counted as a session. Set same_day = "one session" in the mapping when they are parts of one.',
)
JOINED = Reason(
    "sessions",
    "administration",
    "on the same day as an earlier one of the patient, by the same route",
    "They were joined to one session, their doses added up, as same_day of the mapping says.",
)


def sessions_of_days(doses: pd.DataFrame, same_day: str, left_out: LeftOut) -> pd.DataFrame:
    """One row per session, all of them with a day: by patient, by time. Parts of a session are joined if asked.

    doses has key, at_day, at_instant, route, molecule, dose_mg, duration_min, completed, part and row.
    """
    ordered = doses.sort_values(["key", "at_day", "at_instant"], na_position="first", kind="stable")
    later = ordered.duplicated(ONE_DAY).to_numpy(dtype=bool)
    left_out.add_many(
        SAME_DAY if same_day == "separate" else JOINED, ordered.loc[later, "part"], ordered.loc[later, "row"]
    )
    if same_day == "separate" or not later.any():
        return ordered.reset_index(drop=True)
    return _joined(ordered)


def _joined(ordered: pd.DataFrame) -> pd.DataFrame:
    groups = ordered.groupby(ONE_DAY, sort=False, dropna=False)
    first = groups.head(1).reset_index(drop=True)
    place = groups.ngroup().to_numpy()
    for column in ADDED_UP:  # unknown when one of the parts is
        first[column] = (
            ordered[column]
            .groupby(place)
            .sum(min_count=1)
            .where(~ordered[column].isna().groupby(place).any())
            .to_numpy()
        )
    first["completed"] = _all_completed(ordered["completed"], place)
    return first


def _all_completed(completed: pd.Series, place: np.ndarray) -> np.ndarray:
    """False when a part was stopped, missing when one is unknown, else true."""
    stopped = (completed == False).fillna(False).groupby(place).any()  # noqa: E712 - a nullable column
    unknown = completed.isna().groupby(place).any()
    answers = pd.Series(True, index=stopped.index, dtype="boolean").mask(unknown).mask(stopped, False)
    return answers.to_numpy()


def numbered(sessions: pd.DataFrame) -> pd.DataFrame:
    """Sessions with day and session_number, in the order of the patient's days."""
    first = first_times(sessions["key"], sessions).loc[sessions["key"]]
    made = sessions.assign(day=np.maximum(days_since(sessions, first), 0.0))  # a clock in another zone may seem earlier
    made = made.sort_values(["key", "day", "at_day", "at_instant"], na_position="first", kind="stable")
    return made.assign(session_number=made.groupby("key", sort=False).cumcount() + 1).reset_index(drop=True)
