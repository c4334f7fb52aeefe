"""Departures of clinics against the dense best linear prediction; the spread between clinics against its definition."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.mixed import ModelRefused, clinic_departures, fit_mixed_model, prepare_mixed_model
from analysis.mixed.nested import NestedMixedModelFit

from ..nested.drawn import FORMULA, clinic_visits

ROUNDING = 1e-8
ROWS = clinic_visits(9, clinic_sd=(1.5, 0.0))


def fitted(rows: pd.DataFrame, random: str = "1 + time", method: str = "REML") -> NestedMixedModelFit:
    fit = fit_mixed_model(FORMULA, rows, "patient", random, nested_in="clinic", method=method)
    assert isinstance(fit, NestedMixedModelFit)
    return fit


def dense_errors(fit: NestedMixedModelFit, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """û and var(û - u) from one V of all rows: G - C'V^-1 C + (C'V^-1 X) Φ (C'V^-1 X)'."""
    x = np.column_stack(
        [
            np.ones(len(rows)),
            rows["route"] == "IV",
            rows["time"],
            rows["time"] * (rows["route"] == "IV"),
            rows["baseline"],
        ]
    ).astype(float)
    own = np.column_stack([np.ones(len(rows)), rows["time"]])[:, : len(fit.random_names)]
    same_patient = rows["patient"].to_numpy()[:, None] == rows["patient"].to_numpy()
    at_clinic = (rows["clinic"].to_numpy()[:, None] == np.asarray(fit.clinics)).astype(float)
    between = float(fit.nested_covariance.iloc[0, 0])
    v = own @ fit.random_covariance.to_numpy() @ own.T * same_patient
    v += between * at_clinic @ at_clinic.T + fit.residual_variance * np.eye(len(rows))
    weight = np.linalg.inv(v)
    phi = np.linalg.inv(x.T @ weight @ x)
    c = between * at_clinic
    left = c.T @ weight @ x
    y = rows["y"].to_numpy()
    modes = c.T @ weight @ (y - x @ phi @ x.T @ weight @ y)
    return modes, between * np.eye(c.shape[1]) - c.T @ weight @ c + left @ phi @ left.T


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("random", ["1", "1 + time"])
def test_modes_and_their_joint_error_are_the_dense_ones(random: str, method: str) -> None:
    fit = fitted(ROWS, random, method)
    ours = clinic_departures(fit, ROWS)
    modes, errors = dense_errors(fit, ROWS)
    assert ours.modes == pytest.approx(modes, abs=ROUNDING)
    assert ours.covariance == pytest.approx(errors, abs=ROUNDING)
    assert list(ours.clinics) == list(fit.clinics)


def test_a_cohort_of_a_prepared_model_has_the_departures_of_its_rows_alone() -> None:
    chosen = ROWS["patient"].unique()[::2]
    rows = ROWS[ROWS["patient"].isin(chosen)]
    model = prepare_mixed_model(FORMULA, ROWS, "patient", "1 + time", nested_in="clinic")
    cohort, alone = model.fit(patients=chosen), fitted(rows)
    ours, theirs = clinic_departures(cohort, model), clinic_departures(alone, rows)
    assert ours.modes == pytest.approx(theirs.modes, abs=1e-6)
    assert ours.covariance == pytest.approx(theirs.covariance, abs=1e-6)


def test_the_modes_of_all_clinics_sum_to_zero_and_their_contrasts_are_surer_than_themselves() -> None:
    ours = clinic_departures(fitted(ROWS), ROWS)
    assert ours.modes.sum() == pytest.approx(0.0, abs=ROUNDING)
    weights = np.zeros((2, 9))
    weights[0], weights[1, 0] = np.eye(9)[0] - 1 / 9, 1.0
    table = ours.combined(weights)
    assert table["std_error"].iloc[0] < table["std_error"].iloc[1]
    assert (table["df"] > 1).all()


def test_the_unit_of_the_outcome_is_the_unit_of_every_number() -> None:
    ours, tenfold = clinic_departures(fitted(ROWS), ROWS), ROWS.assign(y=10 * ROWS["y"])
    other = clinic_departures(fitted(tenfold), tenfold)
    assert other.modes == pytest.approx(10 * ours.modes, rel=1e-6)
    assert other.covariance == pytest.approx(100 * ours.covariance, rel=1e-5)
    assert other.between_interval() == pytest.approx([10 * limit for limit in ours.between_interval()], rel=1e-5)
    assert other.combined(np.eye(9))["df"].to_numpy() == pytest.approx(ours.combined(np.eye(9))["df"], rel=1e-4)


def test_the_limits_of_the_spread_are_where_squared_departures_are_chi_square_quantiles() -> None:
    ours = clinic_departures(fitted(ROWS), ROWS)
    values, vectors = np.linalg.eigh(ours.information)
    squares = (vectors[:, 1:].T @ ours.departure) ** 2
    for limit, tail in zip(ours.between_interval(), (0.975, 0.025), strict=True):
        expected = np.sum(squares / (values[1:] * (1 + limit**2 * values[1:])))
        assert stats.chi2.cdf(expected, 8) == pytest.approx(tail, abs=1e-8)
    low, high = ours.between_interval(0.5)
    assert ours.between_interval()[0] < low < high < ours.between_interval()[1]


def level_clinics(share: float) -> pd.DataFrame:
    """The rows with a share of the clinics' mean residuals taken off."""
    fit = fit_mixed_model(FORMULA + " + C(clinic)", ROWS, "patient", "1 + time")
    shift = fit.fixed_effects["estimate"].filter(like="clinic").to_dict()
    own = ROWS["clinic"].map(lambda clinic: shift.get(f"C(clinic)[T.{clinic}]", 0.0)).astype(float)
    return ROWS.assign(y=ROWS["y"] - share * own)


def test_a_variance_of_zero_gives_zero_modes_and_errors_and_still_an_upper_limit() -> None:
    rows = level_clinics(0.7)
    fit = fitted(rows)
    assert fit.nested_rank == 0
    ours = clinic_departures(fit, rows)
    assert not ours.modes.any()
    assert not ours.covariance.any()
    assert ours.between_sd == 0
    low, high = ours.between_interval()
    assert low == 0 < high < 5


def test_clinics_more_alike_than_chance_have_no_interval_of_their_spread() -> None:
    rows = level_clinics(1.0)
    assert np.isnan(clinic_departures(fitted(rows), rows).between_interval()).all()


def test_fits_that_cannot_say_how_far_a_clinic_departs_are_refused() -> None:
    plain = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time")
    with pytest.raises(ModelRefused, match=r"has no clinics\..*Fit the model with nested_in"):
        clinic_departures(plain, ROWS)
    slopes = fit_mixed_model(
        FORMULA, clinic_visits(9), "patient", "1 + time", nested_in="clinic", nested_random="1 + time"
    )
    with pytest.raises(ModelRefused, match=r"differ in more than their level.*nested_random='1'"):
        clinic_departures(slopes, clinic_visits(9))
    with pytest.raises(ModelRefused, match="the likelihood differs"):
        clinic_departures(fitted(ROWS), ROWS.assign(y=ROWS["y"] ** 2))
