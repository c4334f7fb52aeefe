"""Where a snapshot goes: a whole folder or none, and nothing of anybody else's is ever deleted."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyarrow.parquet as arrow_parquet
import pytest

from analysis.intake import Mapping, StudyDataError, read_study
from analysis.intake.snapshot import command, output

from .conftest import MAPPING, PASSWORD, ClinicDatabase

WITHOUT_ONE = np.array([True, True, False])
FILES = {"patients.parquet", "sessions.parquet", "assessments.parquet", "snapshot.toml"}
SOMETHING_ELSE = (
    "there is something else than an earlier snapshot. Give another folder for --out, or add --replace: what is there "
    "is then moved aside, not deleted.\nNo snapshot was taken.\n"
)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_snapshot_is_its_tables_and_its_record(duckdb_clinic: ClinicDatabase) -> None:
    duckdb_clinic.snapshot()
    assert names(duckdb_clinic.place) == FILES
    assert names(duckdb_clinic.folder) == {"study", "clinic.toml", "records.duckdb"}


def test_the_files_hold_the_columns_and_no_other_words(duckdb_clinic: ClinicDatabase) -> None:
    duckdb_clinic.snapshot()
    schema = arrow_parquet.read_schema(duckdb_clinic.place / "patients.parquet")
    assert schema.metadata is None
    assert schema.names[:3] == ["patient_id", "clinic_id", "age"]


def test_only_the_one_who_took_it_may_enter_a_new_snapshot(duckdb_clinic: ClinicDatabase) -> None:
    duckdb_clinic.snapshot()
    assert duckdb_clinic.place.stat().st_mode & 0o777 == 0o700


def test_a_newer_snapshot_takes_the_place_and_the_rights_of_an_earlier_one(duckdb_clinic: ClinicDatabase) -> None:
    first = duckdb_clinic.snapshot()
    duckdb_clinic.place.chmod(0o750)
    duckdb_clinic.execute("UPDATE clinic.visits SET phq_total = 20 WHERE phq_total = 21")
    second = duckdb_clinic.snapshot()
    assert second.code == 0
    assert second.out != first.out
    assert read_study(duckdb_clinic.place).digest in second.out
    assert names(duckdb_clinic.folder) == {"study", "clinic.toml", "records.duckdb"}
    assert duckdb_clinic.place.stat().st_mode & 0o777 == 0o750


def test_an_empty_folder_may_be_filled(duckdb_clinic: ClinicDatabase) -> None:
    duckdb_clinic.place.mkdir()
    assert duckdb_clinic.snapshot().code == 0
    assert names(duckdb_clinic.folder) == {"study", "clinic.toml", "records.duckdb"}


@pytest.mark.parametrize("what", ["a folder", "a snapshot with a file more", "a record of nothing", "a file"])
def test_anything_else_stays_where_it_is(duckdb_clinic: ClinicDatabase, what: str) -> None:
    before = put_something(duckdb_clinic, what)
    done = duckdb_clinic.snapshot()
    assert (done.code, done.out) == (2, "")
    assert done.err == f"{duckdb_clinic.place}: {SOMETHING_ELSE}"
    assert content(duckdb_clinic.place) == before


@pytest.mark.parametrize("what", ["a folder", "a snapshot with a file more", "a record of nothing", "a file"])
def test_anything_else_is_moved_aside_when_that_was_asked_for(duckdb_clinic: ClinicDatabase, what: str) -> None:
    before = put_something(duckdb_clinic, what)
    done = duckdb_clinic.snapshot("--replace")
    assert done.code == 0, done.err
    aside = next(duckdb_clinic.folder.glob("study.before-*")) / "study"
    assert done.out.endswith(f"What was there before is now {aside}.\n")
    assert content(aside) == before
    assert names(duckdb_clinic.place) == FILES


def put_something(clinic: ClinicDatabase, what: str) -> dict[str, bytes]:
    if what == "a snapshot with a file more":
        assert clinic.snapshot().code == 0
        (clinic.place / "thesis.docx").write_bytes(b"years of work")
    elif what == "a file":
        clinic.place.write_bytes(b"years of work")
    else:
        clinic.place.mkdir()
        file = "snapshot.toml" if what == "a record of nothing" else "patients.csv"
        (clinic.place / file).write_bytes(b"years = 'of work'")
    return content(clinic.place)


def content(place: Path) -> dict[str, bytes]:
    files = [place] if place.is_file() else sorted(place.iterdir())
    return {file.name: file.read_bytes() for file in files}


def test_a_place_in_no_folder(duckdb_clinic: ClinicDatabase) -> None:
    done = duckdb_clinic.snapshot("--out", str(duckdb_clinic.folder / "no" / "study"))
    assert done.err == (
        f"{duckdb_clinic.folder}/no/study: there is no folder to put it in. Make {duckdb_clinic.folder}/no first.\n"
        "No snapshot was taken.\n"
    )


def test_a_full_disk_leaves_the_earlier_snapshot(
    duckdb_clinic: ClinicDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    duckdb_clinic.snapshot()
    before = content(duckdb_clinic.place)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command, "write_tables", full)
    done = duckdb_clinic.snapshot()
    assert done.err.endswith(
        f"{duckdb_clinic.place}: the folder cannot be written (No space left on device). Check that there is room, "
        "and that you may write there.\nNo snapshot was taken.\n"
    )
    assert done.code == 2
    assert content(duckdb_clinic.place) == before
    assert names(duckdb_clinic.folder) == {"study", "clinic.toml", "records.duckdb"}


def test_a_folder_that_cannot_be_looked_into(duckdb_clinic: ClinicDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(output, "is_snapshot", closed)
    assert duckdb_clinic.snapshot().err == (
        f"{duckdb_clinic.place}: the folder cannot be read (Permission denied). Check that it is there, not locked, "
        "and yours to read.\nNo snapshot was taken.\n"
    )


def test_files_that_do_not_give_the_same_study_are_not_kept(
    duckdb_clinic: ClinicDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = output.write_tables
    monkeypatch.setattr(command, "write_tables", lambda study, folder: whole(study.keep_patients(WITHOUT_ONE), folder))
    assert duckdb_clinic.snapshot().err.endswith(
        "The files written are not the study that was read, and were not kept. Please report this.\n"
        "No snapshot was taken.\n"
    )
    assert not duckdb_clinic.place.exists()


def test_allowed_columns_are_written_down_with_their_reasons(duckdb_clinic: ClinicDatabase) -> None:
    duckdb_clinic.execute("ALTER TABLE clinic.register ADD COLUMN mrn text DEFAULT '4711-A'")
    reason = 'study numbers, made "here"'
    allow = f'\n[[allow]]\ntable = "patients"\ncolumn = "mrn"\nreason = \'{reason}\'\n'
    mapping = MAPPING.replace('clinic_id = "site"', 'clinic_id = "site"\nmrn = "mrn"') + allow
    done = duckdb_clinic.snapshot(mapping=mapping)
    assert done.code == 0, done.err
    assert names(duckdb_clinic.place) == {*FILES, "allowed.toml"}
    with pytest.raises(StudyDataError):
        read_study(duckdb_clinic.place)
    study = read_study(duckdb_clinic.place, duckdb_clinic.place / "allowed.toml")
    assert study.digest in done.out
    assert [(one.table, one.column, one.reason) for one in study.allowed] == [("patients", "mrn", reason)]
    assert duckdb_clinic.snapshot(mapping=mapping).code == 0  # a snapshot like any other


def test_a_snapshot_opens_without_a_note_about_its_record(duckdb_clinic: ClinicDatabase) -> None:
    duckdb_clinic.snapshot()
    assert not [note for note in read_study(duckdb_clinic.place).notes if "snapshot.toml" in note]


def test_a_column_named_as_something_derived_keeps_its_other_name(duckdb_clinic: ClinicDatabase) -> None:
    mapping = MAPPING.replace('dose_mg = "mg"', 'dose_mg = "mg"\nsessions_so_far = "mg"\nindex_route = "how"')
    done = duckdb_clinic.snapshot(mapping=mapping)
    assert done.code == 0, done.err
    assert read_study(duckdb_clinic.place, Mapping()).digest in done.out


def test_findings_are_written_as_a_table_without_formulas(duckdb_clinic: ClinicDatabase) -> None:
    duckdb_clinic.execute('ALTER TABLE clinic.register ADD COLUMN "=HYPERLINK(1)" integer[]')
    mapping = MAPPING.replace('clinic_id = "site"', 'clinic_id = "site"\n"+x" = "=HYPERLINK(1)"')
    file = duckdb_clinic.folder / "findings.csv"
    done = duckdb_clinic.snapshot("--findings", str(file), mapping=mapping)
    assert done.code == 1
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines))
    assert rows[0] == ["level", "table", "column", "count", "rows", "message"]
    assert rows[1][:5] == ["error", "", "'=HYPERLINK(1)", "", ""]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert PASSWORD not in file.read_text()


def test_findings_of_a_snapshot_that_was_taken_are_written_too(duckdb_clinic: ClinicDatabase) -> None:
    file = duckdb_clinic.folder / "findings.csv"
    done = duckdb_clinic.snapshot("--findings", str(file))
    assert done.code == 0
    assert file.read_text(encoding="utf-8-sig").count("\n") == done.err.count("\n") + 1


def test_findings_that_cannot_be_written(duckdb_clinic: ClinicDatabase) -> None:
    done = duckdb_clinic.snapshot("--findings", "/nowhere/findings.csv")
    assert done.code == 2
    assert done.err.splitlines()[-2] == (
        "/nowhere/findings.csv: the file for the findings cannot be written (No such file or directory). Check that "
        "there is room, and that you may write there."
    )
