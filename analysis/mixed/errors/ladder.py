"""Growing correlations to begin a search from: a random intercept and a slowly fading correlation can stand in for each
other, and leave two minima."""

from __future__ import annotations

import numpy as np

from ..refusal import ModelRefused
from .profile import Point, Profile
from .shape import Family

DESCENTS = 2  # rungs of the ladder that are followed down: its lowest local minima
VISIT_LADDER = (-0.5, 0.25, 0.55, 0.8, 0.95)  # correlations of neighbouring visits
RANGE_LADDER = (0.2, 0.7, 2.0, 6.0, 20.0)  # ranges, in typical gaps


def rungs_beside(profile: Profile, family: Family, first: Point) -> list[Point]:
    """The profile at growing correlations, the variances being those of ``first``, which has none.

    Raises ModelRefused when it can be had at no rung.
    """
    ladder = np.arctanh(VISIT_LADDER) if family.kind == "ar1" else np.log(RANGE_LADDER)
    covariance = first.optimum.at.covariance
    tried = [profile.tried(family, np.append(value, first.parameters), covariance) for value in ladder]
    points = [point for point in tried if point is not None]
    if not points:
        raise ModelRefused(
            "No residual correlation between neighbouring rows gave a fit.", "Use residual='independent'."
        )
    return points


def valleys(rungs: list[Point]) -> list[Point]:
    """The lowest local minima along the ladder."""
    values = np.array([np.inf, *(point.value for point in rungs), np.inf])
    lowest = [
        point
        for position, point in enumerate(rungs, start=1)
        if values[position] <= min(values[position - 1], values[position + 1])
    ]
    return sorted(lowest, key=lambda point: point.value)[:DESCENTS]
