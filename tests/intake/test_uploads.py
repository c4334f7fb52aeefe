"""What a browser sends, and one file given as a study: names are shown and compared, and lead nowhere."""

from __future__ import annotations

import io
import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.intake import Mapping, StudyDataError, read_study, read_upload
from analysis.intake.files import LONGEST_STUDY_NAME, study_name

from .conftest import TABLES, StudyFolder
from .drawn_archive import drawn_archive
from .drawn_workbook import drawn_workbook, rows_of

UPLOADS = [(name, text.encode()) for name, text in TABLES.items()]
ONE_FILE = "one file holds one table, so give a folder or an archive that also holds a file"
PEOPLE = (
    '[sources.people]\nfile = "people.csv"\n[[patients]]\nsource = "people"\n[patients.columns]\n'
    'patient_id = "a"\nclinic_id = "b"\nprimary_diagnosis = "c"\n'
    '[[sessions]]\nsource = "people"\n[sessions.columns]\npatient_id = "a"\nroute = { constant = "IV" }\n'
    "session_number = { constant = 1 }\nday = { constant = 0 }\n"
    '[[assessments]]\nsource = "people"\n[assessments.columns]\npatient_id = "a"\nday = { constant = 0 }\n'
    'instrument = { constant = "PHQ-9" }\nscore = "d"\n'
)


def upload_errors(*uploads: tuple[str, bytes]) -> list[str]:
    with pytest.raises(StudyDataError) as caught:
        read_upload(uploads)
    return [str(finding) for finding in caught.value.findings if finding.level == "error"]


def errors_of(path: Path) -> list[str]:
    with pytest.raises(StudyDataError) as caught:
        read_study(path)
    return [str(finding) for finding in caught.value.findings if finding.level == "error"]


@pytest.fixture
def people(tmp_path: Path) -> Mapping:
    (tmp_path / "map.toml").write_text(PEOPLE, encoding="utf-8")
    return Mapping.read(tmp_path / "map.toml")


def test_uploaded_files_are_the_study_of_their_folder(study_folder: StudyFolder) -> None:
    study = read_upload(UPLOADS)
    assert study.digest == read_study(study_folder.path).digest
    assert study.name == "upload"


def test_an_upload_may_be_a_stream_an_archive_or_a_workbook() -> None:
    digest = read_upload(UPLOADS).digest
    book = drawn_workbook({Path(name).stem: rows_of(text) for name, text in TABLES.items()})
    assert read_upload([(name, io.BytesIO(data)) for name, data in UPLOADS]).digest == digest
    assert read_upload([("a.zip", io.BytesIO(drawn_archive(TABLES)))]).digest == digest
    assert read_upload([("A.XLSX", book)]).digest == digest


