"""From the simulator's codes to the tables of a study: words, blanks, declared columns and types."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.vocabulary import PAYERS, SEXES, TABLES

from .blanks import blank
from .outcome_parameters import CLINICS, SIMULATED_ROUTES
from .people import DIAGNOSES

BLANKS = {
    "patients": {
        "age": 0.005, "sex": 0.006, "failed_antidepressants": 0.06, "benzodiazepine": 0.04, "antidepressant": 0.03,
        "prior_suicide_attempt": 0.05, "payer": 0.012, "bmi": 0.07, "index_year": 0.01,
    },
    "sessions": {"completed": 0.01},
}  # fmt: skip
_ROW_ORDER = {
    "patients": ["patient_id"],
    "sessions": ["patient_id", "session_number"],
    "assessments": ["patient_id", "day", "instrument"],
    "therapy_visits": ["patient_id", "day", "kind"],
    "adverse_events": ["patient_id", "day", "session_number", "term"],
}
_TYPES = {"id": "str", "text": "str", "category": "str", "number": "float64", "yes_no": "boolean"}


def _words(names: tuple[str, ...], codes: pd.Series) -> pd.Series:
    return pd.Series(pd.array(names, dtype="str").take(codes.to_numpy()), index=codes.index)


def patient_rows(rng: np.random.Generator, people: pd.DataFrame) -> pd.DataFrame:
    """One row per patient, some optional cells left blank; `patient` is the row number of `people`."""
    table = people.assign(
        patient=np.arange(len(people)),
        clinic_id=_words(CLINICS, people["clinic"]),
        sex=_words(SEXES, people["sex"]),
        primary_diagnosis=_words(DIAGNOSES, people["diagnosis"]),
        payer=_words(PAYERS, people["payer"]),
        bmi=people["bmi"].round(1),
    )
    return blank(rng, table, BLANKS["patients"])


def finished_sessions(rng: np.random.Generator, details: pd.DataFrame) -> pd.DataFrame:
    """The sessions with their routes in words. A blank `completed` means yes, so only a yes is ever blanked."""
    completed = details["completed"].astype("boolean")
    blanked = completed.mask(rng.random(len(details)) < BLANKS["sessions"]["completed"])
    return details.assign(route=_words(SIMULATED_ROUTES, details["route"]), completed=blanked.where(completed, False))


def typed(name: str, rows: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """The rows as the vocabulary declares the table: its columns, in its order and types, sorted by patient."""
    rows = rows.assign(patient_id=ids.take(rows["patient"].to_numpy()).to_numpy())
    rows = rows.sort_values(_ROW_ORDER[name], ignore_index=True, kind="stable")
    return pd.DataFrame(
        {
            column.name: rows[column.name].astype(_TYPES.get(column.kind) or _integer_type(column.required))
            for column in TABLES[name].columns
        }
    )


def _integer_type(required: bool) -> str:
    return "int64" if required else "Int64"
