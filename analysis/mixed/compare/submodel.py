"""Smaller models within a larger one, from the larger one's sums: fewer columns of X or Z, or combinations of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..crossproducts import CrossProducts, lower_pairs, minors_of
from ..deviance import evaluate
from ..nested.sums import NestedProducts
from ..optimiser import optimise
from ..problem import Problem
from ..refusal import ModelRefused
from ..sweeps import Data

FloatArray = npt.NDArray[np.float64]


def submodel(data: CrossProducts, fixed: FloatArray, random: FloatArray) -> CrossProducts:
    """The sums of the model with columns X ``fixed`` and Z ``random`` (maps: p x fewer, q x fewer), same outcome."""
    wide = _widened(fixed, np.zeros(data.p))
    zx = np.einsum("ac,axm,xy->cym", random, data.zx, wide, optimize=True)
    zz, q = _changed_triangle(data, random), random.shape[1]
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


def _changed_triangle(data: CrossProducts, random: FloatArray) -> FloatArray:
    """The stored triangle of M'A_iM."""
    pairs = lower_pairs(random.shape[1])
    change = np.zeros((len(pairs), len(data.zz)))
    for row, (c, d) in enumerate(pairs):
        for column, (a, b) in enumerate(lower_pairs(data.q)):
            change[row, column] = random[a, c] * random[b, d] + (random[b, c] * random[a, d] if a != b else 0.0)
    return change @ data.zz


def raw_random_columns(problem: Problem, chosen: Sequence[int]) -> FloatArray:
    """The map from working Z to some of the raw columns of Z, each with mean square one."""
    back = np.linalg.inv(problem.model.random_basis.transform)[:, list(chosen)]
    squares = np.zeros((problem.working.data.q,) * 2)
    for value, (a, b) in zip(problem.working.data.zz.sum(axis=1), lower_pairs(len(squares)), strict=True):
        squares[a, b] = squares[b, a] = value / problem.working.data.n_rows
    return np.asarray(back / np.sqrt(np.einsum("ac,ab,bc->c", back, squares, back)))


def lowest_deviance(data: CrossProducts, reml: bool, correlated: bool, start: FloatArray | None = None) -> float:
    """-2 log likelihood at the certified optimum; without random effects where Z has no columns."""
    if data.q:
        return optimise(data, reml, correlated, start).at.value
    return deviance_without_random_effects(data, reml)


def deviance_without_random_effects(data: CrossProducts, reml: bool) -> float:
    """Ordinary least squares: V = I, whatever Z is. Raises ModelRefused when X cannot be solved for."""
    none = CrossProducts(
        np.zeros((1, 1)), np.zeros((1, data.p + 1, 1)), data.total, minors_of(np.zeros((1, 1)), 1), data.n_rows
    )
    at = evaluate(none, np.zeros((1, 1)), reml)
    if at is None:
        raise ModelRefused("The fixed part cannot be solved for.", "Use fewer terms.")
    return at.value
