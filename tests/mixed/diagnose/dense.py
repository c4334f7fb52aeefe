"""One V for all rows of a fit, and the textbook formulas on it: slow and obvious."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from patsy import dmatrix

from analysis.mixed import MixedModelFit

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Dense:
    """X, Z (one block of columns per patient), y, V and G for all patients of a frame without missing values."""

    x: FloatArray
    z: FloatArray
    y: FloatArray
    v: FloatArray
    g: FloatArray
    patients: npt.NDArray[np.object_]
    patient: npt.NDArray[np.object_]

    def gls(self, rows: npt.NDArray[np.bool_] | None = None) -> tuple[FloatArray, FloatArray]:
        """Estimates and their covariance from some rows."""
        keep = np.ones(len(self.y), dtype=bool) if rows is None else rows
        weight = np.linalg.inv(self.v[np.ix_(keep, keep)])
        covariance = np.linalg.inv(self.x[keep].T @ weight @ self.x[keep])
        return covariance @ self.x[keep].T @ weight @ self.y[keep], covariance


def dense(fit: MixedModelFit, rows: pd.DataFrame) -> Dense:
    x = np.asarray(dmatrix(fit.formula.split("~")[1], rows))
    own = np.asarray(dmatrix(fit.random_formula, rows))
    patient = rows[fit.groups].to_numpy()
    patients = np.unique(patient)
    z = np.hstack([own * (patient == one)[:, None] for one in patients])
    g = np.kron(np.eye(len(patients)), fit.random_covariance.to_numpy())
    v = z @ g @ z.T + fit.residual_variance * np.eye(len(rows))
    return Dense(x, z, rows["y"].to_numpy(), v, g, patients, patient)
