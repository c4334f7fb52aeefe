"""New outcomes from a model, drawn as the per-patient sums a fit needs: no row is ever made.

A fit of outcomes y = X beta + Z_i b_i + e sees Z_i'y_i, X'y and y'y only. Their joint distribution follows from A_i =
Z_i'Z_i, Z_i'X_i and X'X. With A_i = R_i R_i' and R_i+ the pseudo-inverse of R_i, project the residuals of a patient on
Z_i and on the rest:

    Z_i'e_i = sigma R_i z_i                       z_i standard normal, as many entries as the rank of A_i
    X'e     = sigma (sum (R_i+ Z_i'X_i)'z_i + T½ w)      T = X'X - sum X_i'Z_i A_i+ Z_i'X_i, w as many as the rank of T
    e'e     = sigma² (sum z_i'z_i + w'w + c)      c chi-square with n - sum rank A_i - rank T df

since what is left of e beside Z_i has X-products T½ w and, given those, a squared length of w'w plus a chi-square of
the dimensions that neither Z nor X reaches. With patients in clinics Z_i has the columns of both levels. The rest is
b_i ~ N(0, sigma² D) and the square completed:
y'y = |X beta + Zb|² + 2 (X beta + Zb)'e + e'e. Exact, whatever the number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..chart import block_diagonal, blocks_of
from ..sweeps import Data
from .stacked import Stacked, stacked

FloatArray = npt.NDArray[np.float64]

NO_DIRECTION = 1e-11  # eigenvalue over the largest under which a patient's rows do not span a direction of Z
NO_WITHIN = 1e-10  # eigenvalue of T, per row, under which a combination of X lies within Z


@dataclass(frozen=True, eq=False)
class Simulator:
    """A model to draw from, on the working scale of its sums.

    ``roots`` R_i (q x q x m, columns of zeros where A_i is singular), ``spans`` which of those columns count (q x m),
    ``pulled`` R_i+ Z_i'X_i (q x p x m), ``within`` T½ (p x rank), ``free`` the df of the chi-square, ``effects`` a
    factor of sigma² D (q x q, a block per level).
    """

    sums: Stacked
    beta: FloatArray
    sigma: float
    effects: FloatArray
    roots: FloatArray
    spans: npt.NDArray[np.bool_]
    pulled: FloatArray
    within: FloatArray
    free: int

    def draw(self, draws: np.random.Generator) -> Data:
        """The sums of one new set of outcomes of the same patients at the same rows."""
        zx, beta = self.sums.zx, self.beta
        b = self.sums.effects(self.effects, draws)
        z = np.where(self.spans, draws.standard_normal(self.spans.shape), 0.0)
        w = draws.standard_normal((self.within.shape[1],))
        u = self.sigma * np.einsum("acm,cm->am", self.roots, z)
        ab = np.einsum("acm,cm->am", self.roots, np.einsum("bcm,bm->cm", self.roots, b))
        xe = self.sigma * (np.einsum("cxm,cm->x", self.pulled, z) + self.within @ w)
        ee = self.sigma**2 * (float(np.sum(z * z)) + float(w @ w) + self._rest(draws))
        p = len(beta)
        mean, change = self.sums.data.total[:p, :p] @ beta, np.einsum("axm,am->x", zx, b) + xe
        yy = float(np.dot(beta, mean + 2.0 * change) + np.sum(b * (ab + 2.0 * u)) + ee)
        return self.sums.with_outcome(np.einsum("axm,x->am", zx, beta) + ab + u, mean + change, yy)

    def _rest(self, draws: np.random.Generator) -> float:
        return float(draws.chisquare(self.free)) if self.free else 0.0


def simulator(data: Data, beta: FloatArray, covariance: FloatArray, sigma: float) -> Simulator:
    """Prepare draws from fixed effects ``beta``, random-effect covariance sigma² ``covariance`` and residual sigma."""
    sums, p = stacked(data), data.p
    values, vectors = np.linalg.eigh(sums.zz)
    spans = values > NO_DIRECTION * np.maximum(values[:, -1:], np.finfo(float).tiny)
    lengths = np.sqrt(np.where(spans, values, 1.0))
    roots = np.where(spans[:, None], vectors * lengths[:, None], 0.0)
    inverse = np.where(spans[:, None], vectors / lengths[:, None], 0.0)
    pulled = np.einsum("mac,axm->cxm", inverse, sums.zx, optimize=True)
    flat = pulled.transpose(1, 0, 2).reshape(p, -1)
    within_values, within_vectors = np.linalg.eigh(data.total[:p, :p] - flat @ flat.T)
    solid = within_values > NO_WITHIN * data.n_rows
    within = within_vectors[:, solid] * np.sqrt(within_values[solid])
    free = max(data.n_rows - int(spans.sum()) - int(solid.sum()), 0)
    factor = sigma * block_diagonal([_root(covariance[block, block]) for block in blocks_of(sums.sizes)])
    return Simulator(sums, beta, sigma, factor, np.moveaxis(roots, 0, -1), spans.T, pulled, within, free)


def _root(covariance: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
