"""Criteria, intraclass correlations and likelihood-ratio tests against R (lme4, performance; r/likelihood_tests.R)."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.mixed import MixedModelFit, fit_mixed_model
from analysis.mixed.compare.clustering import intraclass_correlation
from analysis.mixed.compare.criteria import information_criteria
from analysis.mixed.compare.likelihood_ratio import likelihood_ratio_test
from analysis.mixed.compare.random_terms import random_terms_tests

from .reference_cases import METHODS, SPECIFICATIONS, case_data, fitted, reference

DEVIANCE = 1e-8  # absolute: R's optimum is tightened to about 1e-9, and a statistic is a difference of two
P_VALUE = 1e-7  # relative: 1e-8 in the statistic
SHARE = 1e-6  # relative: variances are known to 1e-6 at R's optimum

FITS = [
    (case, model, method)
    for case in ("sleepstudy", "orthodont", "kat_small", "sim_slope_zero")
    for model in reference(case, "tests")["models"]
    for method in METHODS
]
REGULAR = [fit for fit in FITS if "explained" in reference(fit[0], "tests")["models"][fit[1]][fit[2]]]
SLOPES = {"sleepstudy": "Days", "orthodont": "age", "kat_small": "s", "sim_slope_zero": "time"}
LARGER = {"sleepstudy": "ris", "orthodont": "risx", "kat_small": "nuisance", "sim_slope_zero": "ris"}


def _refit(case: str, method: str, formula: str | None = None, **changed: Any) -> MixedModelFit:
    spec = SPECIFICATIONS[case][LARGER[case]]
    options = {"random": spec.random, **changed}
    return fit_mixed_model(formula or spec.formula, ROWS[case], spec.groups, method=method, **options)


ROWS = {case: case_data(case) for case in SLOPES}


@pytest.mark.parametrize(("case", "model", "method"), FITS)
def test_aic_and_bic_are_lme4_s(case: str, model: str, method: str) -> None:
    of_r = reference(case, "tests")["models"][model][method]
    criteria = information_criteria(fitted(case, model, method))
    assert criteria.n_parameters == of_r["k"]
    assert criteria.n_rows == of_r["n"]
    assert criteria.aic == pytest.approx(of_r["AIC"], abs=DEVIANCE)
    assert criteria.bic == pytest.approx(of_r["BIC"], abs=DEVIANCE)


@pytest.mark.parametrize(("case", "model", "method"), REGULAR)
def test_intraclass_correlations_are_those_of_the_mean_variance(case: str, model: str, method: str) -> None:
    of_r = reference(case, "tests")["models"][model][method]["explained"]
    ours = intraclass_correlation(fitted(case, model, method)).iloc[0]
    assert ours["adjusted"] == pytest.approx(of_r["by_hand"]["icc_adjusted"], rel=SHARE)
    assert ours["unadjusted"] == pytest.approx(of_r["by_hand"]["icc_unadjusted"], rel=SHARE)


def _is(row: Any, of_r: dict[str, Any]) -> None:
    assert row["chi_square"] == pytest.approx(of_r["statistic"], abs=DEVIANCE)
    assert row["df"] == of_r["df"]
    expected = of_r.get("p_mixture")
    assert row["p_value"] == pytest.approx(of_r["p_chisq"] if expected is None else expected, rel=P_VALUE)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("case", list(SLOPES))
def test_random_effects_are_tested_on_their_boundary(case: str, method: str) -> None:
    of_r = reference(case, "tests")["random_effects"][method]
    both, slope = _refit(case, method), SLOPES[case]
    intercept, alone = _refit(case, method, random="1"), _refit(case, method, random=f"0 + {slope}")
    apart = _refit(case, method, correlated=False)
    _is(likelihood_ratio_test(intercept, both).iloc[0], of_r["without_slope"])
    _is(likelihood_ratio_test(alone, both).iloc[0], of_r["without_intercept"])
    _is(likelihood_ratio_test(apart, both).iloc[0], of_r["without_correlation"])
    table = random_terms_tests(both)
    assert list(table.index) == ["Intercept", slope, "correlations"]
    _is(table.loc["Intercept"], of_r["without_intercept"])
    _is(table.loc[slope], of_r["without_slope"])
    _is(table.loc["correlations"], of_r["without_correlation"])
    _is(random_terms_tests(intercept).loc["Intercept"], of_r["intercept_only_without_intercept"])


@pytest.mark.parametrize("case", list(SLOPES))
def test_fixed_effects_are_tested_by_ml(case: str) -> None:
    for of_r in reference(case, "tests")["fixed_effects"].values():
        smaller = _refit(case, "ML", of_r["smaller"].split(" + (")[0])
        row = likelihood_ratio_test(smaller, _refit(case, "ML")).iloc[0]
        _is(row, of_r)
        assert row["neg2loglik_smaller"] == pytest.approx(of_r["neg2loglik"], abs=DEVIANCE)
