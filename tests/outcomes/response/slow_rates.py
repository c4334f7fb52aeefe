"""The outcomes counted the obvious way: one patient, one score at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.outcomes.induction import END_OF_INDUCTION
from analysis.study import Study
from analysis.vocabulary import WINDOWS, instrument

WINDOW_DAYS = {window.name: (window.target_day, window.first_day, window.last_day) for window in WINDOWS}


@dataclass(frozen=True)
class Patient:
    """What a loop needs of one patient."""

    route: str
    baseline: float | None
    later: list[tuple[float, float]]
    end: float


def read_patient(study: Study, code: str, name: str) -> Patient | None:
    """None for a patient who never started."""
    sessions = study.sessions[study.sessions["patient_id"] == code].sort_values(["day", "session_number"])
    if not len(sessions):
        return None
    first = float(sessions["day"].iloc[0])
    route = str(sessions["route"].iloc[0])
    molecule = sessions["molecule"].iloc[0] if "molecule" in sessions else None
    target = 8 if route == "IN" and not (isinstance(molecule, str) and molecule == "racemic") else 6
    done, end = [], 28.0
    for row in sessions.to_dict("records"):
        if pd.isna(row.get("completed")) or row["completed"]:  # a blank counts as completed
            done.append(float(row["day"]))
            if row["day"] <= 28 or row["session_number"] <= target:
                end = max(end, float(row["day"]))
    table = study.assessments
    mine = table[(table["patient_id"] == code) & (table["instrument"] == name) & table["score"].notna()]
    scores = sorted(zip(mine["day"].astype(float), mine["score"].astype(float), strict=True))
    before = [(day, score) for day, score in scores if 0 <= first - day <= 30]
    if not before:
        return Patient(route, None, [], end)
    at, baseline = before[-1]
    later = [(day, score) for day, score in scores if day > at and any(one < day for one in done)]
    return Patient(route, baseline, later, end)


def read_patients(study: Study, name: str) -> list[Patient]:
    """Everyone who started and has a baseline."""
    read = [read_patient(study, code, name) for code in study.patients["patient_id"]]
    return [patient for patient in read if patient is not None and patient.baseline is not None]


def window_scores(patient: Patient, window: str) -> tuple[float | None, float | None]:
    """The score nearest the window's day, and the last up to its end."""
    target, first, last = (
        (patient.end, patient.end - 7, patient.end + 14) if window == END_OF_INDUCTION else WINDOW_DAYS[window]
    )
    nearest = None
    for day, score in patient.later:
        if first <= day <= last and (nearest is None or abs(day - target) < abs(nearest[0] - target)):
            nearest = (day, score)
    upto = [score for day, score in patient.later if day <= last]
    return (None if nearest is None else nearest[1]), (upto[-1] if upto else None)


def reached(name: str, outcome: str, baseline: float, score: float, reliable: float) -> bool:
    item = instrument(name)
    fall = baseline - score
    return {
        "Response": lambda: fall >= item.response_fraction * baseline,
        "Remission": lambda: score <= item.remission_options[0].at_most,
        "Meaningful change": lambda: fall >= item.meaningful_change,
        "Reliable change": lambda: fall > reliable,
        "Deterioration": lambda: -fall >= item.meaningful_change,
        "Reliable deterioration": lambda: -fall > reliable,
    }[outcome]()


def able(name: str, outcome: str, baseline: float, reliable: float) -> bool:
    item = instrument(name)
    return {
        "Response": lambda: baseline > 0,
        "Remission": lambda: baseline > item.remission_options[0].at_most,
        "Meaningful change": lambda: baseline >= item.meaningful_change,
        "Reliable change": lambda: baseline > reliable,
        "Deterioration": lambda: baseline + item.meaningful_change <= item.maximum,
        "Reliable deterioration": lambda: baseline + reliable < item.maximum,
    }[outcome]()


def slow_counts(
    patients: list[Patient], name: str, window: str, outcome: str, route: str, reliable: float
) -> list[int]:
    """n_able, n_scored, n_reached, n_later, n_last_reached."""
    counts = np.zeros(5, dtype=int)
    for patient in patients:
        if route not in ("all", patient.route) or not able(name, outcome, patient.baseline, reliable):
            continue
        counts[0] += 1
        score, carried = window_scores(patient, window)
        if score is not None:
            counts[1] += 1
            counts[2] += reached(name, outcome, patient.baseline, score, reliable)
        if carried is not None:
            counts[3] += 1
            counts[4] += reached(name, outcome, patient.baseline, carried, reliable)
    return counts.tolist()
