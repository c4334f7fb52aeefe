"""Every case, model and method against lme4 and lmerTest at the tightened optimum."""

import json
from pathlib import Path

import numpy as np
import pytest

from .reference_cases import METHODS, SPECIFICATIONS, fitted, in_order_of, reference

# The same criterion at the same optimum: what is left is rounding of sums over the rows.
DEVIANCE = 1e-9
# R's theta is exact to about 3e-8 (finite-difference Newton); estimates follow it at first order only through the
# weights, standard errors and variances directly.
ESTIMATE_IN_SE = 1e-6
RELATIVE = 1e-6
# lmerTest differentiates the deviance numerically; its own df are off by up to 5e-7 where the exact value is known.
SATTERTHWAITE = 2e-6
# Conditional modes are linear in D, twice as exposed to theta as the standard errors.
MODES_IN_SD = 2e-6
# What a reference may still promise to gain, in deviance units, and be called an optimum.
REFERENCE_OPTIMUM = 1e-12
# Published numbers come from optimisers stopped about 1e-5 away in theta; the deviance is flat there.
PUBLISHED_THETA = 1e-5
PUBLISHED_DEVIANCE = 1e-8

COMBINATIONS = [
    pytest.param(case, model, method, id=f"{case}-{model}-{method}")
    for case, models in SPECIFICATIONS.items()
    for model in models
    for method in METHODS
]
every_fit = pytest.mark.parametrize(("case", "model", "method"), COMBINATIONS)


def r_numbers(case: str, model: str, method: str) -> dict:
    return reference(case)["models"][model][method]


def r_covariance(numbers: dict) -> np.ndarray:
    """G of R: one block when correlated, else one 1 x 1 block per random effect."""
    size = len(numbers["random_terms"])
    covariance = np.zeros((size, size))
    at = 0
    for block in map(np.atleast_2d, numbers["varcorr"]):
        covariance[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    return covariance


def relative_factor(covariance: np.ndarray, residual_variance: float) -> np.ndarray:
    """Lambda of G = sigma^2 Lambda Lambda', lower triangular, also where G is singular."""
    scaled = covariance / residual_variance
    factor = np.zeros_like(scaled)
    for column in range(len(scaled)):
        left = scaled[column:, column] - factor[column:, :column] @ factor[column, :column]
        if left[0] > RELATIVE**2 * max(scaled[column, column], RELATIVE):
            factor[column:, column] = left / np.sqrt(left[0])
    return factor


@pytest.mark.parametrize(("case", "model", "method"), COMBINATIONS)
def test_the_reference_itself_is_at_an_optimum(case, model, method):
    assert abs(r_numbers(case, model, method)["remaining_decrease"]) < REFERENCE_OPTIMUM


@every_fit
def test_deviance_is_that_of_lme4(case, model, method):
    fit = fitted(case, model, method)
    assert fit.neg2loglik == pytest.approx(r_numbers(case, model, method)["neg2loglik"], abs=DEVIANCE, rel=0)
    assert fit.method == method


@every_fit
def test_fixed_effects_and_standard_errors_are_those_of_lme4(case, model, method):
    ours, theirs = fitted(case, model, method).fixed_effects, r_numbers(case, model, method)
    terms = list(ours.index)
    se = np.array(in_order_of(terms, theirs["se"]))
    assert len(terms) == len(theirs["fixef"])
    difference = np.abs(ours["estimate"].to_numpy() - in_order_of(terms, theirs["fixef"])) / se
    assert difference.max() < ESTIMATE_IN_SE
    assert np.abs(ours["std_error"].to_numpy() / se - 1).max() < RELATIVE


@every_fit
def test_covariance_of_the_fixed_effects_is_that_of_lme4(case, model, method):
    fit, theirs = fitted(case, model, method), r_numbers(case, model, method)
    position = dict(zip(theirs["fixef"], range(len(theirs["fixef"])), strict=True))
    order = [int(at) for at in in_order_of(list(fit.cov_fixed.index), position)]
    expected = np.array(theirs["vcov"])[np.ix_(order, order)]
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert (np.abs(fit.cov_fixed.to_numpy() - expected) / scale).max() < 2 * RELATIVE


@every_fit
def test_residual_variance_and_relative_factor_are_those_of_lme4(case, model, method):
    fit, theirs = fitted(case, model, method), r_numbers(case, model, method)
    assert fit.residual_variance == pytest.approx(theirs["sigma2"], rel=RELATIVE)
    expected = relative_factor(r_covariance(theirs), theirs["sigma2"])
    ours = relative_factor(fit.random_covariance.to_numpy(), fit.residual_variance)
    # A single element of theta can be close to nought; the scale of a row is its random effect's SD over sigma.
    scale = np.maximum(np.linalg.norm(expected, axis=1, keepdims=True), RELATIVE)
    assert (np.abs(ours - expected) / scale).max() < RELATIVE


@every_fit
def test_satterthwaite_degrees_of_freedom_are_those_of_lmertest(case, model, method):
    ours, theirs = fitted(case, model, method).fixed_effects, r_numbers(case, model, method)
    expected = np.array(in_order_of(list(ours.index), theirs["satterthwaite_df"]))
    assert np.abs(ours["df"].to_numpy() / expected - 1).max() < SATTERTHWAITE


@every_fit
def test_conditional_modes_are_those_of_lme4(case, model, method):
    fit, theirs = fitted(case, model, method), r_numbers(case, model, method)
    ours = fit.random_effects.set_axis(fit.random_effects.index.astype(str))
    expected = np.array(theirs["modes"]["values"]).reshape(-1, len(theirs["random_terms"]))
    assert sorted(ours.index) == sorted(theirs["modes"]["groups"])
    sd = np.maximum(np.sqrt(np.diag(r_covariance(theirs))), RELATIVE)
    assert (np.abs(ours.loc[theirs["modes"]["groups"]].to_numpy() - expected) / sd).max() < MODES_IN_SD


@every_fit
def test_status_says_singular_where_lme4_does(case, model, method):
    expected = "singular" if r_numbers(case, model, method)["singular"] else "converged"
    assert fitted(case, model, method).status == expected


def published(case: str) -> list[dict]:
    return json.loads((Path(__file__).parent / "published.json").read_text())[case]


@pytest.mark.parametrize(("case", "model"), [("sleepstudy", "ris"), ("dyestuff2", "ri")])
def test_published_numbers_of_mixedmodels_jl_are_reproduced(case, model):
    theirs = published(case)
    fit = fitted(case, model, "ML")
    assert fit.neg2loglik == pytest.approx(theirs["neg2loglik"], abs=PUBLISHED_DEVIANCE, rel=0)
    factor = relative_factor(fit.random_covariance.to_numpy(), fit.residual_variance)
    theta = factor.T[np.triu_indices(len(factor))]
    assert theta == pytest.approx(theirs["theta"], abs=PUBLISHED_THETA, rel=0)
    if "estimate" in theirs:
        assert fit.fixed_effects["estimate"].tolist() == pytest.approx(theirs["estimate"], rel=PUBLISHED_DEVIANCE)
        assert fit.fixed_effects["std_error"].tolist() == pytest.approx(theirs["std_error"], rel=PUBLISHED_THETA)
