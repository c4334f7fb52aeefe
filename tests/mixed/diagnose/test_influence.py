"""Leaving patients out: against generalised least squares on the rows that are left."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import ModelRefused, fit_mixed_model
from analysis.mixed.diagnose import influence, refit_without

from ..drawn import FORMULA, visits
from .dense import dense

ROUNDING = 1e-8  # dense inverses against patient by patient, relative to a standard error
ROWS = visits(30, slope_sd=1.5)
FIT = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time")


def test_estimates_without_a_patient_are_those_of_the_other_rows() -> None:
    found, whole = influence(FIT, ROWS), dense(FIT, ROWS)
    b, covariance = whole.gls()
    errors = np.sqrt(np.diag(covariance))
    for patient in FIT.patients:
        without, theirs = whole.gls(whole.patient != patient)
        gap = b - without
        assert (found.without.loc[patient].to_numpy() - without) / errors == pytest.approx(0.0, abs=ROUNDING)
        assert found.dfbetas.loc[patient].to_numpy() == pytest.approx(gap / errors, abs=ROUNDING)
        row = found.patients.loc[patient]
        assert row["cooks_distance"] == pytest.approx(gap @ np.linalg.solve(covariance, gap) / len(b), abs=ROUNDING)
        assert row["covariance_ratio"] == pytest.approx(np.linalg.det(theirs) / np.linalg.det(covariance))
        assert row["n_rows"] == (whole.patient == patient).sum()


def test_leverage_sums_to_the_number_of_terms() -> None:
    assert influence(FIT, ROWS).patients["leverage"].sum() == pytest.approx(len(FIT.terms))


def test_a_planted_outlier_is_the_most_influential() -> None:
    planted = ROWS.assign(y=ROWS["y"] + 15 * (ROWS["patient"] == 12))
    fit = fit_mixed_model(FORMULA, planted, "patient", "1 + time")
    assert influence(fit).patients["cooks_distance"].idxmax() == 12


def test_badly_scaled_columns_do_not_hurt() -> None:
    calendar = ROWS.assign(time=100_000.0 + ROWS["time"])
    fit = fit_mixed_model(FORMULA, calendar, "patient", "1 + I(time - 100000)")
    ours, theirs = influence(fit).patients["cooks_distance"], influence(FIT, ROWS).patients["cooks_distance"]
    assert ours.to_numpy() == pytest.approx(theirs.loc[ours.index].to_numpy(), rel=1e-6)


def test_a_patient_who_alone_informs_a_term_gets_no_number_and_is_counted() -> None:
    alone = ROWS.assign(site=np.where(ROWS["patient"] == 4, "b", "a"))
    fit = fit_mixed_model("y ~ time + site", alone, "patient")
    found = influence(fit)
    assert found.notes == (
        "1 patient: some term cannot be estimated without that patient, because nobody else informs it. No influence is"
        " stated.",
    )
    assert found.patients.loc[4, ["cooks_distance", "covariance_ratio"]].isna().all()
    assert found.without.loc[4].isna().all()
    assert found.dfbetas.drop(index=4).notna().all(axis=None)
    two = alone.assign(site=ROWS["patient"].map({4: "b", 7: "c"}).fillna("a"))
    assert influence(fit_mixed_model("y ~ time + site", two, "patient")).notes == (
        "2 patients: some term cannot be estimated without each of them, because nobody else informs it. No influence"
        " is stated.",
    )


def test_a_refit_is_the_fit_of_the_others() -> None:
    table = refit_without(FIT, [3, 8], ROWS)
    alone = fit_mixed_model(FORMULA, ROWS[ROWS["patient"] != 8], "patient", "1 + time")
    assert list(table.index) == [3, 8]
    assert table.loc[8, "residual_variance"] == pytest.approx(alone.residual_variance, rel=1e-6)
    assert table.loc[8, "variance time"] == pytest.approx(alone.random_covariance.loc["time", "time"], rel=1e-5)
    assert table.loc[8, list(FIT.terms)].to_numpy(dtype=float) == pytest.approx(alone.coefficients, abs=1e-6)
    assert table.attrs["n_refused"] == 0


def test_a_refit_that_is_refused_has_a_status_and_no_numbers() -> None:
    few = pd.DataFrame({"patient": [1, 1, 2, 2, 3, 3], "y": [1.0, 2.0, 4.0, 5.5, 7.0, 7.5], "x": [0, 1, 0, 1, 0, 1.0]})
    fit = fit_mixed_model("y ~ x", few, "patient")
    equal = few.assign(y=few["y"].where(few["patient"] == 3, 1.0))
    whole = fit_mixed_model("y ~ 1", equal, "patient")
    table = refit_without(whole, [3], equal)
    assert table.loc[3, "status"] == "refused"
    assert table.drop(columns="status").isna().all(axis=None)
    assert table.attrs["n_refused"] == 1
    with pytest.raises(ModelRefused) as caught:
        refit_without(fit, [1, 9], few)
    assert str(caught.value) == ("1 of the 2 patients to leave out are not in this fit. Name patients of fit.patients.")
