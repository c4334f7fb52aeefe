"""Columns, names, levels and notes: as patsy builds them, and what happens to levels and columns that vanish."""

from __future__ import annotations

import numpy as np
import pandas as pd
import patsy
import pytest

from analysis.mixed import fit_mixed_model, prepare_mixed_model
from analysis.mixed.design import build_design, design_columns, factor_values
from analysis.mixed.formula import parse_model_formula, parse_random_formula
from analysis.mixed.formula_functions import FUNCTIONS, piecewise, spline, upto
from analysis.mixed.rows import read_rows

from .drawn import FORMULA, visits

ROWS = visits(24).assign(
    sex=lambda rows: np.where(rows["patient"] % 5 == 0, "male", "female"),
    visit=lambda rows: rows["time"].astype(int),
    recent=lambda rows: rows["time"] > 2,
    clinic=lambda rows: pd.Categorical.from_codes(rows["patient"] % 3, ["north", "east", "south"]),
)


@pytest.mark.parametrize(
    "formula",
    [
        "y ~ time * route + baseline",
        "y ~ route * piecewise(time, 2) + baseline",
        "y ~ 0 + route + route:time",
        "y ~ route:sex + log1p(time)",
        "y ~ C(visit) * sex",
        "y ~ C(route, Treatment('IV')) * time + recent",
        "y ~ C(clinic, Sum) + spline(time, 0, 1, 3, 5)",
        "y ~ clinic * route * time",
        "y ~ Q('baseline') + np.sqrt(time) + I(time ** 2)",
        "y ~ C(visit, Poly) + upto(time, 3):sex",
        "y ~ route:clinic - 1",
    ],
)
def test_columns_and_names_are_patsy_s(formula: str) -> None:
    parsed = parse_model_formula(formula)
    rows = read_rows(ROWS, parsed, parse_random_formula("1"), "patient")
    design = build_design(parsed, formula, rows.levels)
    made = np.empty((len(design.names), len(ROWS)))
    codes = {name: labels.codes for name, labels in rows.labels.items()}
    design_columns(design, factor_values(design, rows.numbers, codes), made)
    theirs = patsy.dmatrices(formula, {**dict(FUNCTIONS), "np": np, **ROWS.to_dict("series")})[1]
    assert list(design.names) == theirs.design_info.column_names
    np.testing.assert_allclose(made.T, np.asarray(theirs))


def test_categorical_order_sets_the_reference_level() -> None:
    fit = fit_mixed_model("y ~ clinic + time", ROWS, "patient")
    assert fit.levels == {"clinic": ("north", "east", "south")}
    assert fit.terms == ("Intercept", "clinic[T.east]", "clinic[T.south]", "time")


def test_a_declared_level_without_rows_is_dropped_and_announced() -> None:
    rows = ROWS.assign(clinic=ROWS["clinic"].cat.add_categories(["west"]))
    fit = fit_mixed_model("y ~ clinic + time", rows, "patient")
    assert fit.levels["clinic"] == ("north", "east", "south")
    assert fit.notes == ("clinic: no rows have the level west; the reference is north.",)


def test_a_cohort_that_empties_the_reference_level_takes_the_next_and_says_so() -> None:
    model = prepare_mixed_model(FORMULA, ROWS, "patient", "1 + time")
    chosen = ROWS.loc[ROWS["route"] != "IM", "patient"].unique()
    fit = model.fit(patients=chosen)
    assert fit.terms == ("Intercept", "route[T.IV]", "time", "time:route[T.IV]", "baseline")
    assert fit.notes[0] == "route: no rows have the level IM; the reference is IN."
    assert fit.levels == {"route": ("IN", "IV")}


def test_a_cohort_of_one_route_loses_the_route_terms_and_says_so() -> None:
    model = prepare_mixed_model(FORMULA, ROWS, "patient")
    fit = model.fit(patients=ROWS.loc[ROWS["route"] == "IV", "patient"].unique())
    assert fit.terms == ("Intercept", "time", "baseline")
    assert fit.notes == (
        "route: no rows have the levels IM, IN; the reference is IV.",
        "route has one level on these rows (IV), so it has no terms.",
    )


