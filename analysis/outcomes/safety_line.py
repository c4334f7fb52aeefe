"""Adverse events in one line: per session and per patient, asked for and mentioned apart."""

from __future__ import annotations

import pandas as pd

from analysis.study import Study

_WORDS = {"solicited": "asked about", "spontaneous": "mentioned unasked"}


def _one_kind(events: pd.DataFrame, kind: str, n_sessions: int, n_patients: int) -> str:
    per_session = 100 * len(events) / n_sessions
    with_event = events["patient_id"].nunique()
    return (
        f"{_WORDS.get(kind, 'not recorded how')}: {per_session:.1f} events per 100 sessions, "
        f"{with_event:,} of {n_patients:,} patients ({with_event / n_patients:.0%})"
    )


def safety_line(study: Study) -> str:
    """One sentence on adverse events of the cohort; says so when there is no table of them."""
    events = study.adverse_events
    n_sessions, n_patients = len(study.sessions), len(study.patients)
    if events is None:
        return "Safety: this study has no adverse_events table, so nothing can be said here."
    if n_sessions == 0:
        return "Safety: no sessions in this cohort."
    if "ascertainment" in events:
        kind = events["ascertainment"].astype("str").fillna("unknown")
    else:
        kind = pd.Series("unknown", index=events.index)
    parts = [_one_kind(group, str(name), n_sessions, n_patients) for name, group in events.groupby(kind, sort=True)]
    serious = int(events["serious"].fillna(False).sum()) if "serious" in events else None
    tail = "seriousness not recorded" if serious is None else f"{serious:,} serious"
    if not parts:
        return f"Safety: no adverse event recorded in {n_sessions:,} sessions of {n_patients:,} patients."
    return f"Safety, {n_sessions:,} sessions: " + "; ".join(parts) + f"; {tail}."
