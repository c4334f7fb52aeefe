"""Comparing fits of two levels: what the likelihood-ratio test is compared with, and what is refused."""

from __future__ import annotations

import pytest
from scipy.stats import chi2

from analysis.mixed import MixedModelFit, ModelRefused, fit_mixed_model
from analysis.mixed.compare.criteria import information_criteria
from analysis.mixed.compare.likelihood_ratio import likelihood_ratio_test

from .drawn import FORMULA, clinic_visits

ROWS = clinic_visits()
ONE_LEVEL = {"random": "1 + time"}
INTERCEPTS = {"random": "1 + time", "nested_in": "clinic"}
SLOPES = {"random": "1 + time", "nested_in": "clinic", "nested_random": "1 + time"}


def fit(formula: str = FORMULA, **options: object) -> MixedModelFit:
    return fit_mixed_model(formula, ROWS, "patient", **options)


def p_of(smaller: MixedModelFit, larger: MixedModelFit) -> tuple[float, float]:
    found = likelihood_ratio_test(smaller, larger, ROWS).iloc[0]
    return float(found["p_value"]), smaller.neg2loglik - larger.neg2loglik


def test_a_clinic_intercept_is_tested_on_its_boundary() -> None:
    p, statistic = p_of(fit(**ONE_LEVEL), fit(**INTERCEPTS))
    assert p == pytest.approx(0.5 * chi2.sf(statistic, 1))


def test_a_correlated_clinic_slope_is_a_mixture_of_one_and_two_degrees_of_freedom() -> None:
    p, statistic = p_of(fit(**INTERCEPTS), fit(**SLOPES))
    assert p == pytest.approx(0.5 * chi2.sf(statistic, 1) + 0.5 * chi2.sf(statistic, 2))


def test_fixed_effects_and_patient_slopes_are_tested_as_at_one_level() -> None:
    p, statistic = p_of(fit("y ~ time + baseline", method="ML", **SLOPES), fit(method="ML", **SLOPES))
    assert p == pytest.approx(chi2.sf(statistic, 2))
    p, statistic = p_of(fit(random="1", nested_in="clinic"), fit(**INTERCEPTS))
    assert p == pytest.approx(0.5 * chi2.sf(statistic, 1) + 0.5 * chi2.sf(statistic, 2))


def test_correlations_of_both_levels_count() -> None:
    p, statistic = p_of(fit(correlated=False, **SLOPES), fit(**SLOPES))
    assert p == pytest.approx(chi2.sf(statistic, 2))


def refusal(smaller: MixedModelFit, larger: MixedModelFit) -> str:
    with pytest.raises(ModelRefused) as caught:
        likelihood_ratio_test(smaller, larger, ROWS)
    return str(caught.value)


def test_two_clinic_variances_at_once_are_refused() -> None:
    assert refusal(fit(**ONE_LEVEL), fit(**SLOPES)) == (
        "The models are 2 variances apart; the weights of the null distribution then depend on the design. Add one"
        " random term at a time, or use bootstrap_likelihood_ratio."
    )


def test_a_larger_model_without_the_smaller_one_s_clinics_is_refused() -> None:
    assert refusal(fit(random="1", nested_in="clinic"), fit(**ONE_LEVEL)) == (
        "The models are not nested: the smaller one has random effects of clinics that the larger one has not. Give the"
        " larger one the same nested_in and nested_random, or compare information_criteria."
    )


def test_changes_at_both_levels_are_refused() -> None:
    assert refusal(fit(random="1"), fit(**INTERCEPTS)) == (
        "The models differ among patients and among clinics; the weights of the null distribution are not known. Change"
        " one level at a time, or use bootstrap_likelihood_ratio."
    )


def test_correlated_clinics_in_the_smaller_model_only_are_refused() -> None:
    both = {"random": "1", "nested_in": "clinic", "nested_random": "1 + time"}
    assert refusal(fit(**both), fit(correlated=False, **both)) == (
        "The models are not nested: the smaller one has correlated random effects of clinics, the larger one not. Fit"
        " the larger one with correlated=True."
    )


def test_parameters_of_both_levels_are_counted() -> None:
    assert information_criteria(fit(**SLOPES)).n_variance == 3 + 3 + 1
    assert information_criteria(fit(correlated=False, **SLOPES)).n_variance == 2 + 2 + 1
