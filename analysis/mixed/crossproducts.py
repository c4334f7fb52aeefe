"""One pass over the rows: per-patient cross-products of the orthonormal columns.

Arrays keep the patient as the last index, so that every later step is a sweep over contiguous memory. Patients
are taken by number of rows, a block at a time, and a block is padded with rows of zeros to its longest patient:
sums over a patient's rows become sums over the first axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .products import change_columns, gram_of

if TYPE_CHECKING:
    from .patterns import Patterns

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

BLOCK = 1024  # patients; their rows of a handful of columns stay in the second-level cache
ZERO_MINOR = 1e-13  # a 2 x 2 minor this far below the product of its diagonal is rounding error


@dataclass(frozen=True)
class CrossProducts:
    """Sufficient statistics of some patients; notation of Bates et al. (2015), J Stat Softw 67(1).

    ``zz``   A_i = Z_i'Z_i, lower triangle by rows: (q(q+1)/2) x m
    ``zx``   B_i = Z_i'[X y]_i: q x (p+1) x m
    ``total`` C = [X y]'[X y] over all rows: (p+1) x (p+1)
    ``minors`` determinant (q = 2), or determinant and cofactors (q = 3), of A_i
    ``patterns`` the patients grouped by A_i, when that is worth while (see ``patterns.by_pattern``)
    """

    zz: FloatArray
    zx: FloatArray
    total: FloatArray
    minors: FloatArray
    n_rows: int
    patterns: Patterns | None = None

    @property
    def q(self) -> int:
        return int(self.zx.shape[0])

    @property
    def p(self) -> int:
        return int(self.zx.shape[1]) - 1

    @property
    def m(self) -> int:
        return int(self.zx.shape[2])

    def every(self, step: int) -> CrossProducts:
        """A thinned set of patients, for a starting value only (its total is scaled, not summed again)."""
        share = len(range(0, self.m, step)) / self.m
        return CrossProducts(
            np.ascontiguousarray(self.zz[:, ::step]),
            np.ascontiguousarray(self.zx[:, :, ::step]),
            self.total * share,
            np.ascontiguousarray(self.minors[:, ::step]),
            round(self.n_rows * share),
        )


def lower_pairs(size: int) -> list[tuple[int, int]]:
    """(0,0), (1,0), (1,1), (2,0), ...: the order in which triangles are stored."""
    return [(row, column) for row in range(size) for column in range(row + 1)]


def sum_per_patient(
    columns: FloatArray,
    change: FloatArray,
    q: int,
    layout: list[tuple[IntArray, slice]],
    m: int,
    with_rows: bool,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray | None]:
    """A_i, B_i, C and (when asked for) the triangle of [X y]_i'[X y]_i for every patient.

    ``columns`` holds the raw columns (variables x rows, the last row zero for padding), ``change`` maps them to
    [Z X y] on the orthonormal scale, ``layout`` the padded row numbers of each block of patients.
    """
    width = len(change)
    zz = np.empty((q * (q + 1) // 2, m))
    zx = np.empty((q, width - q, m))
    total = np.zeros((width - q, width - q))
    pairs = list(combinations_with_replacement(range(q, width), 2))
    xx = np.empty((len(pairs), m)) if with_rows else None
    for rows, place in layout:
        raw = np.take(columns, rows.ravel(), axis=1, mode="clip")
        made = change_columns(change, raw)
        total += gram_of(made[q:])
        block = made.reshape(width, *rows.shape)
        for target, (row, column) in zip(zz, lower_pairs(q), strict=True):
            np.einsum("tm,tm->m", block[row], block[column], out=target[place])
        for row in range(q):
            for column in range(width - q):
                np.einsum("tm,tm->m", block[row], block[q + column], out=zx[row, column, place])
        if xx is not None:
            for target, (row, column) in zip(xx, pairs, strict=True):
                np.einsum("tm,tm->m", block[row], block[column], out=target[place])
    return zz, zx, total, xx


def patient_layout(patient: IntArray, m: int) -> tuple[IntArray, IntArray, list[tuple[IntArray, slice]]]:
    """Order of patients (most rows first), rows per patient in that order, and padded row numbers per block.

    Row number ``len(patient)`` stands for the padding row.
    """
    counts = np.bincount(patient, minlength=m)
    n = len(patient)
    contiguous = bool(np.all(patient[1:] >= patient[:-1]))
    by_patient = None if contiguous else np.append(np.argsort(patient, kind="stable"), n)
    starts = np.cumsum(counts) - counts
    order = np.argsort(-counts, kind="stable")
    layout: list[tuple[IntArray, slice]] = []
    for first in range(0, m, BLOCK):
        chosen = order[first : first + BLOCK]
        longest = int(counts[chosen[0]])
        rows = starts[chosen] + np.arange(longest)[:, None]
        if counts[chosen[-1]] < longest:
            rows[np.arange(longest)[:, None] >= counts[chosen]] = n
        layout.append((rows if by_patient is None else by_patient[rows], slice(first, first + len(chosen))))
    return order, counts[order], layout


def triangle_to_square(triangle: FloatArray, size: int) -> FloatArray:
    """Rebuild a symmetric matrix from sums in the order of ``combinations_with_replacement``."""
    square = np.empty((size, size))
    for value, (row, column) in zip(triangle, combinations_with_replacement(range(size), 2), strict=True):
        square[row, column] = square[column, row] = value
    return square


def minors_of(zz: FloatArray, q: int) -> FloatArray:
    """What the closed forms of the deviance need beyond A_i itself; see ``CrossProducts.minors``.

    Differences that are only rounding error are set to zero, so that a patient with fewer rows than random
    effects has an exactly singular A_i.
    """
    if q == 1:
        return np.empty((0, zz.shape[1]))
    if q == 2:
        a, b, c = zz
        return _difference(a * c, b * b)[None]
    a, b, c, d, e, f = zz  # A = [[a, b, d], [b, c, e], [d, e, f]]
    cofactors = np.stack(
        [
            _difference(c * f, e * e),
            _difference(d * e, b * f),
            _difference(a * f, d * d),
            _difference(b * e, c * d),
            _difference(b * d, a * e),
            _difference(a * c, b * b),
        ]
    )
    terms = np.stack([a * cofactors[0], b * cofactors[1], d * cofactors[3]])
    determinant = terms.sum(axis=0)
    determinant[determinant <= ZERO_MINOR * np.abs(terms).max(axis=0)] = 0.0
    return np.concatenate([determinant[None], cofactors])


def _difference(left: FloatArray, right: FloatArray) -> FloatArray:
    value = left - right
    value[np.abs(value) <= ZERO_MINOR * np.maximum(np.abs(left), np.abs(right))] = 0.0
    return value
