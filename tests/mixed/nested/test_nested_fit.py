"""Fits of patients in clinics: what must not change them, cohorts of them, and what a singular one says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.mixed import MixedModelFit, cross_check, fit_mixed_model, marginal_means, prepare_mixed_model
from analysis.mixed.nested import NestedMixedModelFit
from analysis.mixed.optimiser import is_certified, optimise

from .drawn import FORMULA, clinic_visits

ROUNDING = 1e-8  # sums taken in another order, and an optimiser that stops at 1e-9 standard errors
ROWS = clinic_visits()
BOTH = {"random": "1 + time", "nested_in": "clinic", "nested_random": "1 + time"}


def nested(rows: pd.DataFrame, formula: str = FORMULA, **options: object) -> NestedMixedModelFit:
    fit = fit_mixed_model(formula, rows, "patient", **{**BOTH, **options})
    assert isinstance(fit, NestedMixedModelFit)
    return fit


FIT = nested(ROWS)


def assert_same(one: MixedModelFit, other: MixedModelFit, tolerance: float = ROUNDING) -> None:
    assert one.neg2loglik == pytest.approx(other.neg2loglik, abs=1e-8)
    pd.testing.assert_frame_equal(one.fixed_effects, other.fixed_effects, rtol=tolerance, atol=tolerance)
    pd.testing.assert_frame_equal(one.random_covariance, other.random_covariance, rtol=tolerance, atol=tolerance)
    pd.testing.assert_frame_equal(one.nested_covariance, other.nested_covariance, rtol=tolerance, atol=tolerance)


def without_clinic_differences(clinics: int = 9) -> pd.DataFrame:
    """Clinic means of what the fixed part leaves are made equal, which is more alike than chance."""
    rows = clinic_visits(clinics, seed=3, clinic_sd=(0.0, 0.0))
    left = rows["y"] - fit_mixed_model(FORMULA, rows, "patient").fixed_effects["estimate"].iloc[0]
    return rows.assign(y=rows["y"] - left.groupby(rows["clinic"]).transform("mean"))


def test_a_fit_without_clinics_has_no_outer_level() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time")
    assert fit.nested_covariance is None
    assert fit.nested_random_effects is None
    assert fit.n_nested_groups == 0


def test_a_fit_names_its_levels() -> None:
    assert FIT.status == "converged"
    assert FIT.nested_in == "clinic"
    assert (FIT.n_groups, FIT.n_nested_groups) == (ROWS["patient"].nunique(), ROWS["clinic"].nunique())
    assert list(FIT.nested_covariance.columns) == ["Intercept", "time"]
    assert FIT.nested_random_effects.index.name == "clinic"
    assert FIT.nested_random_effects.index.tolist() == sorted(ROWS["clinic"].unique())
    assert len(FIT.theta) == 6


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_row_order_and_labels_change_nothing(seed: int) -> None:
    draws = np.random.default_rng(seed)
    patients = draws.permutation([f"P{number:03d}" for number in range(200)])
    clinics = draws.permutation([f"C{number:02d}" for number in range(50)])
    renamed = ROWS.assign(patient=patients[ROWS["patient"]], clinic=clinics[ROWS["clinic"]])
    fit = nested(renamed.iloc[draws.permutation(len(ROWS))])
    assert_same(fit, FIT)
    theirs = FIT.nested_random_effects.set_axis(clinics[FIT.nested_random_effects.index], axis=0).sort_index()
    np.testing.assert_allclose(fit.nested_random_effects, theirs, atol=1e-7)
    own = FIT.random_effects.set_axis(patients[FIT.random_effects.index], axis=0).sort_index()
    np.testing.assert_allclose(fit.random_effects, own, atol=1e-7)


@pytest.mark.parametrize(("unit", "origin"), [(1 / 7, 0.0), (24.0, 100.0), (1e-3, -3e3)])
def test_the_unit_and_origin_of_time_change_the_deviance_by_the_reml_constant_only(unit: float, origin: float) -> None:
    fit = nested(ROWS.assign(time=(ROWS["time"] + origin) * unit))
    columns_with_time = 2
    assert fit.neg2loglik - 2 * columns_with_time * np.log(unit) == pytest.approx(FIT.neg2loglik, abs=1e-6)
    assert fit.fixed_effects.loc["time", "estimate"] * unit == pytest.approx(
        FIT.fixed_effects.loc["time", "estimate"], rel=1e-6
    )
    assert fit.nested_covariance.loc["time", "time"] * unit**2 == pytest.approx(
        FIT.nested_covariance.loc["time", "time"], rel=1e-5
    )


def test_with_no_clinic_variance_the_fit_is_that_of_one_level() -> None:
    rows = without_clinic_differences()
    one = fit_mixed_model(FORMULA, rows, "patient")
    two = nested(rows, random="1", nested_random="1")
    assert two.neg2loglik == pytest.approx(one.neg2loglik, abs=1e-9)
    np.testing.assert_allclose(two.fixed_effects, one.fixed_effects, rtol=1e-7)
    assert two.random_covariance.iloc[0, 0] == pytest.approx(one.random_covariance.iloc[0, 0], rel=1e-7)
    assert two.r_squared == pytest.approx(one.r_squared, abs=1e-8)
    assert (two.nested_random_effects == 0).all(axis=None)
    assert two.status == "singular"
    assert two.notes == (
        "The fit is singular among clinics: the variance of the random Intercept is estimated as zero, so clinics do"
        " not differ beyond what their patients account for.",
    )


def test_a_perfect_correlation_among_clinics_is_singular_and_names_them() -> None:
    theirs = np.random.default_rng(2).normal(size=9)
    plain = clinic_visits(seed=5, clinic_sd=(0.0, 0.0))
    fit = nested(plain.assign(y=plain["y"] + 3 * theirs[plain["clinic"]] * (1 - 0.4 * plain["time"])))
    assert fit.status == "singular"
    assert (fit.rank, fit.nested_rank) == (2, 1)
    g = fit.nested_covariance.to_numpy()
    assert g[0, 1] == pytest.approx(-np.sqrt(g[0, 0] * g[1, 1]))
    assert fit.notes[-1] == (
        "The fit is singular among clinics (rank 1 of 2): the random Intercept and time are estimated as perfectly"
        " correlated (-1)."
    )


def test_patients_no_more_alike_than_chance_are_named_as_patients() -> None:
    patient = np.repeat(np.arange(8), 4)
    y = np.tile([1.0, -1.0, 2.0, -2.0], 8) + np.repeat([3.0, -1.0, 0.5, -2.5], 8)
    fit = fit_mixed_model("y ~ 1", pd.DataFrame({"p": patient, "c": patient // 2, "y": y}), "p", nested_in="c")
    assert fit.random_covariance.iloc[0, 0] == 0.0
    assert fit.nested_covariance.iloc[0, 0] > 1.0
    assert fit.notes == (
        "The fit is singular among patients: the variance of the random Intercept is estimated as zero, so patients of"
        " a clinic do not differ beyond the residual noise.",
    )
    # With patients out of it the df are those of a balanced one-way layout of four clinics.
    assert fit.fixed_effects["df"].iloc[0] == pytest.approx(3.0, rel=1e-6)


@pytest.mark.parametrize("correlated", [True, False])
def test_random_starts_reach_the_same_certified_optimum(correlated: bool) -> None:
    model = prepare_mixed_model(FORMULA, ROWS, "patient", correlated=correlated, **BOTH)
    data = model.everyone.working.problem
    cold = optimise(data, True, correlated)
    assert is_certified(cold.at, correlated)
    draws = np.random.default_rng(3)
    for _ in range(6):
        factor = np.exp(draws.normal(0, 2)) * draws.normal(size=(4, 4))
        start = factor @ factor.T
        start[:2, 2:] = start[2:, :2] = 0.0
        found = optimise(data, True, correlated, start if correlated else np.diag(np.diag(start)))
        assert found.at.value == pytest.approx(cold.at.value, abs=1e-9)
        np.testing.assert_allclose(found.at.covariance, cold.at.covariance, rtol=1e-7, atol=1e-8)


def test_a_zero_start_is_stationary_and_is_left() -> None:
    data = prepare_mixed_model(FORMULA, ROWS, "patient", **BOTH).everyone.working.problem
    assert optimise(data, True, True, np.zeros((4, 4))).at.value == pytest.approx(
        optimise(data, True, True).at.value, abs=1e-9
    )


COHORTS = [range(0, 40, 2), range(5, 34), [3, 1, 2, 8, 9, 22, 30, 31, 32, 33, 35, 36]]


@pytest.mark.parametrize("patients", COHORTS)
@pytest.mark.parametrize("method", ["REML", "ML"])
def test_a_cohort_refit_equals_a_fit_of_its_rows(patients: list[int], method: str) -> None:
    model = prepare_mixed_model(FORMULA, ROWS, "patient", **BOTH)
    alone = nested(ROWS[ROWS["patient"].isin(patients)], method=method)
    for start in (None, model.fit()):
        cohort = model.fit(patients=patients, method=method, start=start)
        assert_same(cohort, alone, 1e-7)
        assert (cohort.n_rows, cohort.n_nested_groups) == (alone.n_rows, alone.n_nested_groups)
        assert cohort.r_squared == pytest.approx(alone.r_squared, abs=1e-7)
        np.testing.assert_allclose(cohort.random_effects, alone.random_effects, atol=1e-6)
        np.testing.assert_allclose(cohort.nested_random_effects, alone.nested_random_effects, atol=1e-6)
        assert cohort.clinics.tolist() == alone.clinics.tolist()


def test_a_cohort_that_empties_a_level_equals_a_fit_of_its_rows() -> None:
    third = ROWS.assign(route=ROWS["route"].mask(ROWS["patient"] % 4 == 1, "AA"))
    model = prepare_mixed_model(FORMULA, third, "patient", df="kenward-roger", **BOTH)
    chosen = third.loc[third["route"] != "AA", "patient"].unique()
    alone = nested(third[third["patient"].isin(chosen)], df="kenward-roger")
    assert_same(model.fit(patients=chosen), alone, 1e-7)


def test_a_start_with_other_clinic_effects_is_ignored() -> None:
    model = prepare_mixed_model(FORMULA, ROWS, "patient", **BOTH)
    for other in (fit_mixed_model(FORMULA, ROWS, "patient", "1 + time"), nested(ROWS, nested_random="1")):
        assert_same(model.fit(start=other), FIT)


def test_uncorrelated_random_effects_have_no_covariance_at_either_level() -> None:
    fit = nested(ROWS, correlated=False)
    assert fit.random_covariance.loc["Intercept", "time"] == 0.0
    assert fit.nested_covariance.loc["Intercept", "time"] == 0.0
    assert len(fit.theta) == 4
    assert fit.neg2loglik >= FIT.neg2loglik


def test_clinic_columns_need_not_be_among_the_patients() -> None:
    rows = ROWS.assign(dose=np.random.default_rng(0).normal(size=len(ROWS)))
    fit = nested(rows, random="1", nested_random="1 + dose")
    assert list(fit.nested_covariance.columns) == ["Intercept", "dose"]
    assert list(fit.random_covariance.columns) == ["Intercept"]
    gaps = rows.assign(dose=rows["dose"].where(rows.index % 10 != 0))
    left = nested(gaps, random="1", nested_random="1 + dose")
    assert left.n_rows == int(gaps["dose"].notna().sum())
    assert (
        left.notes[0] == f"{len(rows) - left.n_rows} rows were left out because a value is missing (dose in"
        f" {len(rows) - left.n_rows})."
    )


def test_r_squared_counts_the_variance_of_both_levels() -> None:
    b, rows = FIT.fixed_effects["estimate"], ROWS
    iv = (rows["route"] == "IV").to_numpy()
    line = b["baseline"] * rows["baseline"] + (b["time"] + b["time:route[T.IV]"] * iv) * rows["time"]
    fixed = float(np.var(line + b["route[T.IV]"] * iv, ddof=1))
    z = np.column_stack([np.ones(len(rows)), rows["time"]])
    both = FIT.random_covariance.to_numpy() + FIT.nested_covariance.to_numpy()
    between = float(np.mean(np.sum((z @ both) * z, axis=1)))
    whole = fixed + between + FIT.residual_variance
    assert FIT.r_squared == pytest.approx((fixed / whole, (fixed + between) / whole), rel=1e-9)


def test_normal_intervals_and_marginal_means_work_as_at_one_level() -> None:
    normal = nested(ROWS, df="normal")
    assert np.isinf(normal.fixed_effects["df"]).all()
    means = marginal_means(FIT, by="route", at={"time": [1, 6]})
    assert len(means) == 4
    assert (means["std_error"] > 0).all()


def test_statsmodels_is_not_asked() -> None:
    found = cross_check(FIT, ROWS)
    assert not found.checked
    assert found.sentence == (
        "No second opinion: statsmodels has no model of patients with random intercepts and slopes inside clinics with"
        " their own, so this fit was not compared with it."
    )
