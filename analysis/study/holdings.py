"""What a study holds: how many rows each of its tables has, and the columns it keeps beyond the dictionary."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.vocabulary import TABLES

from .episodes import first_sessions
from .study import Study

PATIENTS, STARTERS = "patients", "starters"
HOLDINGS = ("table", "one_row_per", "n_rows", "n_columns", "kept")


@dataclass(frozen=True, eq=False)
class Holdings:
    """What is there. tables has one row per table of the dictionary: table, one_row_per, n_rows (missing when the
    study lacks the table), n_columns and kept, the names of columns beyond the dictionary. n_starters are the patients
    with a session."""

    name: str
    digest: str
    n_patients: int
    n_starters: int
    tables: pd.DataFrame
    instruments: tuple[str, ...]


def holdings(study: Study) -> Holdings:
    """Count the rows and columns of a study's tables."""
    rows: list[tuple[object, ...]] = []
    extra = study.extra_columns
    for name, table in TABLES.items():
        frame = study.tables.get(name)
        if frame is None:
            rows.append((name, table.one_row_per, pd.NA, pd.NA, ""))
        else:
            rows.append((name, table.one_row_per, len(frame), frame.shape[1], ", ".join(extra[name])))
    frame = pd.DataFrame(rows, columns=list(HOLDINGS)).astype({"n_rows": "Int64", "n_columns": "Int64"})
    n_starters = int((first_sessions(study) >= 0).sum())
    return Holdings(study.name, study.digest, len(study.patients), n_starters, frame, study.instruments_present())
