"""Weights, adjustments, custom contrasts, slopes and joint tests against emmeans, Satterthwaite and Kenward-Roger.

Limits of what R wrote, which the tolerances follow: emmeans rounds the F and df of joint tests it prints, qtukey stops
within 1e-4, and the reference for the multivariate t carries the error of its own quadrature.
"""

from functools import cache, reduce
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.mixed import MixedModelFit, contrasts, fit_mixed_model, joint_tests, marginal_means, slopes
from analysis.mixed.means.multivariate_t import largest_t

from .reference_cases import SPECIFICATIONS, case_data, reference
from .test_against_emmeans import IN_SE, P_VALUE, SATTERTHWAITE, assert_same_numbers, matched

# Limits in standard errors: qtukey's own stopping rule.
QTUKEY = 1e-4
# A Tukey p value adds the error of ptukey, absolute, to that of any p value.
PTUKEY = 1e-9
# Standard errors of the simulation that a p value may lie off; its error estimate has seven degrees of freedom.
MONTE_CARLO = 6.0
# A p value of 1e-19 moves by this much, relatively, with 2e-6 in the df (lmerTest's numerical derivatives).
FAR_OUT = 3e-6
# Half a unit of the last place emmeans prints.
PRINTED_F = 5.1e-4
PRINTED_DF = 5.1e-3
# Kinds of degrees of freedom, as R's file spells them.
DF = {"satterthwaite": "satterthwaite", "kenward_roger": "kenward-roger"}
WEIGHTS = {"equal": "equal", "proportional": "proportional", "outer": "outer", "cells": "observed"}
BY = {"orthodont": "Sex", "kat_small": "route"}
NUMBER = {"orthodont": "age", "kat_small": "s"}

CASES = [
    pytest.param(case, model, df, id=f"{case}-{model}-{df}")
    for case in BY
    for model in reference(case, "emmeans_more")["models"]
    for df in DF
]
every_case = pytest.mark.parametrize(("case", "model", "df"), CASES)
straight = pytest.mark.parametrize(
    ("case", "model", "df"), [chosen for chosen in CASES if chosen.values[1] != "piecewise"]
)
with_mvt = pytest.mark.parametrize(
    ("case", "model", "df"), [chosen for chosen in CASES if chosen.values[0] == "kat_small"]
)


@cache
def fitted_with(case: str, model: str, df: str) -> MixedModelFit:
    chosen = SPECIFICATIONS[case][model]
    return fit_mixed_model(chosen.formula, data=case_data(case), groups=chosen.groups, random=chosen.random, df=DF[df])


def numbers_of(case: str, model: str, df: str) -> dict:
    return reference(case, "emmeans_more")["models"][model][df]


def assert_p_values(ours, theirs, absolute: float = 0.0) -> None:
    assert np.asarray(ours) == pytest.approx(np.asarray(theirs), rel=P_VALUE, abs=absolute)


