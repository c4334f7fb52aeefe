"""A large simulated study from Parquet files to the fitted headline model: seconds and peak memory, in its own process.

`python -m tests.benchmarks.large_study FOLDER` measures one study folder and prints a line of JSON.
"""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from .browser_timing import ROOT
from .timing import Measured, Result, in_words, median_seconds

BAR = "60 s, 8 GB"
GIGABYTE = 1024**3
KILOBYTE = 1024
STAGES = ("read", "prepare", "fit")


def simulate_study(patients: int, folder: Path) -> None:
    """Write a study of that many starters as Parquet with the project's own simulator."""
    subprocess.run(
        [sys.executable, "-m", "sample_data", "--patients", str(patients), "--out", str(folder), "--format", "parquet"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def read_and_fit(folder: Path) -> dict[str, float | int | str]:
    """Read, check, derive and fit in this process; peak memory is that of the whole process so far."""
    from analysis.cohort import Cohort, select
    from analysis.intake import read_study
    from analysis.outcomes import ModelSpec, prepare_symptom_change, symptom_change

    stages: dict[str, float] = {}
    study = _staged(stages, "read", lambda: read_study(folder))
    prepared = _staged(stages, "prepare", lambda: prepare_symptom_change(study, ModelSpec()))
    result = _staged(stages, "fit", lambda: symptom_change(prepared, select(study, Cohort())))
    return {"status": result.status, "n_patients": result.n_model, "n_rows": result.n_rows, **stages}


def _staged(stages: dict[str, float], name: str, work: Callable[[], Result]) -> Result:
    """Do one stage; note its seconds and the process's peak resident bytes so far."""
    seconds, result = median_seconds(work, repeats=1)
    stages[f"{name}_seconds"] = seconds
    stages[f"{name}_peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE
    return result


def _gigabytes(size: float | int | str) -> str:
    return f"{float(size) / GIGABYTE:.1f} GB"


def measured_in_its_own_process(folder: Path) -> dict[str, float | int | str]:
    run = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.large_study", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(run.stdout)


def from_parquet_to_model(patients: int, folder: Path | None = None) -> Measured:
    """Simulate (not timed) or take a folder, then one measured run."""
    with tempfile.TemporaryDirectory() as scratch:
        if folder is None:
            folder = Path(scratch) / "study"
            simulate_study(patients, folder)
        found = measured_in_its_own_process(folder)
    seconds = sum(float(found[f"{part}_seconds"]) for part in STAGES)
    parts = " + ".join(
        f"{part} {in_words(float(found[f'{part}_seconds']))}, {_gigabytes(found[f'{part}_peak_bytes'])} so far"
        for part in STAGES
    )
    model = f"{found['n_rows']:,} rows, {found['status']}"
    return Measured(
        what=f"{patients:,} patients from Parquet to the fitted headline model ({model})",
        ours=f"{in_words(seconds)}, {_gigabytes(found['fit_peak_bytes'])}",
        other=parts,
        ratio="",
        bar=BAR,
    )


if __name__ == "__main__":
    print(json.dumps(read_and_fit(Path(sys.argv[1]))))
