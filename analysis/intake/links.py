"""What must hold between the tables: known patients, sessions in order from day 0, baselines.

A patient is a position in `patients` here (-1: unknown or blank), so that every check is over
whole arrays, at any size.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.study import EpisodeRules
from analysis.vocabulary import INSTRUMENTS, TABLES

from .conversion import ConvertedTable
from .findings import FindingLog, Mask, Problem, counted
from .numbers import Numbers
from .words import Places, places_in


def check_links(tables: dict[str, ConvertedTable], log: FindingLog) -> dict[str, Places]:
    """Report what does not fit between the tables; gives each row's patient as a position in `patients`."""
    if "patients" not in tables or "patient_id" not in tables["patients"].frame:
        return {}
    known = tables["patients"].frame["patient_id"].dropna().drop_duplicates()
    codes = {}
    for name, table in tables.items():
        if "patient_id" in table.frame:
            codes[name] = places_in(table.frame["patient_id"], known)
            _check_known(table, codes[name], log)
    if "sessions" in codes and {"session_number", "day"} <= set(tables["sessions"].frame):
        _check_sessions(tables["sessions"], codes["sessions"], log)
        _note_without_sessions(tables["patients"], codes, log)
    if {"sessions", "assessments"} <= set(codes):
        _note_without_baseline(tables["assessments"], codes["assessments"], codes["sessions"], log)
    if {"sessions", "adverse_events"} <= set(codes):
        _note_unknown_session(tables, codes, log)
    return codes


def _check_known(table: ConvertedTable, codes: Places, log: FindingLog) -> None:
    unknown = (codes < 0) & table.frame["patient_id"].notna().to_numpy()
    what = TABLES[table.name].one_row_per
    rest = f"({what}) whose patient is not in the table patients"
    log.report(
        table.name, table.origin, Problem(unknown, "row", rest, "Add the patient, or remove the rows."), "patient_id"
    )


def _floats(table: ConvertedTable, column: str) -> Numbers:
    values: Numbers = table.frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
    return values


def _check_sessions(table: ConvertedTable, codes: Places, log: FindingLog) -> None:
    """Numbers occur once per patient, rise with the day, and the first session is on day 0."""
    number, day = _floats(table, "session_number"), _floats(table, "day")
    order = _in_order(codes, number, _possible(day, "day"))
    same = np.zeros(len(order), dtype=bool)
    same[1:] = codes[order][1:] == codes[order][:-1]
    gap = np.diff(number[order], prepend=0)
    back = np.diff(day[order], prepend=0) < 0
    first = order[~same]
    masks = {
        "repeated": order[same & (gap == 0)],
        "back": order[same & (gap > 0) & back],
        "late": first[day[first] != 0],
        "gap": order[(same & (gap > 1)) | (~same & (number[order] != 1))],
    }
    for problem, column in _session_problems({name: _mask(rows, len(codes)) for name, rows in masks.items()}):
        log.report(table.name, table.origin, problem, column)


def _in_order(codes: Places, number: Numbers, has_day: Mask) -> Places:
    """Sessions by patient and number, of the patients all of whose sessions have a possible number and a day.

    The others are reported already, and judging the rest of their sessions would report one fault twice.
    Files are mostly in this order, which a stable sort uses.
    """
    high = int(TABLES["sessions"].column("session_number").maximum or 0)
    possible = has_day & _possible(number, "session_number")
    known = codes >= 0
    unclear = _mask(codes[known & ~possible], int(codes.max(initial=-1)) + 1)
    usable = np.flatnonzero(known)
    usable = usable[~unclear[codes[usable]]]
    key = codes[usable] * (high + 1) + number[usable].astype(np.int64)
    return usable[np.argsort(key, kind="stable")]


def _possible(values: Numbers, column: str) -> Mask:
    """Whether numbers of sessions are known and within the limits of their column."""
    declared = TABLES["sessions"].column(column)
    possible: Mask = (values >= (declared.minimum or 0)) & (values <= (declared.maximum or 0))
    return possible


