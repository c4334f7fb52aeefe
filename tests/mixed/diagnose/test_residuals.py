"""Residuals by hand from one dense covariance, and the means of residuals along something."""

from __future__ import annotations

import gc

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import ModelRefused, fit_mixed_model, prepare_mixed_model
from analysis.mixed.diagnose import residual_trend, residuals, units_of

from ..drawn import FORMULA, visits
from .dense import dense

ROUNDING = 1e-9  # dense inverses of 190 rows against patient by patient
ROWS = visits(40, slope_sd=1.5)
FIT = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time")


def test_residuals_are_those_of_the_dense_formulas() -> None:
    table, whole = residuals(FIT, ROWS), dense(FIT, ROWS)
    b, _ = whole.gls()
    marginal = whole.y - whole.x @ b
    own = whole.z @ whole.g @ whole.z.T @ np.linalg.solve(whole.v, marginal)
    assert table["marginal"].to_numpy() == pytest.approx(marginal, abs=ROUNDING)
    assert table["fitted_patient"].to_numpy() == pytest.approx(whole.x @ b + own, abs=ROUNDING)
    assert table["conditional"].to_numpy() == pytest.approx(marginal - own, abs=ROUNDING)
    assert table["conditional_scaled"].to_numpy() == pytest.approx((marginal - own) / FIT.sigma, abs=ROUNDING)
    root = np.linalg.cholesky(whole.v)  # rows are sorted by patient, so the root is that of each patient
    assert table["standardised"].to_numpy() == pytest.approx(np.linalg.solve(root, marginal), abs=ROUNDING)


def test_a_row_is_found_by_its_label_whatever_the_order_and_however_many_rows_are_incomplete() -> None:
    table = residuals(FIT, ROWS)
    shuffled = ROWS.sample(frac=1.0, random_state=4)
    incomplete = pd.concat([shuffled, shuffled.tail(5).assign(y=np.nan)], ignore_index=False)
    incomplete.index = [f"row {label}" for label in range(len(incomplete))]
    again = residuals(fit_mixed_model(FORMULA, incomplete, "patient", "1 + time"), incomplete)
    assert len(again) == len(ROWS)
    again.index = shuffled.index
    assert again.loc[ROWS.index, "conditional"].to_numpy() == pytest.approx(table["conditional"].to_numpy(), abs=1e-6)
    assert (again.loc[ROWS.index, "patient"] == table["patient"]).all()


def test_a_cohort_s_residuals_are_those_of_its_own_patients() -> None:
    chosen = ROWS.loc[ROWS["route"] != "IM", "patient"].unique()
    fit = prepare_mixed_model(FORMULA, ROWS, "patient").fit(patients=chosen)
    table = residuals(fit)
    assert set(table["patient"]) == set(chosen)
    own = fit_mixed_model(FORMULA, ROWS[ROWS["patient"].isin(chosen)], "patient")
    expected = residuals(own, ROWS)["standardised"].to_numpy()
    assert table["standardised"].to_numpy() == pytest.approx(expected, abs=1e-6)


def test_units_hold_every_row_once_and_a_transformed_outcome() -> None:
    positive = ROWS.assign(y=np.exp(ROWS["y"] / 10))
    fit = fit_mixed_model("np.log(y) ~ time", positive, "patient")
    units = units_of(fit)
    assert units.y == pytest.approx(ROWS["y"].to_numpy() / 10)
    rows = np.concatenate([batch.rows.ravel() for batch in units.batches()])
    assert sorted(rows) == list(range(len(ROWS)))
    for batch in units.batches():
        assert (units.unit[batch.rows] == batch.units[:, None]).all()


def test_mean_residuals_follow_a_bend_that_the_model_leaves_out() -> None:
    bent = ROWS.assign(y=ROWS["y"] + 1.5 * (ROWS["time"] - 2.5) ** 2)
    trend = residual_trend(fit_mixed_model(FORMULA, bent, "patient", "1 + time"), "time", source=bent)
    assert list(trend["x_mean"]) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert (trend["ci_low"].iloc[[0, 5]] > 0).all()
    assert (trend["ci_high"].iloc[[2, 3]] < 0).all()
    assert trend["n_rows"].sum() == len(bent)


