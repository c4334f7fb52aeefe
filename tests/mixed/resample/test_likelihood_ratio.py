"""Bootstrapped likelihood-ratio tests: against the known mixtures, and the comparisons that have none."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.mixed import ModelRefused, fit_mixed_model
from analysis.mixed.compare.likelihood_ratio import likelihood_ratio_test
from analysis.mixed.compare.nesting import nesting
from analysis.mixed.compare.null_distribution import null_distribution
from analysis.mixed.resample.likelihood_ratio import BootstrapTest, bootstrap_likelihood_ratio

from ..drawn import FORMULA, visits

ROWS = visits(80, slope_sd=0.2)
DRAWS = 300
ERRORS = 4.0  # Monte Carlo standard errors that a share of draws may be off
SMALL_SAMPLE = 0.04  # what the mixtures, which hold in large samples, may be off by with 80 patients


def _fit(random: str = "1 + time", formula: str = FORMULA, **options: object):
    return fit_mixed_model(formula, ROWS, "patient", random, **options)


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_one_variance_is_zero_half_of_the_time(method: str) -> None:
    smaller, larger = _fit("1", method=method), _fit(correlated=False, method=method)
    test = bootstrap_likelihood_ratio(smaller, larger, DRAWS, 5)
    allowed = ERRORS * 0.5 / np.sqrt(DRAWS) + 2 * SMALL_SAMPLE
    assert abs(np.mean(test.statistics == 0.0) - 0.5) < allowed
    assert test.chi_square == likelihood_ratio_test(smaller, larger)["chi_square"].iloc[0]


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        ({"random": "1"}, {}),
        ({"correlated": False}, {}),
        ({"formula": "y ~ time + route", "method": "ML"}, {"method": "ML"}),
    ],
)
def test_draws_follow_the_mixture_that_theory_has(smaller: dict[str, object], larger: dict[str, object]) -> None:
    few, many = _fit(**smaller), _fit(**larger)
    test = bootstrap_likelihood_ratio(few, many, DRAWS, 6)
    theory = null_distribution(few, many, nesting(few, many).random, len(many.kept) - len(few.kept))
    for level in (1.0, 2.7, 4.0):
        share = np.mean(test.statistics >= level)
        allowed = ERRORS * np.sqrt(0.25 / DRAWS) + SMALL_SAMPLE
        assert abs(share - theory.p_value(level)) < allowed
    assert len(test.statistics) == DRAWS


def test_two_variances_at_once_have_a_p_value_here() -> None:
    smaller, larger = _fit("1"), _fit("1 + time + I(time ** 2)")
    with pytest.raises(ModelRefused, match="use bootstrap_likelihood_ratio"):
        likelihood_ratio_test(smaller, larger)
    told: list[int] = []
    test = bootstrap_likelihood_ratio(smaller, larger, 40, 2, progress=lambda done, asked: told.append(done))
    assert told[-1] == 40
    assert 1 / 41 <= test.p_value <= 1.0
    assert list(test.table.columns) == ["chi_square", "p_value", "monte_carlo_error", "n_replicates", "n_failed"]


def test_the_p_value_counts_the_data_among_the_draws() -> None:
    test = BootstrapTest(3.0, np.array([1.0, 3.0, 4.0, 0.0]), {"No.": 2})
    assert test.p_value == 3 / 5
    assert test.table["n_failed"].iloc[0] == 2


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ModelRefused, match="whose likelihood depends on the fixed part"):
        bootstrap_likelihood_ratio(_fit(formula="y ~ time"), _fit(), 10, 1)
    with pytest.raises(ModelRefused) as refused:
        bootstrap_likelihood_ratio(_fit("1"), _fit(), 0, 1)
    assert str(refused.value) == "0 replicates were asked for. Ask for at least one."
    with pytest.raises(ModelRefused, match="the smaller one has correlated random effects, the larger one has not"):
        bootstrap_likelihood_ratio(_fit(), _fit(correlated=False), 10, 1)
