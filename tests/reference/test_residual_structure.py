"""Residual structures against nlme's lme, at the optimum that a dense likelihood reaches from nlme's."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import MixedModelFit, fit_mixed_model

from .reference_cases import METHODS, case_data, in_order_of, reference

# Two optimisers of one criterion; what is left is rounding in R's dense determinants.
DEVIANCE = 1e-9
# nlme itself stops up to 1.7e-4 short of the optimum (ris_car1, whose slope variance is close to zero), never below it.
NLME_STOPS_SHORT = 1e-3
ESTIMATE_IN_SE = 1e-6
# R's parameters are exact to about 1e-7 (finite-difference Newton on a dense likelihood).
PARAMETER = 1e-6
STANDARD_ERROR = 1e-6
# A covariance of the random effects that is barely identified moves more than its standard errors.
COVARIANCE = 1e-4
# R differentiates the dense deviance numerically: second derivatives to about 1e-7 of their size.
SATTERTHWAITE = 1e-6

KINDS = {"none": "independent", "ar1": "ar1", "car1": "exponential"}
CASES = {
    "sleepstudy": ("ri_ar1", "ri_car1"),
    "orthodont": ("ri_by_sex", "risx_by_sex", "ri_ar1", "ri_ar1_by_sex"),
    "irregular_days": ("ri_car1", "ri_ar1", "ri_by_route", "ri_car1_by_route", "ris_car1"),
}
every_fit = pytest.mark.parametrize(
    ("case", "model", "method"),
    [(case, model, method) for case, models in CASES.items() for model in models for method in METHODS],
)


def rows(case: str) -> pd.DataFrame:
    data = case_data(case)
    return data.assign(visit=(data["age"] - 6) / 2) if case == "orthodont" else data


@cache
def fitted(case: str, model: str, method: str) -> MixedModelFit:
    asked = reference(case, "residual_structure")["models"][model]
    random, groups = asked["random"].split(" | ")
    kind = KINDS[asked["correlation"]]
    return fit_mixed_model(
        asked["fixed"],
        rows(case),
        groups,
        random,
        method=method,
        residual=kind,
        residual_time=None if kind == "independent" else asked["time"],
        residual_by=asked["residual_sd_by"],
    )


def r_numbers(case: str, model: str, method: str) -> dict:
    return reference(case, "residual_structure")["models"][model][method]


@every_fit
def test_the_criterion_is_nlmes(case: str, model: str, method: str) -> None:
    numbers, fit = r_numbers(case, model, method), fitted(case, model, method)
    assert fit.neg2loglik == pytest.approx(numbers["neg2loglik"], abs=DEVIANCE)
    assert -DEVIANCE < numbers["nlme"]["neg2loglik"] - fit.neg2loglik < NLME_STOPS_SHORT


@every_fit
def test_estimates_and_standard_errors_agree(case: str, model: str, method: str) -> None:
    numbers, fit = r_numbers(case, model, method), fitted(case, model, method)
    table, terms = fit.fixed_effects, list(fit.terms)
    errors = np.array(in_order_of(terms, numbers["se"]))
    apart = (table["estimate"] - in_order_of(terms, numbers["fixef"])) / errors
    assert np.abs(apart).max() < ESTIMATE_IN_SE
    np.testing.assert_allclose(table["std_error"], errors, rtol=STANDARD_ERROR)


@every_fit
def test_degrees_of_freedom_count_the_residual_parameters(case: str, model: str, method: str) -> None:
    numbers, fit = r_numbers(case, model, method), fitted(case, model, method)
    expected = in_order_of(list(fit.terms), numbers["satterthwaite_df"])
    np.testing.assert_allclose(fit.fixed_effects["df"], expected, rtol=SATTERTHWAITE)


@every_fit
def test_residual_parameters_agree(case: str, model: str, method: str) -> None:
    numbers, found = r_numbers(case, model, method), fitted(case, model, method).residual_structure
    if numbers["correlation"]:
        assert found.correlation_per_unit == pytest.approx(numbers["correlation"]["phi"], rel=PARAMETER, abs=1e-7)
    if numbers["correlation"] and "range" in numbers["correlation"]:
        assert found.range_days == pytest.approx(numbers["correlation"]["range"], rel=PARAMETER)
    if numbers["residual_sd"]:
        sigma = fitted(case, model, method).sigma
        sds = dict(zip(found.levels, sigma * np.sqrt(found.variance_ratios), strict=True))
        assert sds == pytest.approx(numbers["residual_sd"], rel=PARAMETER)


@every_fit
def test_the_covariance_of_the_random_effects_agrees(case: str, model: str, method: str) -> None:
    numbers, fit = r_numbers(case, model, method), fitted(case, model, method)
    covariance = fit.random_covariance.to_numpy()
    scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    np.testing.assert_allclose(covariance / scale, np.array(numbers["varcorr"]) / scale, atol=COVARIANCE)


@every_fit
def test_the_number_of_parameters_is_nlmes(case: str, model: str, method: str) -> None:
    numbers, fit = r_numbers(case, model, method), fitted(case, model, method)
    q = len(fit.random_names)
    counted = len(fit.kept) + q * (q + 1) // 2 + 1 + fit.residual_structure.n_parameters
    assert counted == numbers["nlme"]["n_parameters"]
