"""The counts of a funnel the obvious way: one clinic, one patient, one row at a time."""

from __future__ import annotations

import pandas as pd

from analysis.outcomes.clinics import COMPLETENESS, DROP_OUT, EVENTS_ASKED, EVENTS_MENTIONED, RESPONSE
from analysis.study import Study
from analysis.vocabulary import instrument

KINDS = {EVENTS_ASKED: "solicited", EVENTS_MENTIONED: "spontaneous"}
Counts = dict[tuple[str, str], list[int]]
Rows = list[dict[str, object]]


def slow_counts(study: Study, cohort: set[str], name: str) -> Counts:
    """Numerator, denominator and patients behind it of each measure and clinic; cohort holds patient ids."""
    counts: Counts = {}

    def add(measure: str, clinic: str, numerator: int, denominator: int) -> None:
        if denominator:
            row = counts.setdefault((measure, clinic), [0, 0, 0])
            row[0], row[1], row[2] = row[0] + numerator, row[1] + denominator, row[2] + 1

    recording = clinics_that_recorded(study)
    for person in study.patients.to_dict("records"):
        code, clinic = str(person["patient_id"]), str(person["clinic_id"])
        sessions = rows_of(study.sessions, code)
        if code not in cohort or not sessions:
            continue
        baseline, score = before_and_after(study, code, name, sessions)
        if baseline and score is not None:
            fraction = instrument(name).response_fraction
            add(RESPONSE, clinic, int(baseline - score >= fraction * baseline), 1)
        add(DROP_OUT, clinic, int(len(done(sessions)) < target(sessions)), 1)
        add(COMPLETENESS, clinic, int(score is not None), 1)
        for measure, kind in KINDS.items():
            if clinic in recording[kind]:
                add(measure, clinic, len(events_of(study, code, kind)), len(sessions))
    return counts


def rows_of(table: pd.DataFrame, code: str) -> Rows:
    mine = table[table["patient_id"] == code].sort_values("day", kind="stable")
    return mine.to_dict("records")


def done(sessions: Rows) -> Rows:
    """All but those that say they were not completed."""
    return [row for row in sessions if pd.isna(row.get("completed")) or row.get("completed")]


def target(sessions: Rows) -> int:
    """Sessions of induction: six, or eight of nasal esketamine."""
    return 8 if sessions[0]["route"] == "IN" and sessions[0].get("molecule") != "racemic" else 6


def before_and_after(study: Study, code: str, name: str, sessions: Rows) -> tuple[float | None, float | None]:
    """The baseline, and the score nearest the end of induction (a week before it to two weeks after it)."""
    first, completed = sessions[0]["day"], done(sessions)
    end = 28.0
    for row in completed:
        if row["day"] <= 28 or row["session_number"] <= target(sessions):
            end = max(end, row["day"])
    baseline, baseline_day, score, distance = None, None, None, None
    scores = [row for row in rows_of(study.assessments, code) if row["instrument"] == name and pd.notna(row["score"])]
    for row in scores:
        if 0 <= first - row["day"] <= 30:
            baseline, baseline_day = row["score"], row["day"]
    for row in scores:
        later = baseline_day is not None and row["day"] > baseline_day
        treated = any(session["day"] < row["day"] for session in completed)
        away = abs(row["day"] - end)
        inside = end - 7 <= row["day"] <= end + 14
        if later and treated and inside and (distance is None or away < distance):
            score, distance = row["score"], away
    return baseline, score


def events_of(study: Study, code: str, kind: str) -> Rows:
    if study.adverse_events is None:
        return []
    return [row for row in rows_of(study.adverse_events, code) if row.get("ascertainment") == kind]


def clinics_that_recorded(study: Study) -> dict[str, set[str]]:
    """Per way of finding events, the clinics with one of anybody's, in the cohort or not."""
    clinics: dict[str, set[str]] = {kind: set() for kind in KINDS.values()}
    for person in study.patients.to_dict("records"):
        for kind in KINDS.values():
            if events_of(study, str(person["patient_id"]), kind):
                clinics[kind].add(str(person["clinic_id"]))
    return clinics
