"""Cells that cannot mean what their column means: each report names the column, the count and the rows."""

from __future__ import annotations

import pytest

from analysis.intake import read_study

from .conftest import TABLES, StudyFolder

NUMBER_FAULTS = [
    ("about 40", "1 cell with text in place of a number (row 2). Correct them or leave them blank."),
    ("nan", "1 cell with a word for 'missing' (such as NA, n/a or NULL) in place of a number (row 2)."),
    ("N/A", "1 cell with a word for 'missing' (such as NA, n/a or NULL) in place of a number (row 2)."),
    ("inf", "1 cell with text in place of a number (row 2)."),
    ("0x1F", "1 cell with text in place of a number (row 2)."),
    ("1e999", "1 cell with text in place of a number (row 2)."),
    ("２４", "1 cell with text in place of a number (row 2)."),
    ('"40,5"', "1 number written with a comma (row 2). Write 1.5 for one and a half and 1500 without a separator"),
    ('"1,500"', "1 number written with a comma (row 2)."),
    ("2023-04-05", "1 calendar date in place of a number (row 2). A study holds days since the first"),
]


@pytest.mark.parametrize(("cell", "fact"), NUMBER_FAULTS)
def test_a_cell_that_is_no_number(study_folder: StudyFolder, cell: str, fact: str) -> None:
    study_folder.change("sessions.csv", "IV,racemic,40,120", f"IV,racemic,{cell},120")
    [message] = study_folder.errors()
    assert message.startswith(f"sessions.csv: column 'dose_mg' has {fact}")


@pytest.mark.parametrize(
    "date", ["2023-04-05", "4/5/2023", "05.04.2023", "5-Apr-2023", "2023-04-05 10:30", "Apr 5, 2023"]
)
def test_a_calendar_date_in_a_day_column(study_folder: StudyFolder, date: str) -> None:
    study_folder.change("assessments.csv", "P1,14,", f'P1,"{date}",')
    assert study_folder.errors() == [
        "assessments.csv: column 'day' has 1 calendar date in place of a number (row 3). "
        "A study holds days since the first ketamine session (day 0) and no calendar date."
    ]


def test_numbers_with_spaces_signs_and_exponents_are_numbers(study_folder: StudyFolder) -> None:
    study_folder.change("sessions.csv", "P1,1,0,IV,racemic,40,120", "P1, 1.0 ,-0,IV,racemic, +4.05e1 ,120.")
    study = read_study(study_folder.path)
    assert study.sessions.loc[0, "dose_mg"] == 40.5
    assert study.sessions.loc[0, "sbp_pre"] == 120


@pytest.mark.parametrize("cell", ["1.5", "9007199254740993"])
def test_a_fraction_where_a_whole_number_belongs(study_folder: StudyFolder, cell: str) -> None:
    study_folder.change("sessions.csv", "P1,2,", f"P1,{cell},")
    assert study_folder.errors() == [
        "sessions.csv: column 'session_number' has 1 number with a fraction (or too long to be exact) in place of "
        "a whole number (row 3). Correct them or leave them blank."
    ]


def test_a_score_outside_the_range_of_its_own_instrument(study_folder: StudyFolder) -> None:
    study_folder.change("assessments.csv", "P1,14,PHQ-9,9", "P1,14,PHQ-9,28")
    study_folder.change("assessments.csv", "P1,-2,PHQ-9,19", "P1,-2,PHQ-9,-1")
    study_folder.change("assessments.csv", "P3,7,MADRS,12", "P3,7,MADRS,61")
    assert study_folder.errors() == [
        "assessments.csv: column 'score' has 2 PHQ-9 values outside 0-27 (rows 2 and 3). "
        "Correct them or leave them blank.",
        "assessments.csv: column 'score' has 1 MADRS value outside 0-60 (row 8). Correct them or leave them blank.",
    ]


def test_many_rows_are_counted_and_the_first_three_named(study_folder: StudyFolder) -> None:
    rows = "".join(f"P1,{day},PHQ-9,{99 if day > 4 else 9},,self\n" for day in range(15, 35))
    study_folder.write("assessments.csv", TABLES["assessments.csv"] + rows.replace(",9,,", ",88,,"))
    [finding] = [finding for finding in study_folder.findings() if finding.level == "error"]
    assert str(finding) == (
        "assessments.csv: column 'score' has 20 PHQ-9 values outside 0-27 (rows 9, 10, 11 and 17 more). "
        "Correct them or leave them blank."
    )
    assert (finding.table, finding.column, finding.count, finding.rows) == ("assessments", "score", 20, (9, 10, 11))


def test_a_suicidality_item_outside_the_range_of_its_instrument(study_folder: StudyFolder) -> None:
    study_folder.change("assessments.csv", "PHQ-9,19,1", "PHQ-9,19,4")
    [message] = study_folder.errors()
    assert message.startswith("assessments.csv: column 'suicidality_item' has 1 PHQ-9 item value outside 0-3 (row 2).")


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("IV,racemic,45,118", "IV,racemic,45,700", "column 'sbp_pre' has 1 value outside 40 to 300 mmHg (row 3)."),
        ("IV,racemic,45,118", "IV,racemic,-1,118", "column 'dose_mg' has 1 value outside 0 to 2000 mg (row 3)."),
        ("P1,2,3.5", "P1,2,45021", "column 'day' has 1 value outside -3650 to 36500 days (row 3). Days count from"),
    ],
)
def test_an_impossible_vital_sign_dose_or_day(study_folder: StudyFolder, old: str, new: str, fact: str) -> None:
    study_folder.change("sessions.csv", old, new)
    [message] = study_folder.errors()
    assert message.startswith(f"sessions.csv: {fact}")


