"""The profiled deviance and its derivatives, one sweep over the patients' cross-products.

Notation: D = random-effect covariance over residual variance, W_i = Z_i' V_i^-1 Z_i, U_i = Z_i' V_i^-1 X_i and
w_i = Z_i' V_i^-1 y_i with V_i = I + Z_i D Z_i'. All three come from (I + A_i D)^-1, in closed form for q <= 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dpotrf

from .crossproducts import CrossProducts, lower_pairs
from .inverses import INVERSES
from .products import piece_length
from .triangles import invert_upper

FloatArray = npt.NDArray[np.float64]

CHUNK = 2048  # patients per sweep step: the working arrays stay in cache


@dataclass(frozen=True)
class Evaluation:
    """Deviance at one D, on the working scale.

    ``slope`` is H = dF/dD; ``w_sum`` and ``ww_sum`` are the sums of W_i and of products of its stored entries;
    ``inverse_root`` is the inverse of the upper Cholesky root of X'V^-1X, ``xvx_inverse`` that of X'V^-1X itself; ``k``
    holds the sums of U-and-w products per pair of random effects. ``wp_sum`` (products of W_i and P_i, see curvature)
    and ``score`` (w_i - U_i beta, q x m) are there only when asked for.
    """

    covariance: FloatArray
    value: float
    slope: FloatArray
    w_sum: FloatArray
    ww_sum: FloatArray
    k: FloatArray
    inverse_root: FloatArray
    xvx_inverse: FloatArray
    beta: FloatArray
    pwrss: float
    nu: int
    reml: bool
    wp_sum: FloatArray | None = None
    score: FloatArray | None = None

    @property
    def sigma2(self) -> float:
        return self.pwrss / self.nu


@dataclass(frozen=True)
class Centre:
    """Fixed effects, residual variance and inverse root of X'V^-1X at which the second derivatives are taken."""

    beta: FloatArray
    sigma2: float
    inverse_root: FloatArray
    reml: bool


def evaluate(
    data: CrossProducts, covariance: FloatArray, reml: bool, centre: Centre | None = None, keep_score: bool = False
) -> Evaluation | None:
    """Deviance and first derivative at ``covariance`` (D, q x q); None where the fixed effects cannot be solved."""
    q, width = data.q, data.p + 1
    log_determinant = 0.0
    stored = len(data.zz)
    ww_sum, w_sum = np.zeros((stored, stored)), np.zeros(stored)
    wp_sum = np.zeros((stored, stored)) if centre is not None else None
    squares, mixed = np.zeros((2, q * width, q * width))
    score = np.empty((q, data.m)) if keep_score else None
    for chunk in shrunken_chunks(data, covariance):
        part, w, g = chunk.part, chunk.w, chunk.g
        log_determinant += float(np.log(chunk.determinant).sum())
        flat = g.reshape(q * width, -1)
        squares += flat @ flat.T
        mixed += data.zx[:, :, part].reshape(q * width, -1) @ flat.T
        w_sum += w.sum(axis=1)
        ww_sum += w @ w.T
        if centre is not None and wp_sum is not None:
            p_terms, residual = _curvature_terms(g, centre)
            wp_sum += w @ p_terms.T
            if score is not None:
                score[:, part] = residual
    k = squares.reshape(q, width, q, width).swapaxes(1, 2)
    loss = np.einsum("ab,axby->xy", covariance, mixed.reshape(q, width, q, width))
    schur = data.total - 0.5 * (loss + loss.T)
    return _profile(data, covariance, reml, log_determinant, schur, (w_sum, ww_sum, k, wp_sum, score))


class Shrunken(NamedTuple):
    """Some patients at one D: |I + A_i D|, the stored triangle of W_i, and (I + A_i D)^-1 B_i = [U_i w_i]."""

    part: slice
    determinant: FloatArray
    w: FloatArray
    g: FloatArray


def shrunken_chunks(data: CrossProducts, covariance: FloatArray) -> Iterator[Shrunken]:
    """All patients, a chunk at a time."""
    width = data.q * (data.p + 1)
    chunk = piece_length(width, width, CHUNK)
    for first in range(0, data.m, chunk):
        part = slice(first, min(first + chunk, data.m))
        determinant, shrink, w = INVERSES[data.q](data.zz[:, part], data.minors[:, part], covariance)
        yield Shrunken(part, determinant, w, _shrunken(shrink, data.zx[:, :, part]))


def _profile(
    data: CrossProducts,
    covariance: FloatArray,
    reml: bool,
    log_determinant: float,
    schur: FloatArray,
    sums: tuple[FloatArray, FloatArray, FloatArray, FloatArray | None, FloatArray | None],
) -> Evaluation | None:
    """Solve for the fixed effects and the residual variance, then the deviance and H."""
    w_stored, ww_sum, k, wp_sum, score = sums
    p = data.p
    root, failed = dpotrf(schur[:p, :p], lower=0, clean=1)
    if failed or not np.isfinite(schur).all():
        return None
    inverse_root = invert_upper(root)
    half = schur[p, :p] @ inverse_root
    pwrss = float(schur[p, p] - half @ half)
    if pwrss <= 0.0:
        return None
    beta = inverse_root @ half
    inverse = inverse_root @ inverse_root.T
    nu = data.n_rows - p if reml else data.n_rows
    value = log_determinant + nu * (1.0 + np.log(2.0 * np.pi * pwrss / nu))
    if reml:
        value += 2.0 * float(np.log(np.diag(root)).sum())
    w_sum = square(w_stored, data.q)
    along = np.append(-beta, 1.0)
    slope = w_sum - (nu / pwrss) * (k @ along @ along)
    if reml:
        slope = slope - np.einsum("abxy,xy->ab", k[:, :, :p, :p], inverse)
    slope = 0.5 * (slope + slope.T)
    return Evaluation(
        covariance, float(value), slope, w_sum, ww_sum, k, inverse_root, inverse, beta, pwrss, nu, reml, wp_sum, score,
    )  # fmt: skip


def _shrunken(shrink: list[list[FloatArray]], zx: FloatArray) -> FloatArray:
    """(I + A_i D)^-1 B_i for a chunk: q x (p+1) x patients."""
    g = np.empty(zx.shape)
    scratch = np.empty(zx.shape[1:])
    for row, weights in enumerate(shrink):
        np.multiply(zx[0], weights[0], out=g[row])
        for column in range(1, len(weights)):
            np.multiply(zx[column], weights[column], out=scratch)
            g[row] += scratch
    return g


def _curvature_terms(g: FloatArray, centre: Centre) -> tuple[FloatArray, FloatArray]:
    """P_i = e_i e_i' / sigma^2 (+ U_i (X'V^-1X)^-1 U_i' for REML), lower triangle, and e_i = w_i - U_i beta."""
    q, p = g.shape[0], g.shape[1] - 1
    residual = np.stack([g[a, p] - centre.beta @ g[a, :p] for a in range(q)])
    rows = [residual[a] * residual[b] / centre.sigma2 for a, b in lower_pairs(q)]
    if centre.reml and p:
        rotated = [centre.inverse_root @ g[a, :p] for a in range(q)]
        for row, (a, b) in zip(rows, lower_pairs(q), strict=True):
            row += np.einsum("xm,xm->m", rotated[a], rotated[b])
    return np.stack(rows), residual


def square(stored: FloatArray, q: int) -> FloatArray:
    """Symmetric q x q matrix from its lower triangle by rows."""
    full = np.empty((q, q))
    for value, (row, column) in zip(stored, lower_pairs(q), strict=True):
        full[row, column] = full[column, row] = value
    return full
