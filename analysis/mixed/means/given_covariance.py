"""Standard errors from a covariance of the fixed effects that is not the fit's own, such as a robust one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..fitted_model import FittedModel
from ..inference import FTest, Inference, f_test, independent_squares, pooled_df
from ..refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]

SYMMETRIC = 1e-8  # difference across the diagonal, relative to the largest variance, that is rounding error


@dataclass(frozen=True)
class GivenCovariance:
    """``covariance`` for standard errors and F; degrees of freedom stay those of ``fitted``.

    As emmeans' vcov., which however turns from Kenward-Roger to Satterthwaite df then.
    """

    covariance: FloatArray
    fitted: Inference

    @property
    def name(self) -> str:
        return self.fitted.name

    def df(self, combinations: FloatArray) -> FloatArray:
        return self.fitted.df(combinations)

    def joint_test(self, hypothesis: FloatArray, coefficients: FloatArray) -> FTest:
        """Wald's F; the denominator df average those of combinations uncorrelated under the given covariance."""
        squares, rotated = independent_squares(self.covariance, hypothesis, coefficients)
        return f_test(float(squares.mean()), len(squares), pooled_df(self.df(rotated)))


def with_covariance(fit: FittedModel, vcov: pd.DataFrame | None) -> FittedModel:
    """The fit with standard errors from ``vcov`` (term x term, in any order); the fit itself when None.

    Raises ModelRefused unless the frame has exactly the fit's terms and is a covariance matrix.
    """
    if vcov is None:
        return fit
    terms = list(fit.terms)
    for side, labels in (("rows", vcov.index), ("columns", vcov.columns)):
        if len(labels) != len(terms) or set(labels) != set(terms):
            raise ModelRefused(
                f"The {side} of vcov are not the terms of the fit ({len(labels)} for {len(terms)} terms).",
                f"Name them: {', '.join(terms)}.",
            )
    matrix = vcov.loc[terms, terms].to_numpy(dtype=np.float64)
    if not np.isfinite(matrix).all():
        raise ModelRefused("vcov has entries that are not finite numbers.", "Give a covariance matrix of the terms.")
    largest = float(np.abs(np.diag(matrix)).max())
    if np.abs(matrix - matrix.T).max() > SYMMETRIC * largest or np.linalg.eigvalsh(matrix)[0] < -SYMMETRIC * largest:
        raise ModelRefused(
            "vcov is not a covariance matrix: it must be symmetric, with no negative variance of any combination.",
            "Give a covariance matrix of the terms.",
        )
    return replace(fit, inference=GivenCovariance(0.5 * (matrix + matrix.T), fit.inference))
