"""Faults between rows and between tables."""

from __future__ import annotations

import pytest

from analysis.intake import read_study

from .conftest import TABLES, StudyFolder


def test_a_patient_in_two_rows(study_folder: StudyFolder) -> None:
    study_folder.write("patients.csv", TABLES["patients.csv"] + "P1,B,34,female,MDD,2,true,VA,24.5\n")
    assert study_folder.errors() == [
        "patients.csv: column 'patient_id' has 1 row with a patient_id that an earlier row already has (row 5). "
        "Keep one row per patient."
    ]


def test_rows_of_unknown_patients_in_every_table(study_folder: StudyFolder) -> None:
    study_folder.change("sessions.csv", "P3,2", "P4,1")
    study_folder.change("assessments.csv", "P3,7", "p3,7")
    study_folder.change("therapy_visits.csv", "P1,1,integration", "P5,1,integration")
    study_folder.change("adverse_events.csv", "P2,,,Headache", "P6,,,Headache")
    facts = {
        "sessions.csv": ("ketamine session", 6),
        "assessments.csv": ("instrument at a time", 8),
        "therapy_visits.csv": ("preparation or integration visit", 3),
        "adverse_events.csv": ("event", 3),
    }
    assert [message for message in study_folder.errors() if "whose patient" in message] == [
        f"{file}: column 'patient_id' has 1 row ({what}) whose patient is not in the table patients (row {row}). "
        "Add the patient, or remove the rows."
        for file, (what, row) in facts.items()
    ]


def test_a_session_number_twice(study_folder: StudyFolder) -> None:
    study_folder.change("sessions.csv", "P1,2,3.5", "P1,1,3.5")
    assert study_folder.errors() == [
        "sessions.csv: column 'session_number' has 1 row with a session number that the patient already has (row 3). "
        "Number the sessions of a patient 1, 2, 3, ... in the order of their days."
    ]


def test_session_numbers_out_of_order_with_the_day(study_folder: StudyFolder) -> None:
    study_folder.change("sessions.csv", "P1,2,3.5", "P1,2,3.5,IV,racemic,45,118,true\nP1,3,2")
    assert study_folder.errors() == [
        "sessions.csv: column 'session_number' has 1 session on an earlier day than a session with a lower number "
        "(row 4). Number the sessions of a patient 1, 2, 3, ... in the order of their days."
    ]


def test_the_order_of_rows_does_not_matter(study_folder: StudyFolder) -> None:
    header, *rows = TABLES["sessions.csv"].splitlines()
    study_folder.write("sessions.csv", "\n".join([header, *reversed(rows)]))
    assert study_folder.notes() == ()


def test_two_sessions_on_one_day_are_in_order(study_folder: StudyFolder) -> None:
    study_folder.change("sessions.csv", "P3,2,0.17", "P3,2,0")
    assert study_folder.notes() == ()


def test_days_that_do_not_count_from_the_first_session(study_folder: StudyFolder) -> None:
    study_folder.change("sessions.csv", "P2,1,0", "P2,1,1")
    study_folder.change("sessions.csv", "P1,1,0", "P1,1,-2")
    assert study_folder.errors() == [
        "sessions.csv: column 'day' has 2 patients whose first session is not on day 0 (rows 2 and 4). "
        "Days count from the first ketamine session: subtract its day from all days of the patient."
    ]


def test_a_skipped_session_number_is_a_note(study_folder: StudyFolder) -> None:
    study_folder.change("sessions.csv", "P1,2,3.5", "P1,4,3.5")
    assert study_folder.notes() == (
        "sessions.csv: column 'session_number' has 1 place where a session number is skipped (row 3). "
        "Sessions may be missing.",
    )


def test_a_patient_without_sessions_is_a_note(study_folder: StudyFolder) -> None:
    study_folder.write("patients.csv", TABLES["patients.csv"] + "P4,B,,,MDD,,,,\n")
    study = read_study(study_folder.path)
    assert len(study.patients) == 4
    assert study.notes == (
        "patients.csv: has 1 patient without any session (row 5). "
        "They are kept and counted, but nothing after a first session is known of them.",
    )


