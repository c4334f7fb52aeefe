"""What a study holds, counted by hand."""

from __future__ import annotations

import pandas as pd

from analysis.study.holdings import holdings
from tests.drawn import drawn_study

PATIENTS = """
patient_id clinic_id primary_diagnosis own
a C01 MDD x
b C01 MDD y
n C01 MDD y
"""
SESSIONS = """
patient_id session_number day route
a 1 0 IV
a 2 7 IV
b 1 0 IM
"""
ASSESSMENTS = """
patient_id day instrument score
a 0 GAD-7 9
a 7 PHQ-9 9
b 0 PHQ-9 19
"""


def test_rows_columns_and_kept_columns_of_every_table_are_counted_and_absent_tables_named() -> None:
    held = holdings(drawn_study(PATIENTS, SESSIONS, ASSESSMENTS))
    tables = held.tables.set_index("table")
    assert tables["n_rows"].dropna().to_dict() == {"patients": 3, "sessions": 3, "assessments": 3}
    assert tables.loc["patients", "n_columns"] == 4
    assert tables.loc["patients", "kept"] == "own"
    assert pd.isna(tables.loc["therapy_visits", "n_rows"])


def test_starters_are_the_patients_with_a_session_and_instruments_go_by_frequency() -> None:
    held = holdings(drawn_study(PATIENTS, SESSIONS, ASSESSMENTS))
    assert (held.n_patients, held.n_starters) == (3, 2)
    assert held.instruments == ("PHQ-9", "GAD-7")
    assert len(held.digest) == 64
