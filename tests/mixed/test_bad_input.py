"""Bad input, case by case: a refusal or a note whose words a test reads. Those not read elsewhere are read here.

| bad input | read by |
|---|---|
| negative weights | errors/test_error_refusals.py::test_negative_weights |
| weights of zero | errors/test_error_refusals.py::test_weights_of_zero |
| infinite weights | errors/test_error_refusals.py::test_infinite_weights |
| blank weights | here |
| missing patient labels | test_refusals.py::test_a_row_without_a_patient |
| missing patient or visit labels of an MMRM | mmrm/test_mmrm_refusals.py::test_missing_labels_are_counted |
| missing clinic labels | nested/test_nested_refusals.py::test_a_row_without_a_clinic |
| infinite covariates | test_refusals.py::test_infinite_values |
| infinite outcomes, of both signs, and infinite time in the random part | here |
| infinite outcomes of an MMRM | mmrm/test_mmrm_refusals.py::test_infinite_and_constant_outcomes |
| constant outcome, of everyone or of a cohort | test_refusals.py::test_equal_outcomes |
| constant outcome of an MMRM | mmrm/test_mmrm_refusals.py::test_infinite_and_constant_outcomes |
| constant outcome at one visit of an MMRM | mmrm/test_ladder.py::test_a_visit_without_spread_is_refused |
| outcome constant within every patient, or among clinics | here |
| duplicate visits of an MMRM | mmrm/test_mmrm_refusals.py::test_repeated_visits_are_counted |
| duplicate visits of a mixed model (each a row of its own) | here |
| one patient | test_refusals.py::test_one_patient |
| one patient of an MMRM | mmrm/test_mmrm_refusals.py::test_one_patient |
| one clinic | nested/test_nested_refusals.py::test_one_clinic |
| one visit each | here |
| one visit each in an MMRM | mmrm/test_mmrm_refusals.py::test_one_visit_each |
| a visit nobody attended | mmrm/test_ladder.py::test_declared_visits_without_rows_are_named |
| visits nobody attended both | mmrm/test_ladder.py::test_a_pair_of_visits_that_nobody_attended_gives_way_to_ar1h |
| collinear covariates | test_design.py::test_aliased_columns_are_the_later_ones_and_are_named |
| collinear covariates of an MMRM | mmrm/test_mmrm_fit.py::test_incomplete_rows_and_collinear_covariates_are_noted |
| collinear random terms | here |
| one level left in a cohort | test_design.py::test_a_cohort_of_one_route_loses_the_route_terms_and_says_so |
| a factor with one level in all rows, mixed model and MMRM | here |
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import ModelRefused, fit_mixed_model, fit_mmrm

from .drawn import FORMULA, visits

ROWS = visits(12, kept=1.0)
WEIGHTED = ROWS.assign(w=1.0)
REFUSED_INFINITE = "Correct them or leave them blank; blanks are left out."


def refusal(data: pd.DataFrame, formula: str = FORMULA, **options: object) -> str:
    with pytest.raises(ModelRefused) as caught:
        fit_mixed_model(formula, data, "patient", **options)
    return str(caught.value)


def test_every_line_of_the_table_names_a_test_that_there_is() -> None:
    here = Path(__file__).parent
    lines = [line.split(" | ")[1].strip(" |") for line in str(__doc__).splitlines() if line.startswith("| ")][1:]
    assert len(lines) == 28
    for named in set(lines) - {"here"}:
        file, test = named.split("::")
        assert f"def {test}(" in (here / file).read_text(), named


def test_blank_weights_leave_their_rows_out_and_a_note_counts_them() -> None:
    weights = WEIGHTED["w"].where(WEIGHTED.index > 3)
    fit = fit_mixed_model(FORMULA, WEIGHTED.assign(w=weights), "patient", weights="w")
    assert fit.n_rows == 68
    assert "4 rows were left out because a value is missing (w in 4)." in fit.notes


def test_infinite_outcomes_of_both_signs_are_counted() -> None:
    y = ROWS["y"].mask(ROWS.index == 0, -np.inf).mask(ROWS.index > 69, np.inf)
    assert refusal(ROWS.assign(y=y)) == f"Column 'y' has 3 infinite values. {REFUSED_INFINITE}"


def test_an_infinite_time_in_the_random_part_is_counted() -> None:
    late = ROWS.assign(day=ROWS["time"].mask(ROWS.index < 2, np.inf))
    assert refusal(late, random="1 + day") == f"Column 'day' has 2 infinite values. {REFUSED_INFINITE}"


def test_an_outcome_constant_within_every_patient_leaves_no_residual_variance() -> None:
    own = np.random.default_rng(3).normal(size=12)[ROWS["patient"]]
    assert refusal(ROWS.assign(y=own), "y ~ time + baseline") == (
        "The residual variance is estimated as zero: the rows of each patient are fitted exactly. Use fewer random"
        " effects, or more rows per patient."
    )


def test_two_rows_at_one_time_are_two_assessments() -> None:
    """A mixed model has no schedule: an assessment that was repeated counts twice, unlike in an MMRM."""
    twice = pd.concat([ROWS, ROWS.assign(y=ROWS["y"] + 0.5)])
    fit = fit_mixed_model(FORMULA, twice, "patient", "1 + time")
    assert fit.n_rows == 2 * len(ROWS)
    assert fit.n_groups == 12
    assert fit.notes == ()


def test_one_visit_each_cannot_tell_patients_from_residuals() -> None:
    once = ROWS[ROWS["time"] == ROWS["patient"] % 6]
    assert refusal(once, "y ~ baseline") == (
        "No patient has 2 rows, which 1 random effect needs (the most is 1). Use fewer random effects, or an outcome"
        " that was measured more often."
    )


def test_collinear_random_terms_are_named() -> None:
    days = ROWS.assign(days=7.0 * ROWS["time"])
    assert refusal(days, "y ~ time", random="1 + time + days") == (
        "The random term days is constant, or the other random terms determine it. Leave it out of the random part."
    )


def test_a_factor_with_one_level_in_all_rows_has_no_terms_and_a_note_says_so() -> None:
    one = ROWS.assign(route="IV")
    said = "route has one level on these rows (IV), so it has no terms."
    fit = fit_mixed_model("y ~ time * route", one, "patient")
    assert fit.terms == ("Intercept", "time")
    assert fit.notes == (said,)
    visited = one.assign(visit=one["time"].astype(int))
    mmrm = fit_mmrm("y ~ time * route", visited, "patient", "visit", covariance="cs")
    assert mmrm.terms == ("Intercept", "time")
    assert mmrm.notes == (said,)
