"""Sums per patient and per clinic that a model with an outer level needs beyond those of its patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..crossproducts import CrossProducts

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class OuterProducts:
    """What the columns of the clinics' random effects, Z_c, add to each patient's cross-products.

    ``clinic`` numbers the patients' clinics into the clinic labels, ``cc`` is Z_c'Z_c (lower triangle by rows x m),
    ``cz`` Z_c'Z_i (qc x q x m) and ``cx`` Z_c'[X y]_i (qc x (p+1) x m), patients in the order of the CrossProducts.
    """

    clinic: IntArray
    cc: FloatArray
    cz: FloatArray
    cx: FloatArray

    @property
    def q(self) -> int:
        return int(self.cz.shape[0])

    def take(self, chosen: IntArray) -> OuterProducts:
        """Those of some patients."""
        return OuterProducts(self.clinic[chosen], self.cc[:, chosen], self.cz[:, :, chosen], self.cx[:, :, chosen])

    def changed(self, change: FloatArray) -> OuterProducts:
        """The same with the columns of X combined by ``change``."""
        cx = np.concatenate([np.einsum("exm,xk->ekm", self.cx[:, :-1], change), self.cx[:, -1:]], axis=1)
        return OuterProducts(self.clinic, self.cc, self.cz, cx)


@dataclass(frozen=True)
class NestedProducts:
    """Sufficient statistics of patients in clinics, patients of one clinic next to each other.

    ``patients`` and ``outer`` are per patient; ``order`` is where each stood before, ``starts`` the first patient of
    each clinic and ``clinics`` the clinics' numbers. ``cc`` and ``cx`` are the sums of those of ``outer`` over the
    patients of a clinic.
    """

    patients: CrossProducts
    outer: OuterProducts
    order: IntArray
    starts: IntArray
    clinics: IntArray
    cc: FloatArray
    cx: FloatArray

    @property
    def sizes(self) -> tuple[int, int]:
        """Random effects of a patient and of a clinic."""
        return self.patients.q, self.outer.q

    @property
    def q(self) -> int:
        """Random effects of both levels."""
        return sum(self.sizes)

    @property
    def p(self) -> int:
        return self.patients.p

    @property
    def m(self) -> int:
        return self.patients.m

    @property
    def n_rows(self) -> int:
        return self.patients.n_rows

    @property
    def total(self) -> FloatArray:
        return self.patients.total

    @property
    def n_clinics(self) -> int:
        return len(self.starts)

    @property
    def counts(self) -> IntArray:
        """Patients per clinic."""
        return np.diff(np.append(self.starts, self.m))


def by_clinic(patients: CrossProducts, outer: OuterProducts) -> NestedProducts:
    """Patients put in the order of their clinics, and their outer sums added up by clinic."""
    order = np.argsort(outer.clinic, kind="stable")
    sorted_outer = outer.take(order)
    clinics, starts = np.unique(sorted_outer.clinic, return_index=True)
    sorted_patients = CrossProducts(
        patients.zz[:, order], patients.zx[:, :, order], patients.total, patients.minors[:, order], patients.n_rows
    )
    cc = np.add.reduceat(sorted_outer.cc, starts, axis=-1)
    cx = np.add.reduceat(sorted_outer.cx, starts, axis=-1)
    return NestedProducts(sorted_patients, sorted_outer, order, starts, clinics, cc, cx)
