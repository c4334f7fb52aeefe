"""(I + A_i D)^-1 in closed form for one, two and three random effects, for a chunk of patients at a time.

Each function takes the stored triangle of A_i, its minors (see CrossProducts) and D, and returns the determinant of
I + A_i D, the inverse as a table of arrays, and the stored triangle of W_i = (I + A_i D)^-1 A_i.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .crossproducts import lower_pairs

FloatArray = npt.NDArray[np.float64]
MODERATE = 1e3  # largest A times trace of D up to which M loses no digits that matter: about 1e-13 of its size

Inverse = tuple[FloatArray, list[list[FloatArray]], FloatArray]


def _inverse_of_one(zz: FloatArray, minors: FloatArray, d: FloatArray) -> Inverse:
    determinant = 1.0 + zz[0] * d[0, 0]
    shrink = 1.0 / determinant
    return determinant, [[shrink]], (zz[0] * shrink)[None]


def _inverse_of_two(zz: FloatArray, minors: FloatArray, d: FloatArray) -> Inverse:
    """W = (A + |A| adj D) / |I + AD|: sums of terms of one sign on the diagonal, so nothing cancels."""
    a, b, c = zz
    d11, d12, d22 = d[0, 0], d[0, 1], d[1, 1]
    size = minors[0]
    ad11, ad12 = a * d11 + b * d12, a * d12 + b * d22
    ad21, ad22 = b * d11 + c * d12, b * d12 + c * d22
    det_d = max(d11 * d22 - d12 * d12, 0.0)
    determinant = 1.0 + ad11 + ad22 + size * det_d
    scale = 1.0 / determinant
    shrink = [[(1.0 + ad22) * scale, -ad12 * scale], [-ad21 * scale, (1.0 + ad11) * scale]]
    w = np.stack([a + size * d22, b - size * d12, c + size * d11])
    w *= scale
    return determinant, shrink, w


def _inverse_of_three(zz: FloatArray, minors: FloatArray, d: FloatArray) -> Inverse:
    """(I + AD)^-1 = ((1 + tr AD) I - AD + adj D adj A) / |I + AD|, Cayley-Hamilton for 3 x 3."""
    index = ((0, 1, 3), (1, 2, 4), (3, 4, 5))
    a = [[zz[index[i][j]] for j in range(3)] for i in range(3)]
    size = minors[0]
    adj_a = [[minors[1 + index[i][j]] for j in range(3)] for i in range(3)]
    adj_d = cofactors_of_three(d)
    ad = [[sum(a[i][k] * d[k, j] for k in range(3)) for j in range(3)] for i in range(3)]
    trace = ad[0][0] + ad[1][1] + ad[2][2]
    paired = sum(adj_d[i, j] * adj_a[i][j] for i in range(3) for j in range(3))
    det_d = max(float(d[0] @ adj_d[0]), 0.0)
    determinant = 1.0 + trace + paired + size * det_d
    scale = 1.0 / determinant
    shrink = []
    for i in range(3):
        shrink.append([sum(adj_d[i, k] * adj_a[k][j] for k in range(3)) - ad[i][j] for j in range(3)])
        shrink[i][i] = shrink[i][i] + 1.0 + trace
    shrink = [[entry * scale for entry in row] for row in shrink]
    w = np.stack(
        [
            ((1.0 + trace) * a[i][j] - sum(ad[i][k] * a[k][j] for k in range(3)) + size * adj_d[i, j]) * scale
            for i, j in lower_pairs(3)
        ]
    )
    return determinant, shrink, w


def loss_weights(zz: FloatArray, shrink: list[list[FloatArray]], d: FloatArray) -> list[FloatArray]:
    """The weights K_i, stored triangle, with which a patient's B_i lowers C: S = C - sum of B_i' K_i B_i.

    K = (I + DA)^-1 D exactly, and is computed as M + M' - M'AM - (I + AD)^-T M with M = D (I + AD)^-1: a form that is
    stationary in M, so that what rounding does to M when D is large comes in squared (the Joseph form of filtering).
    While A and D are of moderate size, K = M is as good.
    """
    size = len(d)
    index = {pair: position for position, pair in enumerate(lower_pairs(size))}
    a = [[zz[index[max(i, j), min(i, j)]] for j in range(size)] for i in range(size)]
    m = [[_weighted_sum(d[i], [shrink[k][j] for k in range(size)]) for j in range(size)] for i in range(size)]
    if is_moderate(zz, d):
        return [0.5 * (m[i][j] + m[j][i]) if i != j else m[i][i] for i, j in lower_pairs(size)]
    inner = [  # A M + (I + AD)^-1, whose product with M' is to be taken off
        [_dotted([*a[i], 1.0], [*(m[k][j] for k in range(size)), shrink[i][j]]) for j in range(size)]
        for i in range(size)
    ]
    return [
        m[i][j]
        + m[j][i]
        - 0.5 * _dotted([m[k][i] for k in range(size)], [inner[k][j] for k in range(size)])
        - 0.5 * _dotted([m[k][j] for k in range(size)], [inner[k][i] for k in range(size)])
        for i, j in lower_pairs(size)
    ]


def is_moderate(zz: FloatArray, d: FloatArray) -> bool:
    """Whether D (I + AD)^-1 is as good as its stationary form for these patients: see ``loss_weights``."""
    largest = max(float(zz[row * (row + 3) // 2].max()) for row in range(len(d)))
    return float(np.trace(d)) * largest < MODERATE


def _weighted_sum(weights: FloatArray, arrays: list[FloatArray]) -> FloatArray:
    total: FloatArray = weights[0] * arrays[0]
    for weight, array in zip(weights[1:], arrays[1:], strict=True):
        total = total + weight * array
    return total


def _dotted(left: list[Any], right: list[FloatArray]) -> FloatArray:
    total: FloatArray = left[0] * right[0]
    for one, other in zip(left[1:], right[1:], strict=True):
        total = total + one * other
    return total


def cofactors_of_three(d: FloatArray) -> FloatArray:
    """The adjugate of a symmetric 3 x 3 matrix."""
    (a, b, c), (_, e, f), (_, _, i) = d
    return np.array(
        [
            [e * i - f * f, c * f - b * i, b * f - c * e],
            [c * f - b * i, a * i - c * c, b * c - a * f],
            [b * f - c * e, b * c - a * f, a * e - b * b],
        ]
    )


INVERSES = {1: _inverse_of_one, 2: _inverse_of_two, 3: _inverse_of_three}
