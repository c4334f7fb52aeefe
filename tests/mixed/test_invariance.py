"""What must not change a fit: row order, labels, units, what was fitted before, who else is fitting."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.mixed import MixedModelFit, fit_mixed_model, prepare_mixed_model

from .drawn import FORMULA, visits

ROUNDING = 1e-8  # sums taken in another order, and an optimiser that stops at 1e-9 standard errors
ROWS = visits()
FIT = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time")


def assert_same(one: MixedModelFit, other: MixedModelFit, tolerance: float = ROUNDING) -> None:
    assert one.neg2loglik == pytest.approx(other.neg2loglik, abs=1e-8)
    pd.testing.assert_frame_equal(one.fixed_effects, other.fixed_effects, rtol=tolerance, atol=tolerance)
    pd.testing.assert_frame_equal(one.random_covariance, other.random_covariance, rtol=tolerance, atol=tolerance)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_row_order_and_patient_labels_change_nothing(seed: int) -> None:
    draws = np.random.default_rng(seed)
    names = draws.permutation([f"P{number:03d}" for number in range(1000)])
    shuffled = ROWS.assign(patient=names[ROWS["patient"]]).iloc[draws.permutation(len(ROWS))]
    fit = fit_mixed_model(FORMULA, shuffled, "patient", "1 + time")
    assert_same(fit, FIT)
    modes = FIT.random_effects.set_axis(names[FIT.random_effects.index], axis=0).sort_index()
    np.testing.assert_allclose(fit.random_effects, modes, atol=1e-7)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from([1 / 7, 24.0, 1e-3, 1e4]), st.sampled_from([0.0, 100.0, -3e3]))
def test_the_unit_and_origin_of_time_change_the_deviance_by_the_reml_constant_only(unit: float, origin: float) -> None:
    moved = ROWS.assign(time=(ROWS["time"] + origin) * unit)
    fit = fit_mixed_model(FORMULA, moved, "patient", "1 + time")
    columns_with_time = 3
    constant = 2 * columns_with_time * np.log(unit)
    assert fit.neg2loglik - constant == pytest.approx(FIT.neg2loglik, abs=1e-6)
    scaled = fit.fixed_effects.loc["time", "estimate"] * unit
    assert scaled == pytest.approx(FIT.fixed_effects.loc["time", "estimate"], rel=1e-6)


def test_numbers_keep_their_digits_far_from_zero() -> None:
    """The stiffness of NIST's SmLs09: an outcome of 1e12 with a spread of one."""
    draws = np.random.default_rng(0)
    patient = np.repeat(np.arange(12), 5)
    y = np.round(draws.normal(size=12)[patient] + draws.normal(size=60), 2)
    near = fit_mixed_model("y ~ 1", pd.DataFrame({"patient": patient, "y": y}), "patient")
    far = fit_mixed_model("y ~ 1", pd.DataFrame({"patient": patient, "y": y + 1e11}), "patient")
    assert far.residual_variance == pytest.approx(near.residual_variance, rel=1e-3)  # y itself holds four digits
    assert far.neg2loglik == pytest.approx(near.neg2loglik, abs=1e-2)


@pytest.mark.parametrize("patients", [range(0, 40, 2), range(5, 30), [3, 1, 2, 8, 9, 22, 30, 31, 32]])
def test_a_cohort_refit_equals_a_fit_of_its_rows(patients: list[int]) -> None:
    model = prepare_mixed_model(FORMULA, ROWS, "patient", "1 + time")
    alone = fit_mixed_model(FORMULA, ROWS[ROWS["patient"].isin(patients)], "patient", "1 + time")
    cohort = model.fit(patients=patients)
    assert_same(cohort, alone, 1e-7)
    assert cohort.n_rows == alone.n_rows
    assert cohort.n_groups == alone.n_groups
    assert cohort.covariate_means == pytest.approx(alone.covariate_means)
    assert cohort.r_squared == pytest.approx(alone.r_squared, abs=1e-7)
    np.testing.assert_allclose(cohort.random_effects, alone.random_effects, atol=1e-6)


