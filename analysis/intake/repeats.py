"""Two scores of one patient on one instrument at one time: a repeat, a distinction, or a contradiction."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.vocabulary import INSTRUMENTS, TABLES

from .conversion import ConvertedTable
from .findings import FindingLog, Mask, Problem, listed
from .words import Places, places_in

KEY = TABLES["assessments"].key


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
    extra = [str(name) for name in table.frame.columns if name not in TABLES["assessments"].column_names]
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
    days, _ = pd.factorize(frame["day"].to_numpy(dtype=np.float64))
    usable = (patients >= 0) & (instruments >= 0) & (days >= 0)
    slots = patients * len(INSTRUMENTS) + instruments
    key = np.where(usable, slots, 0) * np.int64(days.max(initial=0) + 1) + days
    shared: Mask = usable.copy()
    shared[usable] = pd.Series(key[usable]).duplicated(keep=False).to_numpy()
    return shared


def _problems(repeat: Mask, clash: Mask, kept_apart: Mask, extra: list[str]) -> list[Problem]:
    one = "the patient, day and instrument of another row"
    remedy = "Keep the right one, or tell them apart by a column of your own."
    return [
        Problem(repeat, "row", "equal to an earlier row in every column", "The repeats were left out.", "note"),
        Problem(clash, "row", f"with {one} but other values", remedy),
        Problem(kept_apart, "row", f"with {one}, told apart by {listed(extra)}", "All of them are kept.", "note"),
    ]
