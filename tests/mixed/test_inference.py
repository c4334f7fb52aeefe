"""Degrees of freedom, modes and R squared where the answer is known without an engine."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.mixed import ModelRefused, fit_mixed_model

from .drawn import FORMULA, visits


def test_a_balanced_random_intercept_has_patients_minus_one_df() -> None:
    """The mean of patient means: an ordinary t test on one number per patient."""
    rows = visits(20, slope_sd=0.0, kept=1.0)
    fit = fit_mixed_model("y ~ 1", rows, "patient")
    means = rows.groupby("patient")["y"].mean()
    mean = fit.fixed_effects.loc["Intercept"]
    assert mean["estimate"] == pytest.approx(means.mean())
    assert mean["std_error"] == pytest.approx(stats.sem(means))
    assert mean["df"] == pytest.approx(19.0)
    low, high = stats.t.interval(0.95, 19, means.mean(), stats.sem(means))
    assert (mean["ci_low"], mean["ci_high"]) == pytest.approx((low, high))


def test_a_balanced_before_and_after_is_the_paired_t_test() -> None:
    rows = visits(18, kept=1.0)
    rows = rows[rows["time"] < 2]
    fit = fit_mixed_model("y ~ time", rows, "patient")
    wide = rows.pivot_table(index="patient", columns="time", values="y")
    paired = stats.ttest_rel(wide[1.0], wide[0.0])
    change = fit.fixed_effects.loc["time"]
    assert change["statistic"] == pytest.approx(paired.statistic)
    assert change["df"] == pytest.approx(17.0)
    assert change["p_value"] == pytest.approx(paired.pvalue)


def test_a_balanced_random_slope_is_the_t_test_on_patients_own_slopes() -> None:
    rows = visits(20, slope_sd=1.0, kept=1.0)
    fit = fit_mixed_model("y ~ time", rows, "patient", "1 + time")
    slopes = rows.groupby("patient")[["time", "y"]].apply(lambda own: np.polyfit(own["time"], own["y"], 1)[0])
    slope = fit.fixed_effects.loc["time"]
    assert slope["estimate"] == pytest.approx(slopes.mean())
    assert slope["std_error"] == pytest.approx(stats.sem(slopes))
    assert slope["df"] == pytest.approx(19.0)


def test_conditional_modes_solve_the_dense_equations() -> None:
    rows = visits(30)
    fit = fit_mixed_model("y ~ time", rows, "patient", "1 + time")
    g, beta = fit.random_covariance.to_numpy(), fit.fixed_effects["estimate"].to_numpy()
    for patient, own in rows.groupby("patient"):
        z = np.column_stack([np.ones(len(own)), own["time"]])
        v = z @ g @ z.T + fit.residual_variance * np.eye(len(own))
        np.testing.assert_allclose(fit.random_effects.loc[patient], g @ z.T @ np.linalg.solve(v, own["y"] - z @ beta))


def test_r_squared_is_fixed_and_random_variance_over_all() -> None:
    rows = visits(30)
    fit = fit_mixed_model("y ~ time + baseline", rows, "patient", "1 + time")
    beta = fit.fixed_effects["estimate"]
    fixed = np.var(beta["time"] * rows["time"] + beta["baseline"] * rows["baseline"], ddof=1)
    z = np.column_stack([np.ones(len(rows)), rows["time"]])
    random = np.einsum("na,ab,nb->n", z, fit.random_covariance.to_numpy(), z).mean()
    whole = fixed + random + fit.residual_variance
    assert fit.r_squared == pytest.approx((fixed / whole, (fixed + random) / whole))


def test_the_covariance_of_the_fixed_effects_gives_their_standard_errors() -> None:
    fit = fit_mixed_model(FORMULA, visits(), "patient")
    assert list(fit.cov_fixed.index) == list(fit.terms) == list(fit.fixed_effects.index)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.cov_fixed)), fit.fixed_effects["std_error"])


def test_theta_is_the_relative_factor_by_columns() -> None:
    fit = fit_mixed_model(FORMULA, visits(60), "patient", "1 + time")
    factor = np.linalg.cholesky(fit.random_covariance.to_numpy()) / fit.sigma
    np.testing.assert_allclose(fit.theta, [factor[0, 0], factor[1, 0], factor[1, 1]])


def test_columns_and_indexes_are_the_published_ones() -> None:
    fit = fit_mixed_model(FORMULA, visits(), "patient", "1 + time")
    columns = ["estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high"]
    assert list(fit.fixed_effects.columns) == columns
    assert fit.fixed_effects.index.name == "term"
    assert fit.random_effects.index.name == "patient"
    assert list(fit.random_effects.columns) == list(fit.random_covariance.columns) == ["Intercept", "time"]
    assert fit.nested_covariance is None
    assert (fit.formula, fit.random_formula, fit.method) == (FORMULA, "1 + time", "REML")
    assert isinstance(fit.cov_fixed, pd.DataFrame)


@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger", "normal"])
def test_a_joint_test_does_not_depend_on_the_unit_of_a_term(df: str) -> None:
    """Time in days or in a unit 1e8 times smaller, tested together with a difference of routes: always two df."""
    rows = visits(40)
    smaller = rows.assign(time=rows["time"] * 1e8)
    fits = [fit_mixed_model("y ~ route + time", data, "patient", df=df) for data in (rows, smaller)]
    together = np.eye(len(fits[0].terms))[[fits[0].terms.index(name) for name in ("route[T.IN]", "time")]]
    expected, found = (fit.joint_test(together) for fit in fits)
    assert found.df_num == expected.df_num == 2
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-6)
    if df != "satterthwaite":  # whose df of several rows depend on how they are written (see term_tests)
        assert found.df_den == pytest.approx(expected.df_den, rel=1e-6)
    twice = fits[1].joint_test(np.vstack([together, together[0]]))
    assert (twice.df_num, twice.statistic) == (2, pytest.approx(expected.statistic, rel=1e-6))


def test_a_hypothesis_that_is_none_is_refused() -> None:
    fit = fit_mixed_model("y ~ time", visits(20), "patient")
    shape = (
        "The hypothesis does not have one finite number per term in every row. Give 2 in the order of: Intercept, time."
    )
    for hypothesis in (np.eye(3), np.array([[1.0, np.nan]]), np.ones((1, 1, 2))):
        with pytest.raises(ModelRefused) as caught:
            fit.joint_test(hypothesis)
        assert str(caught.value) == shape
    for hypothesis in (np.zeros((1, 2)), np.zeros((0, 2))):
        with pytest.raises(ModelRefused) as caught:
            fit.joint_test(hypothesis)
        assert str(caught.value) == (
            "The hypothesis has no number but zero, so there is nothing to test. Give a number other than zero to a"
            " term."
        )


def test_the_arrays_of_a_fit_cannot_be_written_to() -> None:
    """Fits are kept and shown to several readers: none may change what the next one reads."""
    fit = fit_mixed_model("y ~ time", visits(20), "patient", "1 + time")
    for array in (fit.coefficients, fit.modes, fit.relative_covariance, fit.coefficient_covariance, fit.cells[1]):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
