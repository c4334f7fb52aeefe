"""(I + A_i D)^-1 in closed form for one, two and three random effects, for a chunk of patients at a time.

Each function takes the stored triangle of A_i, its minors (see CrossProducts) and D, and returns the determinant of
I + A_i D, the inverse as a table of arrays, and the stored triangle of W_i = (I + A_i D)^-1 A_i.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .crossproducts import lower_pairs

FloatArray = npt.NDArray[np.float64]
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
