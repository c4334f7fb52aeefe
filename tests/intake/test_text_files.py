"""Files that are no table under the name of one: other formats, mixed encodings, too long, too large."""

from __future__ import annotations

import gzip
import pickle

import pytest

from analysis.intake import delimited, read_study
from analysis.intake.limits import LONGEST_LINE

from .conftest import TABLES, StudyFolder

PATIENTS = TABLES["patients.csv"]
PICKLE = "a Python pickle, which is never opened because it can run programs"
SAVE_AS = "Save it as 'CSV UTF-8'"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (pickle.dumps({"a": 1}, protocol=2), PICKLE),
        (pickle.dumps({"a": 1}, protocol=5), PICKLE),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"\xef\xbb\xbf\n <!DOCTYPE HTML><table>", "a web page"),
        (b"<html><body>", "a web page"),
        (b"<?xml version='1.0'?>", "an XML document"),
        (gzip.compress(PATIENTS.encode()), "compressed (gzip)"),
        (b"BZh91AY&SY", "compressed (bzip2)"),
        (b"\xfd7zXZ\x00", "compressed (xz)"),
        (b"\x28\xb5\x2f\xfd", "compressed (zstd)"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (b"Rar!\x1a\x07\x01", "a RAR archive"),
        (b"\x7fELF\x02", "a program"),
        (b"MZ\x90\x00\x03", "a program"),
        (b"#!/bin/sh\n", "a program"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (b"$FL2@(#)", "an SPSS file"),
        (b"<stata_dta><header>", "a Stata file"),
        (b"{\\rtf1", "a formatted text document"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\xff\xd8\xff\xe0", "a picture"),
        (b"GIF89a", "a picture"),
        (b"\xd0\xcf\x11\xe0\xa1", "an old Excel file"),
        (b"PAR1\x15\x04", "Parquet"),
        (b"PK\x05\x06", "an empty ZIP archive"),
    ],
)
def test_another_format_under_the_name_of_a_table(study_folder: StudyFolder, content: bytes, what: str) -> None:
    study_folder.write("patients.csv", content)
    assert study_folder.errors() == [
        f"patients.csv: the file is {what}, not delimited text. {SAVE_AS} or give it its own file ending."
    ]


def test_an_old_pickle_is_read_as_the_text_it_is(study_folder: StudyFolder) -> None:
    study_folder.write("patients.csv", b"cposix\nsystem\n(S'touch /tmp/pickled'\ntR.")
    assert study_folder.errors() == [
        "patients.csv: row 1 names none of the required columns (patient_id, clinic_id, primary_diagnosis). "
        "Put the column names in row 1."
    ]


@pytest.mark.parametrize("name", ["PAR1", "MZ_id", "GIF8", "BZh"])
def test_a_first_column_may_be_named_like_the_start_of_a_format(study_folder: StudyFolder, name: str) -> None:
    lines = PATIENTS.splitlines()
    study_folder.write("patients.csv", "\n".join([f"{name},{lines[0]}", *(f"1,{line}" for line in lines[1:])]))
    assert read_study(study_folder.path).patients[name].tolist() == [1, 1, 1]


def test_a_file_that_mixes_two_encodings_has_no_encoding_to_name(study_folder: StudyFolder) -> None:
    text = PATIENTS.replace("P1,A", "P1,Köln").encode() + "P4,Zürich,30,,MDD,,,,\nP5,Genève,30,,MDD,,,,\n".encode(
        "cp1252"
    )
    study_folder.write("patients.csv", text)
    assert study_folder.errors() == [
        "patients.csv: the file mixes UTF-8 with another encoding (2 lines not UTF-8, first line 5). "
        "Save each of its parts as 'CSV UTF-8' before joining them."
    ]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_a_mapping_that_names_another_encoding_for_utf_8(study_folder: StudyFolder, encoding: str) -> None:
    study_folder.write("people.csv", "a,b\n1,Köln\n")
    mapping = study_folder.path.parent / "map.toml"
    mapping.write_text(
        f'[sources.people]\nfile = "people.csv"\nencoding = "{encoding}"\n[[patients]]\nsource = "people"\n'
        '[patients.columns]\npatient_id = "a"\nclinic_id = "b"\nprimary_diagnosis = "b"\n',
        encoding="utf-8",
    )
    assert study_folder.errors(mapping)[0] == (
        f"people.csv: the file is UTF-8 text, not {encoding.upper()}. Name its true encoding in the mapping."
    )


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_longer_than_any_row(study_folder: StudyFolder, end: str) -> None:
    study_folder.write("patients.csv", PATIENTS.replace("\n", end) + "P4" + "x" * LONGEST_LINE + end + "P5,A\n")
    assert study_folder.errors() == [
        "patients.csv: the file has a line longer than 1,048,576 bytes (line 5), which no row of a table is. "
        "Look for missing line ends, or export it again."
    ]


def test_a_long_line_across_the_pieces_that_are_read(
    study_folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.intake.text_scan.CHUNK", 50)
    monkeypatch.setattr("analysis.intake.text_scan.LONGEST_LINE", 160)
    assert read_study(study_folder.path).name == "clinic study"
    study_folder.change("patients.csv", "PTSD", "P" * 200)
    [message] = study_folder.errors()
    assert "a line longer than 160 bytes (line 3)" in message


def test_lines_that_end_as_on_an_old_mac(study_folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.intake.text_scan.LONGEST_LINE", 160)
    study_folder.write("patients.csv", PATIENTS.replace("\n", "\r"))
    assert len(read_study(study_folder.path).patients) == 3


def test_a_text_file_larger_than_the_limit(study_folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "LARGEST_TEXT_FILE", 210)
    assert study_folder.errors() == [
        "sessions.csv: the file is larger than 2.1e-07 GB, the most for delimited text. Save it as Parquet."
    ]


def test_a_cell_in_row_1_that_does_not_end(study_folder: StudyFolder) -> None:
    study_folder.write("patients.csv", 'patient_id,"clinic_id\n' + "a\n" * 200_000)
    assert study_folder.errors() == [
        "patients.csv: the rows could not be told apart. Look for a quotation mark without its partner."
    ]
