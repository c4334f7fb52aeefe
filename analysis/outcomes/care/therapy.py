"""Preparation and integration: visits per session, and integration within 72 hours of a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.outcomes.safety.course import quartiles
from analysis.outcomes.safety.intervals import clopper_pearson, clustered_rate
from analysis.outcomes.safety.session_rows import Mask, SessionRows, number_column, text_column
from analysis.outcomes.safety.vital_signs import SHARES, share_row
from analysis.study import Study, completed_sessions, index_route

from .staying import groups

PREPARATION, INTEGRATION = "preparation", "integration"
VISIT_KINDS = (PREPARATION, INTEGRATION)
WITHIN_DAYS = 3.0  # 72 hours: the outer end of the usual 24 to 72; where days are whole, three days later still counts
ROUNDING = 1e-4  # days: places on the one line of all patients are exact to about a second
VISITS = (
    "kind", "route", "n_clinics", "n_patients", "n_sessions", "n_visits", "n_with_visit", "per_session", "low", "high",
    "share", "share_low", "share_high",
)  # fmt: skip
MINUTES = ("kind", "n_patients", "n_visits", "q1", "median", "q3")
WITHIN = ("route", *SHARES)


@dataclass(frozen=True)
class VisitRecording:
    """Per kind of visit, the clinics that recorded any: where none is recorded, nothing says that none took place."""

    clinics: Mapping[str, frozenset[str]]


def visit_recording(study: Study) -> VisitRecording:
    """What the clinics of a study recorded."""
    return study.derive("recording of visits", lambda: _visit_recording(study))


def _visit_recording(study: Study) -> VisitRecording:
    visits = study.therapy_visits
    if visits is None:
        return VisitRecording(dict.fromkeys(VISIT_KINDS, frozenset()))
    clinic = study.patients["clinic_id"].astype("str").to_numpy(dtype=object)
    whose = clinic[study.patient_positions("therapy_visits")]
    kind = text_column(visits, "kind")
    return VisitRecording({name: frozenset(whose[kind == name].tolist()) for name in VISIT_KINDS})


def _members(study: Study, known: VisitRecording, kind: str) -> Mask:
    return study.patients["clinic_id"].astype("str").isin(known.clinics[kind]).to_numpy()


def therapy_visits(study: Study, sessions: SessionRows, known: VisitRecording) -> pd.DataFrame:
    """One row per kind of visit and route of the first session ("all" first), at clinics that recorded such visits:
    visits per session of the same patients, with a cluster-robust interval, and the share of patients with any."""
    if study.therapy_visits is None:
        return pd.DataFrame(columns=list(VISITS))
    kind = text_column(study.therapy_visits, "kind")
    whose = study.patient_positions("therapy_visits")
    n = len(study.patients)
    everything = np.ones(len(sessions.patient), dtype=bool)
    n_sessions = sessions.per_patient(everything)
    clinic = study.patients["clinic_id"].astype("str").to_numpy(dtype=object)
    rows = []
    for name in VISIT_KINDS:
        visits = np.bincount(whose[kind == name], minlength=n).astype(float)
        able = _members(study, known, name) & (n_sessions > 0)
        for code, members in groups(index_route(study)):
            here = able & members
            if here.any():
                counts = _visit_row(visits[here], n_sessions[here])
                rows.append((name, code, len(set(clinic[here].tolist())), *counts))
    return pd.DataFrame(rows, columns=list(VISITS))


def _visit_row(visits: np.ndarray, sessions: np.ndarray) -> tuple[object, ...]:
    n, with_visit = len(visits), int((visits > 0).sum())
    n_visits, n_sessions = int(visits.sum()), int(sessions.sum())
    return (
        n, n_sessions, n_visits, with_visit, n_visits / n_sessions, *clustered_rate(visits, sessions),
        with_visit / n, *clopper_pearson(with_visit, n),
    )  # fmt: skip


def visit_minutes(study: Study) -> pd.DataFrame:
    """One row per kind of visit: quartiles of its length."""
    if study.therapy_visits is None:
        return pd.DataFrame(columns=list(MINUTES))
    kind, minutes = text_column(study.therapy_visits, "kind"), number_column(study.therapy_visits, "minutes")
    whose = study.patient_positions("therapy_visits")
    rows = []
    for name in VISIT_KINDS:
        known = (kind == name) & ~np.isnan(minutes)
        if known.any():
            rows.append((name, len(np.unique(whose[known])), int(known.sum()), *quartiles(minutes[known])))
    return pd.DataFrame(rows, columns=list(MINUTES))


def followed_by_integration(study: Study, sessions: SessionRows) -> Mask:
    """Which sessions were followed by an integration visit within 72 hours; one on the day of the session counts."""
    found = np.zeros(len(sessions.patient), dtype=bool)
    if study.therapy_visits is None:
        return found
    chosen = text_column(study.therapy_visits, "kind") == INTEGRATION
    who = study.patient_positions("therapy_visits")[chosen]
    day = study.therapy_visits["day"].to_numpy(dtype=float)[chosen]
    order = np.lexsort((day, who))
    who, day = who[order], day[order]
    if not len(who):
        return found
    # patients far apart on one line, so that one search finds the first visit of the same patient from a session on
    apart = float(max(day.max(), sessions.day.max(initial=0)) - min(day.min(), sessions.day.min(initial=0))) + 10
    visits, wanted = who * apart + day, sessions.patient * apart + sessions.day
    place = np.searchsorted(visits, wanted, side="left")
    inside = place < len(visits)
    found[inside] = visits[place[inside]] - wanted[inside] <= WITHIN_DAYS + ROUNDING
    return found


def integration_within(study: Study, sessions: SessionRows, known: VisitRecording) -> pd.DataFrame:
    """One row per route of the session ("all" first): completed sessions followed by integration within 72 hours, at
    clinics that recorded integration visits."""
    if study.therapy_visits is None:
        return pd.DataFrame(columns=list(WITHIN))
    followed = followed_by_integration(study, sessions)
    counted = completed_sessions(study) & _members(study, known, INTEGRATION)[sessions.patient]
    rows = [
        (code, *share_row(sessions, followed, here & counted))
        for code, here in sessions.routes()
        if (here & counted).any()
    ]
    return pd.DataFrame(rows, columns=list(WITHIN))
