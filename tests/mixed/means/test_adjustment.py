"""Adjusted p values and intervals: the studentised range and the multivariate t against SciPy and each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from analysis.mixed import contrasts, fit_mixed_model
from analysis.mixed.means.multivariate_t import largest_t
from analysis.mixed.means.studentised_range import range_tail

from ..drawn import FORMULA, visits

FIT = fit_mixed_model(FORMULA, visits(60), "patient", "1 + time")
# Both integrate numerically; SciPy asks for 1e-9 or so.
QUADRATURE = 1e-8
# Standard errors a simulated probability may lie off; the error itself is estimated from eight scrambles.
MONTE_CARLO = 6.0


@pytest.mark.parametrize("df", [1.0, 2.5, 11.3, 87.0, 4_000.0, np.inf])
@pytest.mark.parametrize("n_means", [2, 3, 4, 9])
def test_the_studentised_range_has_scipy_s_distribution(n_means: int, df: float) -> None:
    for q in (0.05, 1.0, 3.3, 5.0, 9.0):
        assert range_tail(q, n_means, df) == pytest.approx(stats.studentized_range.sf(q, n_means, df), abs=QUADRATURE)


def test_the_range_of_two_means_is_a_two_sided_t_far_into_the_tail() -> None:
    for t in (0.5, 2.0, 6.0, 12.0):
        assert range_tail(t * np.sqrt(2), 2, 17.5) == pytest.approx(2 * stats.t.sf(t, 17.5), rel=1e-9)


def pairwise_correlation(means: int) -> npt.NDArray[np.float64]:
    rows = np.array([np.eye(means)[i] - np.eye(means)[j] for i in range(means) for j in range(i + 1, means)])
    return rows @ rows.T / 2


@pytest.mark.parametrize("df", [4.5, 60.0, np.inf])
@pytest.mark.parametrize("means", [3, 4, 6])
def test_all_pairs_of_equally_precise_means_give_tukey_s_probabilities(means: int, df: float) -> None:
    simulated = largest_t(pairwise_correlation(means), seed=3)
    for t in (0.8, 2.0, 3.0, 5.0):
        expected = stats.studentized_range.sf(t * np.sqrt(2), means, df)
        allowed = MONTE_CARLO * simulated.tail_error(t, df) + 1e-7
        assert simulated.tail(t, df) == pytest.approx(expected, abs=allowed)


def test_uncorrelated_normal_statistics_give_sidak_s_probability() -> None:
    simulated = largest_t(np.eye(5), seed=1)
    expected = 1 - stats.norm.cdf(2.5) ** 5 * (1 - stats.norm.sf(2.5) / stats.norm.cdf(2.5)) ** 5
    assert simulated.tail(2.5, np.inf) == pytest.approx(expected, abs=MONTE_CARLO * simulated.tail_error(2.5, np.inf))


def test_statistics_that_are_one_and_the_same_need_no_adjustment() -> None:
    simulated = largest_t(np.array([[1.0, -1.0], [-1.0, 1.0]]), seed=1)
    assert simulated.tail(2.1, 9.5) == pytest.approx(2 * stats.t.sf(2.1, 9.5))
    assert simulated.tail_error(2.1, 9.5) == 0


def test_the_stated_monte_carlo_error_is_the_spread_between_seeds() -> None:
    tails = [largest_t(pairwise_correlation(4), seed).tail(2.4, 40.0) for seed in range(20)]
    stated = np.mean([largest_t(pairwise_correlation(4), seed).tail_error(2.4, 40.0) for seed in range(20)])
    assert 0.5 < np.std(tails, ddof=1) / stated < 2.0  # a ratio of standard deviations, 20 seeds and 8 scrambles each


def test_the_same_seed_gives_the_same_p_values_and_another_seed_nearly_the_same() -> None:
    asked = {"by": "route", "at": {"time": [1, 4]}, "adjust": "mvt"}
    one, again, other = contrasts(FIT, **asked), contrasts(FIT, **asked), contrasts(FIT, **asked, seed=5)
    assert one["p_adjusted"].tolist() == again["p_adjusted"].tolist()
    assert one["p_adjusted"].tolist() != other["p_adjusted"].tolist()
    error = np.hypot(one.attrs["monte_carlo_error"], other.attrs["monte_carlo_error"])
    assert one["p_adjusted"].tolist() == pytest.approx(other["p_adjusted"].tolist(), abs=MONTE_CARLO * error)
    assert 0 < one.attrs["monte_carlo_error"] < 1e-4


def test_a_family_gets_the_same_answer_whatever_else_is_asked_with_it() -> None:
    alone = contrasts(FIT, by="route", at={"time": 4}, adjust="mvt")["p_adjusted"].tolist()
    assert contrasts(FIT, by="route", at={"time": [1, 4]}, adjust="mvt")["p_adjusted"].tolist()[3:] == alone


@pytest.mark.parametrize("adjust", ["tukey", "mvt", "bonferroni", "none"])
def test_an_interval_excludes_zero_exactly_when_its_p_value_is_below_five_per_cent(adjust: str) -> None:
    found = contrasts(FIT, by="route", at={"time": np.linspace(0, 40, 21)}, adjust=adjust)
    excludes = (found["ci_low"] > 0) | (found["ci_high"] < 0)
    assert excludes.tolist() == (found["p_adjusted"] < 0.05).tolist()
    assert excludes.nunique() == 2 or adjust != "none"


def test_the_adjustments_stand_in_the_order_of_what_they_allow_for() -> None:
    widths = {
        adjust: contrasts(FIT, by="route", at={"time": 2}, adjust=adjust).eval("ci_high - ci_low").to_numpy()
        for adjust in ("none", "mvt", "tukey", "bonferroni")
    }
    for narrower, wider in (("none", "mvt"), ("mvt", "tukey"), ("tukey", "bonferroni")):
        assert (widths[narrower] < widths[wider]).all()


def test_tukey_is_for_one_pair_what_no_adjustment_is() -> None:
    asked = {"by": "route", "at": {"route": ["IM", "IV"], "time": 2}}
    plain, tukey = contrasts(FIT, **asked, adjust="none"), contrasts(FIT, **asked, adjust="tukey")
    for column in ("ci_low", "ci_high", "p_adjusted"):
        assert tukey[column].item() == pytest.approx(plain[column].item(), rel=1e-8)


def test_infinite_degrees_of_freedom_are_the_normal_case_of_every_adjustment() -> None:
    fit = fit_mixed_model(FORMULA, visits(60), "patient", "1 + time", df="normal")
    for adjust in ("holm", "tukey", "mvt"):
        found = contrasts(fit, by="route", at={"time": 2}, adjust=adjust)
        assert np.isinf(found["df"]).all()
        assert (found["p_adjusted"] >= found["p_value"]).all()
