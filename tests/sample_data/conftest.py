"""The committed sample, and a large study from the same simulator for facts that need many patients."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.study import Study, outcome_rows
from analysis.vocabulary import TABLES
from sample_data import SimulatedStudy, simulate

LARGE = 20_000
YES_NO = {"true": True, "false": False}


@pytest.fixture(scope="session")
def sample_folder(repository_root: Path) -> Path:
    return repository_root / "sample_data"


@pytest.fixture(scope="session")
def sample_truth(sample_folder: Path) -> dict:
    return json.loads((sample_folder / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def sample(sample_folder: Path) -> dict[str, pd.DataFrame]:
    """The committed CSV files, read without the project's intake."""
    tables = {name: pd.read_csv(sample_folder / "study" / f"{name}.csv", dtype="str") for name in TABLES}
    for name, table in TABLES.items():
        for column in table.columns:
            if column.kind in ("integer", "number"):
                tables[name][column.name] = pd.to_numeric(tables[name][column.name])
            elif column.kind == "yes_no":
                tables[name][column.name] = tables[name][column.name].map(YES_NO).astype("boolean")
    return tables


@pytest.fixture(scope="session")
def large() -> SimulatedStudy:
    return simulate(LARGE, seed=1)


@pytest.fixture(scope="session")
def starters(large: SimulatedStudy) -> pd.DataFrame:
    """One row per patient of the large study: patient columns, index route, last PHQ-9 before treatment."""
    first = large.tables["sessions"].query("session_number == 1").set_index("patient_id")["route"]
    phq9 = large.tables["assessments"].query("instrument == 'PHQ-9' and -30 <= day <= 0")
    baseline = phq9.groupby("patient_id")["score"].last()
    patients = large.tables["patients"].set_index("patient_id")
    sessions = large.tables["sessions"].groupby("patient_id").size()
    return patients.assign(route=first, baseline=baseline, n_sessions=sessions)


@pytest.fixture(scope="session")
def phq9_rows(large: SimulatedStudy) -> pd.DataFrame:
    """Post-baseline PHQ-9 rows of the large study, as the analysis defines them."""
    return outcome_rows(Study.from_tables("large", large.tables), "PHQ-9")
