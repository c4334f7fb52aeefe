"""A fit seen in coordinates in which its rows are independent with variance one.

With V_i = L_i L_i', the rows of L_i^-1 [X_i, y_i - X_i b] are ordinary least squares: leverage, leaving a patient out
and the distribution of residuals are those of a linear model, whatever the covariance was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..fitted_model import FittedModel
from ..refusal import ModelRefused
from .units import Units

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

# In standard errors: how far the estimates of the rows may be from those of the fit. Rounding on badly scaled columns
# stays a thousand times below; a changed outcome of one patient is seen.
SAME_ESTIMATES = 1e-4


class Part(NamedTuple):
    """Units with equally many rows: positions, rows (units x rows) and L_i^-1 (units x rows x rows)."""

    units: IntArray
    rows: IntArray
    inverse_root: FloatArray


@dataclass(frozen=True, eq=False)
class Whitened:
    """``basis`` (rows x p, orthonormal) and ``root`` (p x p, upper): L^-1 X = basis root.

    ``residual`` are the standardised marginal residuals L^-1 (y - X b), uncorrelated with variance one up to the
    estimation of b: (I - basis basis') e for independent normal e under the model.
    """

    units: Units
    basis: FloatArray
    root: FloatArray
    residual: FloatArray
    parts: tuple[Part, ...]

    def projected(self, draws: FloatArray) -> FloatArray:
        """What estimating the fixed effects leaves of independent draws (rows x simulations)."""
        return np.asarray(draws - self.basis @ (self.basis.T @ draws))


def whiten(fit: FittedModel, units: Units) -> Whitened:
    """Cholesky root by unit, then one QR decomposition of all rows.

    Raises ModelRefused when the rows do not give the estimates of the fit: the frame was changed since.
    """
    marginal = units.y - units.x @ fit.coefficients
    both = np.column_stack([units.x, marginal])
    made = np.empty_like(both)
    parts = []
    for batch in units.batches():
        inverse = np.linalg.inv(np.linalg.cholesky(batch.v))
        made[batch.rows] = np.matmul(inverse, both[batch.rows])
        parts.append(Part(batch.units, batch.rows, inverse))
    basis, root = np.linalg.qr(made[:, :-1])
    residual = made[:, -1]
    apart = float(np.abs(basis.T @ residual).max()) if basis.size else 0.0
    if not apart < SAME_ESTIMATES:
        raise ModelRefused(
            "The rows do not give the estimates of this fit: values were changed since it was fitted.",
            "Give the frame as it was fitted, or fit the model again.",
        )
    return Whitened(units, basis, root, residual, tuple(parts))


def summed(code: IntArray, values: FloatArray, size: int) -> FloatArray:
    """Sums of the rows of ``values`` (rows x columns) by ``code``: size x columns."""
    columns: list[Any] = [np.bincount(code, weights=column, minlength=size) for column in values.T]
    return np.stack(columns, axis=1) if columns else np.zeros((size, 0))
