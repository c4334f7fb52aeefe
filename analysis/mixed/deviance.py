"""The profiled deviance and its derivatives, one sweep over the patients' cross-products.

Notation: D = random-effect covariance over residual variance, W_i = Z_i' V_i^-1 Z_i, U_i = Z_i' V_i^-1 X_i and
w_i = Z_i' V_i^-1 y_i with V_i = I + Z_i D Z_i'. All three come from (I + A_i D)^-1, in closed form for q <= 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dpotrf

from .crossproducts import CrossProducts, lower_pairs
from .sweep_sums import Centre, Sums, sums_over_patients, sums_over_patterns
from .triangles import invert_upper

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Evaluation:
    """Deviance at one D, on the working scale.

    ``slope`` is H = dF/dD; ``w_sum`` and ``ww_sum`` are the sums of W_i and of products of its stored entries;
    ``inverse_root`` is the inverse of the upper Cholesky root of X'V^-1X, ``xvx_inverse`` that of X'V^-1X itself; ``k``
    holds the sums of U-and-w products per pair of random effects. ``wp_sum`` (products of W_i and P_i, see curvature)
    and ``score`` (w_i - U_i beta, q x m) are there only when asked for.

    With an outer level D is block diagonal and its last ``outer`` rows belong to that level; ``ww_sum`` and
    ``wp_sum`` are then (ab) x (cd) tables of the whole D (see trace_form), ``outer_score`` as ``score``, per clinic.
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
    outer: int = 0
    outer_score: FloatArray | None = None

    @property
    def sigma2(self) -> float:
        return self.pwrss / self.nu

    @property
    def sizes(self) -> tuple[int, ...]:
        """Sizes of the blocks of D, patients first."""
        whole = len(self.covariance)
        return (whole - self.outer, self.outer) if self.outer else (whole,)


def evaluate(
    data: CrossProducts, covariance: FloatArray, reml: bool, centre: Centre | None = None, keep_score: bool = False
) -> Evaluation | None:
    """Deviance and first derivative at ``covariance`` (D, q x q); None where the fixed effects cannot be solved."""
    if data.patterns is None:
        sums = sums_over_patients(data, covariance, centre, keep_score)
    else:
        sums = sums_over_patterns(data, data.patterns, covariance, centre, keep_score)
    return profiled(data, covariance, reml, sums)


class Counts(Protocol):
    """What solving for the fixed effects needs to know of the data: columns of Z and X, rows, and [X y]'[X y]."""

    @property
    def q(self) -> int: ...

    @property
    def p(self) -> int: ...

    @property
    def n_rows(self) -> int: ...

    @property
    def total(self) -> FloatArray: ...


def profiled(data: Counts, covariance: FloatArray, reml: bool, sums: Sums) -> Evaluation | None:
    """Solve for the fixed effects and the residual variance, then the deviance and H."""
    p = data.p
    k = sums.squares.swapaxes(1, 2)
    schur = data.total - 0.5 * (sums.loss + sums.loss.T)
    root, failed = dpotrf(schur[:p, :p], lower=0, clean=1)
    if failed or not np.isfinite(schur).all() or not np.isfinite(sums.log_determinant):
        return None
    inverse_root = invert_upper(root)
    half = schur[p, :p] @ inverse_root
    pwrss = float(schur[p, p] - half @ half)
    if pwrss <= 0.0:
        return None
    beta = inverse_root @ half
    inverse = inverse_root @ inverse_root.T
    nu = data.n_rows - p if reml else data.n_rows
    value = sums.log_determinant + nu * (1.0 + np.log(2.0 * np.pi * pwrss / nu))
    if reml:
        value += 2.0 * float(np.log(np.diag(root)).sum())
    w_sum = square(sums.w_sum, data.q)
    along = np.append(-beta, 1.0)
    slope = w_sum - (nu / pwrss) * (k @ along @ along)
    if reml:
        slope = slope - np.einsum("abxy,xy->ab", k[:, :, :p, :p], inverse)
    slope = 0.5 * (slope + slope.T)
    return Evaluation(
        covariance, float(value), slope, w_sum, sums.ww_sum, k, inverse_root, inverse, beta, pwrss, nu, reml,
        sums.wp_sum, sums.score,
    )  # fmt: skip


def square(stored: FloatArray, q: int) -> FloatArray:
    """Symmetric q x q matrix from its lower triangle by rows."""
    full = np.empty((q, q))
    for value, (row, column) in zip(stored, lower_pairs(q), strict=True):
        full[row, column] = full[column, row] = value
    return full
