"""Faults of the row of column names."""

from __future__ import annotations

from .conftest import TABLES, StudyFolder


def test_a_missing_required_column_names_the_nearest_one(study_folder: StudyFolder) -> None:
    study_folder.change("assessments.csv", "instrument", "Instruments")
    study_folder.change("sessions.csv", "route", "how")
    assert study_folder.errors() == [
        "sessions.csv: the required column 'route' is missing. Add it, or map it from another.",
        "assessments.csv: the required column 'instrument' is missing. Is it the column 'Instruments'? "
        "Rename it, or map it.",
    ]


def test_a_repeated_column_name(study_folder: StudyFolder) -> None:
    study_folder.change("patients.csv", "age,sex", "sex,sex")
    assert study_folder.errors() == [
        "patients.csv: the column names 'sex' occur more than once. Name each column once."
    ]


def test_a_column_without_a_name(study_folder: StudyFolder) -> None:
    study_folder.change("patients.csv", "age,sex", ",sex")
    assert study_folder.errors() == [
        "patients.csv: column number 3 has values but no name. Name it in row 1 or remove it."
    ]


def test_empty_columns_without_a_name_are_left_out(study_folder: StudyFolder) -> None:
    study_folder.write("patients.csv", "\n".join(f"{line},," for line in TABLES["patients.csv"].splitlines()))
    assert study_folder.notes() == ()


def test_a_file_without_column_names_does_not_show_its_first_row(study_folder: StudyFolder) -> None:
    study_folder.write("patients.csv", TABLES["patients.csv"].split("\n", 1)[1])
    assert study_folder.errors() == [
        "patients.csv: row 1 names none of the required columns (patient_id, clinic_id, primary_diagnosis). "
        "Put the column names in row 1."
    ]
    assert not any("P1" in str(finding) for finding in study_folder.findings())


def test_a_repeated_cell_in_a_file_without_column_names_is_told_by_its_places(study_folder: StudyFolder) -> None:
    rows = TABLES["patients.csv"].split("\n", 1)[1].replace("P1,A,34,female,MDD,2", "P1,Kline,34,female,Kline,2")
    study_folder.write("patients.csv", rows)
    assert study_folder.errors() == [
        "patients.csv: row 1 holds the same text more than once (columns 2 and 5). "
        "Put the column names in row 1, each of them once."
    ]


def test_many_repeated_cells_are_told_by_their_first_places(study_folder: StudyFolder) -> None:
    study_folder.write("patients.csv", ",".join(["Kline"] * 15) + "\n")
    [message] = study_folder.errors()
    assert "(columns 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 3 more)" in message


def test_column_names_in_an_empty_first_row(study_folder: StudyFolder) -> None:
    study_folder.write("patients.csv", "\n" + TABLES["patients.csv"])
    assert study_folder.errors() == [
        "patients.csv: the first row holds no column names. Put the column names in row 1."
    ]


def test_an_extra_column_that_looks_like_a_declared_one_is_said_to_be_unread(study_folder: StudyFolder) -> None:
    study_folder.change("patients.csv", "age,sex", "Age,gender")
    assert study_folder.notes() == (
        "patients.csv: kept beyond the data dictionary: 'Age', 'gender'. "
        "'Age' is not read as 'age': rename it if it is.",
    )


def test_spaces_around_column_names_are_removed(study_folder: StudyFolder) -> None:
    study_folder.change("patients.csv", "clinic_id,age", " clinic_id ,age ")
    assert study_folder.notes() == ()
