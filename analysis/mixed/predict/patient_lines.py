"""Each patient's own line: its conditional mode, and how uncertain that is together with the fixed effects.

Henderson's mixed-model equations by patient: with k = L_i^-1 Z_i G z the error of x'b + z'b_i has the variance
z'(G - K_i'K_i)z + a'Φa, a = x - X_i'L_i^-T k, where L_i^-1 Z_i G z = K_i z. The first part is lme4's condVar; the
second adds that b is estimated too. Equal to the block of sigma² C^-1 that SAS and Henderson (1975) use.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..diagnose.conditional import mode_loadings
from ..diagnose.units import batched_rows, units_of
from ..diagnose.whitened import whiten
from ..fit import MixedModelFit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class PatientLines:
    """Per patient of the fit, and last a patient nobody has seen: conditional ``modes`` (patients x q), ``unknown``,
    the covariance of the random effects given the patient's rows (patients x q x q), and ``shared`` (patients x p x
    q): how much of an error in b the mode takes up."""

    modes: FloatArray
    unknown: FloatArray
    shared: FloatArray

    def own_part(self, z: FloatArray, patient: IntArray) -> FloatArray:
        """z'b_i per row; ``patient`` is the place in the fit, -1 for a new one."""
        return np.asarray(np.sum(z * self.modes[patient], axis=1))

    def error_parts(self, x: FloatArray, z: FloatArray, patient: IntArray) -> tuple[FloatArray, FloatArray]:
        """Per row: the variance of z'b_i given the patient's rows, and the combination a of the fixed effects whose
        error is left in the prediction (rows x p)."""
        inside = np.einsum("na,nab,nb->n", z, self.unknown[patient], z)
        return np.maximum(inside, 0.0), x - np.einsum("npa,na->np", self.shared[patient], z)


def patient_lines(fit: MixedModelFit, source: pd.DataFrame | None) -> PatientLines:
    """The lines of the fit's patients from its rows. Raises ModelRefused as ``residuals`` does."""
    whitened = whiten(fit, units_of(fit, source))
    covariance = fit.random_covariance.to_numpy()
    loadings = mode_loadings(whitened, covariance)
    size, q, p = len(fit.patients), len(covariance), len(fit.coefficients)
    unknown = np.tile(covariance, (size + 1, 1, 1))
    shared = np.zeros((size + 1, p, q))
    for chosen, rows in batched_rows(whitened.units.patient, size):
        k = loadings[rows]
        unknown[chosen] -= np.matmul(k.swapaxes(1, 2), k)
        shared[chosen] = whitened.root.T @ np.matmul(whitened.basis[rows].swapaxes(1, 2), k)
    return PatientLines(np.vstack([fit.modes.T, np.zeros(q)]), unknown, shared)


def new_patients(fit: MixedModelFit) -> PatientLines:
    """Only the patient nobody has seen: no rows are needed for that."""
    covariance = fit.random_covariance.to_numpy()
    q = len(covariance)
    return PatientLines(np.zeros((1, q)), covariance[None], np.zeros((1, len(fit.coefficients), q)))
