"""The fitted model: small arrays, and frames made from them on request so that no reader can change a fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from .chart import lower_factor
from .design import Design
from .satterthwaite import Satterthwaite

FloatArray = npt.NDArray[np.float64]

LEVEL = 0.95


class RSquared(NamedTuple):
    """Share of the variance explained by the fixed effects, and by fixed and random effects together.

    Nakagawa and Schielzeth (2013), with the random-slope extension of Johnson (2014).
    """

    marginal: float
    conditional: float


@dataclass(frozen=True, eq=False)
class MixedModelFit:
    """A linear mixed model that reached its certified optimum, possibly on the boundary (``status`` "singular").

    ``term_names`` are all design columns, ``estimable`` the positions of those kept, ``alias`` the coefficients
    of each dropped column on the kept ones. ``modes`` is q x patients, on the raw scale. ``cells`` (category
    columns, combinations of codes into ``known_levels``, rows per combination) and ``covariate_means`` describe
    the rows for marginal means.
    """

    formula: str
    random_formula: str
    groups: str
    method: str
    df_method: str
    correlated: bool
    status: Literal["converged", "singular"]
    notes: tuple[str, ...]
    n_rows: int
    n_groups: int
    design: Design
    kept: tuple[int, ...]
    dropped: tuple[int, ...]
    alias: FloatArray
    coefficients: FloatArray
    covariance: FloatArray
    relative_covariance: FloatArray
    residual_variance: float
    neg2loglik: float
    evaluations: int
    rank: int
    random_names: tuple[str, ...]
    modes: FloatArray
    patients: pd.Index[Any]
    r_squared: RSquared
    satterthwaite: Satterthwaite | None
    cells: tuple[tuple[str, ...], npt.NDArray[np.intp], FloatArray]
    known_levels: dict[str, tuple[Any, ...]]
    covariate_means: dict[str, float]

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
        count = len(self.kept)
        table = inference_table(self, np.eye(count), self.coefficients)
        return pd.DataFrame(table, index=pd.Index(self.terms, name="term"))

    @property
    def cov_fixed(self) -> pd.DataFrame:
        """Covariance of the fixed effects, term x term."""
        return pd.DataFrame(self.covariance.copy(), index=list(self.terms), columns=list(self.terms))

    @property
    def random_covariance(self) -> pd.DataFrame:
        """Covariance of the patients' random effects, in squared units of the outcome."""
        names = list(self.random_names)
        return pd.DataFrame(self.residual_variance * self.relative_covariance, index=names, columns=names)

    @property
    def nested_covariance(self) -> None:
        """There is no outer level in this model."""
        return None

    @property
    def sigma(self) -> float:
        """Residual standard deviation."""
        return float(np.sqrt(self.residual_variance))

    @property
    def theta(self) -> FloatArray:
        """lme4's theta: the lower triangle, by columns, of the factor of the relative covariance."""
        factor = lower_factor(self.relative_covariance)
        if not self.correlated:
            return np.diag(factor).copy()
        return np.asarray(factor.T[np.triu_indices(len(factor))])

    @property
    def random_effects(self) -> pd.DataFrame:
        """Conditional modes: one row per patient, the patient's departure from the fixed effects."""
        return pd.DataFrame(self.modes.T, index=self.patients, columns=list(self.random_names)).sort_index(
            key=_comparable
        )


def _comparable(labels: pd.Index[Any]) -> pd.Index[Any]:
    """Labels as they sort: mixed types have no order of their own and go by their text."""
    return labels.astype(str) if labels.inferred_type.startswith("mixed") else labels


def variance_and_df(fit: MixedModelFit, combinations: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Variance and degrees of freedom of each row of ``combinations`` (rows x kept terms)."""
    variances = np.einsum("rx,xy,ry->r", combinations, fit.covariance, combinations, optimize=True)
    if fit.satterthwaite is None:
        return variances, np.full(len(combinations), np.inf)
    return variances, fit.satterthwaite.df(combinations, variances)


def inference_table(
    fit: MixedModelFit, combinations: FloatArray, estimates: FloatArray, level: float | FloatArray = LEVEL
) -> dict[str, FloatArray]:
    """estimate, std_error, df, statistic, p_value, ci_low, ci_high of linear combinations of the fixed effects."""
    variances, df = variance_and_df(fit, combinations)
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