def test_an_age_over_90_must_be_written_as_90(study_folder: StudyFolder) -> None:
    study_folder.change("patients.csv", "P3,B,90", "P3,B,93")
    assert study_folder.errors() == [
        "patients.csv: column 'age' has 1 value outside 0 to 90 years (row 4). "
        "Write 90 for everyone aged 90 or over; correct the others."
    ]


@pytest.mark.parametrize(
    ("word", "near"), [("infusion", "IV"), ("I.V.", "IV"), ("Spravato", "IN"), ("troche", "SL"), ("iv", "IV")]
)
def test_an_unknown_route_is_answered_with_the_nearest_known_one(
    study_folder: StudyFolder, word: str, near: str
) -> None:
    study_folder.change("sessions.csv", "P1,2,3.5,IV", f"P1,2,3.5,{word}")
    assert study_folder.errors() == [
        f"sessions.csv: column 'route' has 1 value outside the known words for route (row 3). Nearest known: {near}. "
        "Allowed: IV, IM, IN, SL, PO, SC, buccal, rectal. Correct them, or translate them in a mapping."
    ]


def test_an_unknown_instrument_is_answered_with_the_nearest_known_one(study_folder: StudyFolder) -> None:
    study_folder.change("assessments.csv", "PHQ-9", "phq9")
    study_folder.change("assessments.csv", "PCL-5", "Beck II")
    [message] = study_folder.errors()
    assert message.startswith(
        "assessments.csv: column 'instrument' has 5 values outside the known words for instrument "
        "(rows 2, 3, 4 and 2 more). Nearest known: PHQ-9"
    )


def test_a_word_outside_a_closed_set(study_folder: StudyFolder) -> None:
    study_folder.change("patients.csv", "female", "F")
    study_folder.change("patients.csv", "VA", "Medicad")
    assert study_folder.errors() == [
        "patients.csv: column 'sex' has 2 values outside the known words for sex (rows 2 and 4). "
        "Allowed: female, male, other. Correct them, or translate them in a mapping.",
        "patients.csv: column 'payer' has 1 value outside the known words for payer (row 2). Nearest known: Medicaid. "
        "Allowed: self-pay, commercial, Medicare, Medicaid, VA. Correct them, or translate them in a mapping.",
    ]


def test_yes_no_cells_are_true_or_false_in_any_case_and_nothing_else(study_folder: StudyFolder) -> None:
    study_folder.change("patients.csv", "2,true", "2,TRUE")
    assert read_study(study_folder.path).patients["benzodiazepine"].tolist()[:2] == [True, False]
    study_folder.change("patients.csv", "2,TRUE", "2,yes")
    assert study_folder.errors() == [
        "patients.csv: column 'benzodiazepine' has 1 cell with neither true nor false (row 2). "
        "Write true or false, leave missing cells blank, or translate the words in a mapping."
    ]


def test_a_blank_cell_in_a_required_column(study_folder: StudyFolder) -> None:
    study_folder.change("sessions.csv", "P1,2,3.5", " ,2,3.5")
    study_folder.change("patients.csv", "P2,A", "P2,")
    assert study_folder.errors() == [
        "patients.csv: column 'clinic_id' has 1 blank cell (row 3). Fill them in; every row needs a value here.",
        "sessions.csv: column 'patient_id' has 1 blank cell (row 3). Fill them in; every row needs a value here.",
    ]


def test_a_cell_reported_as_text_is_not_reported_again_as_blank(study_folder: StudyFolder) -> None:
    study_folder.change("sessions.csv", "P1,2,3.5", "P1,second,3.5")
    assert len(study_folder.errors()) == 1


def test_a_score_may_be_blank(study_folder: StudyFolder) -> None:
    study = read_study(study_folder.path)
    assert study.assessments["score"].isna().sum() == 1
    assert study.notes == ()


def test_spaces_around_codes_are_removed_with_a_note(study_folder: StudyFolder) -> None:
    study_folder.change("patients.csv", "P2,A", "P2 ,A")
    study = read_study(study_folder.path)
    assert study.patients["patient_id"].tolist() == ["P1", "P2", "P3"]
    assert study.notes == (
        "patients.csv: column 'patient_id' has 1 cell with spaces around the text (row 3). The spaces were removed.",
    )


def test_a_word_for_missing_in_a_free_category_is_kept_with_a_note(study_folder: StudyFolder) -> None:
    study_folder.change("patients.csv", "PTSD", "Unknown")
    assert study_folder.notes() == (
        "patients.csv: column 'primary_diagnosis' has 1 cell with a word for 'missing' (such as NA, n/a or unknown), "
        "kept as text (row 3). Leave missing cells blank, or list the word under 'missing' in a mapping.",
    )


def test_nothing_else_is_taken_as_missing(study_folder: StudyFolder) -> None:
    study_folder.change("patients.csv", "P2,A", "P2,NA")
    assert read_study(study_folder.path).patients["clinic_id"].tolist() == ["A", "NA", "B"]
