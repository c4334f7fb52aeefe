"""Likelihood-ratio tests: which comparisons are made, with what distribution, and every one that is refused."""

from __future__ import annotations

import gc

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from analysis.mixed import FittedModel, MixedModelFit, ModelRefused, fit_mixed_model, fit_mmrm
from analysis.mixed.compare.likelihood_ratio import likelihood_ratio_test
from analysis.mixed.compare.nesting import nesting
from analysis.mixed.compare.random_terms import random_terms_tests

from ..drawn import FORMULA, visits
from ..nested.drawn import clinic_visits

ROWS = visits(40)
CURVED = {"random": "1 + time + I(time ** 2)"}


def fit(formula: str = FORMULA, rows: pd.DataFrame = ROWS, **options: object) -> MixedModelFit:
    return fit_mixed_model(formula, rows, "patient", **{"random": "1 + time", **options})


def refusal(smaller: FittedModel, larger: FittedModel, source: pd.DataFrame | None = None) -> str:
    with pytest.raises(ModelRefused) as refused:
        likelihood_ratio_test(smaller, larger, source)
    return str(refused.value)


def row(smaller: FittedModel, larger: FittedModel) -> pd.Series:
    return likelihood_ratio_test(smaller, larger).iloc[0]


@pytest.mark.parametrize(
    ("smaller", "larger", "distribution"),
    [
        ({"random": "1"}, {}, "½χ²(1) + ½χ²(2)"),
        ({"random": "0 + time"}, {}, "½χ²(1) + ½χ²(2)"),
        ({}, CURVED, "½χ²(2) + ½χ²(3)"),
        ({"random": "1"}, {"correlated": False}, "½χ²(0) + ½χ²(1)"),
        ({"correlated": False}, {**CURVED, "correlated": False}, "½χ²(0) + ½χ²(1)"),
        ({"correlated": False}, {}, "χ²(1)"),
        ({**CURVED, "correlated": False}, CURVED, "χ²(3)"),
        ({"random": "1 + I(2 * time - 3)"}, CURVED, "½χ²(2) + ½χ²(3)"),
        ({"formula": "y ~ time + route", "method": "ML"}, {"method": "ML"}, "χ²(3)"),
        ({"formula": "y ~ time + route", "method": "ML", "random": "1"}, {"method": "ML"}, "½χ²(4) + ½χ²(5)"),
    ],
)
def test_the_distribution_follows_from_what_differs(
    smaller: dict[str, object], larger: dict[str, object], distribution: str
) -> None:
    found = row(fit(**smaller), fit(**larger))
    assert found["distribution"] == distribution
    dfs = [int(part.split(")")[0]) for part in distribution.split("(")[1:]]
    expected = np.mean([chi2.sf(found["chi_square"], df) if df else found["chi_square"] == 0.0 for df in dfs])
    assert found["p_value"] == pytest.approx(expected)
    assert found["df"] == dfs[-1]


def test_a_statistic_of_zero_has_probability_one() -> None:
    rows = visits(40, slope_sd=0.0, seed=0)
    larger = fit(rows=rows, correlated=False)
    assert larger.status == "singular"
    found = row(fit(rows=rows, random="1"), larger)
    assert (found["chi_square"], found["p_value"]) == (0.0, 1.0)


def test_a_singular_smaller_fit_is_mentioned() -> None:
    rows = visits(40, slope_sd=0.0, seed=0)
    found = row(fit(rows=rows, correlated=False), fit(rows=rows))
    assert found["note"] == (
        "Correlations only: no boundary. The smaller fit is itself singular, so the p value is approximate;"
        " bootstrap_likelihood_ratio simulates it."
    )


def test_an_mmrm_s_structures_and_fixed_effects() -> None:
    def visit_model(formula: str, covariance: str, method: str = "ML") -> FittedModel:
        return fit_mmrm(formula, ROWS, "patient", "time", covariance=covariance, method=method)

    assert row(visit_model("y ~ time", "cs", "REML"), visit_model("y ~ time", "csh", "REML"))["distribution"] == "χ²(5)"
    assert row(visit_model("y ~ 1", "ar1h"), visit_model("y ~ time * route", "ar1h"))["distribution"] == "χ²(5)"
    assert refusal(visit_model("y ~ 1", "csh"), visit_model("y ~ time", "ar1h")) == (
        "The covariance 'csh' of the smaller fit is not a special case of 'ar1h'. Compare their information_criteria."
    )
    assert refusal(visit_model(FORMULA, "cs"), fit(method="ML")) == (
        "MMRMFit and MixedModelFit are not nested in one another. Compare their information_criteria."
    )


