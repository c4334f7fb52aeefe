"""Minimise the profile over the residual parameters, and prove that the minimum was reached.

Newton steps, the curvature by central differences of the exact gradient. Independent residuals come first; a
correlation is then searched for from a ladder of values, because a random intercept and a slowly fading correlation
can stand in for each other and leave two minima.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..certificate import PROVEN, downhill
from ..refusal import ModelRefused
from .limits import Limit, limit_reached, nearest_correlation
from .profile import Point, Profile
from .shape import Family

FloatArray = npt.NDArray[np.float64]

STEP = 1e-4  # of log or atanh parameters: the gradient's error of 1e-10 leaves 1e-6 of the curvature
MAX_STEPS = 60
LONGEST = 1.5  # one step changes a range or a standard deviation at most by this power of e
SETTLED = 1e-13  # expected gain at which the parameters are within 1e-6 of their standard errors
FLAT = 1e-3  # curvature in log units under which a parameter's standard error is a factor of e^45: nothing is known
LEVEL = 1e-7  # deviance: no correlation and two rungs of the ladder never agree so well where they are told apart
SMALL_CORRELATION = 0.2  # of the nearest rows; below it curvature is judged in the correlation itself
DESCENTS = 2  # rungs of the ladder that are followed down: its lowest local minima
VISIT_LADDER = (-0.5, 0.25, 0.55, 0.8, 0.95)  # correlations of neighbouring visits
RANGE_LADDER = (0.2, 0.7, 2.0, 6.0, 20.0)  # ranges, in typical gaps


@dataclass(frozen=True)
class Found:
    """The end of a descent: a minimum with its ``curvature`` in the parameters, or the ``limit`` it ran into."""

    family: Family
    point: Point
    curvature: FloatArray
    limit: Limit | None = None


def find_parameters(profile: Profile, family: Family, start: FloatArray | None = None) -> Found:
    """The certified minimum of ``family``; its ``limit`` is None, or says that the correlation vanished (``family``
    is then that of independent residuals).

    Raises ModelRefused when a parameter runs away or the rows say nothing about it.
    """
    plain = family.without_correlation()
    first = _descend(profile, profile.at(plain, np.zeros(plain.size), start))
    if not family.correlated:
        return _certified(first)
    tried = [_tried_descent(profile, rung) for rung in _rungs(profile, family, first.point)]
    ends = [end for end in tried if end is not None]
    vanishes = [end for end in ends if end.limit is not None and end.limit.kind == "vanished"]
    inside = [end for end in ends if end not in vanishes]
    best = min(inside, key=lambda end: end.point.value, default=None)
    if best is None or (vanishes and first.point.value <= best.point.value + PROVEN):
        certified = _certified(first)
        return Found(plain, certified.point, certified.curvature, Limit("vanished"))
    return _certified(best)


def _certified(end: Found) -> Found:
    """The end itself when it is a minimum. Raises ModelRefused otherwise."""
    if end.limit is not None:
        raise end.limit.refusal()
    size = _natural_size(end)
    values = np.linalg.eigvalsh(end.curvature / np.outer(size, size))
    if len(values) and values[0] < FLAT:
        raise _not_told_apart()
    if _expected_gain(end.curvature, end.point.gradient)[1] > PROVEN:
        raise ModelRefused(
            "The optimiser could not certify that it reached the best residual structure.",
            "Use a simpler residual structure, or fewer random effects.",
        )
    return end


def _not_told_apart() -> ModelRefused:
    return ModelRefused(
        "The rows do not tell the residual structure and the random effects apart: other values of its parameters fit"
        " as well.",
        "Use a simpler residual structure, or fewer random effects.",
    )


def _natural_size(end: Found) -> FloatArray:
    """Units in which a parameter's curvature is judged: near zero it is the correlation of the nearest rows that the
    deviance depends on, and the log of the range is flat because it is nearly irrelevant, not because it is unknown."""
    size = np.ones(end.family.size)
    if end.family.kind == "exponential":
        nearest = nearest_correlation(end.family, end.point)
        if nearest < SMALL_CORRELATION:
            size[0] = -nearest * np.log(nearest)
    return size


def _rungs(profile: Profile, family: Family, first: Point) -> list[Point]:
    """Where to descend from: the lowest local minima along the ladder of correlations."""
    ladder = np.arctanh(VISIT_LADDER) if family.kind == "ar1" else np.log(RANGE_LADDER)
    covariance = first.optimum.at.covariance
    tried = [profile.tried(family, np.append(value, first.parameters), covariance) for value in ladder]
    points = [point for point in tried if point is not None]
    if not points:
        raise ModelRefused(
            "No residual correlation between neighbouring rows gave a fit.", "Use residual='independent'."
        )
    if max(abs(point.value - first.value) for point in points[:2]) < LEVEL:
        raise _not_told_apart()
    values = np.array([np.inf, *(point.value for point in points), np.inf])
    lowest = [
        point
        for position, point in enumerate(points, start=1)
        if values[position] <= min(values[position - 1], values[position + 1])
    ]
    return sorted(lowest, key=lambda point: point.value)[:DESCENTS]


def _tried_descent(profile: Profile, here: Point) -> Found | None:
    """``_descend``, or None where an inner fit is refused on the way."""
    try:
        return _descend(profile, here)
    except ModelRefused:
        return None


def _descend(profile: Profile, here: Point) -> Found:
    """Newton steps until they promise nothing, or a limit is reached."""
    family = here.whitening.family
    curvature = np.zeros((0, 0))
    if not family.size:
        return Found(family, here, curvature)
    for _ in range(MAX_STEPS):
        limit = limit_reached(family, here)
        if limit is not None:
            return Found(family, here, curvature, limit)
        curvature = _curvature(profile, here)
        step, gain = _expected_gain(curvature, here.gradient)
        if gain < SETTLED:
            return Found(family, here, curvature)
        moved = _moved(profile, here, step)
        if moved is None:
            return Found(family, here, curvature)
        here = moved
    return Found(family, here, curvature)


def _moved(profile: Profile, here: Point, step: FloatArray) -> Point | None:
    """The step, halved until the profile falls (up to its rounding error); None when it never does."""
    step = step * min(1.0, LONGEST / float(np.abs(step).max()))
    slack = 1e-14 * (abs(here.value) + profile.rows.n_rows)
    for halving in range(12):
        parameters = here.parameters + step * 0.5**halving
        moved = profile.tried(here.whitening.family, parameters, here.optimum.at.covariance)
        if moved is not None and moved.value <= here.value + slack:
            return moved
    return None


def _curvature(profile: Profile, here: Point) -> FloatArray:
    """Second derivatives of the profile: central differences of its gradient, one pair of inner fits a parameter."""
    family, covariance = here.whitening.family, here.optimum.at.covariance
    columns = []
    for unit in np.eye(family.size):
        up = profile.at(family, here.parameters + STEP * unit, covariance)
        down = profile.at(family, here.parameters - STEP * unit, covariance)
        columns.append((up.gradient - down.gradient) / (2.0 * STEP))
    curvature = np.stack(columns)
    return np.asarray(0.5 * (curvature + curvature.T))


def _expected_gain(curvature: FloatArray, gradient: FloatArray) -> tuple[FloatArray, float]:
    return downhill(curvature, gradient) if len(gradient) else (gradient, 0.0)
