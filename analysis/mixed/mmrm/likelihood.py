"""-2 log likelihood of a covariance of the visits, its first derivative, and the sums its second derivatives need.

With W_i the inverse of patient i's covariance (zero at visits not attended), U_i = W_i X_i Φ^(1/2) and
u_i = W_i (y_i - X_i β), the derivative by the covariance is the visits x visits matrix
sum_i W_i - sum_i (u_i u_i' + U_i U_i'), the last product for REML only. Coefficients are profiled out; the scale is
part of the covariance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..triangles import invert_upper
from .visit_data import VisitData

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Likelihood:
    """Everything known at one covariance ``sigma`` (visits x visits, working scale).

    ``half`` is upper triangular with half half' = Φ = (X'V⁻¹X)⁻¹. ``weights`` are the W of each pattern,
    ``pulled`` [U u] of each unit (units x visits x (p + 1)), ``spread`` sum of u u' + U U' by pattern, ``slope``
    the derivative of ``value``.
    """

    data: VisitData
    sigma: FloatArray
    reml: bool
    value: float
    beta: FloatArray
    half: FloatArray
    weights: FloatArray
    pulled: FloatArray
    spread: FloatArray
    slope: FloatArray


def likelihood(data: VisitData, sigma: FloatArray, reml: bool) -> Likelihood | None:
    """Evaluate; None when ``sigma`` is not positive definite or the columns cannot be told apart under it."""
    found = _weights(data, sigma)
    if found is None:
        return None
    weights, log_determinants = found
    p = data.p
    weighted = np.matmul(weights[data.pattern], data.columns)
    flat = data.columns.reshape(-1, p + 1)
    gram = flat.T @ weighted.reshape(-1, p + 1)
    try:
        root = np.linalg.cholesky(0.5 * (gram[:p, :p] + gram[:p, :p].T)).T
    except np.linalg.LinAlgError:
        return None
    half = invert_upper(root)
    shadow = half.T @ gram[:p, p]
    beta = half @ shadow
    left = float(gram[p, p] - shadow @ shadow)
    nu = data.n_rows - (p if reml else 0)
    value = float(data.counts @ log_determinants) + left + nu * np.log(2.0 * np.pi)
    if reml:
        value += 2.0 * float(np.log(np.diag(root)).sum())
    pulled = weighted @ _pull(half, beta)
    used = pulled if reml else pulled[:, :, p:]
    spread = np.add.reduceat(np.matmul(used, used.swapaxes(1, 2)), data.starts, axis=0)
    slope = np.tensordot(data.counts, weights, axes=1) - spread.sum(axis=0)
    return Likelihood(data, sigma, reml, value, beta, half, weights, pulled, spread, slope)


def _pull(half: FloatArray, beta: FloatArray) -> FloatArray:
    """From [WX Wy] to [U u], as one matrix on the right."""
    p = len(beta)
    change = np.zeros((p + 1, p + 1))
    change[:p, :p], change[:p, p], change[p, p] = half, -beta, 1.0
    return change


def _weights(data: VisitData, sigma: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Inverse and log determinant of each pattern's block, the inverse padded with zeros."""
    both = data.attended[:, :, None] & data.attended[:, None, :]
    blocks = np.where(both, sigma, np.eye(len(sigma)))
    try:
        roots = np.linalg.cholesky(blocks)
        np.linalg.cholesky(sigma)
    except np.linalg.LinAlgError:
        return None
    inverses = np.linalg.inv(roots)
    weights = np.where(both, np.matmul(inverses.swapaxes(1, 2), inverses), 0.0)
    return weights, 2.0 * np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1)
