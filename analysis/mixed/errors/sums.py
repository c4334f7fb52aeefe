"""Per-patient cross-products of whitened rows, and their derivatives in the parameters of the whitening."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..crossproducts import CrossProducts, lower_pairs, minors_of
from ..inverses import INVERSES
from ..products import gram_of, piece_length

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


def cross_products(values: FloatArray, q: int, starts: IntArray) -> CrossProducts:
    """A_i, B_i and C of columns [Z X y] (columns x rows); ``starts`` is the first row of each patient."""
    width = len(values)
    zz = np.stack([np.add.reduceat(values[row] * values[column], starts) for row, column in lower_pairs(q)])
    zx = np.empty((q, width - q, len(starts)))
    for row in range(q):
        for column in range(width - q):
            zx[row, column] = np.add.reduceat(values[row] * values[q + column], starts)
    return CrossProducts(zz, zx, gram_of(values[q:]), minors_of(zz, q), values.shape[1])


@dataclass(frozen=True)
class Change:
    """Derivatives in one parameter, at one covariance of the random effects: ``log_determinant`` of
    sum log |I + A_i D|, ``schur`` of S = [X y]'V⁻¹[X y]."""

    log_determinant: float
    schur: FloatArray


@dataclass(frozen=True)
class Eliminated:
    """Whitened rows with the random effects eliminated at one D.

    ``kept`` is M_i = D (I + A_i D)⁻¹ (q x q x patients) and ``pulled`` b_i = M_i B_i (q x (p+1) x patients).
    """

    values: FloatArray
    starts: IntArray
    kept: FloatArray
    pulled: FloatArray

    def change_along(self, slope: FloatArray) -> Change:
        """How the sums move when the whitened rows move along ``slope`` and D stays.

        d log |I + A_i D| = tr(M_i dA_i); dS = dC - sum of (dB_i'b_i + b_i'dB_i - b_i'dA_i b_i).
        """
        q = len(self.kept)
        cross = _cross(self.values[q:], slope[q:])
        schur = cross + cross.T
        d_zx = np.stack([[self._moved(slope, row, column) for column in range(q, len(slope))] for row in range(q)])
        across = _cross(_flat(d_zx), _flat(self.pulled))
        schur -= across + across.T
        trace = 0.0
        for row, column in lower_pairs(q):
            entry = self._moved(slope, row, column)
            trace += (1.0 if row == column else 2.0) * float(entry @ self.kept[row, column])
            bent = _cross(self.pulled[row] * entry, self.pulled[column])
            schur += bent if row == column else bent + bent.T
        return Change(trace, schur)

    def _moved(self, slope: FloatArray, row: int, column: int) -> FloatArray:
        """Derivative of each patient's product of two columns."""
        values = self.values
        return np.add.reduceat(slope[row] * values[column] + values[row] * slope[column], self.starts)


def eliminated(values: FloatArray, starts: IntArray, data: CrossProducts, covariance: FloatArray) -> Eliminated:
    """Eliminate the random effects at D = ``covariance``; ``data`` are the cross-products of ``values``."""
    _, shrink, _ = INVERSES[data.q](data.zz, data.minors, covariance)
    kept = np.stack([[sum(covariance[a, c] * row[b] for c, row in enumerate(shrink)) for b in range(data.q)]
                     for a in range(data.q)])  # fmt: skip
    return Eliminated(values, starts, kept, np.einsum("abm,bxm->axm", kept, data.zx))


def _flat(block: FloatArray) -> FloatArray:
    """q x width x patients to width x (q x patients)."""
    return np.ascontiguousarray(block.swapaxes(0, 1)).reshape(block.shape[1], -1)


def _cross(left: FloatArray, right: FloatArray) -> FloatArray:
    """left @ right' for a few wide rows, in pieces that stay on one thread."""
    out = np.zeros((len(left), len(right)))
    length = piece_length(len(left), len(right))
    for first in range(0, left.shape[1], length):
        part = slice(first, first + length)
        out += left[:, part] @ right[:, part].T
    return out
