"""Two levels taken out one after the other: patients first, then clinics. Nothing larger than a clinic's qc x qc.

Notation beyond ``deviance``: T_i = Z_i'V_i^-1 Z_c, where V_i is the covariance within patient i alone; S_zz and S_zx
are the sums over a clinic's patients of Z_c'V_i^-1 Z_c and Z_c'V_i^-1 [X y]; M_c = D_c (I + S_zz D_c)^-1. With V the
covariance of the whole clinic,

    Z_i'V^-1 [X y] = Z_i'V_i^-1 [X y] - T_i M_c S_zx      Z_c'V^-1 [X y] = (I + S_zz D_c)^-1 S_zx
    Z_i'V^-1 Z_j   = W_i (i = j) - T_i M_c T_j'           Z_c'V^-1 Z_c   = (I + S_zz D_c)^-1 S_zz
    Z_i'V^-1 Z_c   = T_i (I + D_c S_zz)^-1

Bates et al. (2015), J Stat Softw 67(1), eliminate in the same order with a sparse factor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..crossproducts import lower_pairs, minors_of
from ..inverses import INVERSES, loss_weights
from ..sweep_sums import weighted_products
from .sums import NestedProducts

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

CHUNK = 4096  # patients per step (whole clinics): the working arrays stay in cache


@dataclass(frozen=True)
class Eliminated:
    """Some clinics at one D. Arrays end in the patient, or in the clinic.

    Per patient: ``w`` stored triangle of W_i, ``t`` T_i (q x qc), ``g`` Z_i'V^-1 [X y] (q x (p+1)). Per clinic: ``m``
    M_c and ``back`` (I + D_c S_zz)^-1 (qc x qc), ``omega`` stored triangle of Z_c'V^-1 Z_c and ``gamma`` Z_c'V^-1 [X y]
    (qc x (p+1)). ``loss`` is what both levels take off [X y]'[X y] over all these clinics.
    """

    patients: slice
    clinics: slice
    starts: IntArray
    counts: IntArray
    log_determinant: float
    w: FloatArray
    t: FloatArray
    g: FloatArray
    m: FloatArray
    back: FloatArray
    omega: FloatArray
    gamma: FloatArray
    loss: FloatArray

    def over_patients(self, values: FloatArray) -> FloatArray:
        """Sums over the patients of each clinic (the last axis)."""
        summed: FloatArray = np.add.reduceat(values, self.starts, axis=-1)
        return summed

    def to_patients(self, values: FloatArray) -> FloatArray:
        """A clinic's value for each of its patients (the last axis)."""
        return np.repeat(values, self.counts, axis=-1)


def eliminated_chunks(data: NestedProducts, covariance: FloatArray) -> Iterator[Eliminated]:
    """All clinics, some whole ones at a time."""
    ends = np.append(data.starts[1:], data.m)
    first = 0
    while first < data.n_clinics:
        limit = data.starts[first] + CHUNK
        last = max(first + 1, int(np.searchsorted(ends, limit, side="right")))
        yield _eliminate(data, covariance, slice(first, last), slice(int(data.starts[first]), int(ends[last - 1])))
        first = last


def _eliminate(data: NestedProducts, covariance: FloatArray, clinics: slice, patients: slice) -> Eliminated:
    q, qc = data.sizes
    own, outer = covariance[:q, :q], covariance[q:, q:]
    starts = data.starts[clinics] - patients.start
    counts = np.diff(np.append(starts, patients.stop - patients.start))
    zz, minors = data.patients.zz[:, patients], data.patients.minors[:, patients]
    determinant, table, w = INVERSES[q](zz, minors, own)
    shrink = np.array(table)
    cz = data.outer.cz[:, :, patients]
    t = np.einsum("abm,ebm->aem", shrink, cz)
    alone = np.einsum("abm,bxm->axm", shrink, data.patients.zx[:, :, patients])
    weights = loss_weights(zz, table, own)
    pulled = np.einsum("abm,ebm->eam", _full(weights, q), cz)  # Z_c'Z_i K_i
    across = np.stack([np.einsum("am,am->m", pulled[e], cz[f]) for e, f in lower_pairs(qc)])
    s_zz = data.cc[:, clinics] - np.add.reduceat(across, starts, axis=-1)
    zx = data.patients.zx[:, :, patients]
    s_zx = data.cx[:, :, clinics] - np.add.reduceat(np.einsum("eam,axm->exm", pulled, zx), starts, axis=-1)
    whole, table, omega = INVERSES[qc](s_zz, minors_of(s_zz, qc), outer)
    loss = weighted_products(zx, weights) + weighted_products(s_zx, loss_weights(s_zz, table, outer))
    shrink = np.array(table)
    gamma = np.einsum("efc,fxc->exc", shrink, s_zx)
    m = np.einsum("ef,fgc->egc", outer, shrink)
    dropped = np.repeat(np.einsum("ef,fxc->exc", outer, gamma), counts, axis=-1)
    return Eliminated(
        patients, clinics, starts, counts, _log_sum(determinant) + _log_sum(whole), w, t,
        alone - np.einsum("aem,exm->axm", t, dropped), 0.5 * (m + m.swapaxes(0, 1)), shrink.swapaxes(0, 1),
        omega, gamma, loss,
    )  # fmt: skip


def _log_sum(determinants: FloatArray) -> float:
    """Their log, summed; infinite where rounding has left one that is not positive, which no optimum has."""
    return float(np.log(determinants).sum()) if determinants.min() > 0.0 else float("inf")


def _full(stored: list[FloatArray], size: int) -> FloatArray:
    """Symmetric matrices (size x size x patients) from their stored triangles."""
    full = np.empty((size, size, len(stored[0])))
    for values, (row, column) in zip(stored, lower_pairs(size), strict=True):
        full[row, column] = full[column, row] = values
    return full
