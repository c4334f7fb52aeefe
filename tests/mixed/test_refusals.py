"""Every refusal: a sentence that says why and what to change, and never a number."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import ModelRefused, contrasts, fit_mixed_model, marginal_means, prepare_mixed_model

from .drawn import FORMULA, visits

ROWS = visits(12, kept=1.0)


def refusal(formula: str = FORMULA, data: pd.DataFrame = ROWS, groups: str = "patient", **options: object) -> str:
    with pytest.raises(ModelRefused) as caught:
        fit_mixed_model(formula, data, groups, **options)
    assert str(caught.value) == f"{caught.value.reason} {caught.value.remedy}"
    return str(caught.value)


def test_no_rows() -> None:
    assert refusal(data=ROWS.iloc[:0]) == (
        "There are no rows to fit. Widen the cohort or choose a model with fewer columns."
    )


def test_all_rows_incomplete() -> None:
    assert refusal(data=ROWS.assign(y=np.nan)) == (
        "No rows are left to fit: 72 rows had a missing value. Widen the cohort or choose a model with fewer columns."
    )


def test_one_patient() -> None:
    assert refusal("y ~ time", ROWS[ROWS["patient"] == 3]) == (
        "There is only one patient. A mixed model compares patients: widen the cohort."
    )


def test_more_coefficients_than_patients() -> None:
    assert refusal(data=ROWS[ROWS["patient"] < 5]) == (
        "The model has 7 coefficients for 5 patients and 30 rows. Use fewer terms or widen the cohort."
    )


def test_equal_outcomes() -> None:
    expected = (
        "All outcome values are equal, so there is no variance to model. Widen the cohort or choose another outcome."
    )
    assert refusal(data=ROWS.assign(y=4.2)) == expected
    some = ROWS.assign(y=np.where(ROWS["patient"] < 9, 4.2, ROWS["y"]))
    with pytest.raises(ModelRefused, match="All outcome values are equal"):
        prepare_mixed_model("y ~ time", some, "patient").fit(patients=range(9))


def test_an_outcome_that_the_terms_reproduce() -> None:
    assert refusal("y ~ time", ROWS.assign(y=3 + 2 * ROWS["time"])) == (
        "The fixed part reproduces every outcome value exactly, so no variance is left to model. Use fewer terms, or"
        " check that the outcome is not among the covariates."
    )


def test_infinite_values() -> None:
    assert refusal(data=ROWS.assign(baseline=ROWS["baseline"].where(ROWS.index > 2, np.inf))) == (
        "Column 'baseline' has 3 infinite values. Correct them or leave them blank; blanks are left out."
    )


def test_values_whose_squares_are_no_float() -> None:
    """They would overflow or vanish half-way, and the fault would be put on something else."""
    assert refusal(data=ROWS.assign(baseline=ROWS["baseline"].where(ROWS.index > 2, 1e200))) == (
        "Column 'baseline' has 3 values beyond 1e+50 in size. Correct them, or write the column in a larger unit."
    )
    assert refusal(data=ROWS.assign(y=ROWS["y"] * 1e-200)) == (
        "Column 'y' has no value above 1e-50 in size. Write the column in a smaller unit."
    )
    assert refusal(data=ROWS.assign(w=1e300), weights="w") == (
        f"Column 'w' has {len(ROWS)} values beyond 1e+50 in size. Correct them, or write the column in a larger unit."
    )


@pytest.mark.parametrize("column", ["baseline", "patient", "y"])
def test_two_columns_of_one_name(column: str) -> None:
    assert refusal(data=pd.concat([ROWS, ROWS[[column]]], axis=1)) == (
        f"The data has 2 columns named '{column}'. Rename them, or leave out all but one."
    )
    fit_mixed_model("y ~ time", pd.concat([ROWS, ROWS[["route"]]], axis=1), "patient")


def test_a_function_undefined_on_the_rows() -> None:
    assert refusal("y ~ np.log(time)") == (
        "The model's columns are not finite numbers: np.log(time) in 12 rows. Correct the values, or use a function"
        " that is defined for all of them (log1p, not log, at zero)."
    )


def test_a_slope_without_enough_rows_per_patient() -> None:
    twice = ROWS[ROWS["time"] < 2]
    assert refusal("y ~ time", twice, random="1 + time") == (
        "No patient has 3 rows, which 2 random effects need (the most is 2). Use fewer random effects, or an outcome"
        " that was measured more often."
    )
    once = ROWS[ROWS["time"] < 1]
    assert refusal("y ~ baseline", once).startswith("No patient has 2 rows, which 1 random effect needs")


def test_no_more_patients_than_random_effects() -> None:
    assert refusal("y ~ 1", ROWS[ROWS["patient"] < 2], random="1 + time") == (
        "There are 2 patients for 2 random effects; there must be more patients than random effects. Use random='1' or"
        " widen the cohort."
    )


def test_a_constant_random_term() -> None:
    assert refusal("y ~ time", ROWS.assign(dose=40.0), random="1 + dose") == (
        "The random term dose is constant, or the other random terms determine it. Leave it out of the random part."
    )
    assert refusal("y ~ time", ROWS.assign(dose=0.0), random="0 + dose").startswith("The random term dose is constant")


def test_a_random_term_that_never_varies_within_a_patient() -> None:
    assert refusal("y ~ time", random="1 + baseline") == (
        "No patient's rows tell the random terms Intercept and baseline apart: they do not vary within a patient."
        " Use random='1', or a slope on something that changes from row to row."
    )


def test_a_row_without_a_patient() -> None:
    assert refusal(data=ROWS.assign(patient=ROWS["patient"].where(ROWS.index != 5))) == (
        "Column 'patient' is missing in 1 of 72 rows. Every row must name its patient."
    )


def test_columns_that_are_not_there() -> None:
    assert refusal("y ~ rout") == (
        "The data has no 'rout' (a column that the formula uses). Did you mean 'route' for 'rout'?"
    )
    assert refusal(groups="person").startswith("The data has no 'person' (a column that groups uses). The columns are:")
    assert refusal(random="1 + tme").startswith("The data has no 'tme' (a column that the random part uses).")


def test_a_category_used_as_a_number() -> None:
    assert refusal("y ~ log1p(route)") == (
        "Column 'route' is used as a number but holds categories. Use it as a category or convert it."
    )


@pytest.mark.parametrize(
    ("formula", "what"),
    [
        ("y ~ __import__('os').system('true')", "system"),
        ("y ~ open('x')", "open"),
        ("y ~ np.load('x')", "load"),
        ("y ~ time.__class__", "__class__"),
        ("y ~ I([a for a in time])", "ListComp"),
        ("y ~ I((lambda: 1)())", "Lambda"),
    ],
)
def test_a_formula_reaches_nothing_but_columns_and_the_named_functions(formula: str, what: str) -> None:
    said = refusal(formula)
    assert said.startswith(f"'{what}' in ")
    assert "is not something a formula may use. Use columns, C, Q, I, log1p, piecewise, spline, upto" in said


def test_formulas_that_cannot_be_read() -> None:
    assert refusal("time + route") == (
        "The formula 'time + route' has no outcome. Write it as 'outcome ~ terms', for example 'change ~ route'."
    )
    assert refusal("y ~ time +").startswith("The formula 'y ~ time +' cannot be read:")
    assert refusal("y + time ~ 1") == (
        "The formula 'y + time ~ 1' must have exactly one outcome. Put one column left of '~'."
    )
    assert refusal("C(y) ~ 1").startswith("The outcome of a mixed model must be a number.")
    assert refusal("y ~ 0") == "The formula has no terms. Write at least '1', an intercept."
    assert refusal("y ~ C(time > 2)").startswith("'C(time > 2)' cannot be used.")
    assert refusal("y ~ I(time > 2)").startswith("'I(time > 2)' does not give one number per row.")
    assert refusal("y ~ spline(time, 3, 2)").startswith(
        "'spline(time, 3, 2)' cannot be computed: spline() needs at least three knots in increasing order."
    )
    assert refusal("y ~ C(route, Treatment('SC'))").startswith("A category cannot be coded:")


def test_random_parts_that_cannot_be_used() -> None:
    assert refusal(random="(1 | patient)").startswith("The random part '(1 | patient)' must hold terms only.")
    assert refusal(random="0") == "The random part has no terms. Write at least '1', a random intercept per patient."
    assert refusal(random="1 + route").startswith("The random part uses the category route.")
    assert refusal(random="1 + time + baseline + upto(time, 3)").startswith("The random part has 4 effects.")


def test_options_that_exclude_each_other_and_misspelled_ones() -> None:
    assert refusal(df="kenward-roger", method="ML") == (
        "Kenward-Roger standard errors are defined for REML only. Use method='REML', or df='satterthwaite'."
    )
    assert refusal(df="exact") == (
        "There are no 'exact' degrees of freedom. Use 'satterthwaite', 'kenward-roger' or 'normal'."
    )
    assert refusal(method="reml") == "There is no method 'reml'. Use 'REML' or 'ML'."


def test_a_residual_variance_of_zero() -> None:
    lines = visits(12, kept=1.0)
    slopes = np.random.default_rng(0).normal(size=(12, 2))[lines["patient"]]
    lines["y"] = slopes[:, 0] + slopes[:, 1] * lines["time"]
    assert refusal("y ~ time", lines, random="1 + time") == (
        "The residual variance is estimated as zero: the rows of each patient are fitted exactly. Use fewer random"
        " effects, or more rows per patient."
    )


def test_a_cohort_of_nobody() -> None:
    model = prepare_mixed_model(FORMULA, ROWS, "patient")
    with pytest.raises(ModelRefused, match=r"None of the patients has a row in this model\. Widen the cohort\."):
        model.fit(patients=["nobody"])
    with pytest.raises(ModelRefused, match=r"There is only one patient\."):
        model.fit(patients=[3])


def test_means_that_the_model_cannot_give() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient")
    with pytest.raises(ModelRefused, match=r"The model has no column 'dose'\. It has: route, time, baseline\."):
        marginal_means(fit, by="dose")
    with pytest.raises(ModelRefused, match=r"'time' is a number, so there is a mean at every value\. Name values"):
        marginal_means(fit, by="time")
    with pytest.raises(ModelRefused, match=r"No rows of the fit have route SC\. Its levels are: IM, IN, IV\."):
        marginal_means(fit, by="route", at={"route": ["IV", "SC"]})
    with pytest.raises(ModelRefused, match="'time' is a number and at names values that are not"):
        marginal_means(fit, by="route", at={"time": ["six"]})
    with pytest.raises(ModelRefused, match="There are no 'odd' weights"):
        marginal_means(fit, by="route", weights="odd")
    with pytest.raises(ModelRefused, match="There is no adjustment 'sidak'"):
        contrasts(fit, by="route", adjust="sidak")
    with pytest.raises(ModelRefused, match="route has one level to compare"):
        contrasts(fit, by="route", at={"route": ["IV"]})
    with pytest.raises(ModelRefused, match="There are no rows to average over"):
        marginal_means(fit, by="route", over=ROWS.iloc[:0])
    strange = ROWS.assign(route="SC")
    with pytest.raises(ModelRefused, match=r"a level the fit does not know: route in 72\."):
        marginal_means(fit, by=[], at={"time": 1}, over=strange)


def test_a_refusal_survives_pickling() -> None:
    again = pickle.loads(pickle.dumps(ModelRefused("Why.", "What.")))  # noqa: S301 - our own bytes
    assert (again.reason, again.remedy, str(again)) == ("Why.", "What.", "Why. What.")


def test_variances_that_the_rows_do_not_determine() -> None:
    """The one second row of a patient has a coefficient of its own, so every patient is known from one row."""
    rows = pd.DataFrame(
        {
            "patient": [0, 0, 1, 2, 3, 4],
            "t": [0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
            "x": [-0.6, -0.6, 0.2, -0.8, 0.2, -0.6],
            "y": [-0.7, 5.3, 0.4, -1.2, -1.2, 2.3],
        }
    )
    assert refusal("y ~ t + x", rows) == (
        "The rows do not tell the random effects and the residual variance apart: other values fit as well. Use fewer"
        " terms or fewer random effects, or widen the cohort."
    )
