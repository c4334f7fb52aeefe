"""Descend over the residual parameters from one place: Newton steps, the curvature by central differences of the exact
gradient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..certificate import downhill
from ..refusal import ModelRefused
from .limits import Limit, limit_reached
from .profile import Point, Profile
from .shape import Family

FloatArray = npt.NDArray[np.float64]

STEP = 1e-4  # of log or atanh parameters: the gradient's error of 1e-10 leaves 1e-6 of the curvature
MAX_STEPS = 60
LONGEST = 1.5  # one step changes a range or a standard deviation at most by this power of e
SETTLED = 1e-13  # expected gain at which the parameters are within 1e-6 of their standard errors


@dataclass(frozen=True)
class Found:
    """The end of a descent: a minimum with its ``curvature`` in the parameters, or the ``limit`` it ran into."""

    family: Family
    point: Point
    curvature: FloatArray
    limit: Limit | None = None

    @property
    def expected_gain(self) -> float:
        """The fall in deviance that another step promises."""
        return step_down(self.curvature, self.point.gradient)[1] if len(self.curvature) else 0.0


def tried_descent(profile: Profile, here: Point) -> Found | None:
    """``descend``, or None where an inner fit is refused on the way."""
    try:
        return descend(profile, here)
    except ModelRefused:
        return None


def descend(profile: Profile, here: Point) -> Found:
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
        step, gain = step_down(curvature, here.gradient)
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


def step_down(curvature: FloatArray, gradient: FloatArray) -> tuple[FloatArray, float]:
    """A step in the parameters, and the fall in deviance it promises."""
    return downhill(curvature, gradient) if len(gradient) else (gradient, 0.0)
