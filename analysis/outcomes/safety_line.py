"""Adverse events in a line: per session and per patient, asked for and mentioned apart, serious ones last."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.study import Study

EVENTS = (
    "kind", "n_clinics", "of_clinics", "n_sessions", "n_patients", "n_with_event", "n_events", "per_100_sessions",
    "share",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class SafetyLine:
    """Adverse events of a cohort. ``events`` has one row per way of finding them, among the clinics that recorded any
    event of that kind: where nobody asked, nothing says that there was nothing to find. ``is_recorded``: the study has
    a table of them. ``n_serious`` is None where seriousness was not recorded."""

    is_recorded: bool
    n_sessions: int
    n_patients: int
    events: pd.DataFrame
    n_serious: int | None


def _one_kind(study: Study, events: pd.DataFrame, kind: str) -> tuple[object, ...]:
    patients = study.patients
    clinics = set(patients.loc[patients["patient_id"].isin(events["patient_id"]), "clinic_id"])
    theirs = patients["clinic_id"].isin(clinics).to_numpy()
    n_patients = int(theirs.sum())
    n_sessions = int(theirs[study.patient_positions("sessions")].sum())
    with_event = int(events["patient_id"].nunique())
    return (
        kind, len(clinics), int(patients["clinic_id"].nunique()), n_sessions, n_patients, with_event, len(events),
        100 * len(events) / n_sessions, with_event / n_patients,
    )  # fmt: skip


def safety_line(study: Study) -> SafetyLine:
    """Adverse events of a (selected) study."""
    events = study.adverse_events
    rows: list[tuple[object, ...]] = []
    n_serious = None
    if events is not None and len(events) and len(study.sessions):
        kind = pd.Series("unknown", index=events.index)
        if "ascertainment" in events:
            kind = events["ascertainment"].astype("str").fillna("unknown")
        rows = [_one_kind(study, group, str(name)) for name, group in events.groupby(kind, sort=True)]
        n_serious = int(events["serious"].fillna(False).sum()) if "serious" in events else None
    frame = pd.DataFrame(rows, columns=list(EVENTS))
    return SafetyLine(events is not None, len(study.sessions), len(study.patients), frame, n_serious)
