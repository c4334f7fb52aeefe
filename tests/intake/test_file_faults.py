"""Faults of the folder and of whole files."""

from __future__ import annotations

from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as arrow_parquet
import pytest

from analysis.intake import StudyDataError, read_study

from .conftest import TABLES, StudyFolder


def message_of(path: Path) -> str:
    with pytest.raises(StudyDataError) as caught:
        read_study(path)
    return str(caught.value)


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    assert message_of(tmp_path / "nowhere").endswith(
        "nowhere: there is no such folder or file. Give a folder, a .zip or an .xlsx that holds patients, sessions "
        "and assessments (.csv, .tsv or .parquet)."
    )


def test_an_empty_folder(tmp_path: Path) -> None:
    assert "the folder is empty. It should hold patients, sessions and assessments" in message_of(tmp_path)


def test_a_missing_required_table_names_the_file_that_is_nearest(study_folder: StudyFolder) -> None:
    study_folder.remove("patients.csv")
    study_folder.write("patient.csv", TABLES["patients.csv"])
    assert study_folder.errors() == [
        "The required table patients is missing: the folder needs a file patients.csv, patients.tsv or "
        "patients.parquet. Is it 'patient.csv'? Rename it."
    ]


def test_absent_optional_tables_and_foreign_files_are_notes(study_folder: StudyFolder) -> None:
    study_folder.remove("therapy_visits.csv")
    study_folder.write("billing.csv", "a,b\n1,2\n")
    study_folder.write(".hidden", "")
    (study_folder.path / "old").mkdir()
    assert study_folder.notes() == (
        "There is no table therapy_visits; the pages that need it say so.",
        "Not read, because the name is no table's: 'billing.csv', 'old'.",
    )


def test_a_table_in_two_files_is_not_chosen_from(study_folder: StudyFolder) -> None:
    study_folder.write("patients.tsv", TABLES["patients.csv"].replace(",", "\t"))
    [message] = study_folder.errors()
    assert message == "The table patients is in more than one file: 'patients.csv', 'patients.tsv'. Keep one of them."


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file(study_folder: StudyFolder, content: str) -> None:
    study_folder.write("sessions.csv", content)
    assert study_folder.errors() == [
        "sessions.csv: the file is empty. Export it again, or remove it when there is nothing to tell."
    ]


def test_a_required_table_with_a_header_only(study_folder: StudyFolder) -> None:
    study_folder.write("sessions.csv", "patient_id,session_number,day,route\n")
    assert study_folder.errors() == ["sessions.csv: has no rows. A required table needs at least one."]


def test_an_optional_table_with_a_header_only_is_a_note(study_folder: StudyFolder) -> None:
    study_folder.write("adverse_events.csv", "patient_id,term")
    assert study_folder.notes() == ("adverse_events.csv: has no rows.",)


@pytest.mark.parametrize(("sign", "word"), [(";", "semicolon"), ("\t", "tab"), ("|", "pipe")])
def test_another_delimiter(study_folder: StudyFolder, sign: str, word: str) -> None:
    study_folder.write("patients.csv", TABLES["patients.csv"].replace(",", sign))
    assert study_folder.errors() == [
        f"patients.csv: the columns seem to be separated by {word} and not by comma. "
        "Save it with comma, or name the delimiter in a mapping."
    ]


