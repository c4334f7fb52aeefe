"""Words that differ only in capitals, spaces or look-alike letters are kept apart, and said to be."""

from __future__ import annotations

import pytest

from analysis.intake import read_study

from .conftest import TABLES, StudyFolder

LIKE = "that an earlier row writes with other capitals, spaces or look-alike letters"


@pytest.mark.parametrize("spelt", ["a", "\uff21", "\u0410"], ids=["small", "full width", "Cyrillic"])
def test_a_clinic_written_in_two_ways_is_noted_and_stays_two(study_folder: StudyFolder, spelt: str) -> None:
    study_folder.change("patients.csv", "P2,A,", f"P2,{spelt},")
    study = read_study(study_folder.path)
    assert study.notes == (
        f"patients.csv: column 'clinic_id' has 1 cell {LIKE} (row 3). They count as different words. "
        "Write a word in one way, or translate it in a mapping.",
    )
    assert study.patients["clinic_id"].nunique() == 3


@pytest.mark.parametrize("code", ["p1", "P 1", "\u0420\uff11"])
def test_a_patient_code_written_in_two_ways_is_noted_where_patients_are_declared(
    study_folder: StudyFolder, code: str
) -> None:
    study_folder.write("patients.csv", TABLES["patients.csv"] + f"{code},A,40,female,MDD,,,,\n")
    notes = study_folder.notes()
    assert notes[0] == (
        f"patients.csv: column 'patient_id' has 1 code {LIKE} (row 5). They count as different patients. "
        "Write the code of a patient in one way."
    )
    assert len(notes) == 2  # and that the patient has no session


def test_the_spelling_that_comes_first_in_the_file_is_the_one_compared_with(study_folder: StudyFolder) -> None:
    study_folder.change("adverse_events.csv", "P2,,,Headache,,", "P2,,,nausea,,\nP3,,,Nausea,,\nP3,,,NAUSEA,,")
    assert [note for note in study_folder.notes() if LIKE in note] == [
        f"adverse_events.csv: column 'term' has 2 cells {LIKE} (rows 3 and 5). They count as different words. "
        "Write a word in one way, or translate it in a mapping."
    ]


def test_other_punctuation_is_another_word(study_folder: StudyFolder) -> None:
    text = TABLES["patients.csv"].replace("bmi\n", "arm\n").replace("24.5", "<5").replace(",31\n", ",>5\n")
    study_folder.write("patients.csv", text)
    assert study_folder.notes() == ("patients.csv: kept beyond the data dictionary: 'arm'.",)
