"""Drawn sums against the exact moments of the rows they stand for: y is normal, its sums are linear and quadratic."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import fit_mixed_model
from analysis.mixed.diagnose.units import units_of
from analysis.mixed.problem import Problem, problem_of
from analysis.mixed.resample.simulation import simulator

from ..drawn import FORMULA, visits

DRAWS = 4_000
ERRORS = 4.5  # Monte Carlo standard errors; some hundred moments are looked at, with a fixed seed
FEW = visits(9, kept=0.6, seed=4)  # patients with one row and with two: A_i singular, few dimensions left over


class Exact:
    """Moments of (all Z_i'y_i, X'y, y'y) on the working scale, from dense matrices over all rows."""

    def __init__(self, problem: Problem, rows: pd.DataFrame, fit: object) -> None:
        units = units_of(fit, rows)
        at = problem.at
        place = pd.Index(problem.patients).get_indexer(units.labels)[units.unit]
        w, z = units.x @ problem.working.transform, units.z @ problem.model.random_basis.transform
        v = at.sigma2 * (np.eye(len(w)) + (place[:, None] == place) * (z @ at.covariance @ z.T))
        by_patient = [
            np.where(place == i, z[:, a], 0.0) for a in range(z.shape[1]) for i in range(problem.working.data.m)
        ]
        self.linear = np.array([*by_patient, *w.T])
        self.mean, self.v = w @ at.beta, v

    def means(self) -> np.ndarray:
        return np.append(self.linear @ self.mean, np.trace(self.v) + self.mean @ self.mean)

    def covariances(self) -> np.ndarray:
        across = 2.0 * self.linear @ self.v @ self.mean
        square = 2.0 * np.trace(self.v @ self.v) + 4.0 * self.mean @ self.v @ self.mean
        return np.block([[self.linear @ self.v @ self.linear.T, across[:, None]], [across[None], np.array([[square]])]])


def _drawn_sums(problem: Problem) -> np.ndarray:
    at, p = problem.at, problem.working.data.p
    model = simulator(problem.working.data, at.beta, at.covariance, float(np.sqrt(at.sigma2)))
    draws, made = np.random.default_rng(8), []
    for _ in range(DRAWS):
        sums = model.draw(draws)
        made.append(np.concatenate([sums.zx[:, p].ravel(), sums.total[:p, p], [sums.total[p, p]]]))
    return np.array(made)


@pytest.mark.parametrize(
    ("formula", "options"),
    [
        (FORMULA, {"random": "1 + time"}),
        ("y ~ time + route", {"random": "1 + time", "correlated": False}),
        ("y ~ baseline", {}),
        ("y ~ time", {"random": "1 + time + I(time ** 2)"}),
    ],
)
def test_means_and_covariances_of_the_sums_are_those_of_the_rows(formula: str, options: dict[str, object]) -> None:
    rows = visits(12, kept=0.9) if formula == FORMULA else FEW
    fit = fit_mixed_model(formula, rows, "patient", **options)
    problem = problem_of(fit, rows)
    exact, drawn = Exact(problem, rows, fit), _drawn_sums(problem)
    spread = np.sqrt(np.diag(exact.covariances()))
    assert np.abs((drawn.mean(axis=0) - exact.means()) / spread).max() < ERRORS / np.sqrt(DRAWS)
    correlation = np.cov(drawn.T) / np.outer(spread, spread)
    gap = np.abs(correlation - exact.covariances() / np.outer(spread, spread))
    assert gap.max() < 2.0 * ERRORS / np.sqrt(DRAWS)


def test_the_squares_of_a_drawn_outcome_are_never_less_than_what_its_columns_take_up() -> None:
    rows = visits(6, kept=0.8)
    problem = problem_of(fit_mixed_model("y ~ time", rows, "patient"), rows)
    model = simulator(problem.working.data, problem.at.beta, problem.at.covariance, 1.0)
    draws = np.random.default_rng(1)
    for _ in range(200):
        assert np.linalg.eigvalsh(model.draw(draws).total)[0] > 0.0
