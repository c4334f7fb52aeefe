"""Hostile files are refused with a sentence, before memory is spent on them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .hostile_files import HOSTILE, MEGABYTE, Hostile, _one_line, lay_out

MOST_MEMORY = 300 * MEGABYTE  # of the whole process, of which Python with its libraries is 130
SLOWEST = 120  # seconds; a refusal takes less than two on an idle machine


def refused(folder: Path, root: Path) -> dict[str, tuple[str, int]]:
    """What one process says of the studies in a folder: sentence and peak memory."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.intake.hostile_files", str(folder)],
        cwd=root,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        check=True,
        capture_output=True,
        text=True,
        timeout=SLOWEST,
    )
    return {name: (sentence, peak) for name, (sentence, peak) in json.loads(run.stdout).items()}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory, repository_root: Path) -> dict[str, tuple[str, int]]:
    folder = tmp_path_factory.mktemp("hostile")
    for name, hostile in HOSTILE.items():
        lay_out(folder / name, hostile)
    return refused(folder, repository_root)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_name_and_the_limit(name: str, answers: dict[str, tuple[str, int]]) -> None:
    assert answers[name][0] == HOSTILE[name].sentence


def test_refusing_all_of_them_in_one_process_stays_under_the_limit(answers: dict[str, tuple[str, int]]) -> None:
    assert answers.keys() == {"", *HOSTILE}
    over = {name: peak for name, (_, peak) in answers.items() if peak > MOST_MEMORY}
    assert over == {}


@pytest.mark.slow
def test_a_gigabyte_of_one_line_costs_no_more(tmp_path: Path, repository_root: Path) -> None:
    line = HOSTILE["one_line"]
    lay_out(tmp_path / "hostile" / "line", Hostile(line.file, _one_line(1024), line.sentence))
    sentence, peak = refused(tmp_path / "hostile", repository_root)["line"]
    assert sentence == line.sentence
    assert peak < MOST_MEMORY
