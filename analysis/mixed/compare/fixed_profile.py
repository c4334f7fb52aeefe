"""Profile limits of one fixed effect by ML: the model refitted with that coefficient held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import null_space

from ..optimiser import Search
from ..problem import Problem
from ..sweeps import sweep
from .crossing import crossing
from .submodel import with_fixed_columns

FloatArray = npt.NDArray[np.float64]


@dataclass
class FixedPath:
    """Rise of the ML deviance when a coefficient is held some way off its estimate, covariance re-optimised.

    ``along`` are the working coefficients per unit of the raw one, ``others`` the directions that leave it alone.
    """

    problem: Problem
    correlated: bool
    row: FloatArray
    along: FloatArray
    others: FloatArray
    covariance: FloatArray

    def __call__(self, shift: float) -> tuple[float, float]:
        data, at = self.problem.working.problem, self.problem.at
        held = float(self.row @ at.beta) + shift
        reduced = with_fixed_columns(data, self.others, -held * self.along)
        lowest = Search(reduced, False, self.correlated).minimum(self.covariance)
        self.covariance = lowest.covariance
        free = sweep(data, lowest.covariance, False)
        assert free is not None
        apart = held - float(self.row @ free.beta)
        variance = float(self.row @ free.xvx_inverse @ self.row)
        return lowest.value - at.value, 2.0 * apart / (variance * lowest.sigma2)


def fixed_effect_limits(
    problem: Problem, correlated: bool, place: int, reach: float, rise: float
) -> tuple[float, float]:
    """Distances from the estimate at which the deviance has risen by ``rise``: below (negative) and above."""
    row = problem.to_raw[place]
    along, others = row / float(row @ row), null_space(row[None])
    found = []
    for direction in (-1.0, 1.0):
        path = FixedPath(problem, correlated, row, along, others, problem.at.covariance)
        found.append(crossing(path, 0.0, direction * reach, None, rise)[0])
    return found[0], found[1]
