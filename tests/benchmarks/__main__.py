"""Print the benchmark table: python -m tests.benchmarks [fits] [engine] [screen] [pages] [large].

Everything when no part is named. On two cores: fits about 2 min (statsmodels at 10,000 patients is most of it), engine
about 3 min (gls with ten visits and lme4 at 100,000 patients are most of it), screen about 1 min, pages about 4 min,
large about 5 min (most of it simulating a million patients). `--statsmodels-at-100000` adds statsmodels at 100,000
patients, 3 min; `--page NAME` leaves the other pages out.
"""

import argparse
import os
import platform
from pathlib import Path

from .engine import LARGE, SCHEDULES, SIZES, against_feasible, against_packages
from .fits import against_others, refit_of_half
from .large_study import from_parquet_to_model
from .other_models import kenward_roger, mmrm, nested_clinics
from .pages import PAGES, all_pages
from .screen import on_screen
from .timing import Measured, markdown

PARTS = ("fits", "engine", "screen", "pages", "large")
MILLION = 1_000_000


def _fits() -> list[Measured]:
    return [*against_others(1_000, statsmodels_repeats=3), *against_others(10_000), refit_of_half(10_000)]


def _engine(statsmodels_at_large: bool) -> list[Measured]:
    """Ours over sizes and schedules first, while nothing else has warmed the machine; then the other packages."""
    rows = [row for patients in SIZES for row in against_feasible(patients)]
    for patients in SIZES:
        statsmodels = patients < LARGE or statsmodels_at_large
        rows += against_packages(patients, "complete", statsmodels)
    for schedule in list(SCHEDULES)[1:]:
        rows += against_packages(10_000, schedule, statsmodels=False)
    rows += [nested_clinics(1_000), nested_clinics(10_000, repeats=1)]
    return [*rows, mmrm(1_000, 5), mmrm(1_000, 10), kenward_roger(300)]


def main() -> None:
    """Measure the parts asked for and print one markdown table, with the machine it came from."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all of them")
    parser.add_argument("--large-patients", type=int, default=MILLION)
    parser.add_argument("--large-folder", type=Path, help="a Parquet study already simulated")
    parser.add_argument("--statsmodels-at-100000", action="store_true", help="adds 3 min to the part engine")
    parser.add_argument("--page", action="append", choices=list(PAGES), help="of the part pages, only this one")
    parser.add_argument("--pages-folder", type=Path, help="a study of 20,000 patients already simulated")
    chosen = parser.parse_args()
    work = {
        "fits": _fits,
        "engine": lambda: _engine(chosen.statsmodels_at_100000),
        "screen": on_screen,
        "pages": lambda: all_pages(chosen.pages_folder, tuple(chosen.page or ())),
        "large": lambda: [from_parquet_to_model(chosen.large_patients, chosen.large_folder)],
    }
    rows = [row for part in (chosen.parts or PARTS) for row in work[part]()]
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}\n")
    print(markdown(rows))


if __name__ == "__main__":
    main()
