"""Intraclass correlations of one level and of two, on average and at chosen times."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.mixed import ModelRefused, fit_mixed_model
from analysis.mixed.compare.clustering import intraclass_correlation

from ..drawn import FORMULA, visits
from ..nested.drawn import clinic_visits

ROWS, CLINICS = visits(40), clinic_visits()
SAME = 1e-9  # relative: the same numbers added up in another order


def test_the_correlation_of_two_rows_depends_on_when_they_are() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time")
    table = intraclass_correlation(fit, {"time": [0.0, 5.0]})
    z = np.array([[1.0, 0.0], [1.0, 5.0]])
    between = np.diag(z @ fit.random_covariance.to_numpy() @ z.T)
    assert table["adjusted"].to_numpy() == pytest.approx(between / (between + fit.residual_variance), rel=SAME)
    assert list(table["time"]) == [0.0, 5.0]
    assert list(table.index) == ["patient", "patient"]
    assert table["correlation"].equals(table["adjusted"])


def test_without_slopes_it_is_the_variance_over_the_variances() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient")
    own = fit.random_covariance.iloc[0, 0]
    table = intraclass_correlation(fit)
    assert table.loc["patient", "adjusted"] == pytest.approx(own / (own + fit.residual_variance), rel=SAME)
    assert table.loc["patient", "unadjusted"] < table.loc["patient", "adjusted"]


def test_clinics_and_patients_have_a_share_each() -> None:
    fit = fit_mixed_model(FORMULA, CLINICS, "patient", nested_in="clinic")
    outer, own = fit.nested_covariance.iloc[0, 0], fit.random_covariance.iloc[0, 0]
    whole = outer + own + fit.residual_variance
    table = intraclass_correlation(fit)
    assert list(table.index) == ["clinic", "patient"]
    assert table["adjusted"].to_numpy() == pytest.approx([outer / whole, own / whole], rel=SAME)
    assert table["correlation"].to_numpy() == pytest.approx([outer / whole, (outer + own) / whole], rel=SAME)


def test_with_slopes_at_both_levels_the_shares_are_averages_over_the_rows() -> None:
    fit = fit_mixed_model(FORMULA, CLINICS, "patient", "1 + time", nested_in="clinic", nested_random="1 + time")
    z = np.column_stack([np.ones(len(CLINICS)), CLINICS["time"]])
    outer, own = (
        np.mean(np.diag(z @ covariance.to_numpy() @ z.T))
        for covariance in (fit.nested_covariance, fit.random_covariance)
    )
    whole = outer + own + fit.residual_variance
    table = intraclass_correlation(fit)
    assert table["adjusted"].to_numpy() == pytest.approx([outer / whole, own / whole], rel=SAME)
    at_three = intraclass_correlation(fit, {"time": 3.0})
    at = np.array([1.0, 3.0])
    between = [at @ g.to_numpy() @ at for g in (fit.nested_covariance, fit.random_covariance)]
    assert at_three["adjusted"].to_numpy() == pytest.approx(np.array(between) / (sum(between) + fit.residual_variance))
    assert list(at_three.index) == ["clinic", "patient"]


def test_no_variance_between_groups_is_a_share_of_zero() -> None:
    rows = ROWS.assign(y=ROWS["y"] - ROWS.groupby("patient")["y"].transform("mean"))
    fit = fit_mixed_model("y ~ time", rows, "patient")
    assert fit.rank == 0
    assert intraclass_correlation(fit)["adjusted"].to_list() == [0.0]


def refusal(at: dict[str, float], random: str = "1 + time") -> str:
    with pytest.raises(ModelRefused) as refused:
        intraclass_correlation(fit_mixed_model(FORMULA, ROWS, "patient", random), at)
    return str(refused.value)


def test_values_of_other_columns_than_the_random_part_s_are_refused() -> None:
    assert refusal({"baseline": 3.0}) == "at lacks time. The random part uses time."
    assert refusal({"time": 1.0, "baseline": 3.0}) == "at names baseline. The random part uses time."
    assert refusal({}, "1") == "at names no column. The random part is an intercept: leave at out."
    assert refusal({"time": 1.0}, "1") == "at names time. The random part is an intercept: leave at out."


def test_residuals_of_several_variances_have_no_one_correlation_at_a_value() -> None:
    fit = fit_mixed_model("y ~ time", ROWS, "patient", "1 + time", residual_by="route")
    with pytest.raises(ModelRefused) as refused:
        intraclass_correlation(fit, {"time": 1.0})
    assert str(refused.value) == (
        "Residuals that are correlated or differ in variance give two rows of a patient more than one correlation."
        " Leave at out, which averages the residual variance over the rows."
    )
