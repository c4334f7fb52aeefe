"""Every refusal of an MMRM: a sentence that says why and what to change, and never a number from a fit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import ModelRefused, fit_mmrm

from .drawn import FORMULA, VISITS, scheduled

ROWS = scheduled(16, kept=1.0)


def refusal(formula: str = FORMULA, data: pd.DataFrame = ROWS, **options: str) -> str:
    with pytest.raises(ModelRefused) as caught:
        fit_mmrm(formula, data, "patient", "visit", **options)
    assert str(caught.value) == f"{caught.value.reason} {caught.value.remedy}"
    return str(caught.value)


def test_an_unknown_structure_lists_the_known_ones() -> None:
    known = "There are 'unstructured', 'ar1', 'ar1h', 'cs', 'csh', 'toeplitz', 'toeplitzh'."
    assert refusal(covariance="toeplits") == (
        f"There is no covariance structure 'toeplits'. Did you mean 'toeplitz'? {known}"
    )
    assert refusal(covariance="spatial") == f"There is no covariance structure 'spatial'. {known}"


def test_kenward_roger_needs_reml() -> None:
    assert refusal(method="ML", df="kenward-roger") == (
        "Kenward-Roger standard errors are defined for REML only. Use method='REML', or df='satterthwaite'."
    )


def test_unknown_method_and_df() -> None:
    assert refusal(method="OLS") == "There is no method 'OLS'. Use 'REML' or 'ML'."
    assert refusal(df="residual") == (
        "There are no 'residual' degrees of freedom. Use 'satterthwaite', 'kenward-roger' or 'normal'."
    )


def test_repeated_visits_are_counted() -> None:
    once = pd.concat([ROWS, ROWS.iloc[[5]]])
    assert refusal(data=once) == (
        "1 patient has more than one row at the same 'visit' (1 row too many). Keep one row per patient and visit, for"
        " example the one nearest to the planned day."
    )
    often = pd.concat([ROWS, ROWS.iloc[[0, 0, 1, 9]]])
    assert refusal(data=often).startswith("2 patients have more than one row at the same 'visit' (4 rows too many).")


def test_a_repeated_visit_without_an_outcome_does_not_count() -> None:
    again = pd.concat([ROWS, ROWS.iloc[[5]].assign(y=np.nan)])
    assert fit_mmrm(FORMULA, again, "patient", "visit").n_rows == len(ROWS)


def test_one_visit() -> None:
    assert refusal("y ~ route", ROWS[ROWS["visit"] == "week 2"]) == (
        "All rows are at one visit (week 2), so there is no covariance between visits. Keep at least two visits."
    )


def test_one_visit_each() -> None:
    each = ROWS[ROWS["patient"] % 4 == ROWS["visit"].cat.codes]
    assert refusal("y ~ route", each) == (
        "No patient has rows at two visits, so nothing is known about the covariance between visits. Use an outcome"
        " that was measured more than once per patient."
    )


def test_days_are_not_visits() -> None:
    days = ROWS.assign(visit=np.arange(len(ROWS)))
    assert refusal("y ~ route", days) == (
        "Column 'visit' has 64 different visits; at most 40 can be fitted. Use scheduled visits or windows of days, or"
        " fit_mixed_model with time as a number."
    )


def test_one_patient() -> None:
    assert refusal("y ~ 1", ROWS[ROWS["patient"] == 3]) == (
        "There is only one patient. A mixed model compares patients: widen the cohort."
    )


def test_missing_labels_are_counted() -> None:
    hidden = ROWS.assign(visit=ROWS["visit"].where(ROWS.index % 20 > 0))
    assert refusal(data=hidden) == "Column 'visit' is missing in 4 of 64 rows. Every row must name its visit."
    nobody = ROWS.assign(patient=ROWS["patient"].where(ROWS.index % 20 > 0))
    assert refusal(data=nobody) == "Column 'patient' is missing in 4 of 64 rows. Every row must name its patient."


def test_columns_that_do_not_exist() -> None:
    assert refusal(data=ROWS.rename(columns={"visit": "visits"})) == (
        "The data has no 'visit' (a column that visit uses). Did you mean 'visits' for 'visit'?"
    )


def test_infinite_and_constant_outcomes() -> None:
    assert refusal(data=ROWS.assign(y=ROWS["y"].where(ROWS.index > 2, np.inf))) == (
        "Column 'y' has 3 infinite values. Correct them or leave them blank; blanks are left out."
    )
    assert refusal(data=ROWS.assign(y=4.2)) == (
        "All outcome values are equal, so there is no variance to model. Widen the cohort or choose another outcome."
    )


def test_an_outcome_that_the_terms_reproduce() -> None:
    assert refusal("y ~ baseline", ROWS.assign(y=3 + 2 * ROWS["baseline"])) == (
        "The fixed part reproduces every outcome value exactly, so no variance is left to model. Use fewer terms, or"
        " check that the outcome is not among the covariates."
    )


def test_more_coefficients_than_patients() -> None:
    assert refusal(data=ROWS[ROWS["patient"] < 8]) == (
        "The model has 9 coefficients for 8 patients and 32 rows. Use fewer terms or widen the cohort."
    )


def test_no_rows_and_no_terms() -> None:
    assert refusal(data=ROWS.iloc[:0]) == (
        "There are no rows to fit. Widen the cohort or choose a model with fewer columns."
    )
    assert refusal("y ~ 0") == "The formula has no terms. Write at least '1', an intercept."


def test_visits_that_the_fit_does_not_have() -> None:
    fit = fit_mmrm("y ~ visit", ROWS, "patient", "visit")
    with pytest.raises(ModelRefused) as caught:
        fit.row_covariance(["week 1", "week 3"])
    assert str(caught.value) == f"The fit has no visit week 3. Its visits are: {', '.join(VISITS)}."
