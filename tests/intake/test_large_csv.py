"""A large study of CSV files is read and checked in reasonable time and memory, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .hostile_files import peak_memory

MOST_SECONDS = 20  # for 100,000 patients; 3 on an idle machine with two cores
MOST_MEMORY = 2_000_000_000  # bytes; 0.7e9 were measured


def checked(folder: Path, root: Path) -> dict[str, float]:
    """Seconds and peak bytes of reading one study, measured in its own process."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.intake.test_large_csv", str(folder)],
        cwd=root,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(run.stdout)


@pytest.mark.parametrize("patients", [1_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_csv_study_is_checked_within_20_seconds_and_2_gigabytes(
    patients: int, tmp_path: Path, repository_root: Path
) -> None:
    simulate = [sys.executable, "-m", "sample_data", "--patients", str(patients), "--out", str(tmp_path / "study")]
    subprocess.run(simulate, cwd=repository_root, check=True, stdout=subprocess.DEVNULL)
    found = checked(tmp_path / "study", repository_root)
    assert found["n_patients"] == patients
    assert found["seconds"] < MOST_SECONDS
    assert found["peak_bytes"] < MOST_MEMORY


def _measure(folder: Path) -> dict[str, float]:
    from time import perf_counter

    from analysis.intake import read_study

    start = perf_counter()
    study = read_study(folder)
    return {
        "n_patients": len(study.patients),
        "seconds": perf_counter() - start,
        "peak_bytes": peak_memory(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure(Path(sys.argv[1]))))
