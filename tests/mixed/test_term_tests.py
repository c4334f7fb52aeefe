"""Tests of whole terms: which hypothesis, in which coding, and what cannot be tested."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.mixed import ModelRefused, contrasts, fit_mixed_model, term_tests
from analysis.mixed.inference import Normal, Satterthwaite, pooled_df

from .drawn import visits

ROWS = visits(40)


@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger"])
def test_the_test_of_a_category_is_the_same_whichever_level_is_the_reference(df: str) -> None:
    # df of several rows depend a little on which differences span the hypothesis, as in lmerTest.
    first = term_tests(fit_mixed_model("y ~ route * time + baseline", ROWS, "patient", df=df))
    other = term_tests(fit_mixed_model("y ~ C(route, Treatment('IV')) * time + baseline", ROWS, "patient", df=df))
    assert other["statistic"].to_numpy() == pytest.approx(first["statistic"].to_numpy(), rel=1e-9)
    assert other["df_den"].to_numpy() == pytest.approx(first["df_den"].to_numpy(), rel=1e-9)


def test_a_category_of_two_levels_is_tested_as_their_contrast() -> None:
    two = ROWS[ROWS["route"] != "IN"].assign(time=lambda rows: rows["time"] - 3.0)
    fit = fit_mixed_model("y ~ route * time + baseline", two, "patient", "1 + time", df="kenward-roger")
    contrast = contrasts(fit, by="route", at={"time": 0.0}).iloc[0]
    found = term_tests(fit).loc["route"]
    assert found["statistic"] == pytest.approx(contrast["statistic"] ** 2, rel=1e-9)
    assert found["p_value"] == pytest.approx(contrast["p_value"], rel=1e-9)
    assert found["df_den"] == pytest.approx(contrast["df"], rel=1e-9)


def test_a_category_is_tested_on_average_over_another_whose_own_term_is_left_out() -> None:
    """route/sex and route*sex are one model, and the test of route is one hypothesis (SAS's; not lmerTest's)."""
    rows = ROWS.assign(sex=np.where(ROWS["patient"] % 2, "f", "m"))
    nested, crossed = (
        term_tests(fit_mixed_model(f"y ~ {terms} + baseline", rows, "patient", df="kenward-roger"))
        for terms in ("route / sex", "route * sex")
    )
    assert list(nested.loc["route"]) == pytest.approx(list(crossed.loc["route"]), rel=1e-7)
    assert (nested.loc["route:sex", "df_num"], crossed.loc["route:sex", "df_num"]) == (3, 2)


def test_a_normal_fit_tests_by_chi_square() -> None:
    fit = fit_mixed_model("y ~ route * time + baseline", ROWS, "patient", df="normal")
    assert np.isinf(term_tests(fit)["df_den"]).all()
    kept = list(fit.terms)
    rows = np.eye(len(kept))[[kept.index("route[T.IN]"), kept.index("route[T.IV]")]]
    gap = rows @ fit.coefficients
    wald = gap @ np.linalg.solve(rows @ fit.coefficient_covariance @ rows.T, gap)
    assert term_tests(fit).loc["route", "statistic"] == pytest.approx(wald / 2, rel=1e-12)


def test_a_term_is_tested_on_the_part_that_can_be_estimated() -> None:
    rows = ROWS.assign(setting=np.where(ROWS["patient"] % 2, "home", "clinic"))
    rows = rows[~((rows["route"] == "IV") & (rows["setting"] == "home"))]
    found = term_tests(fit_mixed_model("y ~ route * setting + baseline", rows, "patient"))
    assert found.loc["route:setting", "df_num"] == 1
    same = rows.assign(again=rows["setting"])
    both = term_tests(fit_mixed_model("y ~ setting + again", same, "patient"))
    assert both.attrs["not_estimable"] == 2
    assert both.empty


def test_an_intercept_alone_has_no_terms_to_test() -> None:
    with pytest.raises(ModelRefused) as caught:
        term_tests(fit_mixed_model("y ~ 1", ROWS, "patient"))
    assert str(caught.value) == ("The model has no terms to test besides the intercept. Add a term to the formula.")


def test_rows_that_repeat_a_hypothesis_do_not_count_twice() -> None:
    fit = fit_mixed_model("y ~ route * time + baseline", ROWS, "patient", df="kenward-roger")
    once = np.eye(len(fit.kept))[:2]
    again = fit.joint_test(np.vstack([once, once.sum(axis=0)]))
    assert again.df_num == 2
    assert again == pytest.approx(fit.joint_test(once), rel=1e-8)


def test_pooled_degrees_of_freedom_are_those_of_fai_and_cornelius() -> None:
    # E = 10/8 + 20/18, df = 2 E / (E - 2), worked by hand.
    assert pooled_df(np.array([10.0, 20.0])) == pytest.approx(2 * (1.25 + 20 / 18) / (1.25 + 20 / 18 - 2))
    assert pooled_df(np.array([7.0])) == 7.0
    assert pooled_df(np.array([2.0, 30.0])) == 2.0
    assert pooled_df(np.array([np.inf, np.inf])) == np.inf
    assert pooled_df(np.array([np.inf, 12.0])) > 12.0


def test_an_f_of_one_row_is_the_square_of_its_t() -> None:
    covariance, beta = np.array([[2.0, 0.3], [0.3, 1.0]]), np.array([1.5, -0.4])
    slopes = np.array([[[0.5, 0.1], [0.1, 0.2]]])
    row = np.array([[1.0, -1.0]])
    for kind in (Satterthwaite(covariance, slopes), Normal(covariance)):
        found = kind.joint_test(row, beta)
        assert found.statistic == pytest.approx((row @ beta)[0] ** 2 / (row @ covariance @ row.T)[0, 0])
        assert found.df_den == kind.df(row)[0]
