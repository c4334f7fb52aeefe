"""What a fit leaves of every score: beyond the population's line, beyond the patient's own, and standardised."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..fitted_model import FittedModel
from .conditional import residual_deviation, signal_of
from .units import units_of
from .whitened import Whitened, whiten

FloatArray = npt.NDArray[np.float64]

KINDS = ("marginal", "standardised", "conditional", "conditional_scaled")


def residuals(fit: FittedModel, source: pd.DataFrame | None = None) -> pd.DataFrame:
    """Residuals of every complete row. One row per row of the fit, under the index labels of the frame.

    ``patient``; ``fitted_population`` (x'b) and ``fitted_patient`` (x'b + z'b_i, the patient's conditional mode);
    ``marginal`` and ``conditional``, the score minus either, in the outcome's units; ``conditional_scaled``, divided
    by the residual standard deviation of the row; ``standardised``: L_i^-1 (y_i - X_i b) with V_i = L_i L_i' the
    patient's covariance (Cholesky, rows in the order of the frame), which are uncorrelated with variance one when the
    model is right. Where patients are nested in clinics the patient's line includes the clinic's mode, and what the
    patients of a clinic share is taken out of ``standardised`` by a symmetric root. Of an MMRM, which has no random
    effects, the patient's own columns are left out.

    These are individual data: nothing here is to be released by row. ``source`` is the frame of the fit, found by
    itself while somebody keeps it. Raises ModelRefused when it is gone or is not the frame of the fit.
    """
    units = units_of(fit, source)
    return residual_frame(fit, whiten(fit, units))


def residual_frame(fit: FittedModel, whitened: Whitened) -> pd.DataFrame:
    """``residuals`` of rows that are already whitened."""
    units = whitened.units
    population = units.x @ fit.coefficients
    marginal = units.y - population
    columns = {"patient": units.patients[units.patient], "fitted_population": population}
    own: dict[str, FloatArray] = {}
    if units.z.shape[1]:
        signal = signal_of(whitened, whitened.residual[:, None])[:, 0]
        columns["fitted_patient"] = population + signal
        own = {
            "conditional": marginal - signal,
            "conditional_scaled": (marginal - signal) / residual_deviation(whitened),
        }
    columns |= {"marginal": marginal, **own, "standardised": whitened.residual}
    return pd.DataFrame(columns, index=units.index)
