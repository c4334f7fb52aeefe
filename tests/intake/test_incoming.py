"""What an upload is, before anybody says what it means: a study, a known export, other files, or nothing to read."""

from __future__ import annotations

import io
import zipfile

import pytest

from analysis.intake.delimited import TextFormat
from analysis.intake.findings import FindingLog
from analysis.intake.incoming import Incoming, look_at, read_saved_mapping

STUDY = {
    "patients.csv": "patient_id,clinic_id,primary_diagnosis\na,C1,MDD\n",
    "sessions.csv": "patient_id,session_number,day,route\na,1,0,IV\n",
    "assessments.csv": "patient_id,day,instrument,score\na,0,PHQ-9,19\n",
}


def sent(files: dict[str, str | bytes]) -> list[tuple[str, bytes]]:
    return [(name, text.encode() if isinstance(text, str) else text) for name, text in files.items()]


def messages(incoming: Incoming) -> list[str]:
    return [finding.message for finding in incoming.findings]


def test_files_named_after_the_tables_are_a_study_and_are_not_read_here() -> None:
    incoming = look_at(sent(STUDY))
    assert (incoming.kind, incoming.sources) == ("study", {})


def test_files_named_after_the_tables_are_sources_when_asked_for() -> None:
    incoming = look_at(sent(STUDY), as_foreign=True)
    assert incoming.kind == "foreign"
    assert list(incoming.sources) == ["patients", "sessions", "assessments"]


def test_an_export_of_a_record_system_says_what_its_mapping_has_to_name() -> None:
    incoming = look_at([("Patient.ndjson", b'{"resourceType": "Patient", "id": "a"}\n')])
    assert incoming.kind == "export"
    assert incoming.needs.startswith("This is a FHIR export. It needs a mapping with a section [fhir]")


def test_other_files_become_sources_named_plainly_and_apart() -> None:
    files = {"Visits (2024).csv": "who,when\na,0\n", "visits_2024.tsv": "who\twhen\na\t0\n", "…csv": "x"}
    incoming = look_at(sent({**files, "é.csv": "who;when\na;0\n"}))
    assert list(incoming.sources) == ["visits_2024", "visits_2024_2", "source"]
    assert incoming.forms["visits_2024"].file == "Visits (2024).csv"


@pytest.mark.parametrize("letter", [",", ";", "\t", "|"])
def test_the_delimiter_that_row_1_holds_is_suggested(letter: str) -> None:
    incoming = look_at([("v.csv", f"who{letter}when{letter}how: if at all\na{letter}0{letter}IV\n".encode())])
    assert incoming.forms["v"].delimiter == letter
    assert incoming.sources["v"].cells.num_columns == 3


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_the_encoding_that_the_first_bytes_allow_is_suggested(encoding: str) -> None:
    incoming = look_at([("v.csv", "wer,où\na,né\n".encode(encoding))])
    assert incoming.forms["v"].encoding == encoding
    assert incoming.sources["v"].cells.column_names == ["wer", "où"]


def test_a_person_says_otherwise_how_a_file_is_written() -> None:
    incoming = look_at([("v.csv", b"a;b,c\n1;2,3\n")], {"v.csv": TextFormat(";", "latin-1")})
    assert incoming.sources["v"].cells.column_names == ["a", "b,c"]
    assert incoming.forms["v"].encoding == "latin-1"


def test_a_file_of_an_unknown_ending_is_passed_over_with_a_note() -> None:
    incoming = look_at(sent({"v.csv": "a,b\n1,2\n", "letter.docx": b"PK"}))
    assert incoming.kind == "foreign"
    assert messages(incoming) == [
        "Not read, because the ending is none of .csv, .tsv, .parquet, .xlsx, .txt: 'letter.docx'."
    ]


def test_an_upload_of_nothing_readable_is_refused_with_the_reason() -> None:
    incoming = look_at([("letter.docx", b"PK")])
    assert incoming.kind == "refused"
    assert "No file that could hold a table was uploaded. Send CSV, TSV, Parquet or Excel files." in messages(incoming)


def test_a_hostile_archive_is_refused_with_its_own_findings() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/patients.csv", "patient_id\na\n")
    incoming = look_at([("study.zip", packed.getvalue())])
    assert incoming.kind == "refused"
    assert any(finding.level == "error" for finding in incoming.findings)


def test_a_saved_mapping_is_read_from_what_a_browser_sent() -> None:
    log = FindingLog()
    text = b'[sources.v]\nfile = "v.csv"\n[[patients]]\nsource = "v"\n[patients.columns]\npatient_id = "who"\n'
    mapping = read_saved_mapping(text, log)
    assert mapping is not None
    assert mapping.sources["v"].file == "v.csv"
    assert not log.findings


def test_a_saved_mapping_that_is_no_toml_is_a_finding() -> None:
    log = FindingLog()
    assert read_saved_mapping(b"\xff\xfe", log) is None
    assert [str(finding) for finding in log.findings] == [
        "mapping.toml: the mapping is not UTF-8 text. Save it as UTF-8."
    ]


def test_a_saved_mapping_of_a_megabyte_is_refused_unread() -> None:
    log = FindingLog()
    assert read_saved_mapping(b"#" * (1 << 20) + b"#", log) is None
    assert [str(finding) for finding in log.findings] == [
        "mapping.toml: the mapping is larger than 1,048,576 bytes, and no mapping is. Give the mapping itself."
    ]
