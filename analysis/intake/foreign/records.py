"""People, administrations and scores of health records, with their calendar days, to the tables of a study.

What FHIR and OMOP have in common once their own words are read. Patients without a ketamine session are left
out: an extract of health records holds everybody a clinic ever saw, and without a first session no day is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..source import SourceTable
from .courses import numbered, sessions_of_days
from .left_out import LeftOut, Reason
from .people import ages, new_codes
from .scores import merged_scores
from .settings import RecordRules
from .tables import as_source
from .times import days_since, first_times, years

PEOPLE = ["key", "organisation", "sex", "condition", "birth_year", "birth_month", "birth_day", "part", "row"]
DOSES = ["key", "at_day", "at_instant", "route", "molecule", "dose_mg", "duration_min", "completed", "part", "row"]
SCORES = ["key", "at_day", "at_instant", "instrument", "score", "suicidality_item", "n_items_answered", "part", "row"]

_PATIENTS = ["patient_id", "clinic_id", "age", "sex", "primary_diagnosis", "index_year"]
_SESSIONS = ["patient_id", "session_number", "day", "route", "molecule", "dose_mg", "duration_min", "completed"]
_ASSESSMENTS = ["patient_id", "day", "instrument", "score", "suicidality_item", "n_items_answered"]

REPORTED = "not listed"  # stands for what an error tells of already, so that the checks do not tell it again

DATELESS_DOSE = Reason(
    "sessions",
    "ketamine administration",
    "without a full date",
    "Sessions cannot be numbered without it. Give each a year, month and day, or leave them out of the export.",
    "error",
)
DATELESS_SCORE = Reason("assessments", "score", "without a full date", "They were left out.")
UNTREATED = Reason("patients", "patient", "without any ketamine session", "They were left out.")
UNTREATED_SCORE = Reason("assessments", "score", "of patients without any ketamine session", "They were left out.")
NO_CLINIC = Reason(
    "patients",
    "patient",
    "whose organisation or care site the section 'clinics' of the mapping does not list",
    "List it, or give 'clinic', one code for all.",
    "error",
)
NO_DIAGNOSIS = Reason(
    "patients",
    "patient",
    "without a diagnosis that the mapping lists",
    "List the codes of the diagnoses, or give 'diagnosis', which holds for all others.",
    "error",
)


@dataclass(frozen=True)
class Records:
    """What an export says: one row per patient, administration and score, with the columns PEOPLE, DOSES and SCORES.

    key is the patient's number in the export, part the place of a file in labels, row a row of it.
    """

    people: pd.DataFrame
    doses: pd.DataFrame
    scores: pd.DataFrame
    labels: tuple[str, ...]


def tables_of(records: Records, rules: RecordRules, keep_ids: bool, left_out: LeftOut) -> dict[str, SourceTable]:
    """The tables of a study, every patient under a new code (or their own, when the mapping allows it by name).

    Every time is in days since the first session.
    """
    doses = _with_day(records.doses, DATELESS_DOSE, left_out)
    sessions = numbered(sessions_of_days(doses, rules.same_day, left_out))
    first = first_times(sessions["key"], sessions)
    people = _treated(records.people, first, UNTREATED, left_out)
    scores = _with_day(_treated(records.scores, first, UNTREATED_SCORE, left_out), DATELESS_SCORE, left_out)
    scores = merged_scores(scores.assign(day=days_since(scores, first.loc[scores["key"]])))
    codes = new_codes([*people["key"], *sessions["key"], *scores["key"]], keep_ids)
    made = {
        "patients": (_patients(people, first, rules, left_out), _PATIENTS),
        "sessions": (sessions, _SESSIONS),
        "assessments": (scores, _ASSESSMENTS),
    }
    tables = {}
    for name, (frame, columns) in made.items():
        coded = frame.assign(patient_id=frame["key"].map(codes)).sort_values("patient_id", kind="stable")
        tables[name] = as_source(coded, name, columns, records.labels)
    return tables


def _with_day(rows: pd.DataFrame, reason: Reason, left_out: LeftOut) -> pd.DataFrame:
    unknown = rows["at_day"].isna()
    left_out.add_many(reason, rows.loc[unknown, "part"], rows.loc[unknown, "row"])
    return rows[~unknown].reset_index(drop=True)


def _treated(rows: pd.DataFrame, first: pd.DataFrame, reason: Reason, left_out: LeftOut) -> pd.DataFrame:
    untreated = ~rows["key"].isin(first.index)
    left_out.add_many(reason, rows.loc[untreated, "part"], rows.loc[untreated, "row"])
    return rows[~untreated].reset_index(drop=True)


def _patients(people: pd.DataFrame, first: pd.DataFrame, rules: RecordRules, left_out: LeftOut) -> pd.DataFrame:
    start = first.loc[people["key"], "at_day"].reset_index(drop=True)
    clinics = people["organisation"].map(rules.clinics) if rules.clinic is None else rules.clinic
    made = people.assign(
        clinic_id=clinics,
        primary_diagnosis=people["condition"].fillna(rules.diagnosis) if rules.diagnosis else people["condition"],
        age=ages(people, start),
        index_year=years(start),
    )
    for column, reason in (("clinic_id", NO_CLINIC), ("primary_diagnosis", NO_DIAGNOSIS)):
        unknown = made[column].isna()
        left_out.add_many(reason, made.loc[unknown, "part"], made.loc[unknown, "row"])
        made[column] = made[column].fillna(REPORTED)
    return made
