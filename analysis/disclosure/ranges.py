"""What a reader can work out about a withheld count: the range it must lie in, by linear programming.

The reader is taken to know everything but the withheld numbers: every shown count, every sum that holds, that a small
count is 1 to min_cell - 1, that a count withheld to protect another is min_cell or more (a nought is always shown),
and that nobody is counted less than no times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

FloatArray = npt.NDArray[np.float64]
Key = Any  # whatever names a count and can be a dictionary's key
ROUNDING = 1e-6  # counts are whole numbers; the solver's answers are within 1e-7 of theirs


@dataclass(frozen=True)
class Sum:
    """A fact that holds between counts: the parts add up to the whole."""

    whole: Key
    parts: tuple[Key, ...]

    @property
    def members(self) -> tuple[Key, ...]:
        return (self.whole, *self.parts)


@dataclass(frozen=True)
class Knowledge:
    """What the reader has: ``shown`` counts, the sums that hold, and for each withheld count its limits."""

    shown: Mapping[Key, int]
    sums: tuple[Sum, ...]
    limits: Mapping[Key, tuple[float, float]]

    def about(self, key: Key) -> Knowledge:
        """The part of it that is linked to one withheld count through other withheld counts."""
        linked, waiting = set(), [key]
        touched: set[Sum] = set()
        by_member: dict[Key, list[Sum]] = {}
        for one in self.sums:
            for member in one.members:
                if member in self.limits:
                    by_member.setdefault(member, []).append(one)
        while waiting:
            member = waiting.pop()
            if member in linked:
                continue
            linked.add(member)
            for one in by_member.get(member, ()):
                touched.add(one)
                waiting += [other for other in one.members if other in self.limits]
        limits = {member: limit for member, limit in self.limits.items() if member in linked}
        return Knowledge(self.shown, tuple(one for one in self.sums if one in touched), limits)


def possible_range(key: Key, knowledge: Knowledge) -> tuple[int, int]:
    """The smallest and the largest whole number that a withheld count can be, given what the reader knows."""
    known = knowledge.about(key)
    names = list(known.limits)
    place = {name: column for column, name in enumerate(names)}
    matrix, right = _equations(known, place)
    limits = [known.limits[name] for name in names]
    ends = []
    for sign in (1.0, -1.0):
        aim = np.zeros(len(names))
        aim[place[key]] = sign
        found = linprog(aim, A_eq=matrix, b_eq=right, bounds=limits, method="highs")
        if found.status == 3:  # unbounded above
            ends.append(np.inf)
        elif found.status != 0:
            raise ValueError("the counts contradict the sums given for them")
        else:
            assert found.fun is not None
            ends.append(float(found.fun) * sign)
    low = ceil(ends[0] - ROUNDING)
    return low, low + 2 if np.isinf(ends[1]) else floor(ends[1] + ROUNDING)


def _equations(known: Knowledge, place: Mapping[Key, int]) -> tuple[FloatArray, FloatArray]:
    """Every sum as an equation in the withheld counts: whole - parts = what the shown ones leave."""
    matrix, right = np.zeros((len(known.sums), len(place))), np.zeros(len(known.sums))
    for row, one in enumerate(known.sums):
        for member, sign in _signed(one):
            if member in place:
                matrix[row, place[member]] += sign
            else:
                right[row] -= sign * known.shown[member]
    return matrix, right


def _signed(one: Sum) -> Iterable[tuple[Key, float]]:
    yield one.whole, 1.0
    for part in one.parts:
        yield part, -1.0
