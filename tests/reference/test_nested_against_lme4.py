"""Patients nested in clinics, every model and method against lme4, lmerTest and pbkrtest at the tightened optimum."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from analysis.mixed import fit_mixed_model, term_tests
from analysis.mixed.nested import NestedMixedModelFit

from .reference_cases import METHODS, case_data, in_order_of, patsy_term, reference
from .test_against_lme4 import DEVIANCE, ESTIMATE_IN_SE, MODES_IN_SD, RELATIVE, SATTERTHWAITE, relative_factor

# F and its df move with those of the t tests; p values of 1e-95 magnify a relative error of F by half its size.
P_VALUE = 2e-4


@dataclass(frozen=True)
class NestedSpecification:
    """One model of one case; ``levels`` are R's names of the patients' and the clinics' level."""

    formula: str
    groups: str
    nested_in: str
    random: str
    nested_random: str
    levels: tuple[str, str]


_SCORE = ("score ~ time * route + baseline", "patient", "clinic")
_LEVELS = ("clinic:patient", "clinic")
_MODELS = {
    "intercepts": NestedSpecification(*_SCORE, "1", "1", _LEVELS),
    "patient_slope": NestedSpecification(*_SCORE, "1 + time", "1", _LEVELS),
    "slopes_at_both": NestedSpecification(*_SCORE, "1 + time", "1 + time", _LEVELS),
}
CASES = {
    "nested_clinics": _MODELS,
    "nested_zero": _MODELS,
    "pastes": {"nested": NestedSpecification("strength ~ 1", "sample", "batch", "1", "1", ("sample", "batch"))},
}
EVERY_MODEL = [pytest.param(case, model, id=f"{case}-{model}") for case, models in CASES.items() for model in models]
every_model = pytest.mark.parametrize(("case", "model"), EVERY_MODEL)
every_method = pytest.mark.parametrize("method", METHODS)


@cache
def fitted(case: str, model: str, method: str, df: str = "satterthwaite") -> NestedMixedModelFit:
    chosen = CASES[case][model]
    fit = fit_mixed_model(
        chosen.formula, case_data(case), chosen.groups, chosen.random, chosen.nested_in, chosen.nested_random,
        method=method, df=df,
    )  # fmt: skip
    assert isinstance(fit, NestedMixedModelFit)
    return fit


def r_numbers(case: str, model: str, method: str) -> dict:
    return reference(case)["models"][model][method]


def r_level(case: str, model: str, method: str, level: int) -> dict:
    return r_numbers(case, model, method)["levels"][CASES[case][model].levels[level]]


def in_order(terms: list[str], theirs: dict, matrix: list[list[float]]) -> np.ndarray:
    """R's matrix over coefficients in the order of our terms."""
    position = dict(zip(theirs["terms"], range(len(theirs["terms"])), strict=True))
    order = [int(at) for at in in_order_of(terms, position)]
    return np.atleast_2d(matrix)[np.ix_(order, order)]


@every_method
@every_model
def test_deviance_and_status_are_those_of_lme4(case, model, method):
    fit, theirs = fitted(case, model, method), r_numbers(case, model, method)
    assert fit.neg2loglik == pytest.approx(theirs["neg2loglik"], abs=DEVIANCE, rel=0)
    assert fit.status == ("singular" if theirs["singular"] else "converged")


@every_method
@every_model
def test_fixed_effects_and_their_covariance_are_those_of_lme4(case, model, method):
    fit, theirs = fitted(case, model, method), r_numbers(case, model, method)
    se = np.array(in_order_of(list(fit.terms), theirs["se"]))
    assert (np.abs(fit.coefficients - in_order_of(list(fit.terms), theirs["fixef"])) / se).max() < ESTIMATE_IN_SE
    assert np.abs(fit.fixed_effects["std_error"] / se - 1).max() < RELATIVE
    expected = in_order(list(fit.terms), theirs, theirs["vcov"])
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert (np.abs(fit.cov_fixed.to_numpy() - expected) / scale).max() < 2 * RELATIVE


