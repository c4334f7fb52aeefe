"""One report holds everything that was found, and no cell of a patient."""

from __future__ import annotations

import contextlib

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.intake import Finding, StudyDataError, findings_frame, read_study

from .conftest import TABLES, StudyFolder

MARK = "Zq7xWv"  # in no column name and no sentence


def break_several_things(folder: StudyFolder) -> None:
    folder.change("patients.csv", "P2,A,51", "P2,A,fifty")
    folder.change("sessions.csv", "P1,2,3.5,IV", "P1,2,3.5,drip")
    folder.change("assessments.csv", "P1,14,PHQ-9,9", "P1,14,PHQ-9,99")
    folder.remove("therapy_visits.csv")
    folder.change("adverse_events.csv", "P2,,,Headache", "P9,,,Headache")


def test_all_findings_of_all_tables_come_in_one_report(study_folder: StudyFolder) -> None:
    break_several_things(study_folder)
    with pytest.raises(StudyDataError) as caught:
        read_study(study_folder.path)
    levels = [(finding.level, finding.table, finding.column) for finding in caught.value.findings]
    assert levels == [
        ("error", "patients", "age"),
        ("error", "sessions", "route"),
        ("error", "assessments", "score"),
        ("error", "adverse_events", "patient_id"),
        ("note", "therapy_visits", None),
    ]
    text = str(caught.value)
    assert text.startswith("The study was not loaded: 4 errors and 1 note.\n- error: patients.csv: column 'age'")
    assert all(str(finding) in text for finding in caught.value.findings)


def test_findings_as_a_table(study_folder: StudyFolder) -> None:
    break_several_things(study_folder)
    table = findings_frame(study_folder.findings())
    assert list(table.columns) == ["level", "table", "column", "count", "rows", "message"]
    assert table.loc[0, "rows"] == "3"
    assert table["count"].tolist() == [1, 1, 1, 1, pd.NA]
    assert list(findings_frame([]).columns) == list(table.columns)


def test_rows_beyond_the_first_are_marked_in_the_table() -> None:
    finding = Finding("error", "patients", "age", "sentence", 9, (2, 3, 4))
    assert finding.as_row()["rows"] == "2, 3, 4, ..."


CELLS = [(name, row, column) for name, text in TABLES.items() for row, line in enumerate(text.splitlines()) if row
         for column in range(line.count(",") + 1)]  # fmt: skip
HOSTILE = st.sampled_from(
    [
        MARK,
        f"{MARK} NA",
        f"-{MARK}",
        f"=cmd|{MARK}",
        f"{MARK}\t1",
        f"{{{MARK}}}",
        f"%s{MARK}",
        f"{MARK},5",
        f"12/{MARK}",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(CELLS), HOSTILE), min_size=1, max_size=6))
def test_no_sentence_holds_the_content_of_a_cell(study_folder: StudyFolder, changes: list) -> None:
    tables = {name: [line.split(",") for line in text.splitlines()] for name, text in TABLES.items()}
    for (name, row, column), content in changes:
        tables[name][row][column] = f'"{content}"'
    for name, rows in tables.items():
        study_folder.write(name, "\n".join(",".join(row) for row in rows))
    try:
        sentences = "\n".join(read_study(study_folder.path).notes)
    except StudyDataError as report:
        sentences = str(report) + findings_frame(report.findings).to_string()
    assert MARK not in sentences
    assert MARK.lower() not in sentences.lower()


def test_the_error_hides_the_cause_that_holds_values(study_folder: StudyFolder) -> None:
    study_folder.change("patients.csv", "P2,A,51", f"P2,A,{MARK}")
    study_folder.change("patients.csv", "self-pay", MARK)
    with pytest.raises(StudyDataError) as caught:
        read_study(study_folder.path)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


PIECES = [
    b",",
    b"\n",
    b"\r",
    b'"',
    b"\0",
    b"\xff",
    b"\t",
    b";",
    b" ",
    b"NA",
    b"-",
    b"1e308",
    b"9" * 20,
    b"\xef\xbb\xbf",
    b"P1",
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(TABLES)), st.integers(0, 400), st.integers(0, 20), st.sampled_from(PIECES)),
        min_size=1,
        max_size=5,
    )
)
def test_a_damaged_file_is_always_a_report_and_never_a_crash(study_folder: StudyFolder, damage: list) -> None:
    files = {name: text.encode() for name, text in TABLES.items()}
    for name, place, length, piece in damage:
        files[name] = files[name][:place] + piece + files[name][place + length :]
    for name, content in files.items():
        study_folder.write(name, content)
    with contextlib.suppress(StudyDataError):
        read_study(study_folder.path)
