"""What an MMRM fit offers, and what must not change it."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.mixed import MMRMFit, contrasts, fit_mixed_model, fit_mmrm, marginal_means, term_tests
from analysis.mixed.source_rows import rows_of

from .drawn import FORMULA, VISITS, scheduled

ROUNDING = 1e-8  # sums taken in another order, and an optimiser that stops at 1e-9 standard errors
ROWS = scheduled()
FIT = fit_mmrm(FORMULA, ROWS, "patient", "visit")


def assert_same(one: MMRMFit, other: MMRMFit, tolerance: float = ROUNDING) -> None:
    assert one.neg2loglik == pytest.approx(other.neg2loglik, abs=1e-8)
    np.testing.assert_allclose(one.fixed_effects, other.fixed_effects, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(one.visit_covariance, other.visit_covariance, rtol=tolerance, atol=tolerance)


def test_a_fit_says_what_it_is() -> None:
    assert (FIT.status, FIT.method, FIT.df_method) == ("converged", "REML", "satterthwaite")
    assert (FIT.covariance, FIT.n_covariance_parameters) == ("unstructured", 10)
    assert (FIT.n_rows, FIT.n_groups, FIT.groups, FIT.visit) == (len(ROWS), 40, "patient", "visit")
    assert FIT.notes == ()
    assert tuple(FIT.visit_covariance.index) == tuple(FIT.visit_covariance.columns) == VISITS
    counts = ROWS.groupby("visit", observed=True).size()
    np.testing.assert_array_equal(np.diag(FIT.pair_counts), counts.loc[list(VISITS)])
    assert rows_of(FIT) is ROWS


def test_correlations_are_covariances_over_standard_deviations() -> None:
    deviations = np.sqrt(np.diag(FIT.visit_covariance))
    np.testing.assert_allclose(FIT.visit_correlation * np.outer(deviations, deviations), FIT.visit_covariance)


def test_frames_of_a_fit_are_copies() -> None:
    frame = FIT.visit_covariance
    frame.iloc[0, 0] = -1.0
    assert FIT.visit_covariance.iloc[0, 0] > 0


def test_rows_of_a_patient_have_the_covariance_of_their_visits_in_their_order() -> None:
    made = FIT.row_covariance(["week 8", "week 1"])
    np.testing.assert_array_equal(made, FIT.visit_covariance.loc[["week 8", "week 1"], ["week 8", "week 1"]])


def test_a_fit_survives_pickling() -> None:
    assert_same(pickle.loads(pickle.dumps(FIT)), FIT, 0.0)  # noqa: S301 - our own bytes


def test_kenward_roger_names_its_form() -> None:
    fit = fit_mmrm(FORMULA, ROWS, "patient", "visit", df="kenward-roger")
    assert fit.notes == (
        "Kenward-Roger standard errors are of the linear form (observed information, no second derivatives of the"
        " covariance), which R's mmrm calls Kenward-Roger-Linear.",
    )


def test_normal_df_are_infinite_and_standard_errors_the_same() -> None:
    fit = fit_mmrm(FORMULA, ROWS, "patient", "visit", df="normal")
    assert np.isinf(fit.fixed_effects["df"]).all()
    np.testing.assert_allclose(fit.fixed_effects["std_error"], FIT.fixed_effects["std_error"], rtol=1e-12)


def test_means_contrasts_and_term_tests_take_an_mmrm() -> None:
    means = marginal_means(FIT, by=["route", "visit"])
    assert len(means) == 8
    pairs = contrasts(FIT, by="route", at={"visit": list(VISITS)}, adjust="none")
    by_route = means.set_index(["route", "visit"])["estimate"]
    gaps = [by_route["IM", visit] - by_route["IV", visit] for visit in VISITS]
    np.testing.assert_allclose(pairs["estimate"], gaps, rtol=1e-10)
    assert (pairs["df"] < 40).all()
    tests = term_tests(FIT)
    assert tests.loc["route:visit", "df_num"] == 3
    position = FIT.terms.index("baseline")
    single = FIT.joint_test(np.eye(len(FIT.terms))[[position]])
    assert single.p_value == pytest.approx(FIT.fixed_effects.loc["baseline", "p_value"])


def test_joint_tests_of_both_kinds_agree_on_one_row_up_to_the_standard_error() -> None:
    adjusted = fit_mmrm(FORMULA, ROWS, "patient", "visit", df="kenward-roger")
    table = term_tests(adjusted)
    assert (table["df_den"] > 10).all()
    assert (table["p_value"] > term_tests(FIT)["p_value"] * 0.9).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_row_order_and_patient_labels_change_nothing(seed: int) -> None:
    draws = np.random.default_rng(seed)
    names = draws.permutation([f"P{number:03d}" for number in range(1000)])
    shuffled = ROWS.assign(patient=names[ROWS["patient"]]).iloc[draws.permutation(len(ROWS))]
    assert_same(fit_mmrm(FORMULA, shuffled, "patient", "visit"), FIT)


@settings(max_examples=15, deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_units_and_origins_change_the_fit_as_they_must(shift: float, unit: float, other: float) -> None:
    moved = ROWS.assign(y=shift + unit * ROWS["y"], baseline=other * ROWS["baseline"])
    fit = fit_mmrm(FORMULA, moved, "patient", "visit")
    np.testing.assert_allclose(fit.visit_covariance, unit**2 * FIT.visit_covariance, rtol=1e-6)
    slope = unit / other * FIT.fixed_effects.loc["baseline", "estimate"]
    assert fit.fixed_effects.loc["baseline", "estimate"] == pytest.approx(slope, rel=1e-6)
    np.testing.assert_allclose(fit.fixed_effects["df"], FIT.fixed_effects["df"], rtol=1e-6)


@pytest.mark.parametrize("structure", ["unstructured", "ar1h", "toeplitz"])
def test_the_type_of_the_visit_labels_changes_nothing(structure: str) -> None:
    named = fit_mmrm("y ~ route * visit + baseline", ROWS, "patient", "visit", covariance=structure)
    weeks = ROWS["visit"].cat.codes.map({0: 1, 1: 2, 2: 4, 3: 10})
    numbered = ROWS.assign(visit=weeks)
    coded = fit_mmrm("y ~ route * C(visit) + baseline", numbered, "patient", "visit", covariance=structure)
    assert coded.visit_levels == (1, 2, 4, 10)  # by size, not as text
    assert_same(coded, named)
    text = ROWS.assign(visit=ROWS["visit"].astype(str))
    assert_same(fit_mmrm("y ~ route * visit + baseline", text, "patient", "visit", covariance=structure), named)


def test_a_visit_that_is_a_number_is_a_number_in_the_formula_and_a_category_in_the_covariance() -> None:
    rows = ROWS.assign(visit=ROWS["visit"].cat.codes.astype(float), time=ROWS["visit"].cat.codes)
    fit = fit_mmrm("y ~ visit", rows, "patient", "visit")
    assert fit.terms == ("Intercept", "visit")
    assert_same(fit, fit_mmrm("y ~ time", rows, "patient", "visit"))
    assert len(marginal_means(fit, by=[], at={"visit": [0, 1.5]})) == 2


def test_distances_follow_the_declared_order_of_the_visits() -> None:
    """Two visits change places: AR(1) is another model, the unstructured covariance the same one."""
    swapped = ROWS.assign(visit=ROWS["visit"].cat.reorder_categories([VISITS[1], VISITS[0], *VISITS[2:]]))
    assert fit_mmrm(FORMULA, swapped, "patient", "visit").neg2loglik == pytest.approx(FIT.neg2loglik, abs=1e-8)
    ordered = fit_mmrm(FORMULA, ROWS, "patient", "visit", covariance="ar1")
    other = fit_mmrm(FORMULA, swapped, "patient", "visit", covariance="ar1")
    assert abs(ordered.neg2loglik - other.neg2loglik) > 1.0


def test_simpler_structures_never_fit_better() -> None:
    value = {
        name: fit_mmrm(FORMULA, ROWS, "patient", "visit", covariance=name, method="ML").neg2loglik
        for name in ("unstructured", "toeplitzh", "toeplitz", "ar1h", "ar1", "csh", "cs")
    }
    for simpler, richer in (
        ("toeplitzh", "unstructured"), ("ar1h", "toeplitzh"), ("csh", "toeplitzh"), ("toeplitz", "toeplitzh"),
        ("ar1", "toeplitz"), ("cs", "toeplitz"), ("ar1", "ar1h"), ("cs", "csh"),
    ):  # fmt: skip
        assert value[simpler] > value[richer]


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_compound_symmetry_is_the_random_intercept_model_when_patients_differ(method: str) -> None:
    rows = scheduled(30, seed=8, kept=1.0)
    symmetric = fit_mmrm(FORMULA, rows, "patient", "visit", covariance="cs", method=method)
    mixed = fit_mixed_model(FORMULA, rows, "patient", "1", method=method)
    assert mixed.status == "converged"
    assert symmetric.neg2loglik == pytest.approx(mixed.neg2loglik, abs=1e-8)
    between = float(mixed.random_covariance.iloc[0, 0])
    expected = between + mixed.residual_variance * np.eye(4)
    np.testing.assert_allclose(symmetric.visit_covariance, expected, rtol=1e-7)
    np.testing.assert_allclose(symmetric.fixed_effects, mixed.fixed_effects, rtol=1e-6, atol=1e-9)


def test_compound_symmetry_may_be_negative_where_a_random_intercept_is_zero() -> None:
    draws = np.random.default_rng(4)
    noise = draws.normal(size=(30, 4))
    rows = scheduled(30, kept=1.0).assign(y=(noise - 0.6 * noise.mean(axis=1, keepdims=True)).ravel())
    symmetric = fit_mmrm("y ~ visit", rows, "patient", "visit", covariance="cs")
    assert symmetric.visit_covariance.iloc[0, 1] < 0
    assert fit_mixed_model("y ~ visit", rows, "patient", "1").status == "singular"


def test_stiff_columns_lose_nothing() -> None:
    """A covariate a million times its spread away from zero, and an outcome as far."""
    stiff = ROWS.assign(y=1e6 + ROWS["y"], baseline=1e6 + ROWS["baseline"])
    fit = fit_mmrm(FORMULA, stiff, "patient", "visit")
    np.testing.assert_allclose(fit.visit_covariance, FIT.visit_covariance, rtol=1e-7)
    np.testing.assert_allclose(
        fit.fixed_effects["estimate"].iloc[1:], FIT.fixed_effects["estimate"].iloc[1:], rtol=1e-6
    )


def test_incomplete_rows_and_collinear_covariates_are_noted() -> None:
    rows = ROWS.assign(percent=100 * ROWS["baseline"], y=ROWS["y"].where(ROWS.index > 3))
    fit = fit_mmrm(FORMULA + " + percent", rows, "patient", "visit")
    assert fit.notes == (
        "4 rows were left out because a value is missing (y in 4).",
        "Left out because other terms determine them on these rows: percent.",
    )
    assert fit.dropped_terms == ("percent",)
    assert_same(fit, fit_mmrm(FORMULA, rows, "patient", "visit"))


def test_many_patients_of_one_pattern_are_summed_without_a_trace() -> None:
    """Each patient twice: twice the deviance of the ML fit, and the same covariance."""
    twice = pd.concat([ROWS, ROWS.assign(patient=ROWS["patient"] + 1000)])
    one, two = (fit_mmrm(FORMULA, rows, "patient", "visit", method="ML") for rows in (ROWS, twice))
    assert two.neg2loglik == pytest.approx(2 * one.neg2loglik, abs=1e-8)
    np.testing.assert_allclose(two.visit_covariance, one.visit_covariance, rtol=1e-7)
    many = pd.concat([ROWS.assign(patient=ROWS["patient"] + 1000 * copy) for copy in range(8)])
    eight = fit_mmrm(FORMULA, many, "patient", "visit", method="ML")
    assert eight.neg2loglik == pytest.approx(8 * one.neg2loglik, abs=1e-8)
    np.testing.assert_allclose(eight.coefficients, one.coefficients, rtol=1e-7, atol=1e-9)
