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


@dataclass(frozen=True)
class OrderedSessions:
    """Sessions ready to be asked about. days: the different days, ascending. row: the session rows by patient and day.
    key: of those rows, the patient and the place of the day as one number. first: per patient, where their sessions
    begin in that order."""

    days: NDArray[np.float64]
    row: Ints
    key: Ints
    first: Ints

    @property
    def width(self) -> np.int64:
        return np.int64(len(self.days) + 1)

    def before(self, patient: NDArray[np.intp], day: NDArray[np.float64]) -> SessionOrder:
        """Relate each query (a patient and a day) to the sessions of that patient before that day."""
        wanted = patient.astype(np.int64) * self.width + np.searchsorted(self.days, day, side="left")
        first = self.first[patient]
        upto = np.searchsorted(self.key, wanted, side="left").astype(np.int64)
        return SessionOrder(self.row, first, upto - first)


def order_sessions(patient: NDArray[np.intp], day: NDArray[np.float64], n_patients: int) -> OrderedSessions:
    """Order some sessions, given by patient (a row number below n_patients) and day."""
    days, place = np.unique(day, return_inverse=True)
    row = time_order(patient, day)
    key = (patient.astype(np.int64) * np.int64(len(days) + 1) + place)[row]
    first = np.searchsorted(patient[row], np.arange(n_patients), side="left").astype(np.int64)
    return OrderedSessions(days, row, key, first)
