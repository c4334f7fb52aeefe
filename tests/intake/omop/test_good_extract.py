"""An OMOP extract that is in order, counted by hand: every cell of the tables that come of it."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from analysis.intake import read_study
from analysis.study import Study

from .conftest import MAPPING


def read(folder: Path, mapping: str = MAPPING) -> Study:
    path = folder.parent / "mapping.toml"
    path.write_text(mapping, encoding="utf-8")
    return read_study(folder, path)


def rows(frame: pd.DataFrame, columns: list[str]) -> list[list[object]]:
    cells = frame[columns].astype(object)
    return cells.where(cells.notna(), None).to_numpy().tolist()


def test_persons_become_patients_with_an_age_and_a_year(folder: Path) -> None:
    columns = ["patient_id", "clinic_id", "age", "sex", "primary_diagnosis", "index_year"]
    assert rows(read(folder).patients, columns) == [
        ["1001", "North", 42, "female", "MDD", 2023],
        ["1002", "South", 90, "male", "other", 2024],
        ["1003", "North", 31, None, "PTSD", 2022],
    ]


def test_exposures_become_numbered_sessions(folder: Path) -> None:
    columns = ["patient_id", "session_number", "day", "route", "molecule", "dose_mg", "completed"]
    assert rows(read(folder).sessions, columns) == [
        ["1001", 1, 0.0, "IV", "racemic", 40.0, None],
        ["1001", 2, 4.25, "IV", "racemic", 45.0, None],
        ["1002", 1, 0.0, "IN", "esketamine", 56.0, None],
        ["1003", 1, 0.0, "IM", "racemic", None, None],
    ]


def test_measurements_and_observations_become_scores(folder: Path) -> None:
    columns = ["patient_id", "day", "instrument", "score", "suicidality_item"]
    assert rows(read(folder).assessments, columns) == [
        ["1001", -2.0, "PHQ-9", 19.0, 2],
        ["1001", 0.38, "GAD-7", 15.0, None],
        ["1002", 0.0, "MADRS", 33.0, None],
        ["1003", 14.0, "PCL-5", 48.0, None],
    ]


def test_all_that_was_left_out_is_counted(folder: Path) -> None:
    assert read(folder).notes[:6] == (
        "drug_exposure.csv: has 1 row of drugs that [omop] does not name as ketamine (row 6). They were left out.",
        "measurement.csv: has 1 row with codes that are no instrument's total (row 4). They were left out.",
        "observation.csv: has 1 row with codes that are no instrument's total (row 5). They were left out.",
        "person.csv: has 1 patient without any ketamine session (row 5). They were left out.",
        "observation.csv: has 1 score of patients without any ketamine session (row 4). They were left out.",
        "There is no table therapy_visits; the pages that need it say so.",
    )


def test_persons_get_new_codes_and_nothing_of_their_identity_is_kept(folder: Path) -> None:
    study = read(folder, MAPPING.split("[[allow]]")[0])
    assert study.patients["patient_id"].tolist() == ["P0001", "P0002", "P0003"]
    held = " ".join(frame.to_csv(index=False) for frame in study.tables.values()) + " ".join(study.notes)
    for word in ("MRN", "1001", "1002", "Ada", "L-1", "1980", "feels better"):
        assert word not in held
    assert not re.search(r"\d{4}-\d\d", held)


@pytest.mark.parametrize("typed", [False, True])
def test_parquet_and_capital_letters_give_the_same_study(folder: Path, typed: bool) -> None:
    before = read(folder)
    for path in sorted(folder.iterdir()):
        frame = pd.read_csv(path) if typed else pd.read_csv(path, dtype=str)
        if typed:
            for name in frame.columns:
                if name.endswith("datetime"):
                    frame[name] = pd.to_datetime(frame[name])
                elif name.endswith("date"):
                    frame[name] = pd.to_datetime(frame[name]).dt.date
        frame.columns = frame.columns.str.upper()
        frame.to_parquet(path.with_name(path.stem.upper() + ".parquet"))
        path.unlink()
    after = read(folder)
    for name, frame in before.tables.items():
        pd.testing.assert_frame_equal(frame, after.tables[name])


def test_item_nine_may_be_a_concept_of_the_mapping(folder: Path) -> None:
    text = (folder / "observation.csv").read_text().replace(",44260-8", ",item9").replace("1,1001,0,", "1,1001,850001,")
    (folder / "observation.csv").write_text(text)
    study = read(folder, MAPPING.replace("[omop]\n", "[omop]\nitem_9 = [850001]\n", 1))
    assert study.assessments["suicidality_item"].tolist() == [2, pd.NA, pd.NA, pd.NA]
