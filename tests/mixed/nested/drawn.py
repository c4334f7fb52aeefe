"""Small drawn studies of patients in clinics, and the likelihood of one from its dense covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.mixed.crossproducts import CrossProducts, lower_pairs, minors_of
from analysis.mixed.nested.sums import NestedProducts, OuterProducts, by_clinic

FORMULA = "y ~ time * route + baseline"
FloatArray = npt.NDArray[np.float64]


def clinic_visits(
    clinics: int = 9, seed: int = 1, clinic_sd: tuple[float, float] = (1.5, 0.4), per_clinic: int = 7
) -> pd.DataFrame:
    """Clinics of up to ``per_clinic`` patients over two routes, two to six visits each."""
    draws = np.random.default_rng(seed)
    clinic_of = np.repeat(np.arange(clinics), draws.integers(2, per_clinic + 1, clinics))
    m = len(clinic_of)
    patient = np.repeat(np.arange(m), draws.integers(2, 7, m))
    time = np.concatenate([np.sort(draws.permutation(7)[:count]) for count in np.bincount(patient)]).astype(float)
    route, baseline = draws.choice(["IM", "IV"], m), draws.normal(18, 4, m)
    own = draws.normal(size=(m, 2)) * [2.0, 0.5]
    theirs = (draws.normal(size=(clinics, 2)) * clinic_sd)[clinic_of]
    level, slope = (own + theirs).T
    y = 2 + 0.4 * baseline[patient] - 0.8 * time + level[patient] + slope[patient] * time
    rows = pd.DataFrame({"clinic": clinic_of[patient], "patient": patient, "time": time, "route": route[patient]})
    return rows.assign(baseline=baseline[patient], y=y + draws.normal(0, 1.2, len(time)))


@dataclass(frozen=True)
class DenseStudy:
    """Rows of a study of two levels: Z of the patients and of the clinics, [X y], and who is where."""

    z: FloatArray
    zc: FloatArray
    xy: FloatArray
    patient: npt.NDArray[np.intp]
    clinic: npt.NDArray[np.intp]

    def covariance(self, d: FloatArray) -> FloatArray:
        """V over the residual variance, all rows by all rows."""
        q = self.z.shape[1]
        own = (self.z @ d[:q, :q] @ self.z.T) * (self.patient[:, None] == self.patient)
        outer = (self.zc @ d[q:, q:] @ self.zc.T) * (self.clinic[:, None] == self.clinic)
        return np.eye(len(self.z)) + own + outer

    def deviance(self, d: FloatArray, reml: bool) -> float:
        """Profiled -2 log likelihood, slow and obvious."""
        n, p = len(self.xy), self.xy.shape[1] - 1
        v = self.covariance(d)
        normal = self.xy.T @ np.linalg.solve(v, self.xy)
        beta = np.linalg.solve(normal[:p, :p], normal[:p, p])
        pwrss, nu = normal[p, p] - beta @ normal[:p, p], n - p if reml else n
        extra = np.linalg.slogdet(normal[:p, :p])[1] if reml else 0.0
        return float(np.linalg.slogdet(v)[1] + nu * (1 + np.log(2 * np.pi * pwrss / nu)) + extra)


def drawn_study(seed: int, q: int, qc: int, p: int = 3, m: int = 14, clinics: int = 5) -> DenseStudy:
    """Columns without structure: nothing in the algebra may rest on an intercept or on equal columns at both levels."""
    draws = np.random.default_rng(seed)
    patient = np.repeat(np.arange(m), draws.integers(1, 6, m))
    clinic = draws.integers(0, clinics, m)[patient]
    made = [draws.normal(size=(len(patient), width)) for width in (q, qc, p + 1)]
    return DenseStudy(made[0], made[1], made[2], patient, clinic)


def products_of(study: DenseStudy) -> NestedProducts:
    """The engine's sums, patient by patient."""
    m = int(study.patient.max()) + 1
    rows = [study.patient == one for one in range(m)]
    triangles = []
    for z in (study.z, study.zc):
        pairs = lower_pairs(z.shape[1])
        triangles.append(np.array([[(z[r, a] * z[r, b]).sum() for r in rows] for a, b in pairs]))
    zx = np.stack([study.z[r].T @ study.xy[r] for r in rows], axis=-1)
    cz = np.stack([study.zc[r].T @ study.z[r] for r in rows], axis=-1)
    cx = np.stack([study.zc[r].T @ study.xy[r] for r in rows], axis=-1)
    zz, total = triangles[0], study.xy.T @ study.xy
    patients = CrossProducts(zz, zx, total, minors_of(zz, study.z.shape[1]), len(study.xy))
    clinic = np.array([study.clinic[r][0] for r in rows])
    return by_clinic(patients, OuterProducts(clinic, triangles[1], cz, cx))
