"""Adverse events in a line: per session and per patient, asked for and mentioned apart, serious ones last."""

from __future__ import annotations

import pandas as pd

from analysis.study import Study

from .counted import Counted

_WORDS = {
    "solicited": "Where staff asked after each session",
    "spontaneous": "Where events were noted when patients mentioned them",
}


def _one_kind(study: Study, events: pd.DataFrame, kind: str) -> Counted:
    """Rates among the clinics that recorded any event of this kind: where nobody asked, nothing says that
    there was nothing to find."""
    patients = study.patients
    clinics = set(patients.loc[patients["patient_id"].isin(events["patient_id"]), "clinic_id"])
    theirs = patients["clinic_id"].isin(clinics).to_numpy()
    n_patients = int(theirs.sum())
    n_sessions = int(theirs[study.patient_positions("sessions")].sum())
    with_event = int(events["patient_id"].nunique())
    words = _WORDS.get(kind, "Where it is not recorded how events were found")
    text = (
        f"{words} ({len(clinics)} of {patients['clinic_id'].nunique()} clinics): "
        f"{100 * len(events) / n_sessions:.1f} events per 100 of their {n_sessions:,} sessions, in "
        f"{with_event:,} of their {n_patients:,} patients ({with_event / n_patients:.0%})."
    )
    return Counted(text, (with_event, len(events), n_patients), f"{words}: withheld, in fewer than 11 patients.")


def _serious(events: pd.DataFrame) -> Counted:
    if "serious" not in events:
        return Counted("Seriousness was not recorded.")
    n = int(events["serious"].fillna(False).sum())
    return Counted(f"Serious events: {n:,}.", (n,), "Serious events: fewer than 11, but not none.")


def safety_line(study: Study) -> tuple[Counted, ...]:
    """Sentences on adverse events of the cohort; one that says so when there is no table of them."""
    events = study.adverse_events
    n_sessions, n_patients = len(study.sessions), len(study.patients)
    if events is None:
        return (Counted("This study has no adverse_events table, so nothing can be said about safety here."),)
    if n_sessions == 0:
        return (Counted("No sessions in this cohort."),)
    if not len(events):
        text = f"No adverse event was recorded in {n_sessions:,} sessions of {n_patients:,} patients."
        return (Counted(text, (n_patients,)),)
    kind = pd.Series("unknown", index=events.index)
    if "ascertainment" in events:
        kind = events["ascertainment"].astype("str").fillna("unknown")
    parts = [_one_kind(study, group, str(name)) for name, group in events.groupby(kind, sort=True)]
    return (*parts, _serious(events))
