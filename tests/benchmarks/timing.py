"""Wall-clock medians and the rows of the table they end in."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")
Other = TypeVar("Other")


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
    runs = [_timed(work) for _ in range(repeats)]
    return statistics.median(seconds for seconds, _ in runs), runs[-1][1]


def _timed(work: Callable[[], Result]) -> tuple[float, Result]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def medians_in_one_run(
    ours: Callable[[], Result], other: Callable[[], Other], rounds: int, ours_each_round: int
) -> tuple[float, Result, float, Other]:
    """Medians of both, taken in turns, so that whatever else the machine does touches both alike."""
    mine, theirs = [], []
    for _ in range(rounds):
        mine += [_timed(ours)[0] for _ in range(ours_each_round)]
        seconds, other_result = _timed(other)
        theirs.append(seconds)
    mine += [_timed(ours)[0] for _ in range(ours_each_round - 1)]
    seconds, result = _timed(ours)
    return statistics.median([*mine, seconds]), result, statistics.median(theirs), other_result


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
