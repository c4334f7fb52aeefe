"""Means, contrasts and tests need nothing of a fit but what every fitted model has."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.mixed import FittedModel, contrasts, fit_mixed_model, fit_mmrm, joint_tests, marginal_means

from ..drawn import visits

ROWS = visits(60).assign(visit=lambda rows: rows["time"].astype(int).astype(str)).query("time < 4")
FORMULA = "y ~ route * visit + baseline"


def fits(df: str) -> list[FittedModel]:
    return [
        fit_mixed_model(FORMULA, ROWS, "patient", df=df),
        fit_mmrm(FORMULA, data=ROWS, subject="patient", visit="visit", df=df),
    ]


@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger"])
def test_a_mean_at_a_visit_is_its_combination_of_coefficients(df: str) -> None:
    for fit in fits(df):
        means = marginal_means(fit, by=["route", "visit"]).set_index(["route", "visit"])
        row = {"Intercept": 1.0, "route[T.IV]": 1.0, "visit[T.3]": 1.0, "route[T.IV]:visit[T.3]": 1.0}
        row["baseline"] = ROWS["baseline"].mean()
        combination = np.array([row.get(term, 0.0) for term in fit.terms])
        found = means.loc[("IV", "3")]
        assert found["estimate"] == pytest.approx(combination @ fit.coefficients)
        assert found["std_error"] == pytest.approx(np.sqrt(combination @ fit.coefficient_covariance @ combination))
        assert found["df"] == pytest.approx(fit.inference.df(combination[None])[0])


@pytest.mark.parametrize("adjust", ["holm", "tukey", "mvt"])
def test_every_adjustment_works_on_every_kind_of_fit(adjust: str) -> None:
    for fit in fits("kenward-roger"):
        found = contrasts(fit, by="route", at={"visit": ["1", "3"]}, adjust=adjust)
        assert len(found) == 6
        assert (found["p_adjusted"] >= found["p_value"]).all()


@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger", "normal"])
def test_an_interaction_of_categories_is_the_joint_test_of_its_coefficients(df: str) -> None:
    for fit in fits(df):
        chosen = [place for place, term in enumerate(fit.terms) if ":" in term]
        expected = fit.joint_test(np.eye(len(fit.terms))[chosen])
        found = joint_tests(fit).loc["route:visit"]
        assert found["df_num"] == expected.df_num == 6
        assert found["statistic"] == pytest.approx(expected.statistic)
        assert found["p_value"] == pytest.approx(expected.p_value, rel=1e-3)  # rows differ, and so slightly does the df
