"""When each patient's first ketamine session was: known while a mapping is carried out, and then forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from .dates import Moments

NO_DATED_SESSION = (
    "The mapping counts from the first session, and no section [[sessions]] gives its day as a date. "
    'Say day = { date = "...", from = "first session" } there.'
)


@dataclass(frozen=True)
class FirstSessions:
    """The first session of every patient who has a dated one; patients is a list of distinct codes."""

    patients: Any
    moments: Moments

    def of(self, ids: Any) -> Moments:
        """The first session of the patient of each row; unknown for a patient without one."""
        places = compute.fill_null(compute.index_in(ids, value_set=self.patients), -1)
        return self.moments.take(places.to_numpy().astype(np.int64))


def earliest(parts: list[tuple[Any, Moments]]) -> FirstSessions:
    """The earliest session of each patient, from the codes and dates of all sessions.

    On a day with several sessions one without a time comes first: what is later that day is not known then.
    """
    if not parts:
        return FirstSessions(arrow.array([], arrow.large_string()), Moments(np.empty(0, np.int64), np.empty(0)))
    ids = arrow.chunked_array([chunk for part, _ in parts for chunk in _chunks(part)], arrow.large_string())
    day = np.concatenate([moments.day for _, moments in parts])
    fraction = np.concatenate([moments.fraction for _, moments in parts])
    patients = compute.unique(ids).drop_null()
    codes = compute.fill_null(compute.index_in(ids, value_set=patients), -1).to_numpy()
    usable = np.flatnonzero((codes >= 0) & Moments(day, fraction).known)
    order = usable[np.lexsort((np.nan_to_num(fraction[usable], nan=-1.0), day[usable], codes[usable]))]
    found, first = np.unique(codes[order], return_index=True)
    return FirstSessions(patients.take(arrow.array(found)), Moments(day[order][first], fraction[order][first]))


def _chunks(column: Any) -> list[Any]:
    return column.chunks if isinstance(column, arrow.ChunkedArray) else [column]
