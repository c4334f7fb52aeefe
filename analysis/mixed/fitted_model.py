"""What every fitted model has, whatever its covariance: fixed effects, what is known about them, and its rows.

A fit holds small arrays that cannot be written to; frames are made from them on request: no reader can change a fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from .design import Design
from .inference import FTest, Inference
from .refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]

LEVEL = 0.95


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedModel:
    """The part of a fit that adjusted means, contrasts, tests and predictions of the mean rest on.

    ``design`` holds all columns of X, ``kept`` the positions of those estimated, ``alias`` the coefficients of
    each dropped column on the kept ones. ``cells`` (category columns, combinations of codes into ``known_levels``,
    rows per combination) and ``covariate_means`` describe the rows for marginal means. ``patients`` are the labels
    of the patients with a row in the fit.
    """

    formula: str
    groups: str
    method: str
    status: Literal["converged", "singular"]
    notes: tuple[str, ...]
    n_rows: int
    n_groups: int
    design: Design
    kept: tuple[int, ...]
    dropped: tuple[int, ...]
    alias: FloatArray
    coefficients: FloatArray
    inference: Inference
    neg2loglik: float
    evaluations: int
    patients: pd.Index[Any]
    cells: tuple[tuple[str, ...], npt.NDArray[np.intp], FloatArray]
    known_levels: dict[str, tuple[Any, ...]]
    covariate_means: dict[str, float]

    def __post_init__(self) -> None:
        """Fits are shared between readers, sessions among them, so their arrays are closed to writing."""
        for value in (*vars(self).values(), *vars(self.inference).values(), *self.cells):
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def df_method(self) -> str:
        """ "satterthwaite", "kenward-roger" or "normal"."""
        return self.inference.name

    @property
    def coefficient_covariance(self) -> FloatArray:
        """Covariance of the kept coefficients, as an array: what standard errors come from. ``cov_fixed`` names it."""
        return self.inference.covariance

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the fixed effects that were estimated."""
        return tuple(self.design.names[position] for position in self.kept)

    @property
    def dropped_terms(self) -> tuple[str, ...]:
        """Columns that other columns determine on these rows; they have no estimate."""
        return tuple(self.design.names[position] for position in self.dropped)

    @property
    def levels(self) -> dict[str, tuple[Any, ...]]:
        """Levels present, per category column; the first is the reference."""
        return dict(self.design.levels)

    @property
    def fixed_effects(self) -> pd.DataFrame:
        """One row per term: estimate, std_error, df, statistic, p_value and 95 % interval."""
        table = inference_table(self, np.eye(len(self.kept)), self.coefficients)
        return pd.DataFrame(table, index=pd.Index(self.terms, name="term"))

    @property
    def cov_fixed(self) -> pd.DataFrame:
        """Covariance of the fixed effects, term x term; the Kenward-Roger adjusted one where that was asked for."""
        return pd.DataFrame(self.coefficient_covariance.copy(), index=list(self.terms), columns=list(self.terms))

    def joint_test(self, hypothesis: FloatArray) -> FTest:
        """F test that every row of ``hypothesis`` (rows x kept terms) gives zero, with this fit's df.

        Rows that repeat others do not count. Raises ModelRefused when the rows do not have one finite number per
        term, or say nothing.
        """
        rows = np.atleast_2d(np.asarray(hypothesis, dtype=np.float64))
        if rows.ndim != 2 or rows.shape[1] != len(self.kept) or not np.isfinite(rows).all():
            raise ModelRefused(
                "The hypothesis does not have one finite number per term in every row.",
                f"Give {len(self.kept)} in the order of: {', '.join(self.terms)}.",
            )
        if not rows.any():
            raise ModelRefused(
                "The hypothesis has no number but zero, so there is nothing to test.",
                "Give a number other than zero to a term.",
            )
        return self.inference.joint_test(rows, self.coefficients)


def inference_table(
    fit: FittedModel, combinations: FloatArray, estimates: FloatArray, level: float | FloatArray = LEVEL
) -> dict[str, FloatArray]:
    """estimate, std_error, df, statistic, p_value, ci_low, ci_high of linear combinations of the fixed effects."""
    variances = np.einsum("rx,xy,ry->r", combinations, fit.coefficient_covariance, combinations, optimize=True)
    df = fit.inference.df(combinations)
    errors = np.sqrt(variances)
    statistics = estimates / errors
    width = critical_value(level, df) * errors
    return {
        "estimate": estimates.copy(),
        "std_error": errors,
        "df": df,
        "statistic": statistics,
        "p_value": two_sided_p(statistics, df),
        "ci_low": estimates - width,
        "ci_high": estimates + width,
    }


def critical_value(level: float | FloatArray, df: FloatArray) -> FloatArray:
    """Half-width of a two-sided interval in standard errors: Student's t, or normal where df is infinite."""
    upper = 0.5 + level / 2.0
    finite = np.isfinite(df)
    return np.where(finite, stdtrit(np.where(finite, df, 1.0), upper), ndtri(upper))


def two_sided_p(statistics: FloatArray, df: FloatArray) -> FloatArray:
    """Two-sided p value of t statistics (normal where df is infinite)."""
    finite = np.isfinite(df)
    tail = np.where(finite, stdtr(np.where(finite, df, 1.0), -np.abs(statistics)), ndtr(-np.abs(statistics)))
    return np.asarray(2.0 * tail)
