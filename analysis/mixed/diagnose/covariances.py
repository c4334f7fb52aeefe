"""The covariance a fit gives to the rows of an independent unit, and the part of it that belongs to the patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..errors.row_covariance import RowErrors

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


class Covariance(Protocol):
    """Covariances of some units with equally many rows: ``rows`` is units x rows, positions among the rows of the
    fit; every answer is units x rows x rows."""

    def of(self, rows: IntArray) -> FloatArray:
        """V: of the outcomes."""
        ...

    def shared(self, rows: IntArray) -> FloatArray:
        """The part of V that the random effects account for, Z G Z'; zero where the model has none."""
        ...


@dataclass(frozen=True)
class RandomEffectsCovariance:
    """V_i = Z_i G Z_i' + sigma² R_i. ``z`` is rows x q, on the raw scale; R is the identity without ``errors``."""

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
