"""Every sentence with which means, contrasts, slopes and joint tests refuse."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from analysis.mixed import ModelRefused, contrasts, fit_mixed_model, joint_tests, marginal_means, slopes

from ..drawn import FORMULA, visits

ROWS = visits(40).assign(clinic=lambda rows: np.where(rows["route"] == "IM", "north", "south"))
FIT = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time")


def refusal(ask: Callable[..., object], *arguments: object, **options: object) -> str:
    with pytest.raises(ModelRefused) as caught:
        ask(*arguments, **options)
    return str(caught.value)


def test_weights_and_levels_that_do_not_exist() -> None:
    assert refusal(marginal_means, FIT, "route", weights="cells") == (
        "There are no 'cells' weights. Use 'equal', 'proportional', 'outer' or 'observed'."
    )
    assert refusal(marginal_means, FIT, "route", level=95) == (
        "An interval cannot cover 95 of the time. Give a level between 0 and 1."
    )
    assert refusal(marginal_means, FIT, "route", at={"time": []}) == (
        "at names no value of 'time'. Name at least one, or leave the column out of at."
    )


def test_values_at_which_the_formula_is_not_defined() -> None:
    fit = fit_mixed_model("y ~ route + log1p(time)", ROWS, "patient")
    said = (
        "At the values asked for some of the model's columns are not finite numbers. Choose values at which every"
        " function in the formula is defined."
    )
    assert refusal(marginal_means, fit, "route", at={"time": -2}) == said
    assert refusal(slopes, fit, "time", (-1, 1)) == said


def test_means_and_differences_that_cannot_be_estimated() -> None:
    fit = fit_mixed_model("y ~ route + clinic + time", ROWS, "patient")
    remedy = (
        " Two categories go together completely in these rows, such as a clinic with a route of its own: widen the"
        " cohort, or leave one of them out of the model."
    )
    assert refusal(marginal_means, fit, "clinic") == (
        "None of the means asked for can be estimated from these rows." + remedy
    )
    assert refusal(contrasts, fit, "clinic") == (
        "None of the differences asked for can be estimated from these rows." + remedy
    )
    alone = ROWS[(ROWS["route"] != "IM") | (ROWS["time"] == 0)]
    lone = fit_mixed_model("y ~ route * time", alone[alone["route"] != "IN"], "patient")
    assert refusal(slopes, lone, "time", (0, 1), at={"route": "IM"}) == (
        "No slope in time can be estimated from these rows." + remedy
    )


def test_comparisons_that_do_not_exist() -> None:
    assert refusal(contrasts, FIT, "route", adjust="scheffe") == (
        "There is no adjustment 'scheffe'. Use 'holm', 'bonferroni', 'tukey', 'mvt' or 'none'."
    )
    assert refusal(contrasts, FIT, "route", method="consecutive") == (
        "There is no method 'consecutive'. Use 'pairwise', 'reference' or a mapping of names to coefficients."
    )
    assert refusal(contrasts, FIT, "route", reference="IV") == (
        "A reference is given, but no method that uses one. Use method='reference'."
    )
    assert refusal(contrasts, FIT, "route", method="reference", reference="SC") == (
        "There is no mean at route SC. There is one at: IM, IN, IV."
    )
    assert refusal(contrasts, FIT, []) == "There is nothing to compare: by names no column. Name a category in by."
    assert refusal(contrasts, FIT, "route", at={"route": "IV"}) == ("route has one level to compare. Widen the cohort.")


@pytest.mark.parametrize("method", ["reference", {"IV - IM": [-1, 0, 1]}])
def test_tukey_s_adjustment_for_anything_but_all_pairs(method: object) -> None:
    assert refusal(contrasts, FIT, "route", adjust="tukey", method=method) == (
        "Tukey's adjustment is for all pairwise differences and no other contrasts. Use adjust='mvt', which allows"
        " for the correlations of any contrasts."
    )


def test_custom_contrasts_that_cannot_be_meant() -> None:
    def said(method: object, by: object = "route", at: object = None) -> str:
        return refusal(contrasts, FIT, by, at=at, method=method)

    assert said({}) == "There are no contrasts. Give at least one name with its coefficients."
    assert said({"late": [1, -1]}) == (
        "The contrast 'late' has 2 coefficients for 3 means. Give one for each of: IM, IN, IV; or a mapping from"
        " level to coefficient."
    )
    assert said({"late": {"SC": 1, "IM": -1}}) == "There is no mean at route SC. There is one at: IM, IN, IV."
    assert said({"late": {("IV", 2): 1}}, by=["route", "time"], at={"time": [1, 3]}) == (
        "There is no mean at route and time IV 2. There is one at: IM 1, IM 3, IN 1, IN 3, IV 1, IV 3."
    )
    wrong = "The contrast 'late' needs finite coefficients that are not all zero. Correct its coefficients."
    assert said({"late": [0, 0, 0]}) == wrong
    assert said({"late": [1, np.nan, -1]}) == wrong


def test_a_contrast_the_model_has_no_term_for() -> None:
    fit = fit_mixed_model("y ~ route + time", ROWS, "patient")
    cross = {"difference of differences": {("IV", 3): 1, ("IV", 1): -1, ("IM", 3): -1, ("IM", 1): 1}}
    assert refusal(contrasts, fit, ["route", "time"], at={"time": [1, 3]}, method=cross) == (
        "The contrast 'difference of differences' is zero whatever the data: the model has no term for it. Add the"
        " term it is about to the formula, often an interaction, or leave the contrast out."
    )


def test_slopes_that_cannot_be_meant() -> None:
    assert refusal(slopes, FIT, "dose", (0, 1)) == "The model has no column 'dose'. It has: route, time, baseline."
    assert refusal(slopes, FIT, "route", (0, 1)) == (
        "'route' is a category, so it has differences and no slope. Use contrasts(fit, by='route')."
    )
    assert refusal(slopes, FIT, "time", (0, 1), at={"time": 3}) == (
        "The slope in time cannot also be taken at values of it. Leave it out of by and at."
    )
    for between in ((2, 2), (0, np.inf), (0, 1, 2)):
        assert refusal(slopes, FIT, "time", between) == (
            "between must hold two different finite values of time. For example between=(0, 6)."
        )
    assert refusal(slopes, FIT, "time", (0, 1), per=0) == (
        "per must be a finite number of units other than zero. For example per=1."
    )
    flat = fit_mixed_model("y ~ upto(time, 2)", ROWS, "patient")
    assert refusal(slopes, flat, "time", (3, 5)) == (
        "The model holds the mean constant between time 3 and 5, so there is no slope to estimate. Choose an interval"
        " in which the formula lets it change."
    )


def test_joint_tests_of_nothing() -> None:
    assert refusal(joint_tests, FIT, by="dose") == "The model has no column 'dose'. It has: route, time, baseline."
    assert refusal(joint_tests, fit_mixed_model("y ~ 1", ROWS, "patient")) == (
        "The model has no term left to test. Add a term, or leave columns out of by and at."
    )
    assert refusal(joint_tests, FIT, by="time") == (
        "'time' is a number, so there is a mean at every value. Name values in at."
    )


def test_covariances_that_are_not_of_this_fit() -> None:
    own = FIT.cov_fixed
    names = ", ".join(FIT.terms)
    assert refusal(marginal_means, FIT, "route", vcov=own.iloc[1:, 1:]) == (
        f"The rows of vcov are not the terms of the fit (6 for 7 terms). Name them: {names}."
    )
    assert refusal(marginal_means, FIT, "route", vcov=own.rename(columns={"time": "weeks"})) == (
        f"The columns of vcov are not the terms of the fit (7 for 7 terms). Name them: {names}."
    )
    assert refusal(marginal_means, FIT, "route", vcov=own.where(own != own.iloc[0, 0])) == (
        "vcov has entries that are not finite numbers. Give a covariance matrix of the terms."
    )
    said = (
        "vcov is not a covariance matrix: it must be symmetric, with no negative variance of any combination. Give a"
        " covariance matrix of the terms."
    )
    assert refusal(marginal_means, FIT, "route", vcov=-own) == said
    lopsided = own.copy()
    lopsided.loc["time", "Intercept"] += 1.0
    assert refusal(marginal_means, FIT, "route", vcov=lopsided) == said
