"""First response, relapse and booster read one score at a time."""

from __future__ import annotations

from itertools import pairwise

from analysis.study import Study
from analysis.vocabulary import instrument
from tests.outcomes.response.slow_rates import Patient, read_patient


def first_response(patient: Patient) -> tuple[float, bool] | None:
    """The day of the first response, or of the last score."""
    if patient.baseline is None or patient.baseline == 0 or not patient.later:
        return None
    for day, score in patient.later:
        if score <= patient.baseline / 2:
            return day, True
    return patient.later[-1][0], False


def boosters(study: Study, code: str) -> list[float]:
    """Days of completed sessions after induction."""
    sessions = study.sessions[study.sessions["patient_id"] == code].sort_values(["day", "session_number"])
    first = sessions.iloc[0]
    molecule = first["molecule"] if "molecule" in sessions else None
    target = 8 if first["route"] == "IN" and not (isinstance(molecule, str) and molecule == "racemic") else 6
    return [
        float(row["day"])
        for row in sessions.to_dict("records")
        if (row.get("completed") is None or row.get("completed") is not False)
        and row["day"] > 28
        and row["session_number"] > target
    ]


def after_response(study: Study, code: str, name: str) -> tuple[float, int] | None:
    """Days from the response at the end of induction to what came first, and what it was: 0, 1 or 2."""
    patient = read_patient(study, code, name)
    if patient is None or not patient.baseline:
        return None
    near = [(day, score) for day, score in patient.later if patient.end - 7 <= day <= patient.end + 14]
    if not near:
        return None
    start, score = min(near, key=lambda pair: (abs(pair[0] - patient.end), pair[0]))
    if score > patient.baseline / 2:
        return None
    later = [(day, value) for day, value in patient.later if day > start]
    if not later:
        return None
    moderate = next(band.low for band in instrument(name).bands if band.label == "moderate")

    def lost(value: float) -> bool:
        return value > patient.baseline / 2 or (value >= moderate and score < moderate)

    relapse = next((day for (day, one), (_, two) in pairwise(later) if lost(one) and lost(two)), None)
    booster = next((day for day in boosters(study, code) if day > start), None)
    last = later[-1][0]
    if booster is not None and booster <= last and (relapse is None or booster < relapse):
        return booster - start, 2
    return (last - start, 0) if relapse is None else (relapse - start, 1)
