"""Covariance structures over visits: what each estimates, its derivatives, and a first guess.

All but the unstructured are standard deviations (common, or one per visit) around a correlation that depends on how
many visits apart two visits are, by their positions among the levels. Names follow R's mmrm; its toep and toeph
are "toeplitz" and "toeplitzh".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..crossproducts import lower_pairs
from .correlations import Autoregressive, Banded, Exchangeable, LagCorrelation, parts_of, shrunk_until_safe, toeplitz

FloatArray = npt.NDArray[np.float64]


class Structure(Protocol):
    """A family of covariances of the visits, numbered by ``parameters``."""

    @property
    def name(self) -> str: ...

    @property
    def heterogeneous(self) -> bool:
        """Whether every visit has a variance of its own."""
        ...

    def count(self, visits: int) -> int:
        """How many covariance parameters there are."""
        ...

    def first_guess(self, moments: FloatArray) -> FloatArray:
        """Parameters near ``moments`` (visits x visits variances and covariances, 0 where unknown)."""
        ...

    def matrix(self, parameters: FloatArray, visits: int) -> FloatArray:
        """The covariance: visits x visits."""
        ...

    def directions(self, parameters: FloatArray, visits: int) -> FloatArray:
        """Its first derivatives: parameters x visits x visits."""
        ...

    def bends(self, parameters: FloatArray, slope: FloatArray) -> FloatArray:
        """Inner products of ``slope`` with its second derivatives: parameters x parameters."""
        ...


@dataclass(frozen=True)
class Unstructured:
    """A variance per visit and a covariance per pair of visits; the parameters are the lower triangle itself."""

    name: str = "unstructured"
    heterogeneous: bool = True

    def count(self, visits: int) -> int:
        return visits * (visits + 1) // 2

    def first_guess(self, moments: FloatArray) -> FloatArray:
        variances, correlation = parts_of(moments)
        return self.parameters_of(shrunk_until_safe(correlation) * np.sqrt(np.outer(variances, variances)))

    def parameters_of(self, covariance: FloatArray) -> FloatArray:
        """The lower triangle of a covariance."""
        return np.array([covariance[pair] for pair in lower_pairs(len(covariance))])

    def matrix(self, parameters: FloatArray, visits: int) -> FloatArray:
        return np.asarray(np.tensordot(parameters, self.directions(parameters, visits), axes=1))

    def directions(self, parameters: FloatArray, visits: int) -> FloatArray:
        units = np.zeros((self.count(visits), visits, visits))
        for unit, (row, column) in zip(units, lower_pairs(visits), strict=True):
            unit[row, column] = unit[column, row] = 1.0
        return units

    def bends(self, parameters: FloatArray, slope: FloatArray) -> FloatArray:
        return np.zeros((len(parameters), len(parameters)))


@dataclass(frozen=True)
class ByDistance:
    """Standard deviations around a correlation by distance. Parameters: log standard deviations, correlations."""

    name: str
    correlation: LagCorrelation
    heterogeneous: bool

    def count(self, visits: int) -> int:
        return self._scales(visits) + self.correlation.count(visits)

    def _scales(self, visits: int) -> int:
        return visits if self.heterogeneous else 1

    def first_guess(self, moments: FloatArray) -> FloatArray:
        variances, correlation = parts_of(moments)
        kept = variances if self.heterogeneous else np.array([variances.mean()])
        by_lag = np.array([np.diag(correlation, lag).mean() for lag in range(1, len(moments))])
        return np.concatenate([0.5 * np.log(kept), self.correlation.first_guess(by_lag)])

    def matrix(self, parameters: FloatArray, visits: int) -> FloatArray:
        scale, rho = self._parts(parameters, visits)
        return scale * toeplitz(self.correlation.values(rho, visits - 1))

    def directions(self, parameters: FloatArray, visits: int) -> FloatArray:
        scale, rho = self._parts(parameters, visits)
        turned = [scale * toeplitz(slope, 0.0) for slope in self.correlation.slopes(rho, visits - 1)]
        return np.concatenate([self._powers(visits) * self.matrix(parameters, visits), np.array(turned)])

    def bends(self, parameters: FloatArray, slope: FloatArray) -> FloatArray:
        visits, scales = len(slope), self._scales(len(slope))
        scale, rho = self._parts(parameters, visits)
        powers, directions = self._powers(visits), self.directions(parameters, visits)
        bends = np.zeros((len(parameters), len(parameters)))
        bends[:scales] = np.einsum("vab,sab,ab->vs", powers, directions, slope)
        bends[scales:, :scales] = bends[:scales, scales:].T
        bends[scales:, scales:] = np.sum(slope * scale * toeplitz(self.correlation.second(rho, visits - 1), 0.0))
        return bends

    def _parts(self, parameters: FloatArray, visits: int) -> tuple[FloatArray, FloatArray]:
        scales = self._scales(visits)
        deviations = np.broadcast_to(np.exp(parameters[:scales]), (visits,))
        return np.outer(deviations, deviations), parameters[scales:]

    def _powers(self, visits: int) -> FloatArray:
        """How often each log standard deviation counts in each entry: once per index, twice on the diagonal."""
        if not self.heterogeneous:
            return np.full((1, visits, visits), 2.0)
        own = np.eye(visits)
        return own[:, :, None] + own[:, None, :]


STRUCTURES: dict[str, Structure] = {
    "unstructured": Unstructured(),
    "ar1": ByDistance("ar1", Autoregressive(), False),
    "ar1h": ByDistance("ar1h", Autoregressive(), True),
    "cs": ByDistance("cs", Exchangeable(), False),
    "csh": ByDistance("csh", Exchangeable(), True),
    "toeplitz": ByDistance("toeplitz", Banded(), False),
    "toeplitzh": ByDistance("toeplitzh", Banded(), True),
}
