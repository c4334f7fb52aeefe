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

    where = routes_asked_on(study), clinics_that_recorded(study)
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
            exposed = [row for row in sessions if is_looked_for(kind, clinic, str(row["route"]), *where)]
            happened = [row for row in events_of(study, code, kind) if counts_over(row, exposed, sessions)]
            add(measure, clinic, len(happened), len(exposed))
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


def its_session(event: dict[str, object], sessions: Rows) -> dict[str, object] | None:
    """The session with the number of an event; without one, the first session on its day."""
    numbered = [row for row in sessions if row["session_number"] == event.get("session_number")]
    same_day = [row for row in sessions if pd.notna(event.get("day")) and row["day"] // 1 == event["day"] // 1]
    return next(iter(numbered + same_day), None)


def routes_asked_on(study: Study) -> set[tuple[str, str]]:
    """Clinics with the routes of their sessions that an event asked for belongs to, of anybody's."""
    pairs = set()
    for person in study.patients.to_dict("records"):
        code = str(person["patient_id"])
        sessions = rows_of(study.sessions, code)
        for event in events_of(study, code, "solicited"):
            session = its_session(event, sessions)
            if session is not None:
                pairs.add((str(person["clinic_id"]), str(session["route"])))
    return pairs


def is_looked_for(
    kind: str, clinic: str, route: str, asked: set[tuple[str, str]], recorded: dict[str, set[str]]
) -> bool:
    """Whether an event of a kind could be found at a session: by asking where staff ask, unasked only elsewhere."""
    if (clinic, route) in asked:
        return kind == "solicited"
    return kind == "spontaneous" and clinic in recorded[kind]


def counts_over(event: dict[str, object], exposed: Rows, sessions: Rows) -> bool:
    """Whether an event is of one of those sessions, or of none of the patient's and there are some."""
    session = its_session(event, sessions)
    return bool(exposed) if session is None else session in exposed
