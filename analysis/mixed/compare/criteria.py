"""Information criteria, with what counts as a parameter and as an observation said beside the numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..fit import MixedModelFit
from ..fitted_model import FittedModel
from ..mmrm.fit import MMRMFit
from ..refusal import ModelRefused


@dataclass(frozen=True)
class InformationCriteria:
    """Criteria of one fit: smaller is better, among fits of the same rows.

    ``aic``, ``aicc`` (infinite when there are as many parameters as rows) and ``bic`` (n counts rows, as lme4's
    AIC() and BIC()); ``bic_patients`` counts patients instead, which suits questions about patients. ``n_parameters``
    is ``n_fixed`` coefficients + ``n_variance`` variances and covariances, the residual variance (or the visits'
    variances) among them.
    ``notes`` say what counts and what may be compared.
    """

    neg2loglik: float
    n_fixed: int
    n_variance: int
    n_rows: int
    n_patients: int
    notes: tuple[str, ...]

    @property
    def n_parameters(self) -> int:
        return self.n_fixed + self.n_variance

    @property
    def aic(self) -> float:
        return self.neg2loglik + 2.0 * self.n_parameters

    @property
    def aicc(self) -> float:
        """Hurvich and Tsai (1989), n counting rows."""
        left = self.n_rows - self.n_parameters - 1
        if left <= 0:
            return float("inf")
        return self.aic + 2.0 * self.n_parameters * (self.n_parameters + 1) / left

    @property
    def bic(self) -> float:
        return self.neg2loglik + self.n_parameters * float(np.log(self.n_rows))

    @property
    def bic_patients(self) -> float:
        return self.neg2loglik + self.n_parameters * float(np.log(self.n_patients))

    @property
    def table(self) -> pd.DataFrame:
        """One row: every criterion and every count."""
        numbers = {
            "neg2loglik": self.neg2loglik,
            "n_parameters": self.n_parameters,
            "aic": self.aic,
            "aicc": self.aicc,
            "bic": self.bic,
            "bic_patients": self.bic_patients,
            "n_rows": self.n_rows,
            "n_patients": self.n_patients,
        }
        return pd.DataFrame([numbers])


def information_criteria(fit: FittedModel) -> InformationCriteria:
    """AIC, AICc and BIC of a fit, as R counts them.

    Every variance and covariance of the model counts, those estimated as zero included; so do the coefficients, by
    REML as by ML (lme4 does so; R's mmrm counts the covariance parameters only). Raises ModelRefused for a fit
    whose variance parameters are not known here.
    """
    return InformationCriteria(
        fit.neg2loglik, len(fit.kept), variance_parameters(fit), fit.n_rows, len(fit.patients), _notes(fit)
    )


def variance_parameters(fit: FittedModel) -> int:
    """How many variances, covariances and structure parameters a fit estimates, the residual variance included."""
    if isinstance(fit, MMRMFit):
        return fit.n_covariance_parameters
    if not isinstance(fit, MixedModelFit):
        raise ModelRefused(
            f"The variance parameters of a {type(fit).__name__} cannot be counted.",
            "Use a fit of fit_mixed_model or fit_mmrm.",
        )
    outer = 0 if fit.nested_covariance is None else len(fit.nested_covariance)
    residual = 1 + fit.residual_structure.n_parameters
    return _entries(len(fit.random_names), fit.correlated) + _entries(outer, fit.correlated) + residual


def _entries(size: int, correlated: bool) -> int:
    return size * (size + 1) // 2 if correlated else size


def _notes(fit: FittedModel) -> tuple[str, ...]:
    p, n_variance = len(fit.kept), variance_parameters(fit)
    variances = (
        f"{n_variance} variances and correlations of visits (R's mmrm counts these only)"
        if isinstance(fit, MMRMFit)
        else f"{n_variance} variance parameters, the residual variance included"
    )
    counted = (
        f"{p + n_variance} parameters: {p} coefficients and {variances}.",
        f"bic counts {fit.n_rows} rows, bic_patients {len(fit.patients)} patients.",
    )
    if fit.method != "REML":
        return counted
    return (*counted, "REML: comparable only between fits with the same fixed part; use method='ML' for others.")
