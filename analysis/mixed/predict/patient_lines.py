"""Each patient's own line: its conditional modes, and how uncertain they are together with the fixed effects.

Henderson's mixed-model equations by patient: with C the covariance of the outcomes with the random effects u, the error
of x'b + z'u has the variance z'(G - C'V^-1 C)z + a'Φa, a = x - X'V^-1 C z. The first part is lme4's condVar; the second
adds that b is estimated too. Equal to the block of sigma² times the inverse of the equations (Henderson 1975; SAS).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..diagnose.clinics import summed
from ..diagnose.fit_covariance import outer_design_of
from ..diagnose.units import Units, units_of
from ..diagnose.whitened import Whitened, whiten
from ..fit import MixedModelFit
from ..fitted_model import FittedModel
from ..mmrm.fit import MMRMFit
from ..refusal import ModelRefused
from ..source_rows import frame_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class PatientLines:
    """Conditional ``modes`` (lines x effects, the clinic's before the patient's own), ``unknown``, the covariance of
    the random effects given the rows (lines x effects x effects), and ``shared`` (lines x p x effects), how much of an
    error in b the modes take up. Lines are the patients of the fit, then a new patient in each clinic, and last a new
    patient in a clinic nobody has seen (place -1)."""

    modes: FloatArray
    unknown: FloatArray
    shared: FloatArray

    def own_part(self, z: FloatArray, line: IntArray) -> FloatArray:
        """z'u per row; ``line`` is the place of the line."""
        return np.asarray(np.sum(z * self.modes[line], axis=1))

    def error_parts(self, x: FloatArray, z: FloatArray, line: IntArray) -> tuple[FloatArray, FloatArray]:
        """Per row: the variance of z'u given the rows of the fit, and the combination a of the fixed effects whose
        error is left in the prediction (rows x p)."""
        inside = np.einsum("na,nab,nb->n", z, self.unknown[line], z)
        return np.maximum(inside, 0.0), x - np.einsum("npa,na->np", self.shared[line], z)


def patient_lines(fit: FittedModel, source: pd.DataFrame | None) -> PatientLines:
    """The lines of the fit's patients from its rows. Raises ModelRefused as ``residuals`` does."""
    whitened = whiten(fit, units_of(fit, source))
    units, outer = whitened.units, whitened.units.outer
    inner = _patient_columns(fit, units, source) @ patient_covariance(fit)
    lines = _unseen(fit, len(units.patients) + (len(units.labels) if outer.shape[1] else 0) + 1)
    pulled = whitened.pulled(np.column_stack([whitened.basis @ whitened.root, whitened.residual]))
    p, own = len(fit.coefficients), slice(outer.shape[1], None)
    for part, block in whitened.inverse_blocks():
        at = inner[part.rows].swapaxes(1, 2)
        lines.modes[part.patients, own] = np.matmul(at, pulled[part.rows][..., p:])[..., 0]
        lines.shared[part.patients, :, own] = np.matmul(at, pulled[part.rows][..., :p]).swapaxes(1, 2)
        lines.unknown[part.patients, own, own] -= np.matmul(np.matmul(at, block), at.swapaxes(1, 2))
    if outer.shape[1]:
        _add_clinics(lines, whitened, pulled, inner)
    return lines


def new_patients(fit: FittedModel) -> PatientLines:
    """Only the patient nobody has seen, in a clinic nobody has seen: no rows are needed for that."""
    return _unseen(fit, 1)


def patient_covariance(fit: FittedModel) -> FloatArray:
    """G of the patient's effects. An MMRM's are the departures at its visits, with no residual beside them."""
    if isinstance(fit, MixedModelFit):
        return fit.random_covariance.to_numpy()
    if isinstance(fit, MMRMFit):
        return fit.between_visits
    raise ModelRefused(
        f"A {type(fit).__name__} says nothing about single patients.", "Use level='population', interval='confidence'."
    )


def visit_columns(fit: MMRMFit, visits: pd.Series[Any]) -> FloatArray:
    """The columns of an MMRM's patient effects: 1 at the visit of the row. Raises ModelRefused for unknown visits."""
    return np.asarray(np.eye(len(fit.visit_levels))[fit.visit_positions(visits.tolist())])


def _patient_columns(fit: FittedModel, units: Units, source: pd.DataFrame | None) -> FloatArray:
    if isinstance(fit, MMRMFit):
        return visit_columns(fit, frame_of(fit, source, "source=data")[fit.visit].iloc[units.place])
    return units.z


def _unseen(fit: FittedModel, lines: int) -> PatientLines:
    """Lines about which nothing is known but the model. The clinics' effects have covariance I: their root is in z."""
    covariance, n_outer = patient_covariance(fit), len(outer_design_of(fit).names)
    q = n_outer + len(covariance)
    unknown = np.zeros((lines, q, q))
    unknown[:, :n_outer, :n_outer] = np.eye(n_outer)
    unknown[:, n_outer:, n_outer:] = covariance
    return PatientLines(np.zeros((lines, q)), unknown, np.zeros((lines, len(fit.coefficients), q)))


def _add_clinics(lines: PatientLines, whitened: Whitened, pulled: FloatArray, inner: FloatArray) -> None:
    """The clinics' part of every line: what all their patients' rows reveal."""
    units, m = whitened.units, len(whitened.units.patients)
    effects, size, p = units.outer.shape[1], len(units.labels), pulled.shape[1] - 1
    clinic = _clinic_of_patient(units)
    pulled_outer = whitened.pulled(whitened.coupling.power(-0.5, whitened.coupling.factor))
    for one in range(effects):
        column = units.outer[:, one, None]
        of_clinic = summed(units.unit, column * pulled, size)
        revealed = summed(units.unit, column * pulled_outer, size)
        mixed = summed(units.patient, pulled_outer[:, one, None] * inner, m)
        for place, at in ((slice(0, m), clinic), (slice(m, m + size), np.arange(size))):
            lines.shared[place, :, one], lines.modes[place, one] = of_clinic[at, :p], of_clinic[at, p]
            lines.unknown[place, one, :effects] -= revealed[at]
        lines.unknown[:m, one, effects:] = -mixed
        lines.unknown[:m, effects:, one] = -mixed


def _clinic_of_patient(units: Units) -> IntArray:
    clinic = np.zeros(len(units.patients), dtype=np.intp)
    clinic[units.patient] = units.unit
    return clinic
