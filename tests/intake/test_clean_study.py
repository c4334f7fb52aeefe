"""A valid study loads with the types that a study promises, and nothing is said about it."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.intake import read_study

from .conftest import TABLES, StudyFolder


def test_a_valid_study_has_no_findings(study_folder: StudyFolder) -> None:
    study = read_study(study_folder.path)
    assert study.notes == ()
    assert study.name == "clinic study"
    assert {name: len(frame) for name, frame in study.tables.items()} == {
        "patients": 3,
        "sessions": 5,
        "assessments": 7,
        "therapy_visits": 2,
        "adverse_events": 2,
    }


def test_columns_have_the_types_of_the_vocabulary(study_folder: StudyFolder) -> None:
    study = read_study(str(study_folder.path))
    types = {name: str(dtype) for name, dtype in {**study.patients.dtypes, **study.sessions.dtypes}.items()}
    assert types["patient_id"] == types["sex"] == types["route"] == "str"
    assert types["age"] == "Int64"
    assert types["session_number"] == "int64"
    assert types["day"] == types["bmi"] == "float64"
    assert types["benzodiazepine"] == types["completed"] == "boolean"
    assert study.patients["benzodiazepine"].isna().tolist() == [False, False, True]
    assert study.sessions["day"].tolist() == [0, 3.5, 0, 0, 0.17]


def test_the_same_study_from_csv_tsv_and_parquet_has_one_digest(study_folder: StudyFolder) -> None:
    from_csv = read_study(study_folder.path)
    study_folder.remove("patients.csv")
    study_folder.write("PATIENTS.TSV", TABLES["patients.csv"].replace(",", "\t"))
    for name in ("sessions", "assessments"):
        from_csv.tables[name].to_parquet(study_folder.path / f"{name}.parquet")
        study_folder.remove(f"{name}.csv")
    again = read_study(study_folder.path)
    assert again.notes == ()
    assert again.digest == from_csv.digest


@pytest.mark.parametrize("variant", ["byte order mark", "windows line ends", "everything quoted"])
def test_how_a_spreadsheet_writes_utf8_changes_nothing(study_folder: StudyFolder, variant: str) -> None:
    digest = read_study(study_folder.path).digest
    text = TABLES["patients.csv"]
    if variant == "byte order mark":
        study_folder.write("patients.csv", b"\xef\xbb\xbf" + text.encode())
    elif variant == "windows line ends":
        study_folder.write("patients.csv", text.replace("\n", "\r\n"))
    else:
        lines = [",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines()]
        study_folder.write("patients.csv", "\n".join(lines))
    assert read_study(study_folder.path).digest == digest


def test_columns_beyond_the_dictionary_are_kept_as_numbers_only_when_nothing_is_lost(study_folder: StudyFolder) -> None:
    lines = TABLES["patients.csv"].splitlines()
    extra = ["ward,arm,hours,when", "007,1,1.5,", "012,2,,", "3,,2,"]
    study_folder.write("patients.csv", "\n".join(f"{line},{more}" for line, more in zip(lines, extra, strict=True)))
    study = read_study(study_folder.path)
    assert study.patients["ward"].tolist() == ["007", "012", "3"]
    assert str(study.patients["arm"].dtype) == "Int64"
    assert study.patients["hours"].iloc[0] == 1.5
    assert study.patients["when"].isna().all()
    assert study.extra_columns["patients"] == ("ward", "arm", "hours", "when")
    assert study.notes == ("patients.csv: kept beyond the data dictionary: 'ward', 'arm', 'hours', 'when'.",)


def test_declared_columns_come_first_in_the_order_of_the_dictionary(study_folder: StudyFolder) -> None:
    study_folder.change("therapy_visits.csv", "patient_id,day,kind,minutes", "patient_id,day,kind,room")
    study = read_study(study_folder.path)
    assert study.therapy_visits is not None
    assert list(study.therapy_visits.columns) == ["patient_id", "day", "kind", "room"]
    assert pd.api.types.is_integer_dtype(study.therapy_visits["room"])
