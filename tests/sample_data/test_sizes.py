"""Any size, in parts, to either format, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.vocabulary import TABLES
from sample_data import simulate, write_study
from sample_data.__main__ import main


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sample_data.simulator.PART_SIZE", 50)


@pytest.mark.usefixtures("small_parts")
def test_a_study_made_in_parts_has_every_patient_once_and_every_table_linked() -> None:
    tables = simulate(180, seed=5).tables
    patients = tables["patients"]["patient_id"]
    assert patients.nunique() == len(patients) == 180
    for name in TABLES:
        assert tables[name]["patient_id"].isin(patients).all(), name


@pytest.mark.usefixtures("small_parts")
def test_the_truth_of_a_study_in_parts_is_over_all_its_patients() -> None:
    study = simulate(180, seed=5)
    phq9 = study.tables["assessments"].query("instrument == 'PHQ-9'")
    before = phq9.loc[phq9["day"].between(-30, 0), "patient_id"]
    after = phq9.loc[phq9["day"] > 0, "patient_id"]
    assert study.truth["n_patients"] == 180
    assert study.truth["n_evaluable"] == len(set(before) & set(after))


@pytest.mark.usefixtures("small_parts")
def test_files_in_parts_hold_what_a_study_in_memory_holds(tmp_path: Path) -> None:
    write_study(tmp_path, 180, 5, file_format="parquet")
    tables = simulate(180, seed=5).tables
    for name, table in tables.items():
        written = pd.read_parquet(tmp_path / f"{name}.parquet")
        pd.testing.assert_frame_equal(written.astype(table.dtypes), table)


def test_the_same_seed_gives_the_same_study_and_another_seed_another() -> None:
    once, again, other = (simulate(60, seed=seed).tables["assessments"] for seed in (8, 8, 9))
    pd.testing.assert_frame_equal(once, again)
    assert not once.equals(other)


def test_tables_have_the_declared_types() -> None:
    types = {"id": "str", "text": "str", "category": "str", "number": "float64", "yes_no": "boolean"}
    for name, table in simulate(60, seed=8).tables.items():
        for column in TABLES[name].columns:
            expected = types.get(column.kind) or ("int64" if column.required else "Int64")
            assert str(table[column.name].dtype) == expected, f"{name}.{column.name}"


@pytest.mark.parametrize("n_patients", [1, 2, 3])
def test_the_smallest_studies_have_all_five_tables(n_patients: int) -> None:
    study = simulate(n_patients, seed=3)
    assert set(study.tables) == set(TABLES)
    assert len(study.tables["patients"]) == n_patients


def test_the_truth_over_nobody_is_null_not_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "sample_data.simulator.evaluable", lambda n_patients, assessments: np.zeros(n_patients, dtype=bool)
    )
    truth = simulate(3, seed=3).truth
    assert truth["n_evaluable"] == 0
    assert truth["adjusted_change_at_six"]["IV"]["change"] is None


def test_the_command_writes_five_tables_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--patients", "40", "--out", str(tmp_path / "made"), "--seed", "2", "--arm-difference", "0"]) == 0
    names = {file.name for file in (tmp_path / "made").iterdir()}
    assert names == {"truth.json", *(f"{name}.csv" for name in TABLES)}
    truth = json.loads((tmp_path / "made" / "truth.json").read_text(encoding="utf-8"))
    assert (truth["n_patients"], truth["seed"], truth["arm_difference"]) == (40, 2, 0)
    made = tmp_path / "made"
    assert capsys.readouterr().out == f"40 patients written to {made}, the truth to {made / 'truth.json'}.\n"


def test_the_command_refuses_a_study_of_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--patients", "0", "--out", str(tmp_path)])
    assert "--patients must be at least 1 and --seed at least 0." in capsys.readouterr().err


def test_more_patients_than_codes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"A study needs 1 to 10,000,000 patients, not 10,000,001\."):
        simulate(10_000_001, seed=1)
