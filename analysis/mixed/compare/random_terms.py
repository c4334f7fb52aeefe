"""Does a random effect earn its place? Each one left out in turn, as lmerTest's ranova, from the fit's own sums."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from ..fit import MixedModelFit
from ..prepared import PreparedModel
from ..problem import Problem, check_one_level, problem_of
from .likelihood_ratio import above_rounding
from .null_distribution import NullDistribution, at_boundary, chi_square
from .submodel import lowest_deviance, raw_random_columns, submodel


class _Reduced(NamedTuple):
    """A model with less in its random part: which raw columns of Z stay, and with correlations or not."""

    name: str
    stay: tuple[int, ...]
    correlated: bool
    df: int
    distribution: NullDistribution


def random_terms_tests(fit: MixedModelFit, source: PreparedModel | pd.DataFrame | None = None) -> pd.DataFrame:
    """Likelihood-ratio test of every random effect, and of the correlations: one row each, index term.

    A row compares the fit with the same model without that random effect (and its correlations), by the fit's own
    method; "correlations" leaves out only those. Columns: neg2loglik of the reduced model, ``chi_square``, ``df``
    (parameters left out), ``distribution`` and ``p_value``: a mixture, since a variance is tested on its boundary,
    where R's ranova takes the plain chi-square, whose p value is too large. No pass over the rows with a prepared model
    as ``source``; the frame is found by itself while in use.

    Raises ModelRefused when the rows are gone and for a fit with an outer level.
    """
    check_one_level(fit, "Leaving out each random term")
    problem = problem_of(fit, source)
    rows = [_row(problem, reduced) for reduced in _reduced_models(fit)]
    return pd.DataFrame(rows, index=pd.Index([reduced.name for reduced in _reduced_models(fit)], name="term"))


def _reduced_models(fit: MixedModelFit) -> list[_Reduced]:
    q, correlated = len(fit.random_names), fit.correlated
    df = q if correlated else 1
    boundary = at_boundary(df, "")
    models = [
        _Reduced(name, tuple(other for other in range(q) if other != place), correlated, df, boundary)
        for place, name in enumerate(fit.random_names)
    ]
    if correlated and q > 1:
        pairs = q * (q - 1) // 2
        models.append(_Reduced("correlations", tuple(range(q)), False, pairs, chi_square(pairs)))
    return models


def _row(problem: Problem, reduced: _Reduced) -> dict[str, float | int | str]:
    data, at = problem.working.data, problem.at
    smaller = submodel(data, np.eye(data.p), raw_random_columns(problem, reduced.stay))
    value = lowest_deviance(smaller, at.reml, reduced.correlated)
    constant = problem.deviance - at.value
    statistic = above_rounding(value - at.value)
    return {
        "neg2loglik": value + constant,
        "chi_square": statistic,
        "df": reduced.df,
        "distribution": reduced.distribution.name,
        "p_value": reduced.distribution.p_value(statistic),
    }