def in_order(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    return ours.set_index("contrast").loc[theirs["contrast"]]


@pytest.mark.parametrize("weights", list(WEIGHTS))
@every_case
def test_means_of_all_four_weights_are_those_of_emmeans(case, model, df, weights):
    asked = numbers_of(case, model, df)["means"][weights]
    ours = marginal_means(fitted_with(case, model, df), by=BY[case], at=asked["at"], weights=WEIGHTS[weights])
    theirs = pd.DataFrame(asked["rows"])
    assert_same_numbers(matched(ours, theirs, [BY[case]]), theirs)


def adjusted_like(case, model, df, method: str, adjust: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    asked = numbers_of(case, model, df)["contrasts"]
    ours = contrasts(fitted_with(case, model, df), by=BY[case], at=asked["at"], adjust=adjust, method=method)
    theirs = pd.DataFrame(asked["pairwise" if method == "pairwise" else "against_first"])
    return in_order(ours, theirs), theirs


def assert_intervals(ours: pd.DataFrame, theirs: pd.DataFrame, suffix: str, tolerance: float) -> None:
    for limit in ("ci_low", "ci_high"):
        gap = (ours[limit].to_numpy() - theirs[f"{limit}_{suffix}"].to_numpy()) / theirs["std_error"].to_numpy()
        assert np.abs(gap).max() < tolerance


@pytest.mark.parametrize("method", ["pairwise", "reference"])
@every_case
def test_differences_have_the_p_values_and_bonferroni_intervals_of_emmeans(case, model, df, method):
    for adjust in ("holm", "bonferroni"):
        ours, theirs = adjusted_like(case, model, df, method, adjust)
        assert np.abs((ours["estimate"].to_numpy() - theirs["estimate"]) / theirs["std_error"]).max() < IN_SE
        assert ours["std_error"].to_numpy() == pytest.approx(theirs["std_error"].to_numpy(), rel=IN_SE)
        assert ours["df"].to_numpy() == pytest.approx(theirs["df"].to_numpy(), rel=SATTERTHWAITE)
        assert_p_values(ours["p_value"], theirs["p_value"])
        assert_p_values(ours["p_adjusted"], theirs[f"p_{adjust}"])
        assert_intervals(ours, theirs, "bonferroni", IN_SE)


@every_case
def test_tukey_s_p_values_and_intervals_are_those_of_ptukey_and_qtukey(case, model, df):
    ours, theirs = adjusted_like(case, model, df, "pairwise", "tukey")
    assert_p_values(ours["p_adjusted"], theirs["p_tukey"], PTUKEY)
    assert_intervals(ours, theirs, "tukey", QTUKEY)


@pytest.mark.parametrize("method", ["pairwise", "reference"])
@with_mvt
def test_multivariate_t_p_values_are_within_the_stated_monte_carlo_error(case, model, df, method):
    ours, _ = adjusted_like(case, model, df, method, "mvt")
    exact = pd.DataFrame(
        numbers_of(case, model, df)["contrasts"]["mvt"]["pairwise" if method == "pairwise" else "against_first"]
    )
    ours = in_order(ours.reset_index(), exact)
    allowed = MONTE_CARLO * ours.attrs["monte_carlo_error"] + exact["error"].to_numpy()
    assert (np.abs(ours["p_adjusted"].to_numpy() - exact["p_adjusted"].to_numpy()) < allowed).all()


@with_mvt
def test_emmeans_multivariate_t_differs_because_it_rounds_degrees_of_freedom_down(case, model, df):
    asked = numbers_of(case, model, df)["contrasts"]
    fit = fitted_with(case, model, df)
    means = asked["mvt"]["pairwise"]
    rows = contrasts(fit, by=BY[case], at=asked["at"], adjust="none")
    assert [one["contrast"] for one in means] == rows["contrast"].tolist()
    simulated = largest_t(correlation_of(fit, asked["at"]), seed=1)
    for one in means:
        t = abs(one["statistic"])
        allowed = MONTE_CARLO * simulated.tail_error(t, one["whole_df"]) + one["error_at_whole_df"]
        assert simulated.tail(t, one["whole_df"]) == pytest.approx(one["p_adjusted_at_whole_df"], abs=allowed)


def correlation_of(fit: MixedModelFit, at: dict) -> np.ndarray:
    """Correlations of all pairwise differences of routes, from the coefficients of the terms by hand."""
    routes, terms = fit.levels["route"], list(fit.terms)
    pieces = {"s": at["s"], "piecewise(s, 6)[0]": min(at["s"], 6), "piecewise(s, 6)[1]": max(at["s"] - 6, 0)}
    rows = np.zeros((len(routes), len(terms)))
    for number, route in enumerate(routes):
        for place, term in enumerate(terms):
            parts = term.split(":")
            if parts[0] == f"route[T.{route}]":
                rows[number, place] = np.prod([pieces[part] for part in parts[1:]])
    pairs = np.array([rows[i] - rows[j] for i in range(len(routes)) for j in range(i + 1, len(routes))])
    covariance = pairs @ fit.coefficient_covariance @ pairs.T
    errors = np.sqrt(np.diag(covariance))
    return covariance / np.outer(errors, errors)


@every_case
def test_custom_contrasts_are_those_of_emmeans(case, model, df):
    asked = numbers_of(case, model, df)["contrasts"]
    own = asked["coefficients"]
    ours = contrasts(fitted_with(case, model, df), by=BY[case], at=asked["at"], adjust="none", method=own)
    theirs = pd.DataFrame(asked["custom"])
    assert list(ours["contrast"]) == list(theirs["contrast"])
    assert_same_numbers(ours, theirs)
    assert_p_values(ours["p_value"], theirs["p_value"])


@straight
def test_slopes_of_a_straight_line_are_those_of_emtrends(case, model, df):
    asked = numbers_of(case, model, df)["slopes"]
    fit = fitted_with(case, model, df)
    ours = slopes(fit, NUMBER[case], between=(0, 1), by=BY[case])
    theirs = pd.DataFrame(asked["emtrends"])
    rows = matched(ours, theirs, [BY[case]])
    assert_same_numbers(rows, theirs)
    assert_p_values(rows["p_value"], theirs["p_value"])


@every_case
def test_changes_between_two_values_are_the_differences_of_emmeans(case, model, df):
    asked = numbers_of(case, model, df)["slopes"]
    name, theirs = NUMBER[case], pd.DataFrame(asked["differences"])
    for contrast, rows in theirs.groupby("contrast"):
        later, earlier = (float(part.removeprefix(name)) for part in contrast.split(" - "))
        ours = slopes(fitted_with(case, model, df), name, between=(earlier, later), by=BY[case], per=later - earlier)
        found = matched(ours, rows, [BY[case]])
        assert_same_numbers(found, rows)
        assert_p_values(found["p_value"], rows["p_value"])


@every_case
def test_differences_of_differences_are_the_interaction_contrasts_of_emmeans(case, model, df):
    asked = numbers_of(case, model, df)["slopes"]
    by, name = BY[case], NUMBER[case]
    theirs = pd.DataFrame(asked["interaction_contrasts"])
    method = {}
    for number, row in theirs.iterrows():
        first, second = row[f"{by}_pairwise"].split(" - ")
        later, earlier = (float(part) for part in row[f"{name}_revpairwise"].split(" - "))
        method[str(number)] = {(first, later): 1, (first, earlier): -1, (second, later): -1, (second, earlier): 1}
    ours = contrasts(
        fitted_with(case, model, df), by=[by, name], at={name: asked["points"]}, adjust="none", method=method
    )
    assert_same_numbers(ours, theirs)
    assert_p_values(ours["p_value"], theirs["p_value"])


@every_case
def test_joint_tests_have_the_f_of_emmeans_and_its_p_value_at_its_degrees_of_freedom(case, model, df):
    """emmeans takes the smallest df of the differences from the first level, and leaves Kenward-Roger's F unscaled.

    It averages other terms over a covariate's mean plus and minus one, which matters where the line bends.
    """
    fit = fitted_with(case, model, df)
    at = around_mean(fit, NUMBER[case])
    ours = joint_tests(fit, at=at, vcov=fit.cov_fixed)
    for row in numbers_of(case, model, df)["joint_tests"]:
        mine = ours[[set(term.split(":")) == set(row["term"].split(":")) for term in ours.index]].iloc[0]
        assert mine["df_num"] == row["NumDF"]
        assert mine["statistic"] == pytest.approx(row["F"], abs=PRINTED_F)
        smallest = smallest_df(fit, row["term"].split(":"), at)
        assert smallest == pytest.approx(row["DenDF"], abs=PRINTED_DF)
        assert stats.f.sf(mine["statistic"], mine["df_num"], smallest) == pytest.approx(row["p"], rel=FAR_OUT)


def around_mean(fit: MixedModelFit, name: str) -> dict[str, list[float]]:
    centre = fit.covariate_means[name]
    return {name: [centre - 1, centre + 1]}


def smallest_df(fit: MixedModelFit, term: list[str], at: dict[str, list[float]]) -> float:
    """Over the differences from the first level, or differences of such differences, averaged over the values in at."""
    values = {name: at.get(name) or list(fit.levels.get(name, ())) or around_mean(fit, name)[name] for name in term}
    values |= {name: points for name, points in at.items() if name not in term}
    method = {}
    for chosen in product(*(range(1, len(values[name])) for name in term)):
        shares = [
            np.eye(len(points))[chosen[term.index(name)]] - np.eye(len(points))[0]
            if name in term
            else np.full(len(points), 1 / len(points))
            for name, points in values.items()
        ]
        method[str(chosen)] = reduce(np.kron, shares)
    numbers = {name: points for name, points in values.items() if name not in fit.levels}
    return contrasts(fit, by=list(values), at=numbers, method=method, adjust="none")["df"].min()


@pytest.mark.parametrize("model", ["nuisance", "piecewise"])
@pytest.mark.parametrize("df", list(DF))
def test_means_and_differences_averaged_over_patients_are_averages_of_predictions(model, df):
    asked = numbers_of("kat_small", model, df)["averaged_over_patients"]
    fit, patients = fitted_with("kat_small", model, df), case_data("kat_small").drop_duplicates("id")
    means, pairs = pd.DataFrame(asked["means"]), pd.DataFrame(asked["differences"])
    at = {"s": sorted(means["s"].unique())}
    assert_same_numbers(matched(marginal_means(fit, by="route", at=at, over=patients), means, ["route", "s"]), means)
    ours = contrasts(fit, by="route", at=at, over=patients, adjust="none")
    rows = matched(ours, pairs, ["first", "second", "s"])
    assert_same_numbers(rows, pairs)
    assert_p_values(rows["p_value"], pairs["p_value"])
