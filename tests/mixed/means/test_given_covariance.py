"""Standard errors from a covariance that is not the fit's own."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.mixed import contrasts, fit_mixed_model, joint_tests, marginal_means, slopes

from ..drawn import FORMULA, visits

ROWS = visits(60)
FIT = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time")
DOUBLED = 4.0 * FIT.cov_fixed.loc[FIT.terms[::-1], FIT.terms[::-1]]


def test_the_fit_s_own_covariance_changes_nothing() -> None:
    asked = {"by": "route", "at": {"time": 2}}
    own, given = contrasts(FIT, **asked), contrasts(FIT, **asked, vcov=FIT.cov_fixed)
    for column in ("estimate", "std_error", "df", "p_adjusted"):
        assert given[column].tolist() == pytest.approx(own[column].tolist())


def test_four_times_the_covariance_doubles_standard_errors_and_keeps_the_degrees_of_freedom() -> None:
    for plain, given in (
        (marginal_means(FIT, by="route"), marginal_means(FIT, by="route", vcov=DOUBLED)),
        (contrasts(FIT, by="route"), contrasts(FIT, by="route", vcov=DOUBLED)),
        (slopes(FIT, "time", (0, 1), by="route"), slopes(FIT, "time", (0, 1), by="route", vcov=DOUBLED)),
    ):
        assert (2 * plain["std_error"]).tolist() == pytest.approx(given["std_error"].tolist())
        assert plain["df"].tolist() == pytest.approx(given["df"].tolist())
        assert (2 * (plain["ci_high"] - plain["estimate"])).tolist() == pytest.approx(
            (given["ci_high"] - given["estimate"]).tolist()
        )


def test_joint_tests_use_it_too() -> None:
    plain, given = joint_tests(FIT), joint_tests(FIT, vcov=DOUBLED)
    assert (plain["statistic"] / 4).tolist() == pytest.approx(given["statistic"].tolist())
    assert plain["df_den"].tolist() == pytest.approx(given["df_den"].tolist())


def test_terms_are_matched_by_name_whatever_their_order() -> None:
    draws = np.random.default_rng(3).normal(size=(20, len(FIT.terms)))
    odd = FIT.cov_fixed.copy()
    odd.loc[:, :] = draws.T @ draws
    one = marginal_means(FIT, by="route", vcov=odd)
    shuffled = marginal_means(FIT, by="route", vcov=odd.loc[FIT.terms[::-1], FIT.terms[::-1]])
    assert one["std_error"].tolist() == pytest.approx(shuffled["std_error"].tolist())


def test_the_simulated_adjustment_follows_the_correlations_of_the_given_covariance() -> None:
    """With variances between routes that leave one shared route behind, two differences are nearly one."""
    odd = FIT.cov_fixed.copy()
    odd.loc[:, :] = 1e-6 * np.eye(len(odd))
    odd.loc["route[T.IN]", "route[T.IN]"] = odd.loc["route[T.IV]", "route[T.IV]"] = 1.0
    odd.loc["route[T.IN]", "route[T.IV]"] = odd.loc["route[T.IV]", "route[T.IN]"] = 1.0 - 1e-9
    found = contrasts(FIT, by="route", at={"time": 0}, method="reference", adjust="mvt", vcov=odd)
    assert found["p_adjusted"].tolist() == pytest.approx(found["p_value"].tolist(), rel=1e-3)
