"""Prior weights against lme4's ``weights =``: one made-up weight per row of sleepstudy."""

from functools import cache

import numpy as np
import pytest

from analysis.mixed import MixedModelFit, fit_mixed_model

from .reference_cases import METHODS, case_data, in_order_of, reference

DEVIANCE = 1e-9
ESTIMATE_IN_SE = 1e-6
RELATIVE = 1e-6
# Diagonal and off-diagonal entries of theta share one scale, the largest entry.
THETA = 1e-6
# lmerTest differentiates the deviance numerically.
SATTERTHWAITE = 2e-6
MODES_IN_SD = 2e-6

RANDOM = {"ris": "1 + Days", "ri": "1"}
every_fit = pytest.mark.parametrize(("model", "method"), [(model, method) for model in RANDOM for method in METHODS])


@cache
def fitted(model: str, method: str) -> MixedModelFit:
    return fit_mixed_model(
        "Reaction ~ Days", case_data("weighted"), "Subject", RANDOM[model], method=method, weights="weight"
    )


def r_numbers(model: str, method: str) -> dict:
    return reference("weighted")["models"][model][method]


@every_fit
def test_the_criterion_is_lme4s_and_counts_the_weights(model: str, method: str) -> None:
    assert fitted(model, method).neg2loglik == pytest.approx(r_numbers(model, method)["neg2loglik"], abs=DEVIANCE)


@every_fit
def test_estimates_standard_errors_and_df_agree(model: str, method: str) -> None:
    numbers, fit = r_numbers(model, method), fitted(model, method)
    table, terms = fit.fixed_effects, list(fit.terms)
    errors = np.array(in_order_of(terms, numbers["se"]))
    assert np.abs((table["estimate"] - in_order_of(terms, numbers["fixef"])) / errors).max() < ESTIMATE_IN_SE
    np.testing.assert_allclose(table["std_error"], errors, rtol=RELATIVE)
    np.testing.assert_allclose(table["df"], in_order_of(terms, numbers["satterthwaite_df"]), rtol=SATTERTHWAITE)


@every_fit
def test_variances_agree(model: str, method: str) -> None:
    numbers, fit = r_numbers(model, method), fitted(model, method)
    assert fit.residual_variance == pytest.approx(numbers["sigma2"], rel=RELATIVE)
    np.testing.assert_allclose(fit.theta, numbers["theta"], atol=THETA)


@every_fit
def test_conditional_modes_agree(model: str, method: str) -> None:
    numbers, fit = r_numbers(model, method), fitted(model, method)
    expected = np.array(numbers["modes"]["values"]).reshape(-1, len(fit.random_names))
    ours = fit.random_effects.loc[numbers["modes"]["groups"]].to_numpy()
    assert (np.abs(ours - expected) / ours.std(axis=0)).max() < MODES_IN_SD