def test_patients_without_a_baseline_are_counted_for_each_instrument(study_folder: StudyFolder) -> None:
    study_folder.change("assessments.csv", "P1,-2,", "P1,-45,")
    assert study_folder.notes() == (
        "assessments.csv: 1 of 1 patient with a PHQ-9 score after the first session lacks a baseline "
        "(a score on day 0 or in the 30 days before). Their change on PHQ-9 is not known.",
    )


def test_an_event_that_names_a_session_nobody_recorded_is_a_note(study_folder: StudyFolder) -> None:
    study_folder.change("adverse_events.csv", "P1,1,0,Nausea", "P1,9,0,Nausea")
    assert study_folder.notes() == (
        "adverse_events.csv: column 'session_number' has 1 event with a session number that the table sessions lacks "
        "for the patient (row 2). It is kept.",
    )


def test_a_row_repeated_exactly_counts_once(study_folder: StudyFolder) -> None:
    study_folder.write("assessments.csv", TABLES["assessments.csv"] + "P1,14,PHQ-9,9,0,self\nP1,14,PHQ-9,9,0,self\n")
    study = read_study(study_folder.path)
    assert len(study.assessments) == 7
    assert study.notes == (
        "assessments.csv: has 2 rows equal to an earlier row in every column (rows 9 and 10). "
        "The repeats were left out.",
    )


def test_two_scores_of_one_patient_at_one_time_contradict_each_other(study_folder: StudyFolder) -> None:
    study_folder.write("assessments.csv", TABLES["assessments.csv"] + "P1,14,PHQ-9,11,0,self\n")
    assert study_folder.errors() == [
        "assessments.csv: has 2 rows with the patient, day and instrument of another row but other values "
        "(rows 3 and 9). Keep the right one, or tell them apart by a column of your own."
    ]


def test_a_contradiction_is_found_in_sorted_rows_too(study_folder: StudyFolder) -> None:
    study_folder.change("assessments.csv", "P2,0,PHQ-9,21,,self", "P2,0,PHQ-9,21,,self\nP2,0,PHQ-9,20,,self")
    [message] = study_folder.errors()
    assert message.startswith("assessments.csv: has 2 rows with the patient, day and instrument of another row but")
    assert "(rows 4 and 5)" in message


def test_two_scores_told_apart_by_an_extra_column_are_kept(study_folder: StudyFolder) -> None:
    lines = (TABLES["assessments.csv"] + "P1,14,PHQ-9,11,0,self\n").splitlines()
    arms = ["arm", "a", "a", "a", "a", "a", "a", "a", "b"]
    study_folder.write("assessments.csv", "\n".join(f"{line},{arm}" for line, arm in zip(lines, arms, strict=True)))
    study = read_study(study_folder.path)
    assert len(study.assessments) == 8
    assert study.notes[-1] == (
        "assessments.csv: has 2 rows with the patient, day and instrument of another row, told apart by 'arm' "
        "(rows 3 and 9). All of them are kept."
    )


@pytest.mark.parametrize("cells", ["P1,1,zero", "P1,one,0", "P1,99999,0"])
def test_one_faulty_session_is_not_reported_again_as_a_fault_of_order(study_folder: StudyFolder, cells: str) -> None:
    study_folder.change("sessions.csv", "P1,1,0", cells)
    assert len(study_folder.errors()) == 1


@pytest.mark.parametrize("day", ["1e308", "-1e308", "36500.5", "-3650.5", "45123"])
def test_an_impossible_day_is_reported_once(study_folder: StudyFolder, day: str) -> None:
    study_folder.change("sessions.csv", "P1,1,0,IV", f"P1,1,{day},IV")
    assert study_folder.errors() == [
        "sessions.csv: column 'day' has 1 value outside -3650 to 36500 days (row 2). "
        "Days count from the first ketamine session, which is day 0."
    ]


@pytest.mark.parametrize("day", ["-0", "-0.0", "0e0", "+0"])
def test_every_way_to_write_zero_is_day_0(study_folder: StudyFolder, day: str) -> None:
    study_folder.change("sessions.csv", "P1,1,0,IV", f"P1,1,{day},IV")
    assert study_folder.notes() == ()
