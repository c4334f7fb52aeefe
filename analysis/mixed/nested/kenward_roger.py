"""Kenward and Roger's (1997) adjusted covariance where patients share clinics; see ``mixed.kenward_roger``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..crossproducts import lower_pairs
from ..curvature import free_units
from ..deviance import Evaluation
from ..inference import KenwardRoger
from ..kenward_roger import adjusted_at
from .elimination import Eliminated, eliminated_chunks
from .forms import cross_sums, over_last
from .sums import NestedProducts

FloatArray = npt.NDArray[np.float64]


def nested_kenward_roger(
    data: NestedProducts, at: Evaluation, correlated: bool, transform: FloatArray
) -> KenwardRoger | None:
    """Kenward-Roger inference at a certified REML optimum of two levels; None when the information is near singular.

    ``transform`` maps working fixed effects to raw ones, outcome scale included.
    """
    own, outer = (free_units(size, correlated) for size in data.sizes)
    size = len(own) + len(outer)
    second = np.zeros((size, size, data.p, data.p))
    for part in eliminated_chunks(data, at.covariance):
        _add_bends(second, part, own, outer)
    units = free_units(data.q, correlated, data.sizes)
    return adjusted_at(at, data.n_rows, units, second, transform)


def _add_bends(second: FloatArray, part: Eliminated, own: FloatArray, outer: FloatArray) -> None:
    """X'V^-1 G_s V^-1 G_t V^-1 X of some clinics, for directions of the patients' D, then of the clinics'."""
    size, p = len(own), second.shape[-1]
    u, gamma = part.g[:, :p], part.gamma[:, :p]
    second[:size, :size] += _within(own, part.w, u)
    second[size:, size:] += _within(outer, part.omega, gamma)
    sums = np.einsum("sab,abxec->sxec", own, cross_sums(part, u))
    shared = np.einsum("sxec,efc->sxfc", sums, part.m)
    second[:size, :size] -= _pairs(over_last(shared, sums), size)
    seen = np.einsum("sxec,efc->sxfc", sums, part.back)
    across = _pairs(over_last(seen, np.einsum("tef,fyc->tyec", outer, gamma)), size)
    second[:size, size:] += across
    second[size:, :size] += across.transpose(1, 0, 3, 2)


def _within(units: FloatArray, stored: FloatArray, g: FloatArray) -> FloatArray:
    """Sum over groups of g'E_s W E_t g, from the stored triangle of W."""
    q, p, _ = g.shape
    table = np.empty((q, q, q * p, q * p))
    for weights, (b, c) in zip(stored, lower_pairs(q), strict=True):
        table[b, c] = table[c, b] = over_last(g * weights, g)
    formed: FloatArray = np.einsum("sab,bcaxdy,tcd->stxy", units, table.reshape(q, q, q, p, q, p), units, optimize=True)
    return formed


def _pairs(flat: FloatArray, size: int) -> FloatArray:
    """(s x) by (t y) to s x t x x x y."""
    p = len(flat) // size
    return flat.reshape(size, p, -1, p).transpose(0, 2, 1, 3)
