"""A Parquet file that ends or holds up the process that looks at it is refused, and the next one is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.intake import parquet_pages, parquet_trial, read_study

from .conftest import StudyFolder
from .test_parquet_files import PATIENTS, UNREADABLE, written


@pytest.fixture
def folder(study_folder: StudyFolder) -> StudyFolder:
    study_folder.remove("patients.csv")
    study_folder.write("patients.parquet", written(PATIENTS))
    return study_folder


def looks_like(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str) -> None:
    """Have the looking done by another program."""
    script = tmp_path / "looker.py"
    script.write_text(program)
    looker = parquet_trial._Looker()
    monkeypatch.setattr(parquet_trial, "_LOOKER", looker)
    monkeypatch.setattr(parquet_pages, "__file__", str(script))


def test_a_file_that_ends_the_process_that_looks_is_refused(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as patched:
        looks_like(patched, tmp_path, "import os, sys\nsys.stdin.readline()\nos.abort()\n")
        assert folder.errors() == [UNREADABLE]
        parquet_trial._LOOKER.close()
    assert len(read_study(folder.path).patients) == 3


def test_a_file_that_holds_it_up_is_refused(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as patched:
        looks_like(patched, tmp_path, "import sys, time\nsys.stdin.readline()\ntime.sleep(60)\n")
        patched.setattr(parquet_trial, "LONGEST_LOOK", 0.3)
        assert folder.errors() == [UNREADABLE]
    assert len(read_study(folder.path).patients) == 3


def test_one_process_looks_at_all_files(folder: StudyFolder) -> None:
    assert len(read_study(folder.path).patients) == 3
    first = parquet_trial._LOOKER._process
    assert len(read_study(folder.path).patients) == 3
    assert first is not None
    assert parquet_trial._LOOKER._process is first
