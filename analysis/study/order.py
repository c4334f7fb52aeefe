"""Counting and finding sessions before a moment, for all patients at once.

A (patient, day) pair becomes one exact integer, so that one sorted search answers every question
without a loop over patients and without rounding a fraction of a day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class SessionOrder:
    """Sessions sorted by patient and day, and for each query the sessions strictly before it.

    row: the session rows in sorted order. first: per query, where its patient's sessions begin in
    that order. n_before: per query, the number of sessions on earlier days.
    """

    row: Ints
    first: Ints
    n_before: Ints

    def last_before(self) -> Ints:
        """Per query, the row of the last session strictly before it; -1 where there is none."""
        last = self.first + self.n_before - 1
        found = np.full(len(last), -1, dtype=np.int64)
        some = self.n_before > 0
        found[some] = self.row[last[some]]
        return found


def time_order(patient: NDArray[np.integer], day: NDArray[np.float64], *later_keys: NDArray[np.integer]) -> Ints:
    """The rows by patient, then day, then the later keys; stable. Files usually are in that order already,
    and seeing that they are is far cheaper than sorting millions of rows."""
    keys = (patient, day, *later_keys)
    undecided = np.ones(max(len(patient) - 1, 0), dtype=bool)
    in_order = True
    for key in keys:
        before, after = key[:-1][undecided], key[1:][undecided]
        if (after < before).any():
            in_order = False
            break
        undecided[undecided] = after == before
    if in_order:
        return np.arange(len(patient), dtype=np.int64)
    return np.lexsort(keys[::-1]).astype(np.int64)


def order_sessions(
    session_patient: NDArray[np.intp],
    session_day: NDArray[np.float64],
    query_patient: NDArray[np.intp],
    query_day: NDArray[np.float64],
) -> SessionOrder:
    """Relate each query (a patient and a day) to the sessions of that patient before that day."""
    days = np.sort(pd.unique(session_day))
    width = np.int64(len(days) + 1)
    row = time_order(session_patient, session_day)
    ordered = (session_patient.astype(np.int64) * width + np.searchsorted(days, session_day, side="left"))[row]
    start_key = query_patient.astype(np.int64) * width
    first = np.searchsorted(ordered, start_key, side="left").astype(np.int64)
    upto = np.searchsorted(ordered, start_key + np.searchsorted(days, query_day, side="left"), side="left")
    return SessionOrder(row, first, upto.astype(np.int64) - first)
