"""The covariance a fit gives to one patient's rows, and the part of it that random effects account for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..errors.row_covariance import RowErrors

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


class Covariance(Protocol):
    """Covariances of some patients with equally many rows: ``rows`` is patients x rows, positions among the rows of
    the fit; every answer is patients x rows x rows."""

    def of(self, rows: IntArray) -> FloatArray:
        """V: of the outcomes, given the clinic."""
        ...

    def shared(self, rows: IntArray) -> FloatArray:
        """The part of V that the random effects account for, Z G Z'; zero where the model has none."""
        ...


@dataclass(frozen=True, eq=False)
class RandomEffectsCovariance:
    """V_i = Z_i G Z_i' + sigma² R_i. ``z`` is rows x q, on the raw scale; without ``errors`` R_i is the identity."""

    z: FloatArray
    random_covariance: FloatArray
    residual_variance: float
    errors: RowErrors | None = None

    def of(self, rows: IntArray) -> FloatArray:
        made = self.shared(rows)
        if self.errors is not None:
            return made + self.residual_variance * self.errors.of(rows)
        diagonal = np.arange(rows.shape[-1])
        made[..., diagonal, diagonal] += self.residual_variance
        return made

    def shared(self, rows: IntArray) -> FloatArray:
        z = self.z[rows]
        made: FloatArray = np.matmul(np.matmul(z, self.random_covariance), z.swapaxes(-1, -2))
        return made


@dataclass(frozen=True, eq=False)
class VisitCovariance:
    """An MMRM's V_i: the rows and columns of ``between_visits`` at the visits attended (``visit``, one per row)."""

    visit: IntArray
    between_visits: FloatArray

    def of(self, rows: IntArray) -> FloatArray:
        at = self.visit[rows]
        return np.asarray(self.between_visits[at[..., :, None], at[..., None, :]])

    def shared(self, rows: IntArray) -> FloatArray:
        return np.zeros((*rows.shape, rows.shape[-1]))
