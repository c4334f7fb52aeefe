"""Files, folders and mappings that the system or a parser refuses: a finding each, never a traceback."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as arrow_parquet
import pytest

from analysis.intake import StudyDataError, delimited, parquet, read_study

from .conftest import TABLES, StudyFolder

REPAIR = "Check that it is there, not locked, and yours to read."
A_MILLION_PATIENTS = 35_000_000 * 10  # rows by columns of all five tables
SOURCE = (
    '[sources.people]\nfile = "{file}"\n{more}\n[[patients]]\nsource = "people"\n[patients.columns]\npatient_id = "a"'
)


def refused(*_: Any, **__: Any) -> None:
    """What a locked file does; the tests may run as root, whom no file refuses."""
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def mapping_errors(folder: StudyFolder, text: str) -> list[str]:
    mapping = folder.path.parent / "mapping.toml"
    mapping.write_text(text, encoding="utf-8")
    return folder.errors(mapping)


def source_errors(folder: StudyFolder, file: str, more: str = "") -> list[str]:
    errors = mapping_errors(folder, SOURCE.format(file=file, more=more))
    return [message for message in errors if "fills no column" not in message]


def test_a_locked_text_file(study_folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    opens = Path.open

    def locked(path: Path, *args: Any, **more: Any) -> Any:
        return refused() if path.name == "sessions.csv" else opens(path, *args, **more)

    monkeypatch.setattr(Path, "open", locked)
    assert study_folder.errors() == [f"sessions.csv: the file cannot be read (Permission denied). {REPAIR}"]


def test_a_file_that_opens_and_then_fails(study_folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(path: Path, encoding: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(delimited, "scan_text", fails)
    message = f"sessions.csv: the file cannot be read (Input/output error). {REPAIR}"
    assert message in study_folder.errors()


def test_a_locked_parquet_file(study_folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    study_folder.remove("sessions.csv")
    study_folder.write("sessions.parquet", b"PAR1")
    monkeypatch.setattr(parquet, "format_of", refused)
    assert study_folder.errors() == [f"sessions.parquet: the file cannot be read (Permission denied). {REPAIR}"]


@pytest.mark.parametrize("refuses", ["iterdir", "is_dir"])
def test_a_locked_folder(study_folder: StudyFolder, monkeypatch: pytest.MonkeyPatch, refuses: str) -> None:
    monkeypatch.setattr(Path, refuses, refused)
    [message] = study_folder.errors()
    assert message.endswith(f"clinic study: the folder cannot be read (Permission denied). {REPAIR}")


def test_an_over_long_path_is_reported_by_its_end(tmp_path: Path) -> None:
    with pytest.raises(StudyDataError) as caught:
        read_study(tmp_path / ("long" * 100))
    [finding] = caught.value.findings
    shown = "..." + ("long" * 100)[-117:]
    assert str(finding) == f"{shown}: the folder cannot be read (File name too long). {REPAIR}"


def test_a_path_with_nul(tmp_path: Path) -> None:
    with pytest.raises(StudyDataError, match="no where: there is no such folder"):
        read_study(f"{tmp_path}/no\0where")


def test_utf_16_without_its_mark_in_a_mapped_file(study_folder: StudyFolder) -> None:
    study_folder.write("people.csv", "a,b\n1,2\n")
    assert source_errors(study_folder, "people.csv", 'encoding = "utf-16"')[:1] == [
        "people.csv: the file is not marked as UTF-16 at its start. Save it as 'CSV UTF-8', or name its true encoding."
    ]


def test_a_mapping_whose_file_is_the_folder_itself(study_folder: StudyFolder) -> None:
    assert source_errors(study_folder, ".")[:1] == ["The mapping reads '.', which is not in the folder."]


def test_a_mapping_whose_file_name_is_too_long_for_any_file(study_folder: StudyFolder) -> None:
    [message, *_] = source_errors(study_folder, "x" * 300)
    assert message == f"The mapping reads '{'x' * 37}...', which is not in the folder."


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"name = {'9' * 5000}", "a number with too many digits"),
        (f"name = {'[' * 5000}{']' * 5000}", "sections or lists nested too deeply"),
    ],
)
def test_a_mapping_that_the_parser_cannot_hold(study_folder: StudyFolder, text: str, what: str) -> None:
    assert mapping_errors(study_folder, text) == [
        f"mapping.toml: the mapping holds {what}. Correct it; no study needs them."
    ]


def test_a_huge_number_written_in_base_16_is_a_fault_of_its_cells(study_folder: StudyFolder) -> None:
    study_folder.write("people.csv", "a\n1\n")
    text = SOURCE.format(file="people.csv", more="") + f"\nage = {{ constant = 0x{'f' * 5000} }}\n"
    assert all("fills no column" in m or "is missing" in m for m in mapping_errors(study_folder, text))


def test_a_mapping_path_with_nul(study_folder: StudyFolder) -> None:
    [message] = study_folder.errors(Path("map\0.toml"))
    assert message == "map .toml: the mapping cannot be opened. Check its path."


def test_a_parquet_file_that_claims_too_much(study_folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    study_folder.remove("patients.csv")
    arrow_parquet.write_table(arrow.table({"patient_id": ["P1", "P2"]}), study_folder.path / "patients.parquet")
    assert A_MILLION_PATIENTS < parquet.MOST_CELLS <= 1_000_000_000
    monkeypatch.setattr(parquet, "MOST_CELLS", 1)
    assert study_folder.errors() == [
        "patients.parquet: the file claims more than 1 cells (8e-09 GB of memory). Split the study."
    ]


@pytest.mark.parametrize("inside", ["\n", "\t", "\x07", "\x85", "\u2028", "\u202e", "\u200b", "\ufeff", "\u00ad"])
@pytest.mark.parametrize("cell", ["P2,A,", "PTSD"])
def test_a_control_character_inside_a_code_or_category(study_folder: StudyFolder, inside: str, cell: str) -> None:
    broken = {"P2,A,": f'P2,"A{inside}A",', "PTSD": f'"PT{inside}SD"'}[cell]
    study_folder.write("patients.csv", TABLES["patients.csv"].replace(cell, broken))
    column = {"P2,A,": "clinic_id", "PTSD": "primary_diagnosis"}[cell]
    assert study_folder.errors() == [
        f"patients.csv: column '{column}' has 1 cell with a line end, a tab or another control or invisible "
        "character inside (row 3). Remove it; codes and categories are one line of plain text."
    ]


def test_a_line_end_around_a_code_is_removed_and_one_in_a_column_of_your_own_is_kept(study_folder: StudyFolder) -> None:
    text = TABLES["patients.csv"].replace("P2,A", 'P2,"A\n"').replace("bmi\n", "remark\n").replace(",31\n", ',"a\nb"\n')
    study_folder.write("patients.csv", text)
    study = read_study(study_folder.path)
    assert study.patients["clinic_id"].tolist() == ["A", "A", "B"]
    assert study.patients.loc[1, "remark"] == "a\nb"
