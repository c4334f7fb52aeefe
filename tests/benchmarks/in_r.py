"""The same model in R: seconds measured inside R, reading the rows left out, and the -2logL it stops at."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent
LME4, KENWARD_ROGER, GLS = "lme4_timing.R", "kenward_roger_timing.R", "gls_timing.R"


def timed_in_r(script: str, rows: pd.DataFrame, formula: str, repeats: int) -> tuple[float, float] | None:
    """Median seconds and -2logL; None where R or a package that the script needs is not installed."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        rows.to_csv(file, index=False)
        run = subprocess.run(
            ["Rscript", str(FOLDER / script), str(file), str(repeats), formula],
            capture_output=True,
            text=True,
            check=False,
        )
    if run.returncode != 0:
        return None
    answer = json.loads(run.stdout)
    return answer["seconds"], answer["neg2loglik"]
