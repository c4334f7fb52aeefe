"""Bootstraps of patients nested in clinics: the same facts as for patients, for both levels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import ModelRefused, fit_mixed_model, prepare_mixed_model
from analysis.mixed.nested.sums import NestedProducts
from analysis.mixed.problem import problem_of
from analysis.mixed.resample.bootstrap import case_bootstrap, parametric_bootstrap
from analysis.mixed.resample.likelihood_ratio import bootstrap_likelihood_ratio
from analysis.mixed.resample.refits import refitted
from analysis.mixed.resample.simulation import simulator
from analysis.mixed.resample.unit_draws import UnitDraws, drawn_units

from ..nested.drawn import FORMULA, clinic_visits

ROWS = clinic_visits(12)
OPTIONS = {"random": "1 + time", "nested_in": "clinic", "nested_random": "1 + time"}
MODEL = prepare_mixed_model(FORMULA, ROWS, "patient", **OPTIONS)
FIT = MODEL.fit()
DRAWS = 3_000
ERRORS = 4.5  # Monte Carlo standard errors; some thousand moments are looked at, with a fixed seed
SAME = 1e-6  # relative: the same optimum from another start


def test_drawn_sums_have_the_moments_of_rows_that_share_a_clinic() -> None:
    rows = clinic_visits(4, per_clinic=3)
    problem = problem_of(fit_mixed_model("y ~ time", rows, "patient", **OPTIONS), rows)
    at, data, m = problem.at, problem.working.problem, problem.working.data.m
    assert isinstance(data, NestedProducts)
    place = problem.patients[data.order].get_indexer(rows["patient"])
    raw = np.column_stack([np.ones(len(rows)), rows["time"]])
    z = np.concatenate([raw, raw], axis=1) @ problem.random_transform
    d, clinic = at.covariance, rows["clinic"].to_numpy()
    own = (place[:, None] == place) * (z[:, :2] @ d[:2, :2] @ z[:, :2].T)
    v = np.eye(len(rows)) + own + (clinic[:, None] == clinic) * (z[:, 2:] @ d[2:, 2:] @ z[:, 2:].T)
    w = raw @ problem.working.transform
    linear = np.array([*(np.where(place == i, column, 0.0) for column in z.T for i in range(m)), *w.T])
    mean = w @ at.beta
    model, draws, made = simulator(data, at.beta, d, 1.0), np.random.default_rng(2), []
    for _ in range(DRAWS):
        sums = model.draw(draws)
        zy = np.concatenate([sums.patients.zx[:, -1], sums.outer.cx[:, -1]]).ravel()
        made.append(np.concatenate([zy, sums.total[:-1, -1], [sums.total[-1, -1]]]))
        assert sums.cx[:, -1].sum() == pytest.approx(sums.outer.cx[:, -1].sum())
    across = 2.0 * linear @ v @ mean
    square = 2.0 * np.trace(v @ v) + 4.0 * mean @ v @ mean
    exact = np.block([[linear @ v @ linear.T, across[:, None]], [across[None], np.array([[square]])]])
    spread, drawn = np.sqrt(np.diag(exact)), np.array(made)
    means = np.append(linear @ mean, np.trace(v) + mean @ mean)
    assert np.abs((drawn.mean(axis=0) - means) / spread).max() < ERRORS / np.sqrt(DRAWS)
    assert np.abs((np.cov(drawn.T) - exact) / np.outer(spread, spread)).max() < 2.0 * ERRORS / np.sqrt(DRAWS)


def test_a_clinic_drawn_twice_is_two_clinics_with_patients_of_their_own() -> None:
    problem = problem_of(FIT, MODEL)
    units = drawn_units(problem, FIT)
    assert (units.noun, len(units.labels)) == ("clinic", 12)
    ours = refitted(problem, FIT, UnitDraws(problem, units, None).draw(np.random.default_rng(5)))
    chosen = np.sort(np.random.default_rng(5).integers(0, 12, 12))
    copies = [
        ROWS[ROWS["clinic"] == units.labels[place]].assign(
            clinic=n, patient=lambda rows, n=n: rows["patient"] + 1000 * n
        )
        for n, place in enumerate(chosen)
    ]
    theirs = fit_mixed_model(FORMULA, pd.concat(copies), "patient", **OPTIONS)
    assert ours.coefficients == pytest.approx(theirs.coefficients, rel=SAME)
    assert ours.sigma == pytest.approx(theirs.sigma, rel=SAME)
    assert ours.nested_covariance is not None
    assert ours.nested_covariance.to_numpy() == pytest.approx(theirs.nested_covariance.to_numpy(), rel=1e-4, abs=1e-6)
    assert ours.random_covariance.to_numpy() == pytest.approx(theirs.random_covariance.to_numpy(), rel=1e-4)


def test_both_levels_are_named_and_simulated() -> None:
    made = parametric_bootstrap(FIT, 40, 1, MODEL)
    assert list(made.estimates.index) == [
        *FIT.terms, "sd(Intercept)", "sd(time)", "sd(Intercept | clinic)", "sd(time | clinic)", "cor(Intercept, time)",
        "cor(Intercept | clinic, time | clinic)", "sigma",
    ]  # fmt: skip
    assert made.estimates["sd(time | clinic)"] == pytest.approx(np.sqrt(FIT.nested_covariance.iloc[1, 1]), rel=1e-5)
    errors = FIT.fixed_effects["std_error"].to_numpy()
    assert made.intervals().loc[list(FIT.terms), "std_error"].to_numpy() == pytest.approx(errors, rel=0.5)


def test_clinics_can_be_drawn_within_strata() -> None:
    size = pd.Series(np.where(np.arange(12) < 6, "small", "large"), index=np.arange(12))
    assert case_bootstrap(FIT, 3, 1, MODEL, strata=size).asked == 3
    with pytest.raises(ModelRefused) as refused:
        case_bootstrap(FIT, 3, 1, MODEL, strata="route")
    assert str(refused.value) == (
        "'route' changes within a clinic, so clinics cannot be drawn within its levels. Give a series with one label"
        " per clinic."
    )


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_a_clinic_s_variance_is_zero_about_half_of_the_time(method: str) -> None:
    rows = clinic_visits(30, clinic_sd=(0.0, 0.0), per_clinic=4)
    smaller = fit_mixed_model(FORMULA, rows, "patient", method=method)
    larger = fit_mixed_model(FORMULA, rows, "patient", nested_in="clinic", method=method)
    test = bootstrap_likelihood_ratio(smaller, larger, 200, 4)
    assert 0.35 < np.mean(test.statistics == 0.0) < 0.75
    assert np.mean(test.statistics > 2.706) == pytest.approx(0.05, abs=0.05)


def test_changes_at_both_levels_have_a_p_value_here() -> None:
    smaller = fit_mixed_model("y ~ time", ROWS, "patient", method="ML")
    larger = fit_mixed_model(FORMULA, ROWS, "patient", **OPTIONS, method="ML")
    test = bootstrap_likelihood_ratio(smaller, larger, 30, 3)
    assert test.p_value == 1 / 31
    fewer = fit_mixed_model(FORMULA, ROWS, "patient", nested_in="clinic", nested_random="0 + time", method="ML")
    assert bootstrap_likelihood_ratio(fewer, larger, 20, 3).chi_square > 0.0
    with pytest.raises(ModelRefused, match="random effects of clinics that the larger one has not"):
        bootstrap_likelihood_ratio(fewer, fit_mixed_model(FORMULA, ROWS, "patient", "1 + time", method="ML"), 5, 1)
