"""Smaller models within a larger one, from the larger one's sums: fewer columns of X or Z, or combinations of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..crossproducts import CrossProducts, lower_pairs, minors_of
from ..deviance import evaluate
from ..nested.sums import NestedProducts
from ..optimiser import optimise
from ..refusal import ModelRefused
from ..sweeps import Data

FloatArray = npt.NDArray[np.float64]


def submodel(data: CrossProducts, fixed: FloatArray, random: FloatArray) -> CrossProducts:
    """The sums of the model with columns X ``fixed`` and Z ``random`` (maps: p x fewer, q x fewer), same outcome."""
    wide = _widened(fixed, np.zeros(data.p))
    zx = np.einsum("ac,axm,xy->cym", random, data.zx, wide, optimize=True)
    zz, q = changed_triangles(data.zz, random), random.shape[1]
    minors = minors_of(zz, q) if q else np.empty((0, data.m))
    return CrossProducts(zz, np.ascontiguousarray(zx), wide.T @ data.total @ wide, minors, data.n_rows)


def with_fixed_columns(data: Data, fixed: FloatArray, added: FloatArray) -> Data:
    """The sums of the model with columns X ``fixed`` (a map, p x fewer) and X ``added`` added to the outcome."""
    wide = _widened(fixed, added)
    patients = data.patients if isinstance(data, NestedProducts) else data
    zx = np.einsum("axm,xy->aym", patients.zx, wide)
    changed = CrossProducts(patients.zz, zx, wide.T @ data.total @ wide, patients.minors, data.n_rows)
    if not isinstance(data, NestedProducts):
        return changed
    outer = replace(data.outer, cx=np.einsum("axm,xy->aym", data.outer.cx, wide))
    return replace(data, patients=changed, outer=outer, cx=np.einsum("axm,xy->aym", data.cx, wide))


def _widened(fixed: FloatArray, added: FloatArray) -> FloatArray:
    """The map of [X y] to [X fixed, y + X added]."""
    wide = np.zeros((len(fixed) + 1, fixed.shape[1] + 1))
    wide[:-1, :-1], wide[:-1, -1], wide[-1, -1] = fixed, added, 1.0
    return wide


def changed_triangles(triangles: FloatArray, change: FloatArray) -> FloatArray:
    """The stored triangles of M'AM, M = ``change`` (q x fewer), from those of A."""
    pairs, size = lower_pairs(change.shape[1]), len(change)
    by_entry = np.zeros((len(pairs), len(triangles)))
    for row, (c, d) in enumerate(pairs):
        for column, (a, b) in enumerate(lower_pairs(size)):
            mirrored = change[b, c] * change[a, d] if a != b else 0.0
            by_entry[row, column] = change[a, c] * change[b, d] + mirrored
    return by_entry @ triangles


def lowest_deviance(data: Data, reml: bool, correlated: bool) -> float:
    """-2 log likelihood at the certified optimum; without random effects where Z has no columns."""
    if data.q:
        return optimise(data, reml, correlated).at.value
    return deviance_without_random_effects(data, reml)


def deviance_without_random_effects(data: Data, reml: bool) -> float:
    """Ordinary least squares: V = I, whatever Z is. Raises ModelRefused when X cannot be solved for."""
    none = CrossProducts(
        np.zeros((1, 1)), np.zeros((1, data.p + 1, 1)), data.total, minors_of(np.zeros((1, 1)), 1), data.n_rows
    )
    at = evaluate(none, np.zeros((1, 1)), reml)
    if at is None:
        raise ModelRefused("The fixed part cannot be solved for.", "Use fewer terms.")
    return at.value