def test_a_bin_s_interval_sums_residuals_by_patient_first() -> None:
    table = residuals(FIT, ROWS)
    trend = residual_trend(FIT, kind="marginal", bins=4, source=ROWS)
    x, low, high = table["fitted_population"], *trend.loc[1, ["x_low", "x_high"]]
    inside = table[(x >= low) & (x <= high)]
    mean = inside["marginal"].mean()
    sums = (inside["marginal"] - mean).groupby(inside["patient"]).sum()
    m = len(sums)
    error = np.sqrt(np.sum(sums**2) * m / (m - 1)) / len(inside)
    width = trend.loc[1, "ci_high"] - trend.loc[1, "ci_low"]
    assert trend.loc[1, "mean"] == pytest.approx(mean)
    assert trend.loc[1, "n_patients"] == m
    assert 1.96 < width / (2 * error) < 2.1  # Student's t of some forty patients
    assert 0.9 < trend["n_rows"].min() / trend["n_rows"].max() <= 1.0


def test_rows_without_a_value_of_the_axis_are_counted_and_left_out() -> None:
    gaps = ROWS.assign(dose=ROWS["time"].where(ROWS["time"] > 0))
    trend = residual_trend(fit_mixed_model(FORMULA, gaps, "patient"), "dose")
    assert trend.attrs["n_missing"] == int((ROWS["time"] == 0).sum())
    assert trend["n_rows"].sum() == int((ROWS["time"] > 0).sum())


def test_other_rows_than_the_fit_s_are_refused() -> None:
    with pytest.raises(ModelRefused) as caught:
        residuals(FIT, ROWS.iloc[3:])
    assert str(caught.value) == (
        f"The data holds {len(ROWS) - 3} rows of the fit's patients, the fit used {len(ROWS)}. Give the frame that was"
        " fitted."
    )
    with pytest.raises(ModelRefused) as caught:
        residuals(FIT, ROWS.assign(y=ROWS["y"].where(ROWS.index != 7, 60.0)))
    assert str(caught.value) == (
        "The rows do not give the estimates of this fit: values were changed since it was fitted. Give the frame as it"
        " was fitted, or fit the model again."
    )
    with pytest.raises(ModelRefused, match=r"^The data has no column 'patient'\. Give the frame that was fitted\.$"):
        residuals(FIT, ROWS.drop(columns="patient"))
    with pytest.raises(ModelRefused, match=r"^The data has no 'baseline' \(a column that this fit uses\)"):
        residuals(FIT, ROWS.drop(columns="baseline"))


def test_a_frame_that_is_gone_is_asked_for() -> None:
    rows = ROWS.copy()
    fit = fit_mixed_model(FORMULA, rows, "patient")
    assert len(residuals(fit)) == len(rows)
    del rows
    gc.collect()
    with pytest.raises(ModelRefused) as caught:
        residuals(fit)
    assert str(caught.value) == "The rows of this fit are no longer in memory. Give them: source=data."


def test_kinds_and_axes_that_do_not_exist() -> None:
    with pytest.raises(ModelRefused) as caught:
        residual_trend(FIT, kind="pearson", source=ROWS)
    assert str(caught.value) == (
        "This fit has no 'pearson' residuals. Use one of: 'marginal', 'standardised', 'conditional',"
        " 'conditional_scaled'."
    )
    with pytest.raises(ModelRefused, match=r"^The data has no 'tme' \(a column that the horizontal axis uses\)"):
        residual_trend(FIT, "tme", source=ROWS)
    with pytest.raises(
        ModelRefused, match=r"^Column 'empty' is missing in every row of the fit\. Choose another column"
    ):
        residual_trend(FIT, "empty", source=ROWS.assign(empty=np.nan))
