"""Kenward-Roger standard errors and df, and F tests of terms, against pbkrtest and lmerTest."""

import numpy as np
import pytest

from analysis.mixed import MixedModelFit, fit_mixed_model, term_tests

from .reference_cases import SPECIFICATIONS, case_data, in_order_of, patsy_term, reference

# pbkrtest works with dense V at R's theta, which is exact to about 3e-8.
RELATIVE = 1e-6
# lmerTest differentiates numerically: its df of one coefficient are off by up to 5e-7, of several by a little more.
SATTERTHWAITE = 5e-6
# A p value moves with F and with the df, the more the further out it lies.
P_VALUE = 1e-5

MODELS = [
    pytest.param(case, model, id=f"{case}-{model}")
    for case in ("sleepstudy", "orthodont", "sim_regular_300", "kat_small", "sim_three", "sim_slope_zero", "dyestuff2")
    for model in reference(case, "kenward_roger")["models"]
]
every_model = pytest.mark.parametrize(("case", "model"), MODELS)


def fitted(case: str, model: str, df: str, method: str = "REML", sum_to_zero: bool = False) -> MixedModelFit:
    chosen = SPECIFICATIONS[case][model]
    formula = chosen.formula
    if sum_to_zero:
        for category in ("route", "payer", "sex", "Sex"):
            formula = " ".join(f"C({word}, Sum)" if word == category else word for word in formula.split(" "))
    return fit_mixed_model(
        formula,
        data=case_data(case),
        groups=chosen.groups,
        random=chosen.random,
        correlated=chosen.correlated,
        method=method,
        df=df,
    )


def numbers(case: str, model: str) -> dict:
    return reference(case, "kenward_roger")["models"][model]


@every_model
def test_adjusted_standard_errors_and_df_are_those_of_pbkrtest(case, model):
    ours, theirs = fitted(case, model, "kenward-roger"), numbers(case, model)["kenward_roger"]
    terms = list(ours.terms)
    errors = np.array(in_order_of(terms, theirs["se_adjusted"]))
    assert np.abs(ours.fixed_effects["std_error"].to_numpy() / errors - 1).max() < RELATIVE
    df = np.array(in_order_of(terms, theirs["df"]))
    assert np.abs(ours.fixed_effects["df"].to_numpy() / df - 1).max() < RELATIVE
    assert ours.df_method == "kenward-roger"
    assert not [note for note in ours.notes if "Kenward" in note]


@every_model
def test_the_adjusted_covariance_is_that_of_pbkrtest(case, model):
    ours, theirs = fitted(case, model, "kenward-roger"), numbers(case, model)["kenward_roger"]
    position = dict(zip(theirs["terms"], range(len(theirs["terms"])), strict=True))
    order = [int(at) for at in in_order_of(list(ours.terms), position)]
    for found, expected in (
        (ours.cov_fixed.to_numpy(), np.atleast_2d(theirs["vcov_adjusted"])),
        (ours.inference.unadjusted, np.atleast_2d(theirs["vcov"])),
    ):
        expected = expected[np.ix_(order, order)]
        scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
        assert (np.abs(found - expected) / scale).max() < 2 * RELATIVE


def r_tests(case: str, model: str, coding: str = "contr.treatment") -> dict[frozenset, dict]:
    """R's type III tests by the set of the term's factors; the terms of R's own piecewise columns have no partner."""
    found = numbers(case, model)[coding]["F_tests"]["III"]
    return {patsy_term(term): tests for term, tests in found.items() if "pm" not in term} if found else {}


WITH_TERMS = [parameter for parameter in MODELS if r_tests(*parameter.values)]


@pytest.mark.parametrize("coding", ["contr.treatment", "contr.sum"])
@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger"])
@pytest.mark.parametrize(("case", "model"), WITH_TERMS)
def test_type_3_tests_are_those_of_lmertest_in_either_coding(case, model, df, coding):
    theirs = r_tests(case, model, coding)
    ours = term_tests(fitted(case, model, df, sum_to_zero=coding == "contr.sum"))
    compared = 0
    for term, row in ours.iterrows():
        factors = term.replace("C(", "").replace(", Sum)", "").split(":")
        expected = theirs.get(frozenset(patsy_factor(factor) for factor in factors))
        if expected is None:
            assert any(factor.startswith("piecewise") for factor in factors)
            continue
        expected = expected[df.replace("-", "_")]
        compared += 1
        assert row["df_num"] == expected["NumDF"]
        assert row["statistic"] == pytest.approx(expected["F"], rel=2 * RELATIVE)
        tolerance = RELATIVE if df == "kenward-roger" else SATTERTHWAITE
        assert row["df_den"] == pytest.approx(expected["DenDF"], rel=tolerance)
        assert row["p_value"] == pytest.approx(expected["p"], rel=P_VALUE)
    assert compared


def patsy_factor(factor: str) -> str:
    """A factor's name as ``patsy_term`` makes it of R's: categories without a level read as one with an empty level."""
    return next(iter(patsy_term(factor)))


@pytest.mark.parametrize(("case", "model"), WITH_TERMS)
def test_type_3_tests_of_a_maximum_likelihood_fit(case, model):
    expected = numbers(case, model)["ML"]["F_tests"]["III"]
    ours = term_tests(fitted(case, model, "satterthwaite", "ML"))
    for term, row in ours.iterrows():
        if "piecewise" in term:
            continue
        wanted = {frozenset(name.split(":")): tests for name, tests in expected.items()}[frozenset(term.split(":"))]
        assert row["statistic"] == pytest.approx(wanted["satterthwaite"]["F"], rel=2 * RELATIVE)
        assert row["df_den"] == pytest.approx(wanted["satterthwaite"]["DenDF"], rel=SATTERTHWAITE)


JOINT = [parameter for parameter in MODELS if numbers(*parameter.values)["joint"]]


@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger"])
@pytest.mark.parametrize(("case", "model"), JOINT)
def test_a_joint_test_of_two_combinations_is_that_of_lmertest(case, model, df):
    theirs = numbers(case, model)["joint"]
    fit = fitted(case, model, df)
    columns = {term: [row[at] for row in theirs["L"]] for at, term in enumerate(theirs["terms"])}
    hypothesis = np.array([in_order_of(list(fit.terms), {t: c[row] for t, c in columns.items()}) for row in (0, 1)])
    found, expected = fit.joint_test(hypothesis), theirs[df.replace("-", "_")]
    assert found.df_num == expected["NumDF"]
    assert found.statistic == pytest.approx(expected["F"], rel=2 * RELATIVE)
    tolerance = RELATIVE if df == "kenward-roger" else SATTERTHWAITE
    assert found.df_den == pytest.approx(expected["DenDF"], rel=tolerance)
    assert found.p_value == pytest.approx(expected["p"], rel=P_VALUE)
