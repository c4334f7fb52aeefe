"""Kenward and Roger's (1997) adjusted covariance of the fixed effects, for covariances linear in their parameters.

Expected information and the parametrisation of pbkrtest: V = sum of γ_s G_s. With P_s = -X'V⁻¹G_sV⁻¹X,
Q_st = X'V⁻¹G_sV⁻¹G_tV⁻¹X and W twice the inverse of tr(V⁻¹G_sV⁻¹G_t) - 2 tr(ΦQ_st) + tr(ΦP_sΦP_t), the adjusted
covariance is Φ + 2Φ[sum W_st (Q_st - P_sΦP_t)]Φ. There is no term for second derivatives of V, which are zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .crossproducts import CrossProducts
from .curvature import free_units, trace_form
from .deviance import Evaluation
from .inference import KenwardRoger
from .sweep_sums import shrunken_chunks

FloatArray = npt.NDArray[np.float64]

NEAR_SINGULAR = 1e10  # condition of the information (unit diagonal) beyond which its inverse means nothing

NO_KENWARD_ROGER = (
    "Kenward-Roger was asked for, but the information about the variance parameters is near singular: standard errors"
    " and degrees of freedom are Satterthwaite's."
)


@dataclass(frozen=True)
class LinearForms:
    """V⁻¹ between directions G_s of a covariance that is linear in them; everything relative to the residual scale.

    ``traces`` tr(V⁻¹G_sV⁻¹G_t), ``pulls`` X'V⁻¹G_sV⁻¹X (s x p x p), ``bends`` X'V⁻¹G_sV⁻¹G_tV⁻¹X (s x t x p x p).
    """

    traces: FloatArray
    pulls: FloatArray
    bends: FloatArray


def adjusted_inference(forms: LinearForms, phi: FloatArray, scale: float, transform: FloatArray) -> KenwardRoger | None:
    """The adjusted covariance and what its degrees of freedom need; None when the information is near singular.

    ``phi`` is (X'V⁻¹X)⁻¹, ``scale`` the factor that turns it into the covariance of the working coefficients, and
    ``transform`` maps those to the raw ones.
    """
    turned = phi @ forms.pulls  # -ΦP_s
    information = forms.traces - 2.0 * np.einsum("xy,styx->st", phi, forms.bends)
    information += np.einsum("sxy,tyx->st", turned, turned)
    size = 1.0 / np.sqrt(np.maximum(np.diag(information), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(information * np.outer(size, size))
    if values[0] <= values[-1] / NEAR_SINGULAR:
        return None
    root = size[:, None] * vectors * np.sqrt(2.0 / values)  # W = root root'
    weights = root @ root.T
    inner = np.einsum("st,stxy->xy", weights, forms.bends)
    inner -= np.einsum("st,sxz,tzy->xy", weights, forms.pulls, turned, optimize=True)
    adjusted = phi + 2.0 * phi @ (0.5 * (inner + inner.T)) @ phi
    slopes = np.tensordot(root.T, turned @ phi, axes=1)
    raw = np.sqrt(scale) * transform
    return KenwardRoger(raw @ adjusted @ raw.T, raw @ phi @ raw.T, scale * (transform @ slopes @ transform.T))


def with_residual(point: FloatArray, zero: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
    """Second-order forms of directions G_s, extended by the residual direction I.

    V = I + sum of point_s G_s, so V⁻¹IV⁻¹ = V⁻¹ - sum of point_s V⁻¹G_sV⁻¹: forms with I follow from those with none,
    one and two of the G_s (``zero``, ``first``, ``second``).
    """
    along = np.tensordot(point, second, axes=1)  # forms (D, t)
    whole = zero - 2.0 * np.tensordot(point, first, axes=1) + np.tensordot(point, along, axes=1)
    across = first - along
    size = len(point)
    extended = np.empty((size + 1, size + 1, *zero.shape))
    extended[:size, :size], extended[size, size] = second, whole
    extended[:size, size] = extended[size, :size] = across
    return extended


def kenward_roger(data: CrossProducts, at: Evaluation, correlated: bool, transform: FloatArray) -> KenwardRoger | None:
    """Kenward-Roger inference at a certified REML optimum; None when the information is near singular.

    ``transform`` maps working fixed effects to raw ones, outcome scale included.
    """
    units = free_units(data.q, correlated)
    inner = _inner_sums(data, at.covariance)
    second = np.einsum("sab,bcaxdy,tcd->stxy", units, inner, units, optimize=True)
    return adjusted_at(at, data.n_rows, units, second, transform)


def adjusted_at(
    at: Evaluation, n_rows: int, units: FloatArray, second: FloatArray, transform: FloatArray
) -> KenwardRoger | None:
    """Kenward-Roger inference at an optimum in D, of one level or of more.

    ``units`` are the directions of D that were free, and ``second`` holds X'V⁻¹G_sV⁻¹G_tV⁻¹X for every pair of them.
    """
    p = len(at.beta)
    point = np.array([np.sum(unit * at.covariance) / np.sum(unit) for unit in units])
    first = np.einsum("sab,abxy->sxy", units, at.k[:, :, :p, :p])
    second = 0.5 * (second + second.transpose(1, 0, 3, 2))
    xvx: FloatArray = np.asarray(np.linalg.inv(at.xvx_inverse), dtype=np.float64)
    log_slopes = np.einsum("sab,ab->s", units, at.w_sum)
    traces = with_residual(point, np.array(n_rows, dtype=np.float64), log_slopes, trace_form(at.ww_sum, units))
    residual_pull = xvx - np.tensordot(point, first, axes=1)
    forms = LinearForms(
        traces, np.concatenate([first, residual_pull[None]]), _symmetrised(with_residual(point, xvx, first, second))
    )
    return adjusted_inference(forms, at.xvx_inverse, at.sigma2, transform)


def _symmetrised(bends: FloatArray) -> FloatArray:
    """Only sums over (s, t) and (t, s) are ever used, so each pair may hold their mean."""
    return np.asarray(0.5 * (bends + bends.swapaxes(2, 3)))


def _inner_sums(data: CrossProducts, covariance: FloatArray) -> FloatArray:
    """sum over patients of W_bc U_a'U_d: q x q (b, c) x q x p x q x p (a, x, d, y)."""
    q, p = data.q, data.p
    sums = np.zeros((len(data.zz), q * p, q * p))
    for chunk in shrunken_chunks(data, covariance):
        flat = np.ascontiguousarray(chunk.g[:, :p]).reshape(q * p, -1)
        for target, weight in zip(sums, chunk.w, strict=True):
            target += (flat * weight) @ flat.T
    full = np.empty((q, q, q * p, q * p))
    for (row, column), value in zip(((r, c) for r in range(q) for c in range(r + 1)), sums, strict=True):
        full[row, column] = full[column, row] = value
    return full.reshape(q, q, q, p, q, p)
