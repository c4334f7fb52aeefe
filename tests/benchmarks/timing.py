"""Wall-clock medians and the rows of the table they end in."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Measured:
    """One line of the table: what, this project's figure, the other one's, their ratio and the bar it is held to."""

    what: str
    ours: str
    other: str
    ratio: str
    bar: str = ""
    same_optimum: str = ""


def median_seconds(work: Callable[[], Result], repeats: int) -> tuple[float, Result]:
    """Median wall-clock seconds of some repeats, and the last result."""
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), result


def in_words(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def times(other: float, ours: float) -> str:
    return f"{other / ours:.0f}x" if other / ours >= 10 else f"{other / ours:.1f}x"


def markdown(rows: Iterable[Measured]) -> str:
    """The table, ready for a README."""
    lines = [
        "| what | this project | compared with | ratio | bar | difference in -2logL |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.what} | {row.ours} | {row.other} | {row.ratio} | {row.bar} | {row.same_optimum} |" for row in rows
    ]
    return "\n".join(lines)
