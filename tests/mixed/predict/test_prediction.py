"""Predictions against the best linear prediction from one dense covariance, their coverage, and every refusal."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import ModelRefused, fit_mixed_model
from analysis.mixed.predict import predict

from ..diagnose.dense import dense
from ..drawn import FORMULA, visits

ROUNDING = 1e-9
ROWS = visits(30, slope_sd=1.5)
FIT = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time")
ASKED = pd.DataFrame(
    {"patient": [3, 3, 11, 999], "time": [2.0, 9.0, 0.5, 4.0], "route": ["IM", "IM", "IV", "IN"], "baseline": 17.0},
    index=["a", "b", "c", "d"],
)


def test_a_patient_s_prediction_and_its_error_are_the_dense_universal_prediction() -> None:
    whole = dense(FIT, ROWS)
    weight = np.linalg.inv(whole.v)
    b, phi = whole.gls()
    x = np.array([[1, route == "IN", route == "IV", t, t * (route == "IN"), t * (route == "IV"), 17.0]
                  for t, route in zip(ASKED["time"], ASKED["route"], strict=True)])  # fmt: skip
    own = np.column_stack([np.ones(4), ASKED["time"]])
    g = FIT.random_covariance.to_numpy()
    ours = predict(FIT, ASKED, "patient", source=ROWS)
    for row, (patient, x0, z0) in enumerate(zip(ASKED["patient"], x, own, strict=True)):
        here = np.repeat(whole.patients == patient, 2)
        c = whole.z[:, here] @ g @ z0 if here.any() else np.zeros(len(whole.y))
        estimate = x0 @ b + c @ weight @ (whole.y - whole.x @ b)
        left = x0 - whole.x.T @ weight @ c
        variance = z0 @ g @ z0 - c @ weight @ c + left @ phi @ left
        assert ours["estimate"].iloc[row] == pytest.approx(estimate, abs=ROUNDING)
        assert ours["std_error"].iloc[row] ** 2 == pytest.approx(variance, abs=ROUNDING)
    assert ours["known_patient"].tolist() == [True, True, True, False]
    assert ours.index.tolist() == list("abcd")
    score = predict(FIT, ASKED, "patient", "prediction", ROWS)
    added = score["std_error"] ** 2 - ours["std_error"] ** 2
    assert added.to_numpy() == pytest.approx(FIT.residual_variance)


def test_the_population_has_the_covariance_and_df_of_the_fixed_effects() -> None:
    ours = predict(FIT, ASKED)
    x = np.array([1, 0, 0, 2.0, 0, 0, 17.0])
    phi = FIT.cov_fixed.to_numpy()
    assert ours["estimate"].iloc[0] == pytest.approx(x @ FIT.coefficients)
    assert ours["std_error"].iloc[0] == pytest.approx(np.sqrt(x @ phi @ x))
    assert ours["df"].iloc[0] == pytest.approx(FIT.inference.df(x[None])[0])
    assert "known_patient" not in ours
    bare = predict(FIT, ASKED, interval=None)
    assert list(bare.columns) == ["estimate", "std_error", "df"]
    wide = predict(FIT, ASKED, interval="prediction")
    z = np.array([1.0, 2.0])
    extra = z @ FIT.random_covariance.to_numpy() @ z + FIT.residual_variance
    assert wide["std_error"].iloc[0] ** 2 == pytest.approx(x @ phi @ x + extra)


def test_without_data_the_rows_of_the_fit_are_predicted_incomplete_outcomes_included() -> None:
    rows = ROWS.assign(y=ROWS["y"].where(ROWS.index != 4), baseline=ROWS["baseline"].where(ROWS.index != 9))
    fit = fit_mixed_model(FORMULA, rows, "patient", "1 + time")
    ours = predict(fit, level="patient")
    assert ours.index.equals(rows.index)
    assert ours.attrs == {"n_missing": 1, "n_not_estimable": 0}
    assert ours.index[ours["estimate"].isna()].tolist() == [9]


def test_a_level_that_went_with_another_column_has_no_prediction() -> None:
    rows = ROWS.assign(payer=np.where(ROWS["route"] == "IV", "plan", "self"))
    fit = fit_mixed_model("y ~ route + payer", rows, "patient")
    asked = pd.DataFrame({"route": ["IV", "IM"], "payer": ["plan", "plan"]})
    ours = predict(fit, asked)
    assert ours["estimate"].isna().tolist() == [False, True]
    assert ours.attrs == {"n_missing": 0, "n_not_estimable": 1}


# 200 studies of 24 patients and 24 new ones with one score each. 600 such studies gave 95.3 % with a Monte Carlo
# standard error of 0.2 % (95.7 at 12 patients, 95.1 at 80); that of 200 is 0.4 %, and the margin three times that.
STUDIES, PATIENTS, COVERAGE, MARGIN = 200, 24, 0.953, 0.012


def test_about_95_percent_of_new_patients_scores_fall_in_their_prediction_interval() -> None:
    inside = []
    for seed in range(STUDIES):
        rows = visits(2 * PATIENTS, seed, slope_sd=0.6, kept=1.0)
        seen = rows[rows["patient"] < PATIENTS]
        new = rows[(rows["patient"] >= PATIENTS) & (rows["time"] == seed % 6)]
        ours = predict(fit_mixed_model(FORMULA, seen, "patient", "1 + time"), new, interval="prediction")
        inside += list(new["y"].between(ours["ci_low"], ours["ci_high"]))
    assert np.mean(inside) == pytest.approx(COVERAGE, abs=MARGIN)


def test_options_that_do_not_exist() -> None:
    assert refusal(level="clinic") == ("There is no prediction for the level 'clinic'. Use 'population' or 'patient'.")
    assert refusal(interval="credible") == ("There is no 'credible' interval. Use 'confidence', 'prediction' or None.")


def test_columns_levels_and_patients_that_are_not_there() -> None:
    assert refusal(ASKED.drop(columns="baseline")).startswith(
        "The data has no 'baseline' (a column that this prediction uses)."
    )
    assert refusal(ASKED.assign(route=["SC", "SC", "IV", "PO"])) == (
        "No rows of the fit have route PO, SC (3 rows). Leave those rows out or recode them: route may be IM, IN, IV."
    )
    assert refusal(ASKED.drop(columns="patient"), "patient") == (
        "The data has no column 'patient', which names the patients. Add it, or use level='population'."
    )
    assert refusal(ASKED.assign(patient=[3, None, 11, None]), "patient") == (
        "Column 'patient' is missing in 2 of 4 rows. Name the patient of every row (a new name for a new patient), or"
        " use level='population'."
    )
    assert refusal(ASKED.assign(time=["a", "b", "c", "d"])) == (
        "Column 'time' is used as a number but holds categories. Use it as a category or convert it."
    )


def refusal(data: pd.DataFrame = ASKED, level: str = "population", interval: str | None = "confidence") -> str:
    with pytest.raises(ModelRefused) as caught:
        predict(FIT, data, level, interval, ROWS)
    return str(caught.value)
