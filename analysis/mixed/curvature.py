"""Second derivatives of the deviance: expected (for far steps) and exact (for the last steps and for inference)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from .chart import Chart, blocks_of
from .crossproducts import lower_pairs
from .deviance import Evaluation
from .sweep_sums import Centre

FloatArray = npt.NDArray[np.float64]

FLAT = 1e-8  # share of the largest curvature (unit diagonal) under which a direction carries no information
INSIDE = 0.05  # share of the smallest eigenvalue of D that a scoring step must leave


@lru_cache(maxsize=4)
def _stored(q: int) -> npt.NDArray[np.intp]:
    place = np.empty((q, q), dtype=np.intp)
    for position, (row, column) in enumerate(lower_pairs(q)):
        place[row, column] = place[column, row] = position
    return place


@lru_cache(maxsize=4)
def _cyclic(q: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Where the sum of W_bc P_da sits among the stored sums, as a (ab) x (cd) table: tr(E_s W E_t P) = s' table t."""
    place = _stored(q)
    a, b, c, d = np.indices((q, q, q, q)).reshape(4, -1)
    return place[b, c].reshape(q * q, q * q), place[d, a].reshape(q * q, q * q)


def cyclic_table(sums: FloatArray, q: int) -> FloatArray:
    """The (ab) x (cd) table of sums over W_bc P_da, from sums over the stored entries of W times those of P."""
    left, right = _cyclic(q)
    return sums[left, right]


def trace_form(sums: FloatArray, directions: FloatArray) -> FloatArray:
    """sum over patients of tr(E_s W E_t P) for all pairs of directions.

    ``sums`` are sums of stored W entries times stored P entries, or (with an outer level, where patients of a clinic
    are not independent) the (ab) x (cd) table itself.
    """
    q = directions.shape[1]
    flat = directions.reshape(len(directions), q * q)
    table = sums if len(sums) == q * q else cyclic_table(sums, q)
    form = flat @ table @ flat.T
    symmetric: FloatArray = 0.5 * (form + form.T)
    return symmetric


def _inner(directions: FloatArray, matrix: FloatArray) -> FloatArray:
    """tr(E_s M) for every direction (np.tensordot costs ten times as much on matrices this small)."""
    return np.asarray(directions.reshape(len(directions), -1) @ matrix.ravel())


def expected_curvature(at: Evaluation, chart: Chart) -> FloatArray:
    """Scoring matrix for L with the residual variance profiled out, plus the exact bend of D = L L'."""
    directions = chart.directions()
    log_slopes = _inner(directions, at.w_sum)
    information = trace_form(at.ww_sum, directions) - np.outer(log_slopes, log_slopes) / at.nu
    return information + chart.bend(at.slope)


@lru_cache(maxsize=32)
def free_units(q: int, correlated: bool, sizes: tuple[int, ...] | None = None) -> FloatArray:
    """Symmetric unit directions of D: every entry (within the blocks of ``sizes``, if any), or the diagonal."""
    pairs = [(row, row) for row in range(q)]
    if correlated:
        blocks = blocks_of((q,) if sizes is None else sizes)
        pairs = [(row + b.start, column + b.start) for b in blocks for row, column in lower_pairs(b.stop - b.start)]
    units = np.zeros((len(pairs), q, q))
    for unit, (row, column) in zip(units, pairs, strict=True):
        unit[row, column] = unit[column, row] = 1.0
    return units


def scoring_step(at: Evaluation, correlated: bool) -> FloatArray | None:
    """Fisher scoring in the entries of D; None when the step leaves the inside of the cone."""
    units = free_units(len(at.slope), correlated, at.sizes)
    log_slopes = _inner(units, at.w_sum)
    information = trace_form(at.ww_sum, units) - np.outer(log_slopes, log_slopes) / at.nu
    try:
        step = np.linalg.solve(information, -_inner(units, at.slope))
    except np.linalg.LinAlgError:
        return None
    covariance = at.covariance + (step @ units.reshape(len(units), -1)).reshape(at.covariance.shape)
    inside = np.linalg.eigvalsh(covariance)[0] > INSIDE * np.linalg.eigvalsh(at.covariance)[0]
    return covariance if inside else None


def joint_hessian(at: Evaluation, chart: Chart) -> FloatArray:
    """Exact second derivatives of the deviance in (free entries of L, log sigma), fixed effects profiled out.

    ``at`` must carry ``wp_sum``. It is exact when the centre it was taken at is the evaluation's own.
    """
    assert at.wp_sum is not None
    directions = chart.directions()
    p = len(at.beta)
    along = np.append(-at.beta, 1.0)
    inner = np.einsum("sab,abxy->sxy", directions, at.k)
    pulls = inner @ along  # sum U'E e (first p) and the outcome's row
    drop = pulls @ along  # sum e'E e
    entries = 2.0 * trace_form(at.wp_sum, directions) - trace_form(at.ww_sum, directions)
    entries -= 2.0 / at.sigma2 * pulls[:, :p] @ at.xvx_inverse @ pulls[:, :p].T
    if at.reml:
        turned = at.xvx_inverse @ inner[:, :p, :p]
        entries -= np.einsum("sxy,tyx->st", turned, turned)
    size = len(directions)
    hessian = np.empty((size + 1, size + 1))
    hessian[:size, :size] = entries + chart.bend(at.slope)
    hessian[:size, size] = hessian[size, :size] = 2.0 * drop / at.sigma2
    hessian[size, size] = 4.0 * at.nu
    return hessian


def profiled_hessian(at: Evaluation, chart: Chart) -> FloatArray:
    """The joint Hessian with log sigma eliminated: what a Newton step in L needs."""
    joint = joint_hessian(at, chart)
    across = joint[:-1, -1]
    return np.asarray(joint[:-1, :-1] - np.outer(across, across) / joint[-1, -1])


def own_centre(at: Evaluation) -> Centre:
    """The point itself, for second derivatives in the next sweep."""
    return Centre(at.beta, at.sigma2, np.ascontiguousarray(at.inverse_root.T), at.reml)
