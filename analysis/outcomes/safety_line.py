"""Adverse events in a line: per session and per patient, asked for and mentioned apart, serious ones last."""

from __future__ import annotations

import pandas as pd

from analysis.study import Study

from .counted import Counted

_WORDS = {"solicited": "Asked about", "spontaneous": "Mentioned unasked"}


def _one_kind(events: pd.DataFrame, kind: str, n_sessions: int, n_patients: int) -> Counted:
    words = _WORDS.get(kind, "Not recorded how asked")
    with_event = int(events["patient_id"].nunique())
    text = (
        f"{words}: {100 * len(events) / n_sessions:.1f} events per 100 sessions, in "
        f"{with_event:,} of {n_patients:,} patients ({with_event / n_patients:.0%})."
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
    parts = [_one_kind(group, str(name), n_sessions, n_patients) for name, group in events.groupby(kind, sort=True)]
    return (Counted(f"Adverse events in {n_sessions:,} sessions."), *parts, _serious(events))