def test_aliased_columns_are_the_later_ones_and_are_named() -> None:
    rows = ROWS.assign(again=2 * ROWS["baseline"] - 7, flat=3.0)
    fit = fit_mixed_model("y ~ time + baseline + again + flat", rows, "patient")
    assert fit.dropped_terms == ("again", "flat")
    assert fit.notes == ("Left out because other terms determine them on these rows: again, flat.",)
    plain = fit_mixed_model("y ~ time + baseline", rows, "patient")
    assert fit.neg2loglik == pytest.approx(plain.neg2loglik, abs=1e-8)
    pd.testing.assert_frame_equal(fit.fixed_effects, plain.fixed_effects, rtol=1e-7)


def test_a_column_constant_in_a_cohort_only_is_dropped_there_only() -> None:
    rows = ROWS.assign(dose=np.where(ROWS["patient"] < 12, 40.0, 40.0 + ROWS["patient"]))
    model = prepare_mixed_model("y ~ time + dose", rows, "patient")
    assert model.fit().dropped_terms == ()
    cohort = model.fit(patients=range(12))
    assert cohort.dropped_terms == ("dose",)
    alone = fit_mixed_model("y ~ time", rows[rows["patient"] < 12], "patient")
    assert cohort.neg2loglik == pytest.approx(alone.neg2loglik, abs=1e-8)


def test_rows_with_missing_values_are_left_out_and_counted_also_for_a_cohort() -> None:
    rows = ROWS.copy()
    rows.loc[[0, 1, 5], "y"] = np.nan
    rows.loc[[5, len(rows) - 1], "baseline"] = np.nan
    fit = fit_mixed_model(FORMULA, rows, "patient")
    assert fit.n_rows == len(rows) - 4
    assert fit.notes == ("4 rows were left out because a value is missing (baseline in 2, y in 3).",)
    late = prepare_mixed_model(FORMULA, rows, "patient").fit(patients=range(2, 24))
    assert late.notes == ("1 row was left out because a value is missing (baseline in 1).",)


def test_patients_without_rows_are_ignored_and_counted() -> None:
    model = prepare_mixed_model(FORMULA, ROWS, "patient")
    fit = model.fit(patients=[*range(24), "nobody", "no one"])
    assert fit.n_groups == 24
    assert fit.notes == ("2 patients have no complete row in this model.",)


def test_nullable_and_text_columns_are_read_as_their_plain_kin() -> None:
    rows = ROWS.assign(
        patient=ROWS["patient"].astype("string"),
        time=ROWS["time"].astype("Int64"),
        recent=ROWS["recent"].astype("boolean"),
        route=ROWS["route"].astype("category"),
    )
    one = fit_mixed_model("y ~ time + route + recent", rows, "patient")
    other = fit_mixed_model("y ~ time + route + recent", ROWS, "patient")
    assert one.terms == other.terms == ("Intercept", "route[T.IN]", "route[T.IV]", "recent[T.True]", "time")
    assert one.neg2loglik == pytest.approx(other.neg2loglik, abs=1e-9)


def test_the_named_functions_are_what_they_say() -> None:
    x = np.array([0.0, 4.0, 6.0, 9.0])
    np.testing.assert_array_equal(upto(x, 6), [0, 4, 6, 6])
    np.testing.assert_array_equal(piecewise(x, 6), [[0, 0], [4, 0], [6, 0], [6, 3]])
    beyond = spline(np.array([10.0, 11.0, 12.0]), 0, 2, 5, 9)
    np.testing.assert_allclose(np.diff(beyond, n=2, axis=0), 0.0, atol=1e-9)
    before = spline(np.array([-3.0, -2.0, -1.0]), 0, 2, 5, 9)
    np.testing.assert_allclose(np.diff(before, n=2, axis=0), 0.0, atol=1e-12)
