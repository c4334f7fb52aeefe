"""Where a profile of the deviance has risen by a given amount, on one side of its lowest point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..refusal import ModelRefused

MOST_TRIES = 60
REACHED = 1e-8  # signed root of the rise: a limit is off by this many standard errors at most
CLOSED = 1e-13  # relative distance of two values that are one
FURTHER = 4.0  # a step outwards goes at most this many times the distance reached so far

Profile = Callable[[float], tuple[float, float]]
"""A value to the rise of the deviance there, and its slope."""


def crossing(profile: Profile, estimate: float, first: float, end: float | None, rise: float) -> tuple[float, bool]:
    """The value where the profile has risen by ``rise``, starting at ``first``; and whether ``end`` came before it.

    Newton steps on the root of the rise, which is nearly linear in the value, kept between what is known to be
    inside and outside. ``end`` is the end of the parameter space on this side, None where there is none. Raises
    ModelRefused when the deviance does not rise that far.
    """
    known = _Known(estimate, None)
    value = first
    for _ in range(MOST_TRIES):
        risen, slope = profile(value)
        root = float(np.sqrt(max(risen, 0.0)))
        gap = root - float(np.sqrt(rise))
        if abs(gap) < REACHED or known.is_closed(value):
            return value, False
        if gap < 0.0 and value == end:
            return value, True
        known = known.grown(value) if gap < 0.0 else known.shrunk(value)
        outwards = 1.0 if first > estimate else -1.0
        newton = value - 2.0 * gap * root / slope if slope * outwards > 0.0 else float("nan")
        value = known.between(newton) if known.outside is not None else _outside(newton, known, value, estimate, end)
    raise ModelRefused(
        "The likelihood does not fall far enough for an interval: the data say too little about this parameter.",
        "Use parametric_bootstrap, or a simpler random part.",
    )


@dataclass(frozen=True)
class _Known:
    """A value whose profile is below the rise, and one whose is above (None: not found yet)."""

    inside: float
    outside: float | None

    def grown(self, value: float) -> _Known:
        return _Known(value, self.outside)

    def shrunk(self, value: float) -> _Known:
        return _Known(self.inside, value)

    def is_closed(self, value: float) -> bool:
        """Nothing is left between the two: the profile jumps here, from one minimum to another."""
        return self.outside is not None and abs(self.outside - self.inside) <= CLOSED * abs(value)

    def between(self, proposed: float) -> float:
        assert self.outside is not None
        low, high = sorted((self.inside, self.outside))
        return proposed if low < proposed < high else 0.5 * (low + high)


def _outside(proposed: float, known: _Known, value: float, estimate: float, end: float | None) -> float:
    """A value further out: the one proposed, unless that is too far or beyond the end."""
    most = known.inside + FURTHER * (value - estimate)
    chosen = proposed if abs(proposed - estimate) < abs(most - estimate) else most
    return end if end is not None and abs(chosen - estimate) >= abs(end - estimate) else chosen