def _mask(rows: Places, length: int) -> Mask:
    mask = np.zeros(length, dtype=bool)
    mask[rows] = True
    return mask


def _session_problems(masks: dict[str, Mask]) -> list[tuple[Problem, str]]:
    numbering = "Number the sessions of a patient 1, 2, 3, ... in the order of their days."
    repeat = Problem(masks["repeated"], "row", "with a session number that the patient already has", numbering)
    back = Problem(masks["back"], "session", "on an earlier day than a session with a lower number", numbering)
    repair = "Days count from the first ketamine session: subtract its day from all days of the patient."
    late = Problem(masks["late"], "patient", "whose first session is not on day 0", repair)
    gap = Problem(masks["gap"], "place", "where a session number is skipped", "Sessions may be missing.", "note")
    return [(repeat, "session_number"), (back, "session_number"), (late, "day"), (gap, "session_number")]


def _note_without_sessions(patients: ConvertedTable, codes: dict[str, Places], log: FindingLog) -> None:
    treated = np.zeros(len(patients.frame), dtype=bool)
    seen = codes["sessions"][codes["sessions"] >= 0]
    treated[seen] = True
    without = ~treated[codes["patients"]] & (codes["patients"] >= 0)
    keep = "They are kept and counted, but nothing after a first session is known of them."
    log.report("patients", patients.origin, Problem(without, "patient", "without any session", keep, "note"))


def _note_without_baseline(table: ConvertedTable, codes: Places, session_codes: Places, log: FindingLog) -> None:
    if not {"day", "score", "instrument"} <= set(table.frame):
        return
    days = EpisodeRules().baseline_days
    day, instrument = _floats(table, "day"), places_in(table.frame["instrument"], list(INSTRUMENTS))
    rows = np.flatnonzero((codes >= 0) & (instrument >= 0) & np.isfinite(_floats(table, "score")))
    slots, day = codes[rows] * len(INSTRUMENTS) + instrument[rows], day[rows]
    shape = int(max(codes.max(initial=-1), session_codes.max(initial=-1))) + 1, len(INSTRUMENTS)
    treated = _mask(session_codes[session_codes >= 0], shape[0])[:, np.newaxis]
    later = _mask(slots[day > 0], shape[0] * shape[1]).reshape(shape) & treated
    before = _mask(slots[(day <= 0) & (day >= -days)], shape[0] * shape[1]).reshape(shape)
    counts = zip(INSTRUMENTS, later.sum(axis=0), (later & ~before).sum(axis=0), strict=True)
    for name, n_later, n_without in counts:
        if n_without:
            lacks = (
                f"{'lacks' if n_without == 1 else 'lack'} a baseline (a score on day 0 or in the {days:g} days before)"
            )
            who = f"{n_without:,} of {counted(int(n_later), 'patient')} with a {name} score after the first session"
            message = f"{', '.join(table.origin.labels)}: {who} {lacks}. Their change on {name} is not known."
            log.add("note", table.name, message, "score")


def _note_unknown_session(tables: dict[str, ConvertedTable], codes: dict[str, Places], log: FindingLog) -> None:
    events = tables["adverse_events"]
    if "session_number" not in events.frame or "session_number" not in tables["sessions"].frame:
        return
    number = _floats(events, "session_number")
    named = np.isfinite(number) & (codes["adverse_events"] >= 0)
    known = _session_keys(codes["sessions"], _floats(tables["sessions"], "session_number"))
    unknown = named & ~_session_keys(codes["adverse_events"], number).isin(known).to_numpy()
    rest = "with a session number that the table sessions lacks for the patient"
    log.report(events.name, events.origin, Problem(unknown, "event", rest, "It is kept.", "note"), "session_number")


def _session_keys(codes: Places, number: Numbers) -> pd.Series:
    """One number for each patient and session; a blank or impossible session number is none of theirs."""
    highest = TABLES["sessions"].column("session_number").maximum or 0
    possible = (number >= 0) & (number <= highest)
    return pd.Series(codes * np.int64(highest + 1) + np.where(possible, number, 0).astype(np.int64), copy=False)
