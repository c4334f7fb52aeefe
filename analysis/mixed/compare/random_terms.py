"""Does a random effect earn its place? Each one left out in turn, as lmerTest's ranova, from the fit's own sums."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from ..chart import blocks_of
from ..fit import MixedModelFit
from ..prepared import PreparedModel
from ..problem import Problem, problem_of
from .effect_names import correlated_pairs, effect_names
from .fewer_effects import with_effects
from .likelihood_ratio import above_rounding
from .null_distribution import NullDistribution, at_boundary, chi_square
from .submodel import lowest_deviance


class _Reduced(NamedTuple):
    """A model with less in its random part: which effects stay, and with correlations or not."""

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

    With patients nested in clinics the rows of both levels are given, the clinics' as "name | clinic column", and
    "correlations" are those of both. Raises ModelRefused when the rows are gone and for a residual structure.
    """
    problem = problem_of(fit, source)
    models = _reduced_models(fit, problem.at.sizes)
    rows = [_row(problem, reduced) for reduced in models]
    return pd.DataFrame(rows, index=pd.Index([reduced.name for reduced in models], name="term"))


def _reduced_models(fit: MixedModelFit, sizes: tuple[int, ...]) -> list[_Reduced]:
    names, models = effect_names(fit), []
    for block in blocks_of(sizes):
        df = block.stop - block.start if fit.correlated else 1
        for place in range(block.start, block.stop):
            stay = tuple(other for other in range(len(names)) if other != place)
            models.append(_Reduced(names[place], stay, fit.correlated, df, at_boundary(df, "")))
    pairs = len(correlated_pairs(sizes))
    if fit.correlated and pairs:
        models.append(_Reduced("correlations", tuple(range(len(names))), False, pairs, chi_square(pairs)))
    return models


def _row(problem: Problem, reduced: _Reduced) -> dict[str, float | int | str]:
    at = problem.at
    value = lowest_deviance(with_effects(problem, reduced.stay), at.reml, reduced.correlated)
    constant = problem.deviance - at.value
    statistic = above_rounding(value - at.value)
    return {
        "neg2loglik": value + constant,
        "chi_square": statistic,
        "df": reduced.df,
        "distribution": reduced.distribution.name,
        "p_value": reduced.distribution.p_value(statistic),
    }
