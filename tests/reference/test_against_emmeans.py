"""Adjusted means and contrasts against emmeans (emmeans.json writes "observed" for emmeans' "proportional")."""

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import contrasts, fit_mixed_model, marginal_means

from .reference_cases import SPECIFICATIONS, case_data, fitted, reference

# Estimates and limits in units of the standard error, standard errors relative: as for the coefficients (lme4).
IN_SE = 1e-6
# lmerTest's numerical derivatives, as for the coefficients.
SATTERTHWAITE = 2e-6
# A p-value moves with the statistic and the df, and more the further out it lies.
P_VALUE = 1e-6

REQUESTS = [
    pytest.param(case, model, kind, number, id=f"{case}-{model}-{kind}-{number}")
    for case in ("orthodont", "sim_slope_zero", "kat_small")
    for model, kinds in reference(case, "emmeans")["models"].items()
    for kind, requests in kinds.items()
    for number in range(len(requests))
]


def requests(*kinds: str):
    chosen = [request for request in REQUESTS if request.values[2] in kinds]
    return pytest.mark.parametrize(("case", "model", "kind", "number"), chosen)


def request_of(case: str, model: str, kind: str, number: int) -> dict:
    return reference(case, "emmeans")["models"][model][kind][number]


WEIGHTS = {"equal": "equal", "observed": "proportional"}


def at_of(asked: dict) -> dict:
    """jsonlite writes an empty list where R has no `at` values."""
    return asked["at"] or {}


def assert_same_numbers(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    se = theirs["std_error"].to_numpy()
    for column in ("estimate", "ci_low", "ci_high"):
        assert (np.abs(ours[column].to_numpy() - theirs[column].to_numpy()) / se).max() < IN_SE, column
    assert np.abs(ours["std_error"].to_numpy() / se - 1).max() < IN_SE
    assert np.abs(ours["df"].to_numpy() / theirs["df"].to_numpy() - 1).max() < SATTERTHWAITE


def matched(ours: pd.DataFrame, theirs: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Our rows in R's order; both sides must have exactly the same points."""
    assert len(ours) == len(theirs)
    return ours.set_index(keys).loc[theirs.set_index(keys).index]


@requests("means")
def test_adjusted_means_are_those_of_emmeans(case, model, kind, number):
    asked = request_of(case, model, kind, number)
    at = at_of(asked)
    ours = marginal_means(fitted(case, model, "REML"), by=asked["by"], at=at, weights=WEIGHTS[asked["weights"]])
    theirs = pd.DataFrame(asked["rows"])
    assert_same_numbers(matched(ours, theirs, [*asked["by"], *at]), theirs)


@requests("standardised")
def test_means_standardised_over_patients_are_averages_of_predictions(case, model, kind, number):
    asked = request_of(case, model, kind, number)
    patients = case_data(case).drop_duplicates("id")
    ours = marginal_means(fitted(case, model, "REML"), by=asked["by"], at=asked["at"], over=patients)
    theirs = pd.DataFrame(asked["rows"])
    assert_same_numbers(matched(ours, theirs, [*asked["by"], *asked["at"]]), theirs)


@requests("contrasts")
def test_contrasts_and_their_adjusted_p_values_are_those_of_emmeans(case, model, kind, number):
    asked = request_of(case, model, kind, number)
    at = at_of(asked)
    ours = contrasts(
        fitted(case, model, "REML"), by=asked["by"], at=at, weights=WEIGHTS[asked["weights"]], adjust=asked["adjust"]
    )
    theirs = pd.DataFrame(asked["rows"])
    rows = matched(ours, theirs, ["first", "second", *at])
    assert_same_numbers(rows, theirs)
    assert list(rows["contrast"]) == list(theirs["contrast"])
    assert rows["statistic"].to_numpy() == pytest.approx(theirs["statistic"].to_numpy(), rel=IN_SE, abs=IN_SE)
    for column in ("p_value", "p_adjusted"):
        assert rows[column].to_numpy() == pytest.approx(theirs[column].to_numpy(), rel=P_VALUE)


def test_a_route_by_setting_cell_without_rows_has_no_adjusted_mean():
    asked = request_of("kat_small", "empty_cell", "means", 2)
    assert asked["not_estimable"] == [{"route": "IN", "setting": "home"}]
    ours = marginal_means(fitted("kat_small", "empty_cell", "REML"), by=["route", "setting"])
    assert ("IN", "home") not in set(zip(ours["route"], ours["setting"], strict=True))


def test_a_declared_route_without_rows_changes_no_number_and_has_no_mean():
    chosen = SPECIFICATIONS["kat_small"]["nuisance"]
    rows = case_data("kat_small")
    rows["route"] = pd.Categorical(rows["route"], ["IM", "IN", "IV", "SC", "SL"])
    fit = fit_mixed_model(chosen.formula, data=rows, groups=chosen.groups, random=chosen.random)
    means = marginal_means(fit, by=["route"], at={"s": [6]})
    theirs = marginal_means(fitted("kat_small", "nuisance", "REML"), by=["route"], at={"s": [6]})
    assert means["route"].tolist() == ["IM", "IN", "IV", "SL"]
    assert_same_numbers(means, theirs)


@pytest.mark.parametrize(
    ("model", "dropped"), [("aliased_covariate", "baseline_percent"), ("empty_cell", "route[T.IN]:setting[T.home]")]
)
def test_the_column_that_r_drops_as_aliased_is_dropped_and_named(model, dropped):
    assert list(fitted("kat_small", model, "REML").dropped_terms) == [dropped]