@every_method
@every_model
def test_variances_of_both_levels_are_those_of_lme4(case, model, method):
    fit, sigma2 = fitted(case, model, method), r_numbers(case, model, method)["sigma2"]
    assert fit.residual_variance == pytest.approx(sigma2, rel=RELATIVE)
    for level, ours in enumerate((fit.random_covariance, fit.nested_covariance)):
        expected = relative_factor(np.atleast_2d(r_level(case, model, method, level)["varcorr"]), sigma2)
        found = relative_factor(ours.to_numpy(), fit.residual_variance)
        scale = np.maximum(np.linalg.norm(expected, axis=1, keepdims=True), RELATIVE)
        assert (np.abs(found - expected) / scale).max() < RELATIVE


@every_method
@every_model
def test_theta_has_lme4_s_order_patients_then_clinics(case, model, method):
    theirs = [value for level in (0, 1) for value in r_level(case, model, method, level)["theta"]]
    assert fitted(case, model, method).theta == pytest.approx(theirs, rel=RELATIVE, abs=RELATIVE)


@every_method
@every_model
def test_satterthwaite_degrees_of_freedom_are_those_of_lmertest(case, model, method):
    ours, theirs = fitted(case, model, method).fixed_effects, r_numbers(case, model, method)
    expected = np.array(in_order_of(list(ours.index), theirs["satterthwaite_df"]))
    assert np.abs(ours["df"].to_numpy() / expected - 1).max() < SATTERTHWAITE


@every_method
@every_model
def test_conditional_modes_of_both_levels_are_those_of_lme4(case, model, method):
    fit = fitted(case, model, method)
    assert fit.n_groups == len(fit.random_effects)
    assert fit.n_nested_groups == len(fit.nested_random_effects)
    for level, frame in enumerate((fit.random_effects, fit.nested_random_effects)):
        theirs = r_level(case, model, method, level)
        # lme4 calls a patient "clinic:patient"; a sample of pastes has its batch in its own name.
        labels = theirs["modes"]["groups"]
        labels = [label.split(":")[-1] for label in labels] if case != "pastes" else labels
        assert sorted(frame.index) == sorted(labels)
        expected = np.array(theirs["modes"]["values"]).reshape(len(labels), -1)
        sd = np.maximum(np.sqrt(np.diag(np.atleast_2d(theirs["varcorr"]))), RELATIVE)
        assert (np.abs(frame.loc[labels].to_numpy() - expected) / sd).max() < MODES_IN_SD


@every_model
def test_kenward_roger_is_that_of_pbkrtest(case, model):
    fit, theirs = fitted(case, model, "REML", "kenward-roger"), r_numbers(case, model, "REML")["kenward_roger"]
    assert fit.df_method == "kenward-roger"
    terms = list(fit.terms)
    table = fit.fixed_effects
    assert np.abs(table["std_error"] / in_order_of(terms, theirs["se_adjusted"]) - 1).max() < RELATIVE
    assert np.abs(table["df"] / in_order_of(terms, theirs["df"]) - 1).max() < RELATIVE
    expected = in_order(terms, theirs, theirs["vcov_adjusted"])
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert (np.abs(fit.cov_fixed.to_numpy() - expected) / scale).max() < 2 * RELATIVE


@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger"])
@pytest.mark.parametrize(("case", "model"), [case for case in EVERY_MODEL if case.values[0] != "pastes"])
def test_type_3_tests_of_terms_are_those_of_lmertest(case, model, df):
    ours = term_tests(fitted(case, model, "REML", df))
    theirs = r_numbers(case, model, "REML")["F_tests"]["III"]
    assert len(theirs) == len(ours)
    for term, expected in theirs.items():
        row = ours.loc[next(name for name in ours.index if patsy_term(name) == patsy_term(term))]
        expected = expected[df.replace("-", "_")]
        assert row["df_num"] == expected["NumDF"]
        assert row["statistic"] == pytest.approx(expected["F"], rel=2 * RELATIVE)
        assert row["df_den"] == pytest.approx(
            expected["DenDF"], rel=RELATIVE if df != "satterthwaite" else SATTERTHWAITE
        )
        assert row["p_value"] == pytest.approx(expected["p"], rel=P_VALUE)
