"""Print the benchmark table: python -m tests.benchmarks [fits] [screen] [large] [--large-folder FOLDER].

Everything when no part is named. On two cores: fits about 2 min (statsmodels at 10,000 patients is most of it), screen
about 1 min, large about 5 min (most of it simulating a million patients).
"""

import argparse
import os
import platform
from pathlib import Path

from .fits import against_others, refit_of_half
from .large_study import from_parquet_to_model
from .screen import on_screen
from .timing import Measured, markdown

PARTS = ("fits", "screen", "large")
MILLION = 1_000_000


def _fits() -> list[Measured]:
    return [*against_others(1_000, statsmodels_repeats=3), *against_others(10_000), refit_of_half(10_000)]


def main() -> None:
    """Measure the parts asked for and print one markdown table, with the machine it came from."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all of them")
    parser.add_argument("--large-patients", type=int, default=MILLION)
    parser.add_argument("--large-folder", type=Path, help="a Parquet study already simulated")
    chosen = parser.parse_args()
    work = {
        "fits": _fits,
        "screen": on_screen,
        "large": lambda: [from_parquet_to_model(chosen.large_patients, chosen.large_folder)],
    }
    rows = [row for part in (chosen.parts or PARTS) for row in work[part]()]
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}\n")
    print(markdown(rows))


if __name__ == "__main__":
    main()
