"""Look for lower ground when patients are few: quick descents in all parameters at once, from many places.

With few patients the random effects, the variance of a level and a slowly fading correlation can stand in for each
other, and the deviance has several minima. What a scout finds is not certified; the search goes on from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from ..deviance import evaluate
from .limits import LONGEST_RANGE, PERFECT
from .profile import Profile, whitening_at
from .shape import Family

FloatArray = npt.NDArray[np.float64]

FEW_PATIENTS = 30  # below this, random designs were met whose best fit is not the one next to equal variances
SCOUTS = (
    24  # in random designs with several minima the lowest drew every sixth scout or more: one in a hundred is missed
)
SPREAD = 1.2  # of the log of a level's standard deviation, and of the log of the random effects', at the start
WIDEST = 1e4  # standard deviation of a random effect over the residual one: towards 1e6 a fit is refused
LOGS = 8.0  # of standard deviations of levels over that of the first, as in limits
SHORTEST = -4.0  # log of a range in typical gaps at which nothing is left of the correlation
TIGHT = {"ftol": 1e-13, "gtol": 1e-7, "maxiter": 200}


class Sighting(NamedTuple):
    """A low place: the deviance, the residual parameters and D."""

    value: float
    parameters: FloatArray
    covariance: FloatArray


@dataclass(frozen=True)
class Ground:
    """The deviance in the free entries of L (D = L L') and the residual parameters."""

    profile: Profile
    family: Family

    def places(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """The entries of L that are free."""
        q = self.profile.rows.q
        return np.tril_indices(q) if self.profile.correlated else (np.arange(q), np.arange(q))

    def parted(self, free: FloatArray) -> tuple[FloatArray, FloatArray]:
        """L and the residual parameters."""
        q, places = self.profile.rows.q, self.places()
        factor = np.zeros((q, q))
        factor[places] = free[: len(places[0])]
        return factor, free[len(places[0]) :]

    def with_gradient(self, free: FloatArray) -> tuple[float, FloatArray]:
        """The deviance and its exact derivatives; infinite where the fixed effects cannot be solved."""
        factor, parameters = self.parted(free)
        whitening = whitening_at(self.profile.rows, self.family, parameters)
        covariance = factor @ factor.T
        at = evaluate(whitening.data, covariance, self.profile.reml)
        self.profile.count += 1
        if at is None:
            return np.inf, np.zeros(len(free))
        along = whitening.gradient(at, whitening.changes(covariance), at.sigma2)
        return at.value + whitening.log_determinant, np.append(2.0 * (at.slope @ factor)[self.places()], along)

    def bounds(self) -> list[tuple[float, float]]:
        """Where the deviance can be had without overflow; a fit beyond is refused."""
        of_factor = [(-WIDEST, WIDEST)] * len(self.places()[0])
        serial = {"ar1": [(-PERFECT, PERFECT)], "exponential": [(SHORTEST, float(np.log(LONGEST_RANGE)))]}
        here = serial.get(self.family.kind, [])
        return of_factor + here + [(-LOGS, LOGS)] * (self.family.size - len(here))

    def start(self, draws: np.random.Generator) -> FloatArray:
        """A place to start from."""
        size = len(self.places()[0])
        factor = np.exp(SPREAD * draws.normal()) * draws.normal(size=size)
        return np.append(factor, SPREAD * draws.normal(size=self.family.size))


def sightings(profile: Profile, family: Family) -> list[Sighting]:
    """Where fixed random starts lead, lowest first; nothing when there are many patients or no parameters."""
    if not family.size or len(profile.rows.starts) >= FEW_PATIENTS:
        return []
    ground, draws = Ground(profile, family), np.random.default_rng(21)
    found = [_descended(ground, ground.start(draws)) for _ in range(SCOUTS)]
    return sorted((one for one in found if np.isfinite(one.value)), key=lambda one: one.value)


def _descended(ground: Ground, start: FloatArray) -> Sighting:
    options: dict[str, Any] = {"jac": True, "method": "L-BFGS-B", "bounds": ground.bounds(), "options": TIGHT}
    end: Any = minimize(ground.with_gradient, start, **options)
    factor, parameters = ground.parted(end.x)
    return Sighting(float(end.fun), parameters, factor @ factor.T)
