"""New outcomes from a model, drawn as the per-patient sums a fit needs: no row is ever made.

A fit of outcomes y = X beta + Z_i b_i + e sees Z_i'y_i, X'y and y'y only. Their joint distribution follows from A_i =
Z_i'Z_i, Z_i'X_i and X'X. With A_i = R_i R_i' and R_i+ the pseudo-inverse of R_i, project the residuals of a patient on
Z_i and on the rest:

    Z_i'e_i = sigma R_i z_i                       z_i standard normal, as many entries as the rank of A_i
    X'e     = sigma (sum (R_i+ Z_i'X_i)'z_i + T½ w)      T = X'X - sum X_i'Z_i A_i+ Z_i'X_i, w as many as the rank of T
    e'e     = sigma² (sum z_i'z_i + w'w + c)      c chi-square with n - sum rank A_i - rank T df

since what is left of e beside Z_i has X-products T½ w and, given those, a squared length of w'w plus a chi-square of
the dimensions that neither Z nor X reaches. The rest is b_i ~ N(0, sigma² D) and the square completed:
y'y = |X beta + Zb|² + 2 (X beta + Zb)'e + e'e. Exact, whatever the number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..crossproducts import CrossProducts, lower_pairs

FloatArray = npt.NDArray[np.float64]

NO_DIRECTION = 1e-11  # eigenvalue over the largest under which a patient's rows do not span a direction of Z
NO_WITHIN = 1e-10  # eigenvalue of T, per row, under which a combination of X lies within Z


@dataclass(frozen=True, eq=False)
class Simulator:
    """A model to draw from, on the working scale of its sums.

    ``roots`` R_i (q x q x m, columns of zeros where A_i is singular), ``spans`` which of those columns count (q x m),
    ``pulled`` R_i+ Z_i'X_i (q x p x m), ``within`` T½ (p x rank), ``free`` the df of the chi-square, ``effects`` a
    factor of sigma² D (q x q).
    """

    data: CrossProducts
    beta: FloatArray
    sigma: float
    effects: FloatArray
    roots: FloatArray
    spans: npt.NDArray[np.bool_]
    pulled: FloatArray
    within: FloatArray
    free: int

    def draw(self, draws: np.random.Generator) -> CrossProducts:
        """The sums of one new set of outcomes of the same patients at the same rows."""
        data, beta, (q, m) = self.data, self.beta, self.spans.shape
        p, zx = data.p, data.zx[:, : data.p]
        b = self.effects @ draws.standard_normal((q, m))
        z = np.where(self.spans, draws.standard_normal((q, m)), 0.0)
        w = draws.standard_normal((self.within.shape[1],))
        u = self.sigma * np.einsum("acm,cm->am", self.roots, z)
        ab = np.einsum("acm,cm->am", self.roots, np.einsum("bcm,bm->cm", self.roots, b))
        xe = self.sigma * (np.einsum("cxm,cm->x", self.pulled, z) + self.within @ w)
        xb = np.einsum("axm,am->x", zx, b)
        ee = self.sigma**2 * (float(np.sum(z * z)) + float(w @ w) + self._rest(draws))
        total = data.total.copy()
        mean, change = total[:p, :p] @ beta, xb + xe
        total[:p, p] = total[p, :p] = mean + change
        total[p, p] = np.dot(beta, mean + 2.0 * change) + np.sum(b * (ab + 2.0 * u)) + ee
        made = data.zx.copy()
        made[:, p] = np.einsum("axm,x->am", zx, beta) + ab + u
        return CrossProducts(data.zz, made, total, data.minors, data.n_rows)

    def _rest(self, draws: np.random.Generator) -> float:
        return float(draws.chisquare(self.free)) if self.free else 0.0


def simulator(data: CrossProducts, beta: FloatArray, covariance: FloatArray, sigma: float) -> Simulator:
    """Prepare draws from fixed effects ``beta``, random-effect covariance sigma² ``covariance`` and residual sigma."""
    q, p = data.q, data.p
    whole = np.empty((data.m, q, q))
    for value, (row, column) in zip(data.zz, lower_pairs(q), strict=True):
        whole[:, row, column] = whole[:, column, row] = value
    values, vectors = np.linalg.eigh(whole)
    spans = values > NO_DIRECTION * np.maximum(values[:, -1:], np.finfo(float).tiny)
    lengths = np.sqrt(np.where(spans, values, 1.0))
    roots = np.where(spans[:, None], vectors * lengths[:, None], 0.0)
    inverse = np.where(spans[:, None], vectors / lengths[:, None], 0.0)
    pulled = np.einsum("mac,axm->cxm", inverse, data.zx[:, :p], optimize=True)
    flat = pulled.transpose(1, 0, 2).reshape(p, -1)
    within_values, within_vectors = np.linalg.eigh(data.total[:p, :p] - flat @ flat.T)
    solid = within_values > NO_WITHIN * data.n_rows
    within = within_vectors[:, solid] * np.sqrt(within_values[solid])
    free = data.n_rows - int(spans.sum()) - int(solid.sum())
    effects = sigma * _factor(covariance)
    return Simulator(
        data, beta, sigma, effects, np.moveaxis(roots, 0, -1), spans.T, pulled, within, max(free, 0)
    )  # fmt: skip


def _factor(covariance: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