def test_reml_and_the_fixed_part() -> None:
    assert refusal(fit("y ~ time + route"), fit()) == (
        "The fixed parts differ and the fits are by REML, whose likelihood depends on the fixed part. Fit both with"
        " method='ML'."
    )
    assert refusal(fit("y ~ I(10 * time) * route + baseline", random="1"), fit()).startswith("The fixed parts differ")
    centred = fit("y ~ I(time - 3) * route + baseline", random="1")
    assert row(centred, fit())["chi_square"] == pytest.approx(row(fit(random="1"), fit())["chi_square"])
    assert refusal(fit(random="1", method="ML"), fit()) == (
        "One fit is by ML, the other by REML: their likelihoods cannot be compared. Fit both by ML, or both by REML"
        " when their fixed parts are the same."
    )


def test_different_rows() -> None:
    fewer = ROWS.iloc[1:]
    assert refusal(fit(rows=fewer, method="ML"), fit(method="ML")) == (
        f"The fits are not of the same rows: one used {len(ROWS) - 1} rows, the other {len(ROWS)}. Fit both to the rows"
        " that are complete for the larger model."
    )
    renamed = ROWS.assign(patient=ROWS["patient"] + 1)
    assert "their patients differ" in refusal(fit(rows=renamed), fit(**CURVED))
    holes = ROWS.assign(dose=ROWS["time"] ** 2, extra=ROWS["time"])
    holes.loc[3, "dose"], holes.loc[4, "extra"] = np.nan, np.nan
    one, other = fit("y ~ dose", holes, method="ML"), fit("y ~ extra + route", holes, method="ML")
    assert "rows that are complete for one are not for the other" in refusal(one, other)
    moved = ROWS.assign(y=ROWS["y"] + 1.0)
    assert "their outcome values differ" in refusal(fit(rows=moved, random="1"), fit())
    log = ROWS.assign(z=ROWS["y"])
    assert refusal(fit("z ~ time", log), fit("y ~ time", log, **CURVED)) == (
        "The fits have different outcomes: z and y. Compare models of one outcome."
    )


def test_rows_in_another_order_are_the_same_rows() -> None:
    shuffled = ROWS.sample(frac=1.0, random_state=4)
    found = row(fit(rows=shuffled, random="1"), fit())
    assert found["chi_square"] == pytest.approx(row(fit(random="1"), fit())["chi_square"], abs=1e-7)


def test_models_that_are_not_nested() -> None:
    assert refusal(fit("y ~ baseline", method="ML"), fit("y ~ time + route", method="ML")) == (
        "The models are not nested: the larger one cannot reproduce the smaller one's fixed terms baseline. A"
        " likelihood-ratio test needs a larger model with every term of the smaller; otherwise compare"
        " information_criteria."
    )
    assert "the smaller one's random terms time." in refusal(fit(), fit(random="1"))
    assert refusal(fit(), fit(**CURVED, correlated=False)) == (
        "The models are not nested: the smaller one has correlated random effects, the larger one has not. Fit the"
        " larger one with correlated=True."
    )
    rotated = fit(random="1 + I(time - 2)", correlated=False)
    assert refusal(rotated, fit(**CURVED, correlated=False)) == (
        "The models are not nested: without correlations, every random term of the smaller must be a random term of the"
        " larger one (Intercept, time, I(time ** 2)). Use the same random terms, or correlated=True."
    )


def test_mixtures_that_are_not_known() -> None:
    assert refusal(fit(random="1"), fit(**CURVED)) == (
        "The models are 2 variances apart; the weights of the null distribution then depend on the design. Add one"
        " random term at a time, or use bootstrap_likelihood_ratio."
    )
    assert refusal(fit(correlated=False), fit(**CURVED)).startswith(
        "The models are one variance and several correlations apart;"
    )


def test_one_model_twice_and_the_wrong_order() -> None:
    assert refusal(fit(), fit(random="1 + I(time - 3)")) == (
        "Both models have 11 parameters and span the same columns: they are one model. Leave out the term that is to be"
        " tested."
    )
    smaller = fit(correlated=False)
    assert refusal(fit(), smaller).startswith("The larger model fits worse than the smaller one, by ") or (
        "has correlated random effects" in refusal(fit(), smaller)
    )


