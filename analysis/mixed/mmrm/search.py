"""Minimise -2 log likelihood over the parameters of a structure, and prove that a minimum was reached.

Scoring steps far away, Newton steps near by, halved until the covariance is positive definite and the deviance
falls. The certificate: the gradient promises no further fall, the second derivative is positive definite, and so is
the covariance. A search that runs into the boundary is stopped and says so; nothing on the boundary is returned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .curvature import expected_curvature, observed_curvature, pulls_along
from .likelihood import Likelihood, likelihood
from .structures import Structure
from .visit_data import VisitData

FloatArray = npt.NDArray[np.float64]

OUT_OF_REACH = 1e12  # times the moments' variances: no step goes there
MAX_EVALUATIONS = 200
HALVINGS = 30
PATIENT_STEPS = 12  # steps after which every step is Newton's
NEAR = 1.0  # expected fall in deviance below which Newton steps are tried
SETTLED = 1e-17  # expected fall at which the remaining step is about 1e-9 standard errors
PROVEN = 1e-9  # fall that the gradient may still promise at a certified optimum
FLAT = 1e-9  # curvature (unit diagonal) below which the data say nothing about a direction
NO_LENGTH = 1e-20  # curvature along one parameter, over the largest, under which it is rounding error
VANISHED = 1e-8  # eigenvalue of the covariance, over the moments' variances, below which it is on the boundary


@dataclass(frozen=True)
class Stop:
    """A point of a search. ``curvature`` is that of the deviance in the parameters, ``gain`` the fall that the gradient
    still promises, ``relative`` the covariance in units of the first guess's standard deviations and ``smallest`` its
    smallest eigenvalue."""

    at: Likelihood
    parameters: FloatArray
    directions: FloatArray
    pulls: FloatArray
    curvature: FloatArray
    gain: float
    relative: FloatArray
    smallest: float

    @property
    def on_boundary(self) -> bool:
        """The covariance is singular up to rounding."""
        return self.smallest < VANISHED

    @property
    def is_flat(self) -> bool:
        """Some combination of covariance parameters does not matter to the likelihood."""
        return _smallest_of_unit_diagonal(self.curvature) < FLAT

    @property
    def is_certified(self) -> bool:
        """A proven interior minimum."""
        return self.gain < PROVEN and not self.on_boundary and not self.is_flat


@dataclass
class Search:
    """One structure on some data. ``moments`` (visits x visits) are what covariances are judged against."""

    data: VisitData
    structure: Structure
    reml: bool
    moments: FloatArray
    count: int = 0

    def __post_init__(self) -> None:
        guess = self.structure.matrix(self.structure.first_guess(self.moments), self.data.visits)
        self.scale = np.sqrt(np.diag(guess))

    def from_guess(self, parameters: FloatArray) -> Stop | None:
        """Descend from a guess; None when the guess itself has no likelihood."""
        at = self._evaluate(parameters)
        if at is None:
            return None
        limit, steps = self.count + MAX_EVALUATIONS, 0
        here = self._stop(at, parameters)
        while self.count < limit and not here.on_boundary:
            moved = self._moved(here, steps < PATIENT_STEPS)
            if moved is None:
                return here
            here, steps = moved, steps + 1
        return here

    def _evaluate(self, parameters: FloatArray) -> Likelihood | None:
        self.count += 1
        with np.errstate(over="ignore", invalid="ignore"):
            sigma = self.structure.matrix(parameters, self.data.visits)
        shares = np.diag(sigma) / self.scale**2
        if not ((shares > 1.0 / OUT_OF_REACH) & (shares < OUT_OF_REACH)).all():
            return None
        return likelihood(self.data, sigma, self.reml)

    def _stop(self, at: Likelihood, parameters: FloatArray) -> Stop:
        directions = self.structure.directions(parameters, self.data.visits)
        pulls = pulls_along(at, directions)
        curvature = observed_curvature(at, directions, pulls) + self.structure.bends(parameters, at.slope)
        _, gain = _step(curvature, self._gradient(at, directions))
        relative = at.sigma / np.outer(self.scale, self.scale)
        smallest = float(np.linalg.eigvalsh(relative)[0])
        return Stop(at, parameters, directions, pulls, curvature, gain, relative, smallest)

    def _gradient(self, at: Likelihood, directions: FloatArray) -> FloatArray:
        return np.asarray(np.tensordot(directions, at.slope, axes=2))

    def _moved(self, here: Stop, scoring: bool) -> Stop | None:
        """A point further down; None when there is none. Scoring steps are short along a boundary, so only the first
        few are ``scoring``."""
        gradient = self._gradient(here.at, here.directions)
        if here.gain < SETTLED:
            return None
        if scoring and (here.gain > NEAR or here.is_flat):
            moved = self._taken(here, *_step(expected_curvature(here.at, here.directions), gradient))
            if moved is not None:
                return moved
        return self._taken(here, *_step(here.curvature, gradient))

    def _taken(self, here: Stop, step: FloatArray, gain: float) -> Stop | None:
        """The step, halved until the deviance falls (up to its rounding error)."""
        if gain < SETTLED:
            return None
        slack = 1e-14 * (abs(here.at.value) + self.data.n_rows)
        for halving in range(HALVINGS):
            parameters = here.parameters + step * 0.5**halving
            at = self._evaluate(parameters)
            if at is not None and at.value <= here.at.value + slack:
                return self._stop(at, parameters)
        return None


def _step(curvature: FloatArray, gradient: FloatArray) -> tuple[FloatArray, float]:
    """Newton step with negative and tiny curvatures lifted, and the fall in deviance it promises."""
    lengths = np.abs(np.diag(curvature))
    size = np.sqrt(np.maximum(lengths, max(NO_LENGTH * float(lengths.max()), np.finfo(float).tiny)))
    values, vectors = np.linalg.eigh(curvature / np.outer(size, size))
    lifted = np.maximum(np.abs(values), FLAT)
    along = vectors.T @ (gradient / size)
    return -(vectors @ (along / lifted)) / size, float(0.5 * np.sum(along**2 / lifted))


def _smallest_of_unit_diagonal(curvature: FloatArray) -> float:
    diagonal = np.diag(curvature)
    if (diagonal <= 0).any():
        return float("-inf")
    size = np.sqrt(diagonal)
    return float(np.linalg.eigvalsh(curvature / np.outer(size, size))[0])
