"""What is asked of a fit later on knows about its residuals: tests, criteria, predictions, second opinion."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.mixed import ModelRefused, cross_check, fit_mixed_model
from analysis.mixed.compare.clustering import intraclass_correlation
from analysis.mixed.compare.criteria import information_criteria
from analysis.mixed.compare.likelihood_ratio import likelihood_ratio_test
from analysis.mixed.compare.profile import profile_intervals
from analysis.mixed.compare.robust import robust_covariance
from analysis.mixed.diagnose import refit_without, residuals
from analysis.mixed.diagnose.units import units_of
from analysis.mixed.predict import predict
from analysis.mixed.resample.bootstrap import parametric_bootstrap

from .dense import dense, irregular
from .test_structure_fit import fitted, parameters

ROWS = irregular()
# The same sums in two orders.
SAME = 1e-8

PLAIN = fit_mixed_model("y ~ day", ROWS, "patient", method="ML")
WEIGHTED = fit_mixed_model("y ~ day", ROWS, "patient", weights="w")
AR1 = fitted("ar1", ROWS, method="ML")
DAYS = fitted("exponential", ROWS, method="ML")
DAYS_BY_ROUTE = fitted("exponential by route", ROWS, method="ML", weights="w")


def test_statsmodels_is_not_asked_about_a_model_it_does_not_have() -> None:
    sentence = (
        "No second opinion: statsmodels fits independent residuals of one variance, without weights, so this fit was"
        " not compared with it."
    )
    for fit in (WEIGHTED, AR1, DAYS_BY_ROUTE):
        check = cross_check(fit, ROWS)
        assert not check.checked
        assert check.sentence == sentence


def test_criteria_count_the_residual_parameters() -> None:
    counts = [information_criteria(fit).n_variance for fit in (PLAIN, WEIGHTED, AR1, DAYS, DAYS_BY_ROUTE)]
    assert counts == [2, 2, 3, 3, 4]


def test_a_correlation_of_visits_is_tested_inside_its_range() -> None:
    row = likelihood_ratio_test(PLAIN, AR1, ROWS).iloc[0]
    assert (row["df"], row["distribution"]) == (1, "χ²(1)")
    assert row["chi_square"] == pytest.approx(PLAIN.neg2loglik - AR1.neg2loglik, abs=SAME)


def test_a_correlation_over_days_is_tested_on_its_boundary() -> None:
    row = likelihood_ratio_test(PLAIN, DAYS, ROWS).iloc[0]
    assert (row["df"], row["distribution"]) == (1, "½χ²(0) + ½χ²(1)")
    assert row["note"] == "The residual correlation is tested on its boundary, zero."


def test_variances_by_group_are_tested_inside_their_range() -> None:
    larger = fitted("exponential by route", ROWS, method="ML")
    row = likelihood_ratio_test(DAYS, larger, ROWS).iloc[0]
    assert (row["df"], row["distribution"]) == (1, "χ²(1)")


def test_structures_that_are_not_nested_are_not_tested() -> None:
    with pytest.raises(ModelRefused) as caught:
        likelihood_ratio_test(AR1, fitted("exponential by route", ROWS, method="ML"), ROWS)
    assert str(caught.value) == (
        "The residual structure 'ar1' over 'visit' of the smaller fit is not a special case of 'exponential' over 'day'"
        " with a variance by 'route'. Compare their information_criteria."
    )


def test_fits_with_other_weights_are_not_tested() -> None:
    with pytest.raises(ModelRefused) as caught:
        likelihood_ratio_test(PLAIN, DAYS_BY_ROUTE, ROWS)
    assert str(caught.value) == (
        "The fits have different prior weights (none and w). Compare fits with the same weights."
    )


@pytest.mark.parametrize("fit", [WEIGHTED, AR1, DAYS, DAYS_BY_ROUTE], ids=["weights", "ar1", "days", "all"])
def test_the_covariance_of_a_unit_is_the_models(fit) -> None:
    structure = fit.residual_structure
    model = dense(ROWS, structure.kind, structure.by is not None, structure.weights is not None)
    phi = parameters(fit) if structure.n_parameters else np.zeros(0)
    for batch in units_of(fit, ROWS).batches():
        for rows, v in zip(batch.rows, batch.v, strict=True):
            chosen = np.isin(np.arange(len(ROWS)), rows)
            relative = model.relative_residual_covariance(chosen, phi) + fit.relative_covariance[0, 0]
            np.testing.assert_allclose(v, fit.residual_variance * relative, rtol=SAME)


@pytest.mark.parametrize("fit", [WEIGHTED, DAYS_BY_ROUTE], ids=["weights", "all"])
def test_robust_variances_use_the_models_covariance(fit) -> None:
    units = units_of(fit, ROWS)
    bread, meat = np.zeros((2, 2)), np.zeros((2, 2))
    for batch in units.batches():
        for rows, v in zip(batch.rows, batch.v, strict=True):
            x, r = units.x[rows], units.y[rows] - units.x[rows] @ fit.coefficients
            bread += x.T @ np.linalg.solve(v, x)
            score = x.T @ np.linalg.solve(v, r)
            meat += np.outer(score, score)
    expected = np.linalg.inv(bread) @ meat @ np.linalg.inv(bread)
    np.testing.assert_allclose(robust_covariance(fit, "CR0", ROWS), expected, rtol=1e-7)


def test_standardised_residuals_of_the_right_structure_are_uncorrelated() -> None:
    rows = irregular(m=200, seed=8)
    fit = fitted("exponential by route", rows)
    left = residuals(fit, rows)["standardised"].to_numpy()
    follows = rows["patient"].to_numpy()[1:] == rows["patient"].to_numpy()[:-1]
    assert abs(np.corrcoef(left[1:][follows], left[:-1][follows])[0, 1]) < 0.08
    by_route = [left[(rows["route"] == route).to_numpy()].std() for route in ("IM", "IV")]
    assert by_route == pytest.approx([1.0, 1.0], abs=0.06)


def test_predicting_a_new_score_uses_its_own_residual_variance() -> None:
    asked = ROWS.iloc[[0, 10]].assign(route=["IM", "IV"], day=10.0)
    fit = fitted("by route", ROWS)
    new = predict(fit, asked, interval="prediction")["std_error"] ** 2
    mean = predict(fit, asked, interval="confidence")["std_error"] ** 2
    ratio = fit.residual_structure.variance_ratios[1]
    between = float(fit.random_covariance.iloc[0, 0])
    expected = between + fit.residual_variance * np.array([1.0, ratio])
    np.testing.assert_allclose(new - mean, expected, rtol=1e-9)


def test_a_correlated_next_score_of_a_patient_is_not_given_an_interval() -> None:
    with pytest.raises(ModelRefused) as caught:
        predict(DAYS, ROWS, level="patient", interval="prediction")
    assert str(caught.value) == (
        "With correlated residuals a patient's next score depends on the time since the last one, which this interval"
        " does not know. Use interval='confidence', or level='population'."
    )


def test_a_group_the_fit_has_not_seen_has_no_residual_variance() -> None:
    with pytest.raises(ModelRefused) as caught:
        predict(fitted("by route", ROWS), ROWS.assign(route="SC"), interval="prediction")
    assert str(caught.value) == (
        f"No rows of the fit have route SC ({len(ROWS)} rows): their residual variance is not known. Leave those rows"
        " out or recode them."
    )


def test_refits_without_a_patient_keep_the_weights() -> None:
    table = refit_without(WEIGHTED, [3], ROWS)
    alone = fit_mixed_model("y ~ day", ROWS[ROWS["patient"] != 3], "patient", weights="w")
    assert table.loc[3, "day"] == pytest.approx(alone.coefficients[1], rel=1e-7)
    with pytest.raises(ModelRefused) as caught:
        refit_without(AR1, [3], ROWS)
    assert str(caught.value) == (
        "Each refit would have to find the residual structure again, which per-patient sums cannot do. Use influence,"
        " which keeps it as it is, or fit_mixed_model on the rows without the patient."
    )


def test_correlations_at_a_value_have_no_single_answer() -> None:
    assert 0 < intraclass_correlation(AR1)["adjusted"].iloc[0] < 1
    with pytest.raises(ModelRefused) as caught:
        intraclass_correlation(fitted("ar1", ROWS, random="1 + day"), at={"day": 3})
    assert str(caught.value) == (
        "Residuals that are correlated or differ in variance give two rows of a patient more than one correlation."
        " Leave at out, which averages the residual variance over the rows."
    )


def test_profiles_and_bootstraps_of_equal_weights_only_rescale_sigma() -> None:
    rows = ROWS.assign(four=4.0)
    plain = fit_mixed_model("y ~ day", rows, "patient")
    fours = fit_mixed_model("y ~ day", rows, "patient", weights="four")
    one, other = profile_intervals(plain, rows), profile_intervals(fours, rows)
    for limit in ("estimate", "ci_low", "ci_high"):
        assert other.loc["sd(Intercept)", limit] == pytest.approx(one.loc["sd(Intercept)", limit], rel=1e-5)
        assert other.loc["sigma", limit] == pytest.approx(2 * one.loc["sigma", limit], rel=1e-5)
    draws = [parametric_bootstrap(fit, 3, 7, rows).table for fit in (plain, fours)]
    np.testing.assert_allclose(draws[1]["day"], draws[0]["day"], rtol=1e-5)
    np.testing.assert_allclose(draws[1]["sigma"], 2 * draws[0]["sigma"], rtol=1e-5)


def test_profiles_and_bootstraps_do_not_take_an_estimated_structure_as_known() -> None:
    for question in (lambda: profile_intervals(AR1, ROWS), lambda: parametric_bootstrap(AR1, 3, 7, ROWS)):
        with pytest.raises(ModelRefused) as caught:
            question()
        assert str(caught.value) == (
            "This is worked out from per-patient sums, which only a mixed model with independent residuals has. Use a"
            " fit of fit_mixed_model without residual and residual_by."
        )
