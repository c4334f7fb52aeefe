"""The lowest deviance with one variance parameter held: Newton steps in a factor of the covariance and in log σ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..refusal import ModelRefused
from .held_factor import HeldFactor
from .unprofiled import Evaluator, Unprofiled, unprofiled

FloatArray = npt.NDArray[np.float64]

MOST_STEPS = 100
SETTLED = 1e-11  # deviance that the next step still promises
LEAST_CURVATURE = 1e-9  # share of the largest curvature to which flat and falling directions are lifted
LONGEST = 1.0  # step in log σ


@dataclass(frozen=True, eq=False)
class Held:
    """A minimum with something held: the free ``entries`` of the factor, log σ, and the deviance there.

    ``slope`` is what the deviance changes by per unit of the held value, everything else following along.
    """

    entries: FloatArray
    log_sigma: float
    value: float
    slope: float
    covariance: FloatArray


@dataclass(frozen=True, eq=False)
class _Point:
    here: Unprofiled
    factor: FloatArray
    entries: FloatArray
    log_sigma: float


@dataclass(frozen=True, eq=False)
class HeldProblem:
    """The deviance of a model in G = L L' (in the units of ``to_working``) and log σ.

    ``to_working`` turns L into the factor on the working scale of ``evaluator``; ``moves_sigma`` is false when σ
    is what is held.
    """

    evaluator: Evaluator
    to_working: FloatArray
    held: HeldFactor
    moves_sigma: bool

    def minimum(self, entries: FloatArray, log_sigma: float) -> Held:
        """Descend from a start. Raises ModelRefused when the descent does not settle."""
        point = self._at(entries, log_sigma, None)
        assert point is not None
        for _ in range(MOST_STEPS):
            exact = self._at(point.entries, point.log_sigma, point.here)
            point = point if exact is None else exact
            gradient, hessian = self._derivatives(point)
            step, gain = _downhill(hessian, gradient)
            if gain < SETTLED:
                return self._settled(point)
            moved = self._taken(point, step)
            if moved is None:
                return self._settled(point)
            point = moved
        raise ModelRefused(
            "The profile of the likelihood could not be followed to its end.",
            "Use parametric_bootstrap for these intervals.",
        )

    def _at(self, entries: FloatArray, log_sigma: float, near: Unprofiled | None) -> _Point | None:
        variance = float(np.exp(2.0 * log_sigma))
        factor = self.to_working @ self.held.factor(entries)
        at = self.evaluator(factor @ factor.T / variance, None if near is None else near.centre())
        return None if at is None else _Point(unprofiled(at, variance), factor, entries, log_sigma)

    def _taken(self, point: _Point, step: FloatArray) -> _Point | None:
        slack = 1e-14 * (abs(point.here.value) + point.here.at.nu)
        size = len(point.entries)
        by = float(step[size]) if self.moves_sigma else 0.0
        whole = min(1.0, LONGEST / max(abs(by), LONGEST))
        for halving in range(30):
            share = whole * 0.5**halving
            moved = self._at(point.entries + share * step[:size], point.log_sigma + share * by, None)
            if moved is not None and moved.here.value <= point.here.value + slack:
                return moved
        return None

    def _directions(self, point: _Point) -> FloatArray:
        """dD per free entry, and per unit of log σ where that moves."""
        units = self.to_working @ self.held.units
        half = units @ point.factor.T / point.here.variance
        moves = half + half.swapaxes(1, 2)
        if not self.moves_sigma:
            return moves
        return np.concatenate([moves, -2.0 * (point.factor @ point.factor.T / point.here.variance)[None]])

    def _derivatives(self, point: _Point) -> tuple[FloatArray, FloatArray]:
        """Gradient and exact Hessian in (free entries, log σ)."""
        here, size = point.here, len(point.entries)
        directions = self._directions(point)
        gradient = np.einsum("sab,ab->s", directions, here.slope)
        hessian = here.curvature(directions)
        units = self.to_working @ self.held.units
        hessian[:size, :size] += 2.0 / here.variance * np.einsum("sac,ab,tbc->st", units, here.slope, units)
        if self.moves_sigma:
            pulled = 2.0 * np.einsum("sab,ab->s", directions, here.residual_pull)
            hessian[size] += pulled - 2.0 * gradient
            hessian[:size, size] += pulled[:size] - 2.0 * gradient[:size]
            hessian[size, size] += pulled[size] + 4.0 * here.at.pwrss / here.variance
            gradient[size] += here.log_slope
        return gradient, hessian

    def _settled(self, point: _Point) -> Held:
        here = point.here
        if self.moves_sigma:
            turn = self.to_working @ self.held.turning(point.entries)
            slope = 2.0 * float(np.sum((here.slope @ point.factor) * turn)) / here.variance
        else:
            slope = here.log_slope - 2.0 * float(np.sum(here.slope * here.at.covariance))
        factor = self.held.factor(point.entries)
        return Held(point.entries, point.log_sigma, here.value, slope, factor @ factor.T)


def _downhill(hessian: FloatArray, gradient: FloatArray) -> tuple[FloatArray, float]:
    """Newton step, in units in which the curvatures are one, with falling and flat curvatures lifted."""
    scale = 1.0 / np.sqrt(np.maximum(np.abs(np.diag(hessian)), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(hessian * np.outer(scale, scale))
    lifted = np.maximum(np.abs(values), LEAST_CURVATURE * max(float(np.abs(values).max(initial=0.0)), 1e-3))
    along = vectors.T @ (gradient * scale)
    return -scale * (vectors @ (along / lifted)), float(0.5 * np.sum(along**2 / lifted))
