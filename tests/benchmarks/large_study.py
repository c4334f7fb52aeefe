"""A large simulated study from Parquet files to the fitted headline model: seconds and peak memory, in its own process.

`python -m tests.benchmarks.large_study FOLDER` measures one study folder and prints a line of JSON.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .browser_timing import ROOT
from .timing import Measured, in_words

BAR = "60 s, 8 GB"
GIGABYTE = 1024**3
KILOBYTE = 1024


def simulate_study(patients: int, folder: Path) -> None:
    """Write a study of that many starters as Parquet with the project's own simulator."""
    subprocess.run(
        [sys.executable, "-m", "sample_data", "--patients", str(patients), "--out", str(folder), "--format", "parquet"],
        cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
    )


def read_and_fit(folder: Path) -> dict[str, float | int | str]:
    """Read, check, derive and fit in this process; peak memory is that of the whole process so far."""
    from analysis.cohort import Cohort, select
    from analysis.intake import read_study
    from analysis.outcomes import ModelSpec, prepare_symptom_change, symptom_change

    started = time.perf_counter()
    study = read_study(folder)
    read = time.perf_counter()
    prepared = prepare_symptom_change(study, ModelSpec())
    ready = time.perf_counter()
    everyone = select(study, Cohort())
    result = symptom_change(prepared, everyone)
    done = time.perf_counter()
    return {
        "status": result.status,
        "n_patients": result.n_model,
        "n_rows": result.n_rows,
        "read_seconds": read - started,
        "prepare_seconds": ready - read,
        "fit_seconds": done - ready,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE,
    }


def measured_in_its_own_process(folder: Path) -> dict[str, float | int | str]:
    run = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.large_study", str(folder)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )
    return json.loads(run.stdout)


def from_parquet_to_model(patients: int, folder: Path | None = None) -> Measured:
    """Simulate (not timed) or take a folder, then one measured run."""
    with tempfile.TemporaryDirectory() as scratch:
        if folder is None:
            folder = Path(scratch) / "study"
            simulate_study(patients, folder)
        found = measured_in_its_own_process(folder)
    seconds = float(found["read_seconds"]) + float(found["prepare_seconds"]) + float(found["fit_seconds"])
    parts = " + ".join(in_words(float(found[f"{part}_seconds"])) for part in ("read", "prepare", "fit"))
    model = f"{found['n_rows']:,} rows, {found['status']}"
    return Measured(
        what=f"{patients:,} patients from Parquet to the fitted headline model ({model})",
        ours=f"{in_words(seconds)}, {float(found['peak_bytes']) / GIGABYTE:.1f} GB",
        other=f"read + prepare + fit: {parts}", ratio="", bar=BAR,
    )


if __name__ == "__main__":
    print(json.dumps(read_and_fit(Path(sys.argv[1]))))
