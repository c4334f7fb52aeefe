"""Make a synthetic study: `python -m sample_data --patients N --out DIR`."""

from __future__ import annotations

import argparse
from pathlib import Path

from .simulator import DEFAULT_PATIENTS, DEFAULT_SEED
from .study_files import write_study


def main(arguments: list[str] | None = None) -> int:
    """Write the five tables and truth.json, and say where."""
    parser = argparse.ArgumentParser(prog="python -m sample_data", description=__doc__)
    parser.add_argument("--patients", type=int, default=DEFAULT_PATIENTS, help="number of patients who start")
    parser.add_argument("--out", type=Path, required=True, help="folder for the five tables; made if absent")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="the same seed and size give the same study")
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv")
    parser.add_argument(
        "--arm-difference",
        type=float,
        default=1.0,
        help="how much the routes differ: 1 as in the sample study, 0 not at all",
    )
    parser.add_argument("--truth", type=Path, help="file for the truth; default truth.json in the folder of --out")
    options = parser.parse_args(arguments)
    if options.patients < 1 or options.seed < 0:
        parser.error("--patients must be at least 1 and --seed at least 0.")
    truth = write_study(
        options.out, options.patients, options.seed, options.arm_difference, options.format, options.truth
    )
    print(f"{options.patients:,} patients written to {options.out}, the truth to {truth}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