def test_nothing_of_an_upload_is_left_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read_upload(UPLOADS)
    upload_errors(("patients.csv", b"broken"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../../patients.csv", "C:\\data\\patients.csv", "/etc/patients.csv"])
def test_a_name_with_folders_in_it_is_only_its_last_part(name: str) -> None:
    study = read_upload([(name, UPLOADS[0][1]), *UPLOADS[1:]])
    assert len(study.patients) == 3


@pytest.mark.parametrize("name", ["../../../tmp/escaped.csv", "/tmp/escaped.csv", "nul\0.csv", "..", "", "x" * 5000])
def test_no_name_becomes_a_path(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert upload_errors((name, b"a,b\n1,2\n"), *UPLOADS[1:])[0].startswith("The required table patients is missing")
    assert not Path("/tmp/escaped.csv").exists()
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_no_upload_together(monkeypatch: pytest.MonkeyPatch) -> None:
    assert upload_errors() == [
        "Nothing was uploaded. Give a folder, a .zip or an .xlsx that holds patients, sessions and assessments "
        "(.csv, .tsv or .parquet)."
    ]
    assert upload_errors(*UPLOADS, UPLOADS[0]) == ["Uploaded more than once: 'patients.csv'. Send one of each."]
    assert upload_errors(*UPLOADS, ("a.zip", b"")) == [
        "An archive is a whole study: 'a.zip'. Send it alone, or its files without it."
    ]


def test_an_upload_over_the_limit_is_not_written_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(io.BytesIO):
        given = 0

        def read(self, size: int | None = -1, /) -> bytes:
            Endless.given += size or 0
            return b"a" * (size or 0)

    monkeypatch.setattr("analysis.intake.opening.MOST_UNPACKED", 3_000_000)
    with pytest.raises(StudyDataError) as caught:
        read_upload([*UPLOADS[1:], ("patients.csv", Endless())])
    assert [str(finding) for finding in caught.value.findings] == [
        "patients.csv: with it the upload has more than 1,000 files or 3,000,000 bytes. Send the study's files alone."
    ]
    assert Endless.given < 5_000_000


def test_a_table_missing_from_an_upload() -> None:
    assert upload_errors(*UPLOADS[:2]) == [
        "The required table assessments is missing: the upload needs a file assessments.csv, assessments.tsv or "
        "assessments.parquet."
    ]


def test_one_file_named_after_a_table_says_which_tables_are_missing(study_folder: StudyFolder) -> None:
    assert errors_of(study_folder.path / "patients.csv") == [
        f"The required table sessions is missing: {ONE_FILE} sessions.csv, sessions.tsv or sessions.parquet.",
        f"The required table assessments is missing: {ONE_FILE} assessments.csv, assessments.tsv or "
        "assessments.parquet.",
    ]


def test_one_file_of_another_name_needs_a_mapping(study_folder: StudyFolder, people: Mapping) -> None:
    path = study_folder.path / "people.csv"
    path.write_text("a,b,c,d\nP1,A,MDD,9\nP2,A,MDD,12\n", encoding="utf-8")
    message = (
        "people.csv: the name is no table's (patients, sessions, assessments, therapy_visits, adverse_events), "
        "so its columns need a mapping. Give one, or rename it."
    )
    assert errors_of(path) == upload_errors(("people.csv", path.read_bytes())) == [message]
    study = read_study(path, people)
    assert study.name == "people"
    assert read_upload([("people.csv", path.read_bytes())], people).digest == study.digest


def test_a_mapping_of_a_file_that_was_not_given(people: Mapping) -> None:
    with pytest.raises(StudyDataError) as caught:
        read_upload([("peeple.csv", b"a,b\n1,2\n")], people)
    assert str(caught.value.findings[0]) == (
        "The mapping reads 'people.csv', which is not in the file. Is it 'peeple.csv'?"
    )


def test_files_that_are_never_opened_say_so_by_their_ending(study_folder: StudyFolder) -> None:
    study_folder.remove("patients.csv")
    study_folder.remove("therapy_visits.csv")
    study_folder.write("patients.pkl", b"\x80\x04.")
    study_folder.write("therapy_visits.xlsm", b"PK")
    findings = [str(finding) for finding in study_folder.findings()]
    assert findings[0] == (
        "The required table patients is missing: the folder needs a file patients.csv, patients.tsv or "
        "patients.parquet. Is it 'patients.pkl'? It is a Python pickle, which is never opened because it can run "
        "programs. Save it as CSV."
    )
    assert findings[1:3] == [
        "There is no table therapy_visits; the pages that need it say so.",
        "Not read, because the ending is none of .csv, .tsv, .parquet, .xlsx: 'patients.pkl', 'therapy_visits.xlsm'.",
    ]


def test_a_link_out_of_the_folder_is_not_followed_and_one_inside_is(study_folder: StudyFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text(TABLES["patients.csv"], encoding="utf-8")
    study_folder.remove("patients.csv")
    (study_folder.path / "patients.csv").symlink_to(outside)
    assert study_folder.errors() == [
        "patients.csv: is a link to a place outside the folder of the study, which is not followed. "
        "Put the file itself there."
    ]
    study_folder.remove("patients.csv")
    study_folder.write("kept.csv", TABLES["patients.csv"])
    (study_folder.path / "patients.csv").symlink_to(study_folder.path / "kept.csv")
    assert len(read_study(study_folder.path).patients) == 3


def test_a_link_that_leads_nowhere(study_folder: StudyFolder) -> None:
    study_folder.remove("patients.csv")
    (study_folder.path / "patients.csv").symlink_to(study_folder.path / "gone.csv")
    assert study_folder.errors() == [
        "patients.csv: the file cannot be read (No such file or directory). "
        "Check that it is there, not locked, and yours to read."
    ]


def test_pipes_sockets_and_folders_under_the_name_of_a_table(study_folder: StudyFolder) -> None:
    for name in ("patients.csv", "sessions.csv", "assessments.csv"):
        study_folder.remove(name)
    os.mkfifo(study_folder.path / "patients.csv")
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(os.path.relpath(study_folder.path / "sessions.csv"))
        (study_folder.path / "assessments.csv").mkdir()
        assert study_folder.errors() == [
            "patients.csv: is a pipe, a device or a socket, not a file. Put a plain file in its place.",
            "sessions.csv: is a pipe, a device or a socket, not a file. Put a plain file in its place.",
            "assessments.csv: is a folder, not a file. Put the file in its place.",
        ]


def test_a_pipe_or_device_as_the_study(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "study.zip")
    for path in (tmp_path / "study.zip", Path(os.devnull)):
        [message] = errors_of(path)
        assert message.endswith(": is a pipe, a device or a socket, not a file. Put a plain file in its place.")


def test_a_folder_with_too_many_files(study_folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.intake.folder.MOST_FOLDER_ENTRIES", 4)
    [message] = study_folder.errors()
    assert message.endswith("clinic study: the folder holds more than 4 files. Give the study a folder of its own.")


def test_a_locked_folder_inside_the_study_is_only_noted(
    study_folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (study_folder.path / "private").mkdir()
    listing = Path.iterdir

    def locked(path: Path) -> object:
        if path.name == "private":
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(Path, "iterdir", locked)
    assert study_folder.notes() == ("Not read, because the name is no table's: 'private'.",)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Clinic study (2024)", "Clinic study (2024)"),
        ('=HYPERLINK("http://x")', "HYPERLINK( http x )"),
        ("@SUM(1)\t+1", "SUM(1) 1"),
        ("../../etc/passwd", "etc passwd"),
        ("<script>alert(1)</script>", "script alert(1) script"),
        ("a\0b\nc\u202ed", "a b c d"),
        ("Größe & Söhne", "Größe & Söhne"),
        ("***", "Study"),
        ("", "Study"),
        ("x" * 300, "x" * LONGEST_STUDY_NAME),
    ],
)
def test_a_study_takes_no_markup_formula_or_path_from_the_name_of_a_file(given: str, name: str) -> None:
    assert study_name(given) == name


@given(st.text())
def test_the_name_of_a_study_begins_with_a_letter_or_digit_and_is_its_own_name(text: str) -> None:
    name = study_name(text)
    assert name[0].isalnum()
    assert name.isprintable()
    assert not set(name) & set('<>"=/\\:;|*?`$%{}[]\t\n')
    assert study_name(name) == name


def test_a_study_is_named_by_a_hostile_archive_only_in_plain_words() -> None:
    assert read_upload([("=cmd|' /C calc'!A0.zip", drawn_archive(TABLES))]).name == "C calc' A0"
