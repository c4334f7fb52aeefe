"""Which covariance structure is fitted, and what is said when it is not the one asked for.

A structure is passed over when the attendance rules it out, and given up after the search when no interior optimum can
be proven.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.vocabulary import nearest

from ..refusal import ModelRefused
from .attendance import Attendance
from .guesses import other_moments
from .search import Search, Stop
from .structures import STRUCTURES, Structure
from .visit_data import VisitData

FloatArray = npt.NDArray[np.float64]

LADDER = ("unstructured", "ar1h", "csh", "cs")
SIMPLER = {"ar1h": "ar1", "csh": "cs", "toeplitzh": "toeplitz", "toeplitz": "ar1"}
FEW_TOGETHER = 30  # patients seen at both of some pair of visits, below which other starts are tried as well
NEGLIGIBLE = 1e-6  # variance share, or distance of a correlation from one, that is called zero
NEARLY_SINGULAR = 1e-4  # smallest variance share of any combination of visits at which a search does not settle
OVERRUN = (
    "Few patients attended some pair of visits, and a singular covariance would fit their rows better still; what is"
    " reported is the best fit with a regular covariance."
)
BETTER = 1e-6  # deviance by which another start must win


@dataclass(frozen=True)
class Choice:
    """The structure that was fitted, where its search ended, and why it is not the one asked for, if it is not."""

    structure: Structure
    stop: Stop
    notes: tuple[str, ...]
    evaluations: int


def named_structure(name: str) -> Structure:
    """The structure of that name. Raises ModelRefused listing the ones there are."""
    if name in STRUCTURES:
        return STRUCTURES[name]
    hint = nearest(str(name), list(STRUCTURES))
    listed = ", ".join(f"'{known}'" for known in STRUCTURES)
    raise ModelRefused(
        f"There is no covariance structure '{name}'.",
        (f"Did you mean '{hint}'? " if hint else "") + f"There are {listed}.",
    )


def fit_structure(data: VisitData, attendance: Attendance, name: str, reml: bool) -> Choice:
    """Fit the structure asked for; "unstructured" gives way to simpler ones when the visits are too sparse.

    Raises ModelRefused when nothing can be fitted, and when another structure that was asked for cannot.
    """
    asked = named_structure(name)
    rungs = [STRUCTURES[rung] for rung in LADDER] if name == "unstructured" else [asked]
    reasons: list[str] = []
    spent = 0
    for structure in rungs:
        obstacle = attendance.obstacle(structure)
        if obstacle is None:
            stop, count, overrun = best_of_starts(data, structure, attendance, reml)
            spent += count
            if stop is not None and stop.is_certified:
                notes = (fallback_note(structure.name, rungs, reasons),) if reasons else ()
                return Choice(structure, stop, (*notes, *((OVERRUN,) if overrun else ())), spent)
            obstacle = _failure(stop, attendance)
        reasons.append(obstacle)
    raise _refused(name, reasons)


def best_of_starts(
    data: VisitData, structure: Structure, attendance: Attendance, reml: bool
) -> tuple[Stop | None, int, bool]:
    """The lowest proven minimum, what it cost, and whether another start ran past it into the boundary.

    The start from moments decides whether there is an interior minimum; the others, tried where few patients attended
    some pair of visits, may only find a lower one.
    """
    search = Search(data, structure, reml, attendance.moments)
    best = search.from_guess(structure.first_guess(attendance.moments))
    enough = attendance.schedule.together.min() >= FEW_TOGETHER
    if best is not None and (best.on_boundary or (best.is_certified and enough)):
        return best, search.count, False
    overrun = False
    for moments in other_moments(attendance.moments):
        rival = search.from_guess(structure.first_guess(moments))
        if rival is None or (best is not None and rival.at.value > best.at.value - BETTER):
            continue
        overrun |= rival.on_boundary
        if rival.is_certified or best is None:
            best = rival
    return best, search.count, overrun


def _failure(stop: Stop | None, attendance: Attendance) -> str:
    """Why a search came to nothing, as the rest of a sentence."""
    if stop is not None and NEGLIGIBLE <= stop.smallest < NEARLY_SINGULAR and not stop.is_flat:
        return "the covariance of the visits is estimated as nearly singular: some visits determine each other"
    if stop is None or not (stop.smallest < NEGLIGIBLE or stop.is_flat):
        return "the optimiser could not certify that it reached the best fit"
    if stop.smallest >= NEGLIGIBLE:
        return "the rows leave some of its parameters undetermined"
    levels = attendance.schedule.levels
    shares = np.diag(stop.relative)
    if shares.min() < NEGLIGIBLE:
        return f"the variance at {levels[int(shares.argmin())]} is estimated as zero"
    correlation = np.tril(stop.relative / np.sqrt(np.outer(shares, shares)), -1)
    perfect = np.argwhere(np.abs(correlation) > 1.0 - NEGLIGIBLE)
    if len(perfect):
        row, column = perfect[0]
        sign = "+1" if correlation[row, column] > 0 else "-1"
        return f"the correlation of {levels[column]} and {levels[row]} is estimated as {sign}"
    return "the covariance of the visits is estimated as singular"


def fallback_note(used: str, rungs: list[Structure], reasons: list[str]) -> str:
    """Which structure was used instead, and why each before it was not."""
    because = "; ".join(
        f"{structure.name} could not be fitted because {reason}"
        for structure, reason in zip(rungs, reasons, strict=False)
    )
    return f"The covariance structure is {used}: {because}."


def _refused(name: str, reasons: list[str]) -> ModelRefused:
    if name != "unstructured":
        simpler = SIMPLER.get(name)
        remedy = f"Use covariance='{simpler}', or fewer" if simpler else "Use fewer"
        return ModelRefused(
            f"The covariance structure '{name}' cannot be fitted: {reasons[0]}.",
            f"{remedy} visits or fixed terms.",
        )
    tried = "; ".join(f"{rung}: {reason}" for rung, reason in zip(LADDER, reasons, strict=True))
    return ModelRefused(
        f"No covariance structure can be fitted to these visits ({tried}).", "Use fewer visits or fixed terms."
    )
