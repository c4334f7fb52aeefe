"""Standard errors that do not rest on the model's covariance being right: the sandwich, patient by patient.

CR0: Φ (sum of s_i s_i') Φ with s_i = X_i'V_i⁻¹r_i (Liang and Zeger 1986). Kauermann and Carroll (2001) inflate each
s_i by (I - M_iΦ)^(-1/2), M_i = X_i'V_i⁻¹X_i, because a patient pulls the estimate towards its own rows: without bias
when the model's covariance is right. All of it is p x p per patient.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar
from weakref import ref

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..fitted_model import FittedModel
from ..inference import FTest, Inference, f_test, independent_squares, pooled_df
from ..prepared import PreparedModel
from ..refusal import ModelRefused
from ..source_rows import remember_rows, rows_of
from .bias_reduced import bias_reduced_covariance
from .unit_scores import UnitScores, frame_in, unit_scores

FloatArray = npt.NDArray[np.float64]
Fit = TypeVar("Fit", bound=FittedModel)

KINDS = {"CR0": "CR0", "KC": "Kauermann-Carroll", "CR2": "CR2"}
WHOLE = 1e-9  # 1 - leverage at or below which a unit alone determines a coefficient: its residual there is zero


@dataclass(frozen=True)
class Robust:
    """A robust ``covariance`` with the degrees of freedom of the fit's own inference, ``model``.

    The statistic uses the robust covariance; its reference distribution is the one the model's covariance has, as
    emmeans does with ``vcov.``.
    """

    covariance: FloatArray
    model: Inference
    kind: str

    @property
    def name(self) -> str:
        return self.model.name

    def df(self, combinations: FloatArray) -> FloatArray:
        return self.model.df(combinations)

    def joint_test(self, hypothesis: FloatArray, coefficients: FloatArray) -> FTest:
        squares, rotated = independent_squares(self.covariance, hypothesis, coefficients)
        return f_test(float(squares.mean()), len(squares), pooled_df(self.df(rotated)))


def robust_covariance(
    fit: FittedModel, kind: str = "CR0", source: PreparedModel | pd.DataFrame | None = None
) -> pd.DataFrame:
    """Covariance of the fixed effects that holds whatever the true covariance of a patient's rows: term x term.

    ``kind`` is "CR0", which is too small with few patients; "KC", the Kauermann-Carroll correction, from per-patient
    sums; or "CR2", clubSandwich's, from the rows. KC and CR2 are the same in balanced designs; elsewhere their standard
    errors differ by some 1e-4 with hundreds of units and 1e-3 with dozens. Units are patients; where patients are
    nested in clinics, units are clinics. ``source`` is the prepared model or the frame of the fit, found by itself
    while the frame is in use.

    Raises ModelRefused for another kind and when the rows are gone.
    """
    terms = list(fit.terms)
    return pd.DataFrame(_covariance(fit, kind, source), index=terms, columns=terms)


def with_robust_variance(fit: Fit, kind: str = "CR0", source: PreparedModel | pd.DataFrame | None = None) -> Fit:
    """The same fit with robust standard errors everywhere: fixed effects, tests, adjusted means, contrasts.

    Estimates, likelihood and degrees of freedom stay the fit's own. ``kind`` and ``source`` as in
    ``robust_covariance``.
    """
    model = fit.inference.model if isinstance(fit.inference, Robust) else fit.inference
    covariance = _covariance(fit, kind, source)
    notes = tuple(note for note in fit.notes if not note.startswith("Standard errors are robust"))
    note = (
        f"Standard errors are robust ({KINDS[kind]}): they do not rest on the model's covariance."
        " Degrees of freedom are the model's."
    )
    changed = replace(fit, inference=Robust(covariance, model, kind), notes=(*notes, note))
    frame = rows_of(fit)
    if frame is not None:
        remember_rows(changed, ref(frame))
    return changed


def _covariance(fit: FittedModel, kind: str, source: PreparedModel | pd.DataFrame | None) -> FloatArray:
    if kind not in KINDS:
        raise ModelRefused(f"There is no robust variance '{kind}'.", "Use 'CR0', 'KC' or 'CR2'.")
    if kind == "CR2":
        return bias_reduced_covariance(fit, frame_in(source))
    units = unit_scores(fit, source)
    rooted = (units.scores if kind == "CR0" else _inflated(units)) @ units.to_raw.T
    made: FloatArray = rooted.T @ rooted
    return made


def _inflated(units: UnitScores) -> FloatArray:
    """(I - M_i)^(-1/2) s_i in coordinates where the M_i sum to I; where a unit is all there is, s_i has no part."""
    shares, axes = np.linalg.eigh(units.information)
    left = 1.0 - shares
    lift = np.where(left > WHOLE, 1.0 / np.sqrt(np.where(left > WHOLE, left, 1.0)), 0.0)
    along = np.einsum("mxk,mx->mk", axes, units.scores) * lift
    made: FloatArray = np.einsum("mxk,mk->mx", axes, along)
    return made
