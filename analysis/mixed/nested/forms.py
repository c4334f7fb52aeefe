"""Forms in pairs of directions of D when patients share clinics: tr(V^-1 G_s V^-1 G_t) and y'V^-1 G_s V^-1 G_t V^-1 y.

Sums over pairs of patients of a clinic factor into sums over its patients, of T_i'E T_i and of h_i'E T_i, so nothing
grows faster than the number of patients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..crossproducts import lower_pairs
from ..curvature import cyclic_table
from ..products import piece_length
from .elimination import Eliminated

FloatArray = npt.NDArray[np.float64]


@dataclass
class LevelForms:
    """A form in pairs of directions, as (ab) x (cd) tables: patients with patients, with clinics, clinics alone."""

    sizes: tuple[int, int]
    patients: FloatArray
    across: FloatArray
    clinics: FloatArray

    @staticmethod
    def zero(sizes: tuple[int, int]) -> LevelForms:
        own, outer = (size * size for size in sizes)
        return LevelForms(sizes, np.zeros((own, own)), np.zeros((own, outer)), np.zeros((outer, outer)))

    def add_traces(self, part: Eliminated, within: FloatArray) -> None:
        """tr(V^-1 G_s V^-1 G_t). ``within`` is the stored triangle of T_i M_c T_i'."""
        q, qc = self.sizes
        self.patients += cyclic_table(part.w @ (part.w - 2.0 * within).T, q)
        pairs = np.empty((q, q, qc, qc, len(part.starts)))  # sums over a clinic of T_i(a)'T_i(b)
        for a in range(q):
            for b in range(q):
                pairs[a, b] = part.over_patients(part.t[a][:, None] * part.t[b][None])
        turned = np.einsum("egc,abgfc->abefc", part.m, pairs).reshape(q * q, qc, qc, -1)
        self.patients += over_last(turned, turned.swapaxes(1, 2), flat=1)
        seen = np.einsum("gec,abgfc->abefc", part.back, pairs)
        self.across += np.einsum("abefc,fhc->abeh", seen, part.back).reshape(q * q, qc * qc)
        self.clinics += cyclic_table(part.omega @ part.omega.T, qc)

    def add_quadratics(self, part: Eliminated, h: FloatArray, gamma: FloatArray) -> None:
        """Sum over columns y of y'V^-1 G_s V^-1 G_t V^-1 y. ``h`` holds Z_i'V^-1 y of each, ``gamma`` Z_c'V^-1 y."""
        q, qc = self.sizes
        own = np.stack([np.einsum("rm,rm->m", h[a], h[b]) for a, b in lower_pairs(q)])
        self.patients += cyclic_table(part.w @ own.T, q)
        pairs = cross_sums(part, h)
        turned = np.einsum("abrec,efc->abrfc", pairs, part.m)
        self.patients -= over_last(turned.reshape(q * q, -1), pairs.swapaxes(0, 1).reshape(q * q, -1), flat=1)
        seen = np.einsum("abrec,efc->abrfc", pairs, part.back)
        self.across += np.einsum("abrec,frc->abef", seen, gamma).reshape(q * q, qc * qc)
        outer = np.stack([np.einsum("rc,rc->c", gamma[e], gamma[f]) for e, f in lower_pairs(qc)])
        self.clinics += cyclic_table(part.omega @ outer.T, qc)

    def table(self) -> FloatArray:
        """The whole form, with zeros for entries of D between the levels."""
        q, qc = self.sizes
        whole = np.zeros((q + qc, q + qc, q + qc, q + qc))
        whole[:q, :q, :q, :q] = self.patients.reshape(q, q, q, q)
        whole[:q, :q, q:, q:] = self.across.reshape(q, q, qc, qc)
        whole[q:, q:, :q, :q] = self.across.T.reshape(qc, qc, q, q)
        whole[q:, q:, q:, q:] = self.clinics.reshape(qc, qc, qc, qc)
        return whole.reshape((q + qc) ** 2, -1)


def cross_sums(part: Eliminated, h: FloatArray) -> FloatArray:
    """Sums over a clinic's patients of h_i(a, r) T_i(b, e): q x q x r x qc x clinics."""
    q, rows, _ = h.shape
    qc = part.t.shape[1]
    sums = np.empty((q, q, rows, qc, len(part.starts)))
    for a in range(q):
        for b in range(q):
            for e in range(qc):
                sums[a, b, :, e] = part.over_patients(h[a] * part.t[b, e])
    return sums


def over_last(left: FloatArray, right: FloatArray, flat: int = 2) -> FloatArray:
    """Products summed over all but the first ``flat`` axes, in pieces that BLAS keeps on one thread."""
    rows, columns = int(np.prod(left.shape[:flat])), int(np.prod(right.shape[:flat]))
    one, other = left.reshape(rows, -1), right.reshape(columns, -1)
    total = np.zeros((rows, columns))
    length = piece_length(rows, columns)
    for first in range(0, one.shape[1], length):
        piece = slice(first, first + length)
        total += one[:, piece] @ other[:, piece].T
    return total
