"""Which clinics are shown by themselves, which together, and which not at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.study import Study

from .result import GROUPS, POOLED

NOT_SHOWN = -1
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ClinicNames:
    """The clinics of a study in the order of their names, and the number of its clinic for each patient; -1 where none
    is recorded."""

    names: tuple[str, ...]
    of_patient: Ints

    def totals(self, values: Floats, chosen: Mask) -> Floats:
        """Sums over the chosen patients of each clinic."""
        mine = chosen & (self.of_patient >= 0)
        return np.bincount(self.of_patient[mine], values[mine], len(self.names)).astype(np.float64)


def clinic_names(study: Study) -> ClinicNames:
    """Clinics by name. The order is that of their names and never of a result."""
    clinic = study.patients["clinic_id"]
    codes, names = pd.factorize(clinic.astype("str").where(clinic.notna()), sort=True)
    return ClinicNames(tuple(str(name) for name in names), codes.astype(np.int64))


@dataclass(frozen=True, eq=False)
class Groups:
    """What is shown: `labels` (POOLED last), and for each clinic of the study the number of its group or NOT_SHOWN.

    n_starters is per clinic of the study; n_pooled and n_left_out count clinics.
    """

    labels: tuple[str, ...]
    of_clinic: Ints
    n_starters: Ints
    n_pooled: int
    n_left_out: int

    @property
    def n_clinics(self) -> int:
        return int((self.n_starters > 0).sum())

    def totals(self, per_clinic: Floats) -> Floats:
        """Sums of a number per clinic over each group."""
        shown = self.of_clinic != NOT_SHOWN
        return np.bincount(self.of_clinic[shown], per_clinic[shown], len(self.labels)).astype(np.float64)

    def frame(self) -> pd.DataFrame:
        n_patients = self.totals(self.n_starters.astype(float)).astype(np.int64)
        return pd.DataFrame({"clinic": list(self.labels), "n_patients": n_patients}, columns=list(GROUPS))


def group_clinics(clinics: ClinicNames, keep: Mask, min_patients: int) -> Groups:
    """Clinics with at least min_patients starters by themselves, smaller ones together, and those in no group if they
    have fewer even then. keep has one entry per patient of the study."""
    n_starters = clinics.totals(np.ones(len(keep)), keep).astype(np.int64)
    large = n_starters >= max(min_patients, 1)
    small = (n_starters > 0) & ~large
    together = bool(small.any()) and int(n_starters[small].sum()) >= min_patients
    of_clinic = np.full(len(large), NOT_SHOWN, dtype=np.int64)
    of_clinic[large] = np.arange(int(large.sum()))
    labels = [name for name, alone in zip(clinics.names, large, strict=True) if alone]
    if together:
        of_clinic[small] = len(labels)
        labels.append(POOLED)
    n_small = int(small.sum())
    return Groups(tuple(labels), of_clinic, n_starters, n_small if together else 0, 0 if together else n_small)
