"""Print what became of random designs: python -m tests.mixed.fuzz [--designs 2000] [--kinds patients MMRM ...]."""

import argparse
import time
from collections import Counter

from .kinds import KINDS
from .verdicts import WORSE, complaints


def main() -> None:
    """One line of the table per kind of design; everything that is wrong, and every refusal, below it."""
    parser = argparse.ArgumentParser(prog="python -m tests.mixed.fuzz")
    parser.add_argument("--designs", type=int, default=2_000)
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    chosen = parser.parse_args()
    lines = [
        f"| designs | converged | singular | refused | worse by {WORSE:g} | wrong in all | seconds |",
        "|" + "---|" * 7,
    ]
    said: list[str] = []
    for kind in chosen.kinds:
        started = time.perf_counter()
        verdicts = [KINDS[kind](seed) for seed in range(chosen.designs)]
        counts = Counter(verdict.status for verdict in verdicts)
        worse = sum(verdict.worse > WORSE and not verdict.boundary for verdict in verdicts)
        wrong = [line for verdict in verdicts for line in complaints(verdict)]
        cells = [counts["converged"], counts["singular"], counts["refused"], worse, len(wrong)]
        seconds = time.perf_counter() - started
        lines.append(f"| {chosen.designs:,} {kind} | " + " | ".join(map(str, cells)) + f" | {seconds:.0f} |")
        refusals = Counter(verdict.refusal for verdict in verdicts if verdict.refusal)
        said += [f"{kind}: {line}" for line in wrong]
        said += [f"{kind}: {count} refused: {reason}" for reason, count in refusals.most_common()]
    print("\n".join([*lines, "", *said]))  # noqa: T201 - a command


main()
