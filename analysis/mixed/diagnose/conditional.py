"""The patient's own part of a residual: best linear predictions from whitened residuals.

With r = L^-1 (y - X b), a part s of the outcome with covariance C with y is predicted by C L^-T r (Henderson's BLUP),
for the residuals of the fit as for simulated ones.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .whitened import Whitened

FloatArray = npt.NDArray[np.float64]


def marginal_of(whitened: Whitened, residual: FloatArray) -> FloatArray:
    """L r: whitened residuals (rows x simulations) back in the outcome's units."""
    made = np.empty_like(residual)
    for part in whitened.parts:
        made[part.rows] = np.linalg.solve(part.inverse_root, residual[part.rows])
    return made


def signal_of(whitened: Whitened, residual: FloatArray) -> FloatArray:
    """z'b_i of every row (and simulation): what the patient's conditional mode adds to the population's line.

    ``residual`` is whitened, rows or rows x simulations; so is the answer.
    """
    covariance = whitened.units.covariance
    wide = residual.reshape(len(residual), -1)
    made = np.empty_like(wide)
    for part in whitened.parts:
        onto = np.matmul(covariance.shared(part.rows), part.inverse_root.swapaxes(1, 2))
        made[part.rows] = np.matmul(onto, wide[part.rows])
    return made.reshape(residual.shape)


def residual_deviation(whitened: Whitened) -> FloatArray:
    """Standard deviation of what is left around the patient's own line, per row, in the outcome's units."""
    covariance = whitened.units.covariance
    made = np.empty(len(whitened.residual))
    for part in whitened.parts:
        left = covariance.of(part.rows) - covariance.shared(part.rows)
        made[part.rows] = np.sqrt(np.diagonal(left, axis1=1, axis2=2))
    return made


def mode_loadings(whitened: Whitened, random_covariance: FloatArray) -> FloatArray:
    """Rows x q: the conditional mode of a patient is the sum over the patient's rows of loading x whitened residual.

    G Z_i' L_i^-T, so that their sum of squares is the variance of the mode when b is known.
    """
    toward = whitened.units.z @ random_covariance
    made = np.empty_like(toward)
    for part in whitened.parts:
        made[part.rows] = np.matmul(part.inverse_root, toward[part.rows])
    return made