@pytest.mark.parametrize("slope_sd", [0.6, 0.0])
def test_a_warm_start_does_not_change_the_answer(slope_sd: float) -> None:
    model = prepare_mixed_model(FORMULA, visits(60, slope_sd=slope_sd), "patient", "1 + time")
    cold = model.fit(patients=range(30))
    for before in (model.fit(), model.fit(patients=range(45, 60)), model.fit(method="ML"), cold):
        assert_same(model.fit(patients=range(30), start=before), cold)


def test_a_start_with_other_random_effects_is_ignored() -> None:
    other = fit_mixed_model(FORMULA, ROWS, "patient")
    assert_same(prepare_mixed_model(FORMULA, ROWS, "patient", "1 + time").fit(start=other), FIT)


def test_the_same_fit_twice_is_the_same_to_the_last_bit() -> None:
    again = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time")
    assert again.neg2loglik == FIT.neg2loglik
    pd.testing.assert_frame_equal(again.fixed_effects, FIT.fixed_effects, check_exact=True)


def test_fits_from_several_threads_equal_fits_one_by_one() -> None:
    model = prepare_mixed_model(FORMULA, ROWS, "patient", "1 + time")
    cohorts = [range(first, first + 25) for first in range(0, 15)]
    one_by_one = [model.fit(patients=cohort).neg2loglik for cohort in cohorts]
    with ThreadPoolExecutor(4) as pool:
        together = [fit.neg2loglik for fit in pool.map(lambda cohort: model.fit(patients=cohort), cohorts)]
    assert together == one_by_one


def test_reml_and_ml_come_from_one_prepared_model() -> None:
    model = prepare_mixed_model(FORMULA, ROWS, "patient", "1 + time")
    assert_same(model.fit(method="ML"), fit_mixed_model(FORMULA, ROWS, "patient", "1 + time", method="ML"))
    assert model.fit(method="ML").method == "ML"


def test_a_reader_cannot_change_a_fit_through_its_frames() -> None:
    for frame in (FIT.fixed_effects, FIT.cov_fixed, FIT.random_covariance):
        frame.iloc[0, 0] = 99.0
    assert 99.0 not in {FIT.fixed_effects.iloc[0, 0], FIT.cov_fixed.iloc[0, 0], FIT.random_covariance.iloc[0, 0]}


def test_normal_df_changes_intervals_and_nothing_else() -> None:
    normal = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time", df="normal").fixed_effects
    assert np.isinf(normal["df"]).all()
    np.testing.assert_allclose(normal["std_error"], FIT.fixed_effects["std_error"])
    half = (normal["ci_high"] - normal["ci_low"]) / (2 * normal["std_error"])
    np.testing.assert_allclose(half, 1.959963984540054)


def test_an_uncorrelated_model_depends_on_the_origin_of_time_and_has_no_covariance() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time", correlated=False)
    assert fit.random_covariance.loc["Intercept", "time"] == 0.0
    assert len(fit.theta) == 2
    assert fit.neg2loglik >= FIT.neg2loglik


def test_numbers_kept_as_objects_are_numbers() -> None:
    """A column that once held None, or decimals, is not silently a category."""
    texts = ROWS["baseline"].round(3).astype(str)
    expected = fit_mixed_model(FORMULA, ROWS.assign(baseline=texts.astype(float)), "patient", "1 + time")
    for values in ([Decimal(text) for text in texts], [float(text) for text in texts]):
        rows = ROWS.assign(baseline=pd.Series(values, index=ROWS.index, dtype=object))
        assert_same(fit_mixed_model(FORMULA, rows, "patient", "1 + time"), expected)
    blank = ROWS.assign(baseline=ROWS["baseline"].astype(object).where(ROWS.index > ROWS.index[1], None))
    fit = fit_mixed_model(FORMULA, blank, "patient", "1 + time")
    assert fit.terms == FIT.terms
    assert fit.notes == ("2 rows were left out because a value is missing (baseline in 2).",)
