"""The distribution of the conditional modes: how far each patient departs, and how well that is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from ..fit import MixedModelFit
from ..fitted_model import LEVEL, FittedModel
from ..refusal import ModelRefused
from .conditional import revealed_by_rows
from .units import units_of
from .whitened import whiten

FloatArray = npt.NDArray[np.float64]


def random_effect_distribution(fit: FittedModel, source: pd.DataFrame | None = None) -> pd.DataFrame:
    """Conditional modes with their standard deviations, for a caterpillar plot. One row per patient and random term.

    ``patient``, ``term``, ``n_rows``; ``mode`` (as ``fit.random_effects``) and ``conditional_sd`` with the 95 %
    interval ``ci_low`` to ``ci_high``, in units of the random term: sigma² Λ(Λ'Z'ZΛ + I)^-1 Λ', the fixed effects
    taken as known, as lme4's condVar (given the rows of the whole clinic where patients are nested in clinics).
    ``standardised`` is the mode over its own standard deviation under the model (missing where the variance is zero),
    ``rank`` its place among the patients from the smallest, and ``shrinkage`` the share of the random term's variance
    that the rows do not reveal: 0 when the mode is the patient's own line, 1 when it is the population's.

    ``.attrs["notes"]`` says what the modes are not: because of shrinkage their spread is smaller than the estimated
    standard deviation between patients. Individual data: not to be released by row. ``source`` as in ``residuals``.

    Raises ModelRefused as ``residuals`` does, and for an MMRM, which has no random effects.
    """
    if not isinstance(fit, MixedModelFit):
        raise ModelRefused(
            "A model with a covariance of scheduled visits has no random effects.",
            "Read residuals(fit) or influence(fit), or fit a mixed model with a random intercept.",
        )
    whitened = whiten(fit, units_of(fit, source))
    units, size = whitened.units, len(fit.patients)
    covariance = fit.random_covariance.to_numpy()
    revealed = np.diagonal(revealed_by_rows(whitened, covariance), axis1=1, axis2=2)
    variance = np.diag(covariance)
    deviation = np.sqrt(np.maximum(variance - revealed, 0.0))
    half = ndtri(0.5 + LEVEL / 2.0) * deviation
    modes = fit.modes.T
    n_rows = np.bincount(units.patient, minlength=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        standardised = np.where(revealed > 0.0, modes / np.sqrt(revealed), np.nan)
        shrinkage = np.where(variance > 0.0, 1.0 - revealed / variance, np.nan)
    columns = {
        "mode": modes, "conditional_sd": deviation, "ci_low": modes - half, "ci_high": modes + half,
        "standardised": standardised, "shrinkage": shrinkage,
    }  # fmt: skip
    table = pd.DataFrame({name: values.T.ravel() for name, values in columns.items()})
    q = len(fit.random_names)
    table.insert(0, "patient", np.tile(np.asarray(fit.patients), q))
    table.insert(1, "term", np.repeat(list(fit.random_names), size))
    table.insert(2, "n_rows", np.tile(n_rows, q))
    table["rank"] = table.groupby("term", sort=False)["mode"].rank(method="first").astype(np.int64)
    table.attrs["notes"] = tuple(
        _note(name, modes[:, place], float(np.sqrt(variance[place]))) for place, name in enumerate(fit.random_names)
    )
    return table


def _note(name: str, modes: FloatArray, deviation: float) -> str:
    if deviation == 0.0:
        return f"{name}: the variance between patients is estimated as zero, so every conditional mode is zero."
    spread = float(np.std(modes, ddof=1))
    return (
        f"{name}: the conditional modes spread less (SD {spread:.3g}) than patients are estimated to differ"
        f" (SD {deviation:.3g}), because each is drawn towards the mean the more the fewer rows the patient has."
    )
