"""A fit seen in coordinates in which its rows are independent with variance one.

With V_i = L_i L_i', the rows of L_i^-1 [X_i, y_i - X_i b] are ordinary least squares: leverage, leaving a patient out
and the distribution of residuals are those of a linear model, whatever the covariance was. Where clinics make patients
go together, a symmetric root takes that out after L_i^-1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..fitted_model import FittedModel
from ..refusal import ModelRefused
from .clinics import Coupling, coupled
from .units import Units, batched_rows

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

# In standard errors: how far the estimates of the rows may be from those of the fit. Rounding on badly scaled columns
# stays a thousand times below; a changed outcome of one patient is seen.
SAME_ESTIMATES = 1e-4


class Part(NamedTuple):
    """Patients with equally many rows: positions, rows (patients x rows) and L_i^-1 (patients x rows x rows)."""

    patients: IntArray
    rows: IntArray
    inverse_root: FloatArray


@dataclass(frozen=True, eq=False)
class Whitened:
    """``basis`` (rows x p, orthonormal) and ``root`` (p x p, upper): whitened X = basis root.

    ``residual`` are the standardised marginal residuals, uncorrelated with variance one up to the estimation of b:
    (I - basis basis') e for independent normal e under the model.
    """

    units: Units
    basis: FloatArray
    root: FloatArray
    residual: FloatArray
    parts: tuple[Part, ...]
    coupling: Coupling

    def projected(self, draws: FloatArray) -> FloatArray:
        """What estimating the fixed effects leaves of independent draws (rows x simulations)."""
        return np.asarray(draws - self.basis @ (self.basis.T @ draws))

    def pulled(self, whitened: FloatArray) -> FloatArray:
        """V^-1 a from whitened a (rows x columns)."""
        inner, made = self.coupling.power(-0.5, whitened), np.empty_like(whitened)
        for part in self.parts:
            made[part.rows] = np.matmul(part.inverse_root.swapaxes(1, 2), inner[part.rows])
        return made

    def unwhitened(self, whitened: FloatArray) -> FloatArray:
        """a, in the outcome's units, from whitened a (rows x columns)."""
        inner, made = self.coupling.power(0.5, whitened), np.empty_like(whitened)
        for part in self.parts:
            made[part.rows] = np.linalg.solve(part.inverse_root, inner[part.rows])
        return made

    def inverse_blocks(self) -> Iterator[tuple[Part, FloatArray]]:
        """The block of V^-1 at each patient's rows (patients x rows x rows): the inverse of the covariance of those
        rows given all other rows of the clinic."""
        middle = self.coupling.inverse_middle()
        for part in self.parts:
            back = part.inverse_root.swapaxes(1, 2)
            block = np.matmul(back, part.inverse_root)
            if middle.shape[1]:
                factor = np.matmul(back, self.coupling.factor[part.rows])
                block += factor @ middle[self.units.unit[part.rows[:, 0]]] @ factor.swapaxes(1, 2)
            yield part, block


def whiten(fit: FittedModel, units: Units) -> Whitened:
    """Cholesky root by patient, then one QR decomposition of all rows.

    Raises ModelRefused when the rows do not give the estimates of the fit: the frame was changed since.
    """
    both = np.column_stack([units.x, units.y - units.x @ fit.coefficients, units.outer])
    made = np.empty_like(both)
    parts = []
    for patients, rows in batched_rows(units.patient, len(units.patients)):
        inverse = np.linalg.inv(np.linalg.cholesky(units.covariance.of(rows)))
        made[rows] = np.matmul(inverse, both[rows])
        parts.append(Part(patients, rows, inverse))
    p = units.x.shape[1]
    coupling = coupled(made[:, p + 1 :], units.unit, len(units.labels))
    made = coupling.power(-0.5, made[:, : p + 1])
    basis, root = np.linalg.qr(made[:, :p])
    residual = np.ascontiguousarray(made[:, p])
    apart = float(np.abs(basis.T @ residual).max()) if basis.size else 0.0
    if not apart < SAME_ESTIMATES:
        raise ModelRefused(
            "The rows do not give the estimates of this fit: values were changed since it was fitted.",
            "Give the frame as it was fitted, or fit the model again.",
        )
    return Whitened(units, basis, root, residual, tuple(parts), coupling)