def test_fits_whose_rows_are_gone_are_compared_by_their_terms() -> None:
    rows = ROWS.copy()
    smaller, larger = fit("y ~ time", rows, method="ML"), fit("y ~ time + route", rows, method="ML")
    before = row(smaller, larger)
    del rows
    gc.collect()
    pd.testing.assert_series_equal(row(smaller, larger), before)
    found = nesting(smaller, larger)
    assert found.fixed == pytest.approx(np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 1.0]]), abs=1e-9)
    with pytest.raises(ModelRefused, match="the smaller one's fixed terms time"):
        likelihood_ratio_test(smaller, fit("y ~ route", ROWS.copy(), method="ML"))


def test_as_many_rows_of_the_same_patients_are_not_the_same_rows_when_the_frames_are_gone() -> None:
    """Counts and patients agree; the mean of a covariate of both does not."""
    full = ROWS["patient"].value_counts()
    chosen = ROWS[ROWS["patient"].isin(full.index[full > 1])]
    early, late = (chosen.groupby("patient").nth(slice(*part)) for part in ((0, 1), (-1, None)))
    without = [chosen.drop(index=part.index) for part in (early, late)]
    fits = [
        fit_mixed_model(*asked, "patient", method="ML") for asked in zip(("y ~ time", FORMULA), without, strict=True)
    ]
    assert fits[0].n_rows == fits[1].n_rows
    del without, early, late, chosen
    gc.collect()
    with pytest.raises(ModelRefused) as caught:
        likelihood_ratio_test(*fits)
    assert str(caught.value) == (
        "The fits are not of the same rows: they differ in the mean of time. Fit both to the rows that are complete for"
        " the larger model."
    )


def test_terms_that_drawn_values_cannot_show_need_the_rows() -> None:
    rows = ROWS.assign(late=ROWS["time"] - 3.5)
    smaller = fit("y ~ np.sqrt(late + 3.5)", rows, method="ML", random="1")
    larger = fit("y ~ np.sqrt(late + 3.5) + route", rows, method="ML", random="1")
    del rows
    gc.collect()
    assert refusal(smaller, larger) == (
        "The rows of these fits are no longer in memory, and their terms cannot be compared without them. Give the"
        " rows: source=data."
    )


def test_random_terms_in_turn_are_the_tests_of_the_fits_without_them() -> None:
    both, three = fit(), fit(**CURVED)
    table = random_terms_tests(both)
    assert list(table.index) == ["Intercept", "time", "correlations"]
    assert table.loc["time", "chi_square"] == pytest.approx(row(fit(random="1"), both)["chi_square"], abs=1e-7)
    assert table.loc["time", "neg2loglik"] == pytest.approx(fit(random="1").neg2loglik, abs=1e-7)
    assert list(random_terms_tests(three)["distribution"]) == ["½χ²(2) + ½χ²(3)"] * 3 + ["χ²(3)"]
    assert list(random_terms_tests(fit(correlated=False))["distribution"]) == ["½χ²(0) + ½χ²(1)"] * 2


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_random_terms_of_both_levels_are_left_out_in_turn(method: str) -> None:
    rows = clinic_visits(12)

    def of(random: str, **options: object) -> MixedModelFit:
        return fit(rows=rows, random=random, method=method, **options)

    outer = {"nested_in": "clinic", "nested_random": "1 + time"}
    table = random_terms_tests(of("1 + time", **outer))
    smaller = {
        "Intercept": of("0 + time", **outer),
        "time": of("1", **outer),
        "Intercept | clinic": of("1 + time", nested_in="clinic", nested_random="0 + time"),
        "time | clinic": of("1 + time", nested_in="clinic"),
        "correlations": of("1 + time", correlated=False, **outer),
    }
    assert list(table.index) == list(smaller)
    for term, without in smaller.items():
        assert table.loc[term, "neg2loglik"] == pytest.approx(without.neg2loglik, abs=1e-7)
    assert list(table["distribution"]) == ["½χ²(1) + ½χ²(2)"] * 4 + ["χ²(2)"]
    intercepts = random_terms_tests(of("1", nested_in="clinic"))
    assert list(intercepts["distribution"]) == ["½χ²(0) + ½χ²(1)"] * 2
    assert intercepts.loc["Intercept | clinic", "neg2loglik"] == pytest.approx(of("1").neg2loglik, abs=1e-7)
    by_clinic = fit_mixed_model(FORMULA, rows, "clinic", method=method)
    assert intercepts.loc["Intercept", "neg2loglik"] == pytest.approx(by_clinic.neg2loglik, abs=1e-7)
