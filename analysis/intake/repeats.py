"""Two scores of one patient on one instrument at one time: a repeat, a distinction, or a contradiction."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.vocabulary import INSTRUMENTS, TABLES

from .conversion import ConvertedTable
from .findings import FindingLog, Mask, Problem, listed
from .items import PRORATED
from .numbers import Numbers
from .words import Places, places_in

KEY = TABLES["assessments"].key
MOST_TICKS_A_KEY = 16  # bytes of memory for each key


def find_repeats(table: ConvertedTable, patients: Places, log: FindingLog) -> Mask:
    """Rows of assessments to leave out because they repeat an earlier row in every column.

    Counting such a row twice would make a model surer than the data are. Rows of one key that
    differ in an extra column (say, before which of two infusions) are kept with a note; rows that
    differ in anything else contradict each other, and nobody but the clinic can say which is right.
    """
    repeat = np.zeros(len(table.frame), dtype=bool)
    if not set(KEY) <= set(table.frame):
        return repeat
    shared = np.flatnonzero(_share_a_key(table.frame, patients))
    rows = table.frame.iloc[shared]
    repeat[shared[rows.duplicated().to_numpy()]] = True
    declared = (*TABLES["assessments"].column_names, PRORATED)  # how a score was made tells no two scores apart
    extra = [str(name) for name in table.frame.columns if name not in declared]
    distinct = rows[~repeat[shared]]
    clash, kept_apart = np.zeros(len(repeat), dtype=bool), np.zeros(len(repeat), dtype=bool)
    clashing = distinct.duplicated([*KEY, *extra], keep=False).to_numpy()
    clash[shared[~repeat[shared]][clashing]] = True
    kept_apart[shared[~repeat[shared]]] = distinct.duplicated(list(KEY), keep=False).to_numpy() & ~clashing
    for problem in _problems(repeat, clash, kept_apart, extra):
        log.report(table.name, table.origin, problem)
    return repeat


def _share_a_key(frame: pd.DataFrame, patients: Places) -> Mask:
    """Rows whose patient, day and instrument occur again; rows without a known one of them do not count."""
    instruments = places_in(frame["instrument"], list(INSTRUMENTS))
    days = frame["day"].to_numpy(dtype=np.float64)
    shared: Mask = (patients >= 0) & (instruments >= 0) & np.isfinite(days)
    rows = np.flatnonzero(shared)
    key = _moments(patients[rows], days[rows]) * len(INSTRUMENTS) + instruments[rows]
    shared[rows] = False if _all_different(key) else pd.Series(key).duplicated(keep=False).to_numpy()
    return shared


def _moments(patients: Places, days: Numbers) -> Places:
    """One number for each patient and day; counted along the rows when they are sorted, as they mostly are."""
    later = np.diff(patients, prepend=-1)
    step = np.diff(days, prepend=0)
    if ((later > 0) | ((later == 0) & (step >= 0))).all():
        return np.cumsum((later > 0) | (step > 0), dtype=np.int64) - 1
    places, distinct = pd.factorize(days)
    return patients * np.int64(len(distinct)) + places


def _all_different(keys: Places) -> bool:
    """Whether no key occurs twice, when the keys are dense enough to tick them off; False when that is not known."""
    top = int(keys.max(initial=-1)) + 1
    if top > MOST_TICKS_A_KEY * len(keys):
        return False
    seen = np.zeros(top, dtype=bool)
    seen[keys] = True
    return int(seen.sum()) == len(keys)


def _problems(repeat: Mask, clash: Mask, kept_apart: Mask, extra: list[str]) -> list[Problem]:
    one = "the patient, day and instrument of another row"
    remedy = "Keep the right one, or tell them apart by a column of your own."
    return [
        Problem(repeat, "row", "equal to an earlier row in every column", "The repeats were left out.", "note"),
        Problem(clash, "row", f"with {one} but other values", remedy),
        Problem(kept_apart, "row", f"with {one}, told apart by {listed(extra)}", "All of them are kept.", "note"),
    ]
