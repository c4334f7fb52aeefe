"""The CR2 adjustment of residuals, which needs the rows: dense matrices per unit.

Bell and McCaffrey (2002); Pustejovsky and Tipton (2018, J Bus Econ Stat 36), with the model's V both as weights and as
target, as clubSandwich has it for mixed models: A = D' [D (V - X Φ X') D']^(-1/2) D with V = D'D, D triangular.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..diagnose.units import units_of
from ..fitted_model import FittedModel

FloatArray = npt.NDArray[np.float64]

NOTHING_LEFT = 1e-11  # eigenvalue over the largest, at or below which a unit determines a direction by itself


def bias_reduced_covariance(fit: FittedModel, frame: pd.DataFrame | None) -> FloatArray:
    """Φ (sum of s_i s_i') Φ with s_i = X_i'V_i⁻¹A_i r_i: kept terms x kept terms, on the raw scale."""
    units = units_of(fit, frame)
    scale = 1.0 / np.sqrt(np.mean(units.x**2, axis=0))
    scaled, residual = units.x * scale, units.y - units.x @ fit.coefficients
    information = np.zeros((len(scale), len(scale)))
    for batch in units.batches():
        x = scaled[batch.rows]
        information += np.sum(x.swapaxes(-1, -2) @ np.linalg.solve(batch.v, x), axis=0)
    phi: FloatArray = np.asarray(np.linalg.inv(information), dtype=np.float64)
    scores = np.empty((len(units.labels), len(scale)))
    for batch in units.batches():
        x = scaled[batch.rows]
        adjusted = _adjusted(x, batch.v, residual[batch.rows][..., None], phi)
        scores[batch.units] = (x.swapaxes(-1, -2) @ np.linalg.solve(batch.v, adjusted))[..., 0]
    rooted = (scores @ phi) * scale
    return np.asarray(rooted.T @ rooted)


def _adjusted(x: FloatArray, v: FloatArray, residual: FloatArray, phi: FloatArray) -> FloatArray:
    """A_i r_i of units with equally many rows."""
    upper = np.linalg.cholesky(v).swapaxes(-1, -2)
    inner = upper @ (v - x @ phi @ x.swapaxes(-1, -2)) @ upper.swapaxes(-1, -2)
    values, vectors = np.linalg.eigh(0.5 * (inner + inner.swapaxes(-1, -2)))
    solid = values > NOTHING_LEFT * values[..., -1:]
    roots = np.where(solid, 1.0 / np.sqrt(np.where(solid, values, 1.0)), 0.0)
    turned = vectors.swapaxes(-1, -2) @ (upper @ residual)
    return np.asarray(upper.swapaxes(-1, -2) @ (vectors @ (roots[..., None] * turned)))
