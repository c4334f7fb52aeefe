"""Second derivatives of -2 log likelihood along directions of the covariance of the visits.

For directions J and K, summed over patients: -tr(WJWK) + 2 u'JWKu + 2 tr(U'JWKU) - tr(P_J P_K) - 2 g_J'g_K with
P_J = sum U'JU and g_J = sum U'Ju; the terms in U alone belong to REML. The expected value for ML is tr(WJWK).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .likelihood import Likelihood

FloatArray = npt.NDArray[np.float64]


def expected_curvature(at: Likelihood, directions: FloatArray) -> FloatArray:
    """sum of tr(WJWK) over patients: always positive definite where the data say anything."""
    return _between(directions, at.weights * at.data.counts[:, None, None], at.weights)


def observed_curvature(at: Likelihood, directions: FloatArray, pulls: FloatArray) -> FloatArray:
    """The second derivative itself. ``pulls`` as from ``pulls_along``."""
    p = at.data.p
    curvature = 2.0 * _between(directions, at.weights, at.spread) - expected_curvature(at, directions)
    toward = pulls[:, :p, p]
    curvature -= 2.0 * toward @ toward.T
    if at.reml:
        flat = pulls[:, :p, :p].reshape(len(pulls), -1)
        curvature -= flat @ flat.T
    return np.asarray(curvature)


def pulls_along(at: Likelihood, directions: FloatArray) -> FloatArray:
    """sum over patients of [U u]' J [U u] for every direction J: directions x (p + 1) x (p + 1)."""
    units, visits, width = at.pulled.shape
    flat = at.pulled.reshape(units, visits * width)
    products = (flat.T @ flat).reshape(visits, width, visits, width).transpose(0, 2, 1, 3)
    return np.asarray(np.tensordot(directions, products, axes=2))


def _between(directions: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
    """sum over patterns of tr(J first K second), symmetrised: directions x directions."""
    visits = first.shape[1]
    pairs = first.reshape(len(first), -1).T @ second.reshape(len(second), -1)
    # entry [a, b, c, d] holds first[a, b] second[c, d]; the trace wants J[d, a] and K[b, c]
    turned = pairs.reshape(visits, visits, visits, visits).transpose(3, 0, 1, 2).reshape(visits**2, -1)
    flat = directions.reshape(len(directions), -1)
    made = flat @ turned @ flat.T
    return np.asarray(0.5 * (made + made.T))
