"""Session numbers counted from the days of a patient's sessions, for exports that have none."""

from __future__ import annotations

import numpy as np

from .distinct import distinct_texts
from .findings import FindingLog, Problem
from .numbers import text_to_numbers
from .source import SourceTable
from .source_rows import as_cells


def with_session_numbers(sessions: SourceTable, log: FindingLog) -> SourceTable:
    """Number each patient's sessions 1, 2, 3, ... by day; those of one day stay in the order of the file, with a note.

    A session without a patient or a day gets no number; what is wrong with it is reported where it is checked.
    """
    _, codes = distinct_texts(sessions.cells.column("patient_id"))
    day, _ = text_to_numbers(sessions.cells.column("day"))
    usable = np.flatnonzero((codes >= 0) & np.isfinite(day))
    order = usable[np.lexsort((usable, day[usable], codes[usable]))]
    starts = np.ones(len(order), dtype=bool)
    starts[1:] = codes[order][1:] != codes[order][:-1]
    places = np.arange(len(order))
    numbers = np.full(len(day), np.nan)
    numbers[order] = places - np.maximum.accumulate(np.where(starts, places, 0)) + 1
    tied = np.zeros(len(day), dtype=bool)
    tied[order[1:]] = ~starts[1:] & (np.diff(day[order]) == 0)
    repair = "They were numbered in the order of the file; leave out repeated rows with drop_repeats = true."
    rest = "on the same day as an earlier session of the patient"
    log.report("sessions", sessions.origin, Problem(tied, "session", rest, repair, "note"), "session_number")
    place = sessions.cells.column_names.index("session_number")
    return SourceTable(sessions.cells.set_column(place, "session_number", as_cells(numbers)), sessions.origin)
