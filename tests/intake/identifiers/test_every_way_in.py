"""The gate stands in every way in: named tables, a mapping, and the error says so without a value."""

from __future__ import annotations

from ..conftest import TABLES, StudyFolder

MAPPED = """\
[sources.people]
file = "people.csv"
[[patients]]
source = "people"
[patients.columns]
patient_id = "nr"
clinic_id = { constant = "A" }
primary_diagnosis = "dx"
seen = "seen"
[[sessions]]
source = "people"
[sessions.columns]
patient_id = "nr"
session_number = { constant = 1 }
day = { constant = 0 }
route = { constant = "IV" }
[[assessments]]
source = "people"
[assessments.columns]
patient_id = "nr"
day = { constant = 0 }
instrument = { constant = "PHQ-9" }
score = { constant = 12 }
"""


def test_a_named_table_with_an_identifying_column_is_refused(study_folder: StudyFolder) -> None:
    study_folder.change("adverse_events.csv", "P2,,,Headache,,", "P2,,,told jo.kline@mail.example,,")
    [message] = study_folder.errors()
    assert message.startswith("adverse_events.csv: column 'term' has 1 cell with an e-mail address (row 3).")
    assert "kline" not in message


def test_a_mapped_column_with_dates_is_refused(study_folder: StudyFolder) -> None:
    for name in TABLES:
        study_folder.remove(name)
    study_folder.write("people.csv", "nr,dx,seen\nQ7,MDD,2021-04-05\nK3,PTSD,2021-06-01\n")
    mapping = study_folder.path.parent / "mapped.toml"
    mapping.write_text(MAPPED, encoding="utf-8")
    [message] = study_folder.errors(mapping)
    assert message.startswith(
        "people.csv (as patients): column 'seen' has 2 cells with a calendar date finer than a year (rows 2 and 3)."
    )


def test_a_source_column_that_the_mapping_leaves_out_does_not_matter(study_folder: StudyFolder) -> None:
    for name in TABLES:
        study_folder.remove(name)
    study_folder.write("people.csv", "nr,dx,seen,ssn\nQ7,MDD,2021,123-45-6789\n")
    mapping = study_folder.path.parent / "mapped.toml"
    mapping.write_text(MAPPED, encoding="utf-8")
    from analysis.intake import read_study

    assert read_study(study_folder.path, mapping).patients["seen"].tolist() == [2021]


def test_the_name_of_a_column_that_identifies_is_shown_nowhere(study_folder: StudyFolder) -> None:
    study_folder.change("patients.csv", "bmi", "bmi,Linda Garcia")
    rows = (study_folder.path / "patients.csv").read_text(encoding="utf-8").splitlines()
    study_folder.write("patients.csv", "\n".join([rows[0], *(f"{row},4" for row in rows[1:])]))
    said = " ".join(str(finding) for finding in study_folder.findings())
    assert "column number 10 has a name with what looks like a person's name" in said
    assert "Garcia" not in said


def test_row_1_that_holds_a_patient_is_refused_without_a_word_about_its_cells(study_folder: StudyFolder) -> None:
    study_folder.write("patients.csv", "P1,James Smith,2021-04-05\nP2,Linda Garcia,2021-04-06\n")
    [message] = study_folder.errors()
    assert message.startswith("patients.csv: row 1 names none of the required columns")
