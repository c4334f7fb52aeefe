"""Print recovery tables.

`python -m tests.recovery [studies, 500]` for the headline model;
`python -m tests.recovery intervals [--studies 1000] [--models random-slope nested mmrm] [--sizes 24 80 400]` for the
coverage of normal, Satterthwaite and Kenward-Roger intervals.
"""

import argparse
import sys
import time

from .coverage import recovered, summarise


def _headline(studies: int) -> None:
    started = time.perf_counter()
    found = recovered(studies)
    print(
        f"{studies} studies, {time.perf_counter() - started:.0f} s, "
        f"{found.groupby('study')['singular'].first().mean():.1%} of the fits singular\n"
    )
    print("| at session six | coverage of 95 % intervals | bias, PHQ-9 points | mean SE | SD of the errors |")
    print("|---|---|---|---|---|")
    for name, row in summarise(found).iterrows():
        coverage = f"{row['coverage']:.3f} ± {row['coverage_mc_error']:.3f}"
        bias = f"{row['bias']:+.3f} ± {row['bias_mc_error']:.3f}"
        print(f"| {name} | {coverage} | {bias} | {row['mean_std_error']:.3f} | {row['empirical_sd']:.3f} |")


def _intervals(arguments: list[str]) -> None:
    from .interval_studies import NESTED_CLINICS, RANDOM_SLOPE
    from .interval_tables import model_report
    from .intervals import SIZES, recovered_intervals
    from .visit_studies import MMRM

    known = {"random-slope": RANDOM_SLOPE, "nested": NESTED_CLINICS, "mmrm": MMRM}
    parser = argparse.ArgumentParser(prog="python -m tests.recovery intervals")
    parser.add_argument("--studies", type=int, default=1_000)
    parser.add_argument("--models", nargs="+", choices=list(known), default=list(known))
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    chosen = parser.parse_args(arguments)
    for name in chosen.models:
        started = time.perf_counter()
        by_size = {patients: recovered_intervals(known[name], patients, chosen.studies) for patients in chosen.sizes}
        print(f"{model_report(known[name].name, by_size)}\n\n{time.perf_counter() - started:.0f} s\n", flush=True)


def main() -> None:
    """Read the command line and print the tables it names."""
    if sys.argv[1:2] == ["intervals"]:
        _intervals(sys.argv[2:])
    else:
        _headline(int(sys.argv[1]) if len(sys.argv) > 1 else 500)


main()
