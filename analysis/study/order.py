"""Counting and finding sessions before a moment, for all patients at once.

A (patient, day) pair becomes one exact integer, so that one sorted search answers every question
without a loop over patients and without rounding a fraction of a day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
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


def order_sessions(
    session_patient: NDArray[np.intp],
    session_day: NDArray[np.float64],
    query_patient: NDArray[np.intp],
    query_day: NDArray[np.float64],
) -> SessionOrder:
    """Relate each query (a patient and a day) to the sessions of that patient before that day."""
    days, rank = np.unique(np.concatenate([session_day, query_day]), return_inverse=True)
    width = np.int64(len(days) + 1)
    n_sessions = len(session_day)
    session_key = session_patient.astype(np.int64) * width + rank[:n_sessions]
    start_key = query_patient.astype(np.int64) * width
    row = np.argsort(session_key, kind="stable").astype(np.int64)
    ordered = session_key[row]
    first = np.searchsorted(ordered, start_key, side="left").astype(np.int64)
    upto = np.searchsorted(ordered, start_key + rank[n_sessions:], side="left").astype(np.int64)
    return SessionOrder(row, first, upto - first)
