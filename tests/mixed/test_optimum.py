"""The optimum: against a dense likelihood, against finite differences, from any start, on the boundary."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from analysis.mixed import fit_mixed_model, prepare_mixed_model
from analysis.mixed.chart import chart_at
from analysis.mixed.curvature import joint_hessian, own_centre
from analysis.mixed.deviance import evaluate
from analysis.mixed.optimiser import is_certified, optimise

from .drawn import FORMULA, dense_deviance, visits

SAME_DEVIANCE = 1e-7  # the dense likelihood itself loses digits by solving with V_i
NOT_BETTER = 1e-5  # what L-BFGS on the dense likelihood may claim by rounding
SLOPE_TOLERANCE = 1e-5  # central differences with steps of 1e-5


def random_design(seed: int) -> tuple[pd.DataFrame, str, np.ndarray, bool, bool]:
    draws = np.random.default_rng(seed)
    m, q = int(draws.integers(6, 30)), int(draws.integers(1, 4))
    patient = np.repeat(np.arange(m), draws.integers(1, 8, m))
    n = len(patient)
    rows = pd.DataFrame({"patient": patient, "t": draws.normal(2, 1, n), "u": draws.normal(size=n)})
    rows["x"] = draws.normal(size=m)[patient]
    z = np.column_stack([np.ones(n), rows["t"], rows["u"]])[:, :q]
    factor = np.tril(draws.normal(size=(q, q))) * draws.choice([0.0, 0.3, 1.0, 3.0], q)[:, None]
    own = draws.normal(size=(m, q)) @ factor.T
    rows["y"] = 1 + rows["x"] + (z * own[patient]).sum(axis=1) + draws.normal(size=n)
    random = ["1", "1 + t", "1 + t + u"][q - 1]
    return rows, random, z, bool(draws.random() < 0.7), bool(draws.random() < 0.6)


@pytest.mark.parametrize("seed", range(24))
def test_no_other_covariance_has_a_lower_dense_deviance(seed: int) -> None:
    rows, random, z, correlated, reml = random_design(seed)
    fit = fit_mixed_model("y ~ x + t", rows, "patient", random, correlated=correlated, method="REML" if reml else "ML")
    x = np.column_stack([np.ones(len(rows)), rows["x"], rows["t"]])
    y, patient, q = rows["y"].to_numpy(), rows["patient"].to_numpy(), z.shape[1]
    here = dense_deviance(x, z, y, patient, fit.random_covariance.to_numpy() / fit.residual_variance, reml)
    assert here == pytest.approx(fit.neg2loglik, abs=SAME_DEVIANCE)

    def deviance(free: np.ndarray) -> float:
        factor = np.diag(free[:q])
        if correlated:
            factor[np.tril_indices(q, -1)] = free[q:]
        return dense_deviance(x, z, y, patient, factor @ factor.T, reml)

    draws = np.random.default_rng(seed)
    size = q * (q + 1) // 2 if correlated else q
    found = min(minimize(deviance, draws.normal(size=size), method="L-BFGS-B").fun for _ in range(2))
    assert found >= fit.neg2loglik - NOT_BETTER


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("random", ["1", "1 + time", "1 + time + np.square(time)"])
@pytest.mark.parametrize("correlated", [True, False])
def test_gradient_and_hessian_match_finite_differences(random: str, reml: bool, correlated: bool) -> None:
    data = prepare_mixed_model(FORMULA, visits(), "patient", random).everyone.working.data
    draws = np.random.default_rng(0)
    factor = draws.normal(size=(data.q, data.q))
    chart = chart_at(factor @ factor.T if correlated else np.diag(np.diag(factor) ** 2), correlated)
    step = 1e-5

    def at(move: np.ndarray) -> object:
        found = evaluate(data, chart.moved(move), reml)
        assert found is not None
        return found

    here = at(np.zeros(len(chart.rows)))
    exact = evaluate(data, here.covariance, reml, own_centre(here))
    assert exact is not None
    joint = joint_hessian(exact, chart)
    profiled = joint[:-1, :-1] - np.outer(joint[:-1, -1], joint[:-1, -1]) / joint[-1, -1]
    gradient = chart.gradient(here.slope)
    for entry, unit in enumerate(np.eye(len(gradient)) * step):
        up, down = at(unit), at(-unit)
        assert (up.value - down.value) / (2 * step) == pytest.approx(gradient[entry], rel=SLOPE_TOLERANCE, abs=1e-4)
        turned = (moved_gradient(chart, unit, up) - moved_gradient(chart, -unit, down)) / (2 * step)
        np.testing.assert_allclose(turned, profiled[entry], rtol=1e-4, atol=1e-3)


def moved_gradient(chart: object, move: np.ndarray, at: object) -> np.ndarray:
    factor = chart.factor.copy()
    factor[chart.rows, chart.columns] += move
    return 2.0 * (at.slope @ factor)[chart.rows, chart.columns]


@pytest.mark.parametrize("slope_sd", [0.6, 0.0])
def test_a_zero_start_is_stationary_and_is_left(slope_sd: float) -> None:
    data = prepare_mixed_model(FORMULA, visits(slope_sd=slope_sd), "patient", "1 + time").everyone.working.data
    cold = optimise(data, True, True)
    from_zero = optimise(data, True, True, np.zeros((2, 2)))
    assert not is_certified(evaluate(data, np.zeros((2, 2)), True), True)
    assert from_zero.at.value == pytest.approx(cold.at.value, abs=1e-9)
    np.testing.assert_allclose(from_zero.at.covariance, cold.at.covariance, atol=1e-7)


def test_random_starts_reach_the_same_certified_optimum() -> None:
    data = prepare_mixed_model(FORMULA, visits(60), "patient", "1 + time").everyone.working.data
    cold = optimise(data, True, True)
    draws = np.random.default_rng(3)
    for _ in range(12):
        factor = np.exp(draws.normal(0, 2)) * draws.normal(size=(2, 2))
        found = optimise(data, True, True, factor @ factor.T)
        assert found.at.value == pytest.approx(cold.at.value, abs=1e-9)
        np.testing.assert_allclose(found.at.covariance, cold.at.covariance, rtol=1e-8, atol=1e-9)


def like_chance() -> pd.DataFrame:
    """Patient means that are less alike than chance: the variance estimate is exactly zero."""
    y = [1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 1.5, -1.5]
    return pd.DataFrame({"patient": np.repeat(list("abcd"), 2), "t": [0.0, 1.0] * 4, "y": y})


def test_a_zero_variance_is_singular_and_says_what_vanished() -> None:
    fit = fit_mixed_model("y ~ 1", like_chance(), "patient")
    assert fit.status == "singular"
    assert fit.random_covariance.to_numpy() == pytest.approx(0.0)
    assert fit.notes == (
        "The fit is singular: the variance of the random Intercept is estimated as zero, so patients do not"
        " differ beyond the residual noise.",
    )
    assert fit.fixed_effects["df"].iloc[0] == pytest.approx(7.0)  # the one-sample t test on eight rows


def test_a_perfect_correlation_is_singular_and_says_so() -> None:
    rows = visits(30, kept=1.0)[["patient", "time"]].assign(y=exactly_correlated())
    fit = fit_mixed_model("y ~ time", rows, "patient", "1 + time")
    assert fit.status == "singular"
    correlation = fit.random_covariance.to_numpy()
    assert correlation[0, 1] == pytest.approx(-np.sqrt(correlation[0, 0] * correlation[1, 1]))
    assert fit.notes[-1] == (
        "The fit is singular (rank 1 of 2): the random Intercept and time are estimated as perfectly correlated (-1)."
    )


def exactly_correlated() -> np.ndarray:
    """Thirty patients, six visits: lines that all pass near one point, with noise too small to hide it."""
    draws = np.random.default_rng(9)
    own = draws.normal(size=30)
    time = np.tile(np.arange(6.0), 30)
    noise = draws.normal(0, 0.3, 180).reshape(30, 6)
    centred = noise - np.stack([np.polyval(np.polyfit(np.arange(6.0), row, 1), np.arange(6.0)) for row in noise])
    return 5 - time + np.repeat(own, 6) * (time - 2.0) + centred.ravel()
