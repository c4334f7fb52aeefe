"""The patient's own part of a residual: best linear predictions from whitened residuals.

A part s of the outcome with covariance C with y is predicted by C V^-1 (y - X b), Henderson's BLUP, for the residuals
of the fit as for simulated ones.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .clinics import summed
from .whitened import Whitened

FloatArray = npt.NDArray[np.float64]


def signal_of(whitened: Whitened, residual: FloatArray) -> FloatArray:
    """What the conditional modes of patient and clinic add to the population's line, per row (and simulation).

    ``residual`` is whitened, rows x simulations; so is the answer.
    """
    units, pulled = whitened.units, whitened.pulled(residual)
    made = np.empty_like(residual)
    for part in whitened.parts:
        made[part.rows] = np.matmul(units.covariance.shared(part.rows), pulled[part.rows])
    for effect in units.outer.T:
        made += effect[:, None] * summed(units.unit, effect[:, None] * pulled, len(units.labels))[units.unit]
    return made


def residual_deviation(whitened: Whitened) -> FloatArray:
    """Standard deviation of what is left around the patient's own line, per row, in the outcome's units."""
    covariance = whitened.units.covariance
    made = np.empty(len(whitened.residual))
    for part in whitened.parts:
        left = covariance.of(part.rows) - covariance.shared(part.rows)
        made[part.rows] = np.sqrt(np.diagonal(left, axis1=1, axis2=2))
    return made


def revealed_by_rows(whitened: Whitened, random_covariance: FloatArray) -> FloatArray:
    """G Z_i' V^-1 Z_i G: how much of G the rows of each patient reveal, patients x q x q, with b known."""
    toward = whitened.units.z @ random_covariance
    q = len(random_covariance)
    made = np.zeros((len(whitened.units.patients), q, q))
    for part, block in whitened.inverse_blocks():
        at = toward[part.rows]
        made[part.patients] = np.matmul(at.swapaxes(1, 2), np.matmul(block, at))
    return made
