"""The five tables of a study and their columns, declared once.

Intake checks, typed conversion, the data dictionary and the sample study all come from here.
Times are days since the first ketamine session (day 0); there is no calendar date anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "category", "integer", "number", "yes_no"]


@dataclass(frozen=True)
class Column:
    """One column: what it means, its unit, and the values that are possible at all.

    minimum and maximum are limits of the possible, not of the plausible: a value outside them
    stops a study. choices is the closed set of a column that has one; () means any value.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table of a study: what one row is, its columns, and the columns that identify a row."""

    name: str
    one_row_per: str
    columns: tuple[Column, ...]
    required: bool = False
    key: tuple[str, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def required_columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        """The declaration of one column. Raises KeyError for a column the table does not declare."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


SEXES = ("female", "male", "other")
PAYERS = ("self-pay", "commercial", "Medicare", "Medicaid", "VA")
MOLECULES = ("racemic", "esketamine")
DAY = "days since the first ketamine session, fractions allowed (0.17 is four hours), negative before it"


def _patient_id() -> Column:
    return Column("patient_id", "id", "random code of the patient, not derived from any record number", True)


def _day(required: bool = True) -> Column:
    return Column("day", "number", DAY, required, "days", -3650, 36500)


PATIENTS = Table(
    "patients",
    "patient",
    (
        _patient_id(),
        Column("clinic_id", "id", "opaque code of the clinic that treats the patient", True),
        Column("age", "integer", "age at the first session; 90 means 90 or over", False, "years", 0, 90),
        Column("sex", "category", "sex as recorded", choices=SEXES),
        Column("primary_diagnosis", "category", "main indication for treatment", True),
        Column("failed_antidepressants", "integer", "antidepressants that failed before", False, "count", 0, 50),
        Column("benzodiazepine", "yes_no", "takes a benzodiazepine at the first session"),
        Column("antidepressant", "yes_no", "takes an antidepressant at the first session"),
        Column("prior_suicide_attempt", "yes_no", "any suicide attempt before the first session"),
        Column("payer", "category", "who pays for the sessions", choices=PAYERS),
        Column("bmi", "number", "body mass index at the first session", False, "kg/m²", 8, 120),
        Column("index_year", "integer", "calendar year of the first session", False, "year", 1990, 2100),
    ),
    required=True,
    key=("patient_id",),
)

SESSIONS = Table(
    "sessions",
    "ketamine session",
    (
        _patient_id(),
        Column("session_number", "integer", "1 for the first ketamine session", True, "count", 1, 2000),
        _day(),
        Column("route", "category", "route of administration", True),
        Column("molecule", "category", "racemic ketamine or esketamine", choices=MOLECULES),
        Column("dose_mg", "number", "dose given", False, "mg", 0, 2000),
        Column("weight_kg", "number", "body weight", False, "kg", 20, 400),
        Column("duration_min", "number", "length of administration", False, "minutes", 0, 1440),
        Column("setting", "category", "where the session took place", choices=("clinic", "home")),
        Column("sbp_pre", "number", "systolic blood pressure before", False, "mmHg", 40, 300),
        Column("dbp_pre", "number", "diastolic blood pressure before", False, "mmHg", 20, 200),
        Column("sbp_peak", "number", "highest systolic blood pressure", False, "mmHg", 40, 300),
        Column("dbp_peak", "number", "highest diastolic blood pressure", False, "mmHg", 20, 200),
        Column("hr_peak", "number", "highest heart rate", False, "beats/min", 20, 300),
        Column("spo2_min", "number", "lowest oxygen saturation", False, "%", 40, 100),
        Column("cadss_peak", "number", "highest CADSS score in the session", False, "points", 0, 92),
        Column("observation_min", "number", "time observed after dosing", False, "minutes", 0, 1440),
        Column("completed", "yes_no", "the planned dose was given in full; blank counts as completed"),
        Column("therapist_present", "yes_no", "a therapist was present"),
        Column("cost_usd", "number", "charge for the session", False, "US dollars", 0, 1_000_000),
        Column("covered", "yes_no", "the payer covered the session"),
    ),
    required=True,
    key=("patient_id", "session_number"),
)

ASSESSMENTS = Table(
    "assessments",
    "instrument at a time",
    (
        _patient_id(),
        _day(),
        Column("instrument", "category", "name of the instrument", True),
        Column("score", "number", "total score in the instrument's own points; blank when not scored", True, "points"),
        Column("suicidality_item", "integer", "score of the instrument's suicidality item", False, "points", 0, 6),
        Column("n_items_answered", "integer", "items answered", False, "count", 0, 40),
        Column("mode", "category", "who rated", choices=("self", "clinician")),
    ),
    required=True,
    key=("patient_id", "day", "instrument"),
)

THERAPY_VISITS = Table(
    "therapy_visits",
    "preparation or integration visit",
    (
        _patient_id(),
        _day(),
        Column("kind", "category", "what the visit was for", True, choices=("preparation", "integration")),
        Column("minutes", "number", "length of the visit", False, "minutes", 0, 1440),
        Column("modality", "category", "how or in which model of therapy the visit was held"),
    ),
)

ADVERSE_EVENTS = Table(
    "adverse_events",
    "event",
    (
        _patient_id(),
        Column("session_number", "integer", "session the event belongs to", False, "count", 1, 2000),
        _day(required=False),
        Column("term", "category", "what happened, one term an event", True),
        Column("grade", "integer", "severity, CTCAE grade", False, "grade", 1, 5),
        Column("serious", "yes_no", "serious by 21 CFR 312.32; not the same as severe"),
        Column("onset_min", "number", "minutes from dosing to onset", False, "minutes", 0, 100_000),
        Column("resolved_min", "number", "minutes from dosing to resolution", False, "minutes", 0, 1_000_000),
        Column("ascertainment", "category", "asked for, or mentioned unasked", choices=("solicited", "spontaneous")),
        Column("action", "category", "what was done"),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table for table in (PATIENTS, SESSIONS, ASSESSMENTS, THERAPY_VISITS, ADVERSE_EVENTS)
}