def test_one_column_without_any_delimiter(study_folder: StudyFolder) -> None:
    study_folder.write("sessions.csv", "patient_id\nP1\nP2\n")
    missing = [message for message in study_folder.errors() if "is missing" in message]
    assert [message.split(".")[1] for message in missing] == [
        "csv: the required column 'session_number' is missing",
        "csv: the required column 'day' is missing",
        "csv: the required column 'route' is missing",
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_utf16(study_folder: StudyFolder, encoding: str) -> None:
    study_folder.write("patients.csv", TABLES["patients.csv"].encode(encoding))
    [message] = study_folder.errors()
    marked = (
        "patients.csv: the file is UTF-16 text, not UTF-8. Save it as 'CSV UTF-8', or name its encoding in a mapping."
    )
    unmarked = (
        "patients.csv: the file holds NUL bytes (first in line 1), so it is damaged or not text. Export it again."
    )
    assert message == (marked if encoding == "utf-16" else unmarked)


def test_latin_1(study_folder: StudyFolder) -> None:
    study_folder.write("patients.csv", TABLES["patients.csv"].replace("P2,A", "P2,Köln").encode("latin-1"))
    assert study_folder.errors() == [
        "patients.csv: the file is not UTF-8 text (first in line 3). "
        "Save it as 'CSV UTF-8', or name its encoding in a mapping."
    ]


def test_a_file_cut_off_in_the_middle_of_a_letter(study_folder: StudyFolder) -> None:
    study_folder.write("patients.csv", TABLES["patients.csv"].encode() + "P4,Kö".encode()[:-1])
    [message] = study_folder.errors()
    assert message.startswith("patients.csv: the file is not UTF-8 text (first in line 5).")


def test_nul_bytes(study_folder: StudyFolder) -> None:
    study_folder.write("assessments.csv", TABLES["assessments.csv"].replace("P2,0", "P2\0,0"))
    assert study_folder.errors() == [
        "assessments.csv: the file holds NUL bytes (first in line 4), so it is damaged or not text. Export it again."
    ]


def test_a_workbook_named_csv(study_folder: StudyFolder) -> None:
    study_folder.write("patients.csv", b"PK\x03\x04rest of a workbook")
    assert study_folder.errors() == [
        "patients.csv: the file is an Excel workbook or ZIP archive, not delimited text. "
        "Save it as 'CSV UTF-8' or give it its own file ending."
    ]


def test_ragged_rows(study_folder: StudyFolder) -> None:
    study_folder.change("assessments.csv", "P1,14,PHQ-9,9,0,self", "P1,14,PHQ-9,9,0,self,again")
    study_folder.change("assessments.csv", "P2,28,PCL-5,,,self", "P2,28,PCL-5")
    assert study_folder.errors() == [
        "assessments.csv: has 2 rows without exactly 6 cells (rows 3 and 6). "
        "Look for a delimiter or a quotation mark inside a cell."
    ]


def test_a_quotation_mark_without_its_partner(study_folder: StudyFolder) -> None:
    study_folder.change("assessments.csv", "P1,14,PHQ-9", 'P1,14,"PHQ-9')
    [message] = study_folder.errors()
    assert message.startswith("assessments.csv: has 1 row without exactly 6 cells (row 3).")


def test_blank_rows_are_left_out_with_a_note_and_do_not_shift_row_numbers(study_folder: StudyFolder) -> None:
    study_folder.change("sessions.csv", "P2,1,0,IN", "\n,,,,,,,\nP2,1,0,IN")
    assert study_folder.notes() == ("sessions.csv: has 2 blank rows (rows 4 and 5). They were left out.",)
    study_folder.change("sessions.csv", "P3,2,0.17,SL", "P3,2,0.17,XX")
    assert "(row 8)" in study_folder.errors()[0]


def test_an_unreadable_parquet_file(study_folder: StudyFolder) -> None:
    study_folder.remove("patients.csv")
    study_folder.write("patients.parquet", b"PAR1 but nothing else")
    assert study_folder.errors() == [
        "patients.parquet: the file is not readable as Parquet. Export it again, or use CSV."
    ]


def test_a_parquet_file_with_types_that_no_table_holds(study_folder: StudyFolder) -> None:
    study_folder.remove("patients.csv")
    cells = {
        "patient_id": ["P1", "P2", "P3"],
        "clinic_id": [1, 2, 2],
        "primary_diagnosis": arrow.array(["MDD", "MDD", "PTSD"]).dictionary_encode(),
        "age": [34.0, 51.0, 33.5],
        "sex": [1, 2, 2],
        "benzodiazepine": [1, 0, 1],
        "bmi": [True, False, True],
        "visits": [[1], [2], [3]],
        "born": arrow.array([0, 1, 2], arrow.date32()),
    }
    arrow_parquet.write_table(arrow.table(cells), study_folder.path / "patients.parquet")
    assert study_folder.errors() == [
        "patients.parquet: column 'age' has 1 number with a fraction (or too long to be exact) in place of a whole "
        "number (row 4). Correct them or leave them blank.",
        "patients.parquet: column 'sex' holds numbers or true/false in place of text.",
        "patients.parquet: column 'benzodiazepine' holds numbers in place of true and false. "
        "Write true or false, or translate them in a mapping.",
        "patients.parquet: column 'bmi' holds true and false in place of numbers.",
        "patients.parquet: column 'visits' holds lists, records or bytes. A cell holds one number or one text.",
        "patients.parquet: column 'born' holds calendar dates or times. "
        "A study holds days since the first ketamine session (day 0) and no calendar date.",
    ]


def test_infinite_numbers_in_parquet(study_folder: StudyFolder) -> None:
    study = read_study(study_folder.path)
    study.sessions.assign(dose_mg=[40.0, float("inf"), 1, 2, 3]).to_parquet(study_folder.path / "sessions.parquet")
    study_folder.remove("sessions.csv")
    assert study_folder.errors() == [
        "sessions.parquet: column 'dose_mg' has 1 infinite number (row 3). Correct them or leave them blank."
    ]


def test_text_in_parquet_is_treated_like_text_in_csv(study_folder: StudyFolder) -> None:
    expected = read_study(study_folder.path)
    padded = expected.sessions.assign(patient_id=["P1", " P1", "P2 ", "P3", "P3"])
    padded.to_parquet(study_folder.path / "sessions.parquet", row_group_size=2)
    study_folder.remove("sessions.csv")
    study = read_study(study_folder.path)
    assert study.digest == expected.digest
    assert study.notes == (
        "sessions.parquet: column 'patient_id' has 2 cells with spaces around the text (rows 3 and 4). "
        "The spaces were removed.",
    )
