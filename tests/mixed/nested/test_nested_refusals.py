"""What patients in clinics are refused for: every sentence in full."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import ModelRefused, fit_mixed_model, prepare_mixed_model

from .drawn import FORMULA, clinic_visits

ROWS = clinic_visits()


def refusal(data: pd.DataFrame = ROWS, formula: str = FORMULA, **options: object) -> str:
    with pytest.raises(ModelRefused) as caught:
        fit_mixed_model(formula, data, "patient", **{"nested_in": "clinic", **options})
    return str(caught.value)


def test_patients_with_rows_in_two_clinics() -> None:
    last = ROWS.groupby("patient").tail(1).index
    moved = ROWS["clinic"].where(~ROWS.index.isin(last) | (ROWS["patient"] >= 3), (ROWS["clinic"] + 1) % 9)
    m = ROWS["patient"].nunique()
    assert refusal(ROWS.assign(clinic=moved)) == (
        f"3 of {m} patients have rows in more than one 'clinic', so patients are crossed with clinics, not nested in"
        " them. Give each patient one clinic, or make the pair the patient: join 'patient' and 'clinic' in one column"
        " and name that in groups."
    )
    one = ROWS["clinic"].where(ROWS.index != last[0], 8)
    assert refusal(ROWS.assign(clinic=one)).startswith(f"1 of {m} patients has rows in more than one 'clinic',")


def test_a_pair_of_patient_and_clinic_is_nested() -> None:
    reused = ROWS.assign(patient=ROWS.groupby("clinic")["patient"].transform(lambda labels: labels - labels.min()))
    assert refusal(reused).endswith("join 'patient' and 'clinic' in one column and name that in groups.")
    pair = reused["patient"].astype(str) + " of " + reused["clinic"].astype(str)
    fit = fit_mixed_model(FORMULA, reused.assign(pair=pair), "pair", nested_in="clinic")
    assert fit.neg2loglik == pytest.approx(
        fit_mixed_model(FORMULA, ROWS, "patient", nested_in="clinic").neg2loglik, abs=1e-9
    )


def test_rows_in_two_clinics_that_are_left_out_anyway_do_not_count() -> None:
    last = ROWS.groupby("patient").tail(1).index
    moved = ROWS.assign(
        clinic=ROWS["clinic"].where(~ROWS.index.isin(last), (ROWS["clinic"] + 1) % 9),
        y=ROWS["y"].where(~ROWS.index.isin(last)),
    )
    assert fit_mixed_model("y ~ time", moved, "patient", nested_in="clinic").n_nested_groups == 9


def test_a_row_without_a_clinic() -> None:
    assert refusal(ROWS.assign(clinic=ROWS["clinic"].where(ROWS.index >= 4))) == (
        f"Column 'clinic' is missing in 4 of {len(ROWS)} rows. Every row must name its clinic."
    )


def test_a_clinic_column_that_is_not_there() -> None:
    assert refusal(nested_in="clinc") == (
        "The data has no 'clinc' (a column that nested_in uses). Did you mean 'clinic' for 'clinc'?"
    )
    assert refusal(nested_random="1 + tme") == (
        "The data has no 'tme' (a column that nested_random uses). Did you mean 'time' for 'tme'?"
    )


def test_a_clinic_column_that_the_formula_uses_too() -> None:
    assert refusal(formula="y ~ time + C(clinic)") == (
        "Column 'clinic' is the outer level and in the formula too: either takes up all that clinics differ by. Leave"
        " it out of the formula, or leave nested_in out."
    )


def test_one_clinic() -> None:
    assert refusal(ROWS.assign(clinic="north")) == (
        "All patients are in one 'clinic'. An outer level compares clinics: leave nested_in out, or widen the cohort."
    )


def test_a_cohort_that_leaves_one_clinic_is_refused_and_the_model_goes_on_working() -> None:
    model = prepare_mixed_model("y ~ time", ROWS, "patient", nested_in="clinic")
    sizes = ROWS.groupby("clinic")["patient"].nunique()
    with pytest.raises(ModelRefused) as caught:
        model.fit(patients=ROWS.loc[ROWS["clinic"] == sizes.idxmax(), "patient"].unique())
    assert str(caught.value) == (
        "All patients are in one 'clinic'. An outer level compares clinics: leave nested_in out, or widen the cohort."
    )
    assert model.fit().n_nested_groups == 9


def test_clinics_of_one_patient_each() -> None:
    assert refusal(ROWS.assign(clinic=ROWS["patient"] + 100)) == (
        "Every 'clinic' has one patient, so patients and clinics cannot be told apart. Leave nested_in out."
    )
    assert refusal(nested_in="patient").startswith("Every 'patient' has one patient")


def test_no_more_clinics_than_random_effects() -> None:
    assert refusal(ROWS[ROWS["clinic"] < 2], "y ~ time", nested_random="1 + time") == (
        "There are 2 clinics for 2 random effects of a clinic; there must be more clinics than random effects. Use"
        " nested_random='1' or widen the cohort."
    )


def test_clinic_slopes_on_what_does_not_vary_in_a_clinic() -> None:
    size = np.random.default_rng(0).normal(size=9)
    assert refusal(ROWS.assign(size=size[ROWS["clinic"]]), nested_random="1 + size") == (
        "No clinic's rows tell the clinics' random terms Intercept and size apart: they do not vary within a clinic."
        " Use nested_random='1', or a slope on something that changes within a clinic."
    )
    assert refusal(ROWS.assign(dose=40.0), nested_random="1 + dose") == (
        "The random term dose is constant, or the other random terms determine it. Leave it out of the random part."
    )
    switched = ROWS.assign(dose=np.where(ROWS["clinic"] < 5, 0.0, ROWS["time"]))
    model = prepare_mixed_model("y ~ time", switched, "patient", nested_in="clinic", nested_random="0 + dose")
    with pytest.raises(ModelRefused, match=r"The random term dose is constant"):
        model.fit(patients=ROWS.loc[ROWS["clinic"] < 5, "patient"].unique())


def test_clinic_effects_that_cannot_be_used() -> None:
    assert refusal(nested_random="1 + route") == (
        "The random part uses the category route. Use numeric columns in the random part."
    )
    assert refusal(nested_random="1 + time + baseline + upto(time, 3)").startswith("The random part has 4 effects.")


def test_random_effects_of_clinics_without_clinics() -> None:
    assert refusal(nested_in=None, nested_random="1 + time") == (
        "nested_random='1 + time' was given without nested_in. Name the column of the clinics in nested_in, or leave"
        " nested_random out."
    )


def test_residuals_that_are_not_independent_and_alike() -> None:
    assert refusal(residual_by="route") == (
        "Patients nested in clinics are fitted with independent residuals of one variance (or prior weights) only."
        " Leave nested_in out, or leave out residual and residual_by."
    )


def test_kenward_roger_with_maximum_likelihood() -> None:
    assert refusal(df="kenward-roger", method="ML") == (
        "Kenward-Roger standard errors are defined for REML only. Use method='REML', or df='satterthwaite'."
    )
