"""Degrees of freedom, modes and R squared where the answer is known without an engine."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.mixed import fit_mixed_model

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
