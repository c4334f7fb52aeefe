"""The committed sample: made by the committed simulator, and a clean study by the vocabulary."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.intake import read_study
from analysis.vocabulary import TABLES, allowed_values, instrument
from sample_data import CLINICS, DEFAULT_PATIENTS, MAIN_ROUTES, write_study
from sample_data.simulator import DEFAULT_SEED

LARGEST_BYTES = 6_000_000  # a clone should stay small


def test_the_simulator_makes_the_committed_files_again_byte_for_byte(sample_folder: Path, tmp_path: Path) -> None:
    write_study(tmp_path / "study", DEFAULT_PATIENTS, DEFAULT_SEED, truth_file=tmp_path / "truth.json")
    for name in ("truth.json", *(f"study/{table}.csv" for table in TABLES)):
        assert (tmp_path / name).read_bytes() == (sample_folder / name).read_bytes(), name


def test_the_sample_folder_holds_the_five_tables_and_nothing_else(sample_folder: Path) -> None:
    files = sorted((sample_folder / "study").iterdir())
    assert [file.name for file in files] == sorted(f"{name}.csv" for name in TABLES)
    assert sum(file.stat().st_size for file in files) < LARGEST_BYTES


def test_intake_accepts_the_sample(sample_folder: Path) -> None:
    study = read_study(sample_folder / "study")
    assert len(study.patients) == DEFAULT_PATIENTS
    assert study.therapy_visits is not None
    assert study.adverse_events is not None


@pytest.mark.parametrize("name", list(TABLES))
def test_every_column_keeps_to_its_declared_range_and_choices(sample: dict[str, pd.DataFrame], name: str) -> None:
    table = sample[name]
    assert tuple(table.columns) == TABLES[name].column_names
    for column in TABLES[name].columns:
        values = table[column.name].dropna()
        assert not column.required or len(values) == len(table), column.name
        choices = allowed_values(name, column)
        assert not choices or values.isin(choices).all(), column.name
        if column.minimum is not None and column.maximum is not None:
            assert values.between(column.minimum, column.maximum).all(), column.name


def test_scores_keep_to_the_range_of_their_instrument(sample: dict[str, pd.DataFrame]) -> None:
    for name, rows in sample["assessments"].groupby("instrument"):
        declared = instrument(str(name))
        assert rows["score"].between(declared.minimum, declared.maximum).all(), name
        assert (rows["n_items_answered"].dropna() <= declared.n_items).all(), name


@pytest.mark.parametrize(("name", "most", "n_items"), [("PHQ-9", 3, 9), ("MADRS", 6, 10)])
def test_the_suicidality_item_fits_into_its_total(
    sample: dict[str, pd.DataFrame], name: str, most: int, n_items: int
) -> None:
    rows = sample["assessments"].query("instrument == @name").dropna(subset="suicidality_item")
    item, rest = rows["suicidality_item"], rows["score"] - rows["suicidality_item"]
    assert item.between(0, most).all()
    assert rest.between(0, most * (n_items - 1)).all()
    assert item.corr(rows["score"]) > 0.3


@pytest.mark.parametrize("name", ["patients", "sessions", "assessments"])
def test_keys_are_unique(sample: dict[str, pd.DataFrame], name: str) -> None:
    assert not sample[name].duplicated(list(TABLES[name].key)).any()


def test_events_are_reported_once_per_session_and_belong_to_one(sample: dict[str, pd.DataFrame]) -> None:
    events = sample["adverse_events"]
    in_session = events.dropna(subset="session_number")
    assert not in_session.duplicated(["patient_id", "session_number", "term"]).any()
    known = sample["sessions"][["patient_id", "session_number"]]
    assert len(in_session.merge(known)) == len(in_session)
    assert events["session_number"].notna().mean() < 1  # some happen between sessions
    assert events.loc[events["session_number"].isna(), "day"].notna().all()


def test_sessions_are_numbered_from_one_in_the_order_of_their_days(sample: dict[str, pd.DataFrame]) -> None:
    sessions = sample["sessions"].sort_values(["patient_id", "session_number"])
    by_patient = sessions.groupby("patient_id")
    assert (sessions["session_number"] == by_patient.cumcount() + 1).all()
    assert (by_patient["day"].first() == 0).all()
    assert (by_patient["day"].diff().dropna() > 0).all()
    assert set(by_patient.groups) == set(sample["patients"]["patient_id"])


def test_first_sessions_are_completed_and_a_stopped_one_says_why(sample: dict[str, pd.DataFrame]) -> None:
    sessions = sample["sessions"]
    assert sessions.loc[sessions["session_number"] == 1, "completed"].fillna(True).all()
    stopped = sessions[~sessions["completed"].fillna(True)]
    reasons = sample["adverse_events"].query("action == 'session stopped' or action.isna()")
    assert len(stopped) > 0
    assert len(stopped.merge(reasons, on=["patient_id", "session_number"])) >= len(stopped)


def test_molecule_follows_route_and_esketamine_comes_in_fixed_steps(sample: dict[str, pd.DataFrame]) -> None:
    sessions = sample["sessions"]
    nasal = sessions["route"] == "IN"
    assert (nasal == (sessions["molecule"] == "esketamine")).all()
    assert set(sessions.loc[nasal, "dose_mg"].dropna()) <= {28, 56, 84}
    assert (sessions.loc[nasal, "observation_min"].dropna() >= 120).all()


def test_every_clinic_offers_two_main_routes_and_every_main_route_three_clinics(
    sample: dict[str, pd.DataFrame],
) -> None:
    first = sample["sessions"].query("session_number == 1").merge(sample["patients"])
    patients = pd.crosstab(first["clinic_id"], first["route"])[list(MAIN_ROUTES)]
    offered = patients >= 11  # a handful of patients is no mix
    assert list(patients.index) == list(CLINICS)
    assert (offered.sum(axis=1) >= 2).all()
    assert (offered.sum() >= 3).all()


def test_the_sample_has_the_size_and_the_small_routes_it_promises(
    sample: dict[str, pd.DataFrame], sample_truth: dict
) -> None:
    routes = sample["sessions"].query("session_number == 1")["route"].value_counts()
    assert routes.sum() == DEFAULT_PATIENTS == sample_truth["n_patients"]
    assert 10 <= routes["SC"] <= 14
    assert 7 <= routes["PO"] <= 11
    assert 0.72 <= sample_truth["n_evaluable"] / DEFAULT_PATIENTS <= 0.82


def test_optional_columns_have_blank_cells(sample: dict[str, pd.DataFrame]) -> None:
    always_there = {"molecule", "setting", "serious", "ascertainment"}
    for name, table in TABLES.items():
        for column in table.columns:
            blank = sample[name][column.name].isna().mean()
            expected = not column.required and column.name not in always_there
            assert (blank > 0) == expected, f"{name}.{column.name}"
