"""Adverse events as plain arrays, tied to their sessions, and where a study recorded which kind of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.study import Study

from .labels import Labels, label_column
from .session_rows import Floats, Ints, Mask, Texts, text_column

SOLICITED, SPONTANEOUS, UNKNOWN_KIND = "solicited", "spontaneous", "unknown"
KINDS = (SOLICITED, SPONTANEOUS, UNKNOWN_KIND)
NOT_TIED = -1


@dataclass(frozen=True)
class Recording:
    """Per way of finding events, the clinics that recorded any that way and the terms they used; and the pairs of
    clinic and route of the session at which staff are known to have asked: those with a session to which an event that
    was asked for belongs.

    Where nobody asked, nothing says that there was nothing to find. Which sessions can count follows in `at_risk`.
    Taken from the whole study, so that a cohort without events is a cohort of noughts.
    """

    clinics: Mapping[str, frozenset[str]]
    terms: Mapping[str, tuple[str, ...]]
    asked: frozenset[tuple[str, str]]

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(kind for kind in KINDS if self.clinics.get(kind))


@dataclass(frozen=True, eq=False)
class EventRows:
    """One entry per event: patient (row number), session (row number, NOT_TIED if none), kind, term, grade and
    serious (1 or 0), NaN where not recorded, onset and resolution in minutes from dosing."""

    patient: Ints
    session: Ints
    kind: Texts
    term: Labels
    grade: Floats
    serious: Floats
    onset_min: Floats
    resolved_min: Floats

    def n_patients_with(self, chosen: Mask) -> int:
        """How many patients the chosen events are of."""
        return int(np.count_nonzero(np.bincount(self.patient[chosen])))

    def per_patient(self, chosen: Mask, n_patients: int) -> Floats:
        return np.bincount(self.patient[chosen], minlength=n_patients).astype(float)


def recording(study: Study) -> Recording:
    """What a study recorded, and where it asked."""
    return study.derive("recording of events", lambda: _recording(study))


def _recording(study: Study) -> Recording:
    events = event_rows(study)
    clinic = study.patients["clinic_id"].astype("str").to_numpy(dtype=object)
    session_route = label_column(study.sessions, "route")
    clinics, terms = {}, {}
    for kind in KINDS:
        of_kind = events.kind == kind
        clinics[kind] = frozenset(clinic[events.patient[of_kind]].tolist())
        terms[kind] = tuple(str(term) for term in pd.Series(events.term.texts(of_kind)).value_counts().index)
    asked = (events.kind == SOLICITED) & (events.session != NOT_TIED)
    routes = session_route.texts()[events.session[asked]]
    pairs = zip(clinic[events.patient[asked]].tolist(), routes.tolist(), strict=True)
    return Recording(clinics, terms, frozenset(pairs))


def event_rows(study: Study) -> EventRows:
    """The events of a study; none where it has no table of them."""
    return study.derive("event rows", lambda: _event_rows(study))


def _event_rows(study: Study) -> EventRows:
    table = study.adverse_events
    if table is None:
        return _of_table(pd.DataFrame(columns=["term"]), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    patient = study.patient_positions("adverse_events").astype(np.int64)
    return _of_table(table, patient, _sessions_of(study, table, patient))


def _of_table(table: pd.DataFrame, patient: Ints, session: Ints) -> EventRows:
    kind = text_column(table, "ascertainment")
    kind[kind == ""] = UNKNOWN_KIND
    grade, serious, onset, resolved = (
        table[name].to_numpy(dtype=float, na_value=np.nan) if name in table else np.full(len(table), np.nan)
        for name in ("grade", "serious", "onset_min", "resolved_min")
    )
    return EventRows(patient, session, kind, label_column(table, "term"), grade, serious, onset, resolved)


def _sessions_of(study: Study, table: pd.DataFrame, patient: Ints) -> Ints:
    """The session each event belongs to: the one of its number, else the one on its day, else none."""
    sessions = study.sessions
    whose = study.patient_positions("sessions").astype(np.int64)
    found = np.full(len(table), NOT_TIED, dtype=np.int64)
    pairs = (("session_number", False), ("day", True))
    for column, is_day in pairs:
        if column in table:
            theirs = sessions[column].to_numpy(dtype=float)
            asked = table[column].to_numpy(dtype=float, na_value=np.nan)
            if is_day:
                theirs, asked = np.floor(theirs), np.floor(asked)
            match = _rows_of(whose, theirs, patient, asked)
            found = np.where(found == NOT_TIED, match, found)
    return found


def _rows_of(whose: Ints, value: Floats, patient: Ints, asked: Floats) -> Ints:
    """Row of the first entry with the same patient and value; NOT_TIED where there is none."""
    known = pd.MultiIndex.from_arrays([whose, value])
    first = ~known.duplicated()
    place = known[first].get_indexer(pd.MultiIndex.from_arrays([patient, asked]))
    rows = np.append(np.flatnonzero(first), NOT_TIED)
    return np.where(np.isnan(asked), NOT_TIED, rows[place]).astype(np.int64)
