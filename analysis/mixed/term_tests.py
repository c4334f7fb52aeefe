"""F tests of whole terms of the formula, as lmerTest's ``anova(type = 3)``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from patsy import Sum, Treatment

from .design import Design, build_design, probe_map
from .fitted_model import FittedModel
from .formula import ParsedFormula, parse_model_formula
from .refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]

ROUNDING = 1e-9  # entry of a hypothesis, relative to its row, that is rounding error of a change of coding


def term_tests(fit: FittedModel) -> pd.DataFrame:
    """Type III F tests: one row per term, each adjusted for every other term. Index term.

    Columns df_num, df_den, statistic (F) and p_value; degrees of freedom are of the fit's own kind
    (Satterthwaite, Kenward-Roger, or a chi-square over its df where ``df="normal"``).

    Type III is about categories coded to sum to zero: the test of ``route`` in ``route * sessions`` is of the
    average over all levels of the other categories, every level with the same weight, and at zero of every number
    it interacts with. The hypotheses are written in that coding whatever coding the fit used, so the reference
    level does not change them; centre a number to move the point at which main terms are tested. As SAS type III
    and lmerTest's ``anova``; a term of which only part can be estimated is tested on that part, with fewer
    numerator df, and one of which nothing can be estimated is left out and counted in ``.attrs["not_estimable"]``.
    Where a lower term is left out (``route/sex`` has no ``sex``) the test of ``route`` is still of the average over
    ``sex``, as SAS's; lmerTest's is then about the reference level of ``sex``.

    Raises ModelRefused when the model has no term but the intercept.
    """
    hypotheses = _hypotheses(fit)
    if not hypotheses:
        raise ModelRefused("The model has no terms to test besides the intercept.", "Add a term to the formula.")
    rows, lost = {}, 0
    for term, wanted in hypotheses.items():
        estimable = _estimable_part(fit, wanted)
        if len(estimable):
            rows[term] = fit.joint_test(estimable)
        else:
            lost += 1
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["statistic", "df_num", "df_den", "p_value"])
    table = table[["df_num", "df_den", "statistic", "p_value"]].rename_axis("term")
    table.attrs["not_estimable"] = lost
    return table


def _hypotheses(fit: FittedModel) -> dict[str, FloatArray]:
    """Per term, rows x all columns of X: the coefficients of the term in the sum-to-zero coding are zero.

    The rows are differences from the first level, as lmerTest's. Which rows span a hypothesis does not matter to F,
    nor to Kenward and Roger's df; Satterthwaite's df for several rows depend on it slightly.
    """
    parsed = parse_model_formula(fit.formula)
    treated = build_design(_coded_by(parsed, fit.design, Treatment()), fit.formula, fit.design.levels)
    summed = build_design(_coded_by(parsed, fit.design, Sum()), fit.formula, fit.design.levels)
    to_treated = _inverse(probe_map(fit.design, treated))
    to_summed = _inverse(probe_map(treated, summed))
    found = {}
    for term in dict.fromkeys(summed.terms):
        own = [position for position, one in enumerate(summed.terms) if one == term]
        if term != "Intercept":
            rows = to_summed[own]
            found[term] = _cleaned(np.linalg.solve(rows[:, own], rows)) @ to_treated
    return found


def _coded_by(parsed: ParsedFormula, design: Design, contrast: Any) -> ParsedFormula:
    """The same terms with every category in the given coding."""
    expressions = {
        code: replace(expression, contrast=contrast) if code in design.category_of else expression
        for code, expression in parsed.expressions.items()
    }
    return replace(parsed, expressions=expressions)


def _inverse(mapping: FloatArray) -> FloatArray:
    return _cleaned(np.linalg.inv(mapping))


def _cleaned(rows: npt.NDArray[np.floating[Any]]) -> FloatArray:
    """Rounding errors set to zero, so that they are not taken for a dependence on columns without an estimate."""
    size = np.abs(rows).max(axis=1, keepdims=True)
    return np.where(np.abs(rows) < ROUNDING * size, 0.0, rows).astype(np.float64)


def _estimable_part(fit: FittedModel, wanted: FloatArray) -> FloatArray:
    """Combinations of the rows that the data can estimate, as rows x kept columns."""
    kept = wanted[:, list(fit.kept)]
    if not fit.dropped:
        return kept
    gap = wanted[:, list(fit.dropped)] - kept @ fit.alias
    left, values, _ = np.linalg.svd(gap)
    size = float(np.abs(wanted).max()) * max(1.0, float(np.abs(fit.alias).max(initial=0.0)))
    rank = int(np.sum(values > ROUNDING * size))
    return np.asarray(left[:, rank:].T @ kept)
