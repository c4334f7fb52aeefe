"""What one sweep over the patients adds up, patient by patient or pattern by pattern; notation of ``deviance``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .crossproducts import CrossProducts, lower_pairs
from .inverses import INVERSES, is_moderate, loss_weights
from .patterns import Patterns
from .products import piece_length

FloatArray = npt.NDArray[np.float64]

CHUNK = 2048  # patients per sweep step: the working arrays stay in cache


@dataclass(frozen=True)
class Centre:
    """Fixed effects, residual variance and inverse root of X'V^-1X at which the second derivatives are taken."""

    beta: FloatArray
    sigma2: float
    inverse_root: FloatArray
    reml: bool


@dataclass(frozen=True)
class Sums:
    """What one sweep adds up. ``squares`` is the sum of G_i G_i' (q x width x q x width), ``loss`` what the random
    effects take off [X y]'[X y] (width x width)."""

    log_determinant: float
    w_sum: FloatArray
    ww_sum: FloatArray
    squares: FloatArray
    loss: FloatArray
    wp_sum: FloatArray | None
    score: FloatArray | None


def sums_over_patients(data: CrossProducts, covariance: FloatArray, centre: Centre | None, keep_score: bool) -> Sums:
    q, width = data.q, data.p + 1
    log_determinant = 0.0
    stored = len(data.zz)
    ww_sum, w_sum = np.zeros((stored, stored)), np.zeros(stored)
    wp_sum = np.zeros((stored, stored)) if centre is not None else None
    (squares, mixed), loss = np.zeros((2, q * width, q * width)), np.zeros((width, width))
    score = np.empty((q, data.m)) if keep_score else None
    for chunk in shrunken_chunks(data, covariance):
        part, w, g = chunk.part, chunk.w, chunk.g
        log_determinant += float(np.log(chunk.determinant).sum())
        flat = g.reshape(q * width, -1)
        squares += flat @ flat.T
        zx, zz = data.zx[:, :, part], data.zz[:, part]
        if is_moderate(zz, covariance):  # K B = D G, and one product is quicker than several
            mixed += zx.reshape(q * width, -1) @ flat.T
        else:
            loss += weighted_products(zx, loss_weights(zz, chunk.shrink, covariance))
        w_sum += w.sum(axis=1)
        ww_sum += w @ w.T
        if centre is not None and wp_sum is not None:
            p_terms, residual = _curvature_terms(g, centre)
            wp_sum += w @ p_terms.T
            if score is not None:
                score[:, part] = residual
    shape = (q, width, q, width)
    loss += np.einsum("ab,axby->xy", covariance, mixed.reshape(shape))
    return Sums(log_determinant, w_sum, ww_sum, squares.reshape(shape), loss, wp_sum, score)


def weighted_products(values: FloatArray, weights: list[FloatArray]) -> FloatArray:
    """Sum over patients of values_i' K_i values_i, for values of q x width x patients and stored weights K."""
    size, width, _ = values.shape
    total = np.zeros((width, width))
    for (row, column), weight in zip(lower_pairs(size), weights, strict=True):
        part = (values[row] * weight) @ values[column].T
        total += part if row == column else part + part.T
    return total


def sums_over_patterns(
    data: CrossProducts, patterns: Patterns, covariance: FloatArray, centre: Centre | None, keep_score: bool
) -> Sums:
    """The same sums from one inverse per pattern: nothing in it grows with the number of patients but ``score``."""
    q = data.q
    determinant, shrink, w = INVERSES[q](patterns.zz, patterns.minors, covariance)
    weighted = w * patterns.counts
    right = _turned(shrink, patterns.outer.swapaxes(0, 2).swapaxes(1, 3)).swapaxes(0, 2).swapaxes(1, 3)
    squares = _turned(shrink, right)
    loss = np.zeros((data.p + 1, data.p + 1))
    for (a, b), weight in zip(lower_pairs(q), loss_weights(patterns.zz, shrink, covariance), strict=True):
        part = patterns.outer[a, :, b] @ weight
        loss += part if a == b else part + part.T
    wp_sum, score = None, None
    if centre is not None:
        along = np.append(-centre.beta, 1.0)
        inverse = (centre.inverse_root.T @ centre.inverse_root).ravel()
        rows = []
        for a, b in lower_pairs(q):
            row = (along @ (along @ squares[a, :, b].reshape(len(along), -1)).reshape(len(along), -1)) / centre.sigma2
            if centre.reml and data.p:
                row = row + inverse @ squares[a, :-1, b, :-1].reshape(len(inverse), -1)
            rows.append(row)
        wp_sum = w @ np.stack(rows).T
        if keep_score:
            pulled = np.einsum("x,qxm->qm", along, data.zx)
            score = np.stack(
                [sum(weights[patterns.of_patient] * pulled[c] for c, weights in enumerate(row)) for row in shrink]
            )
    return Sums(
        float(patterns.counts @ np.log(determinant)),
        weighted.sum(axis=1),
        weighted @ w.T,
        squares.sum(axis=-1),
        loss,
        wp_sum,
        score,
    )


def _turned(shrink: list[list[FloatArray]], block: FloatArray) -> FloatArray:
    """Sum over c of shrink[a][c] times block[c], pattern by pattern (the last axis)."""
    return np.stack([sum(block[c] * weights for c, weights in enumerate(row)) for row in shrink])


class Shrunken(NamedTuple):
    """Some patients at one D: |I + A_i D| and (I + A_i D)^-1, the stored triangle of W_i, and (I + A_i D)^-1 B_i =
    [U_i w_i]."""

    part: slice
    determinant: FloatArray
    shrink: list[list[FloatArray]]
    w: FloatArray
    g: FloatArray


def shrunken_chunks(data: CrossProducts, covariance: FloatArray) -> Iterator[Shrunken]:
    """All patients, a chunk at a time."""
    width = data.q * (data.p + 1)
    chunk = piece_length(width, width, CHUNK)
    for first in range(0, data.m, chunk):
        part = slice(first, min(first + chunk, data.m))
        determinant, shrink, w = INVERSES[data.q](data.zz[:, part], data.minors[:, part], covariance)
        yield Shrunken(part, determinant, shrink, w, _shrunken(shrink, data.zx[:, :, part]))


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
