"""Prior weights: what they mean, that cohorts keep them, and that Kenward-Roger works with them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import fit_mixed_model, marginal_means, prepare_mixed_model
from analysis.mixed.nested.fit import NestedMixedModelFit

from ..drawn import FORMULA, visits
from .dense import dense, irregular

ROWS = irregular().assign(score=lambda rows: rows["y"])
# The same likelihood summed in two ways.
DEVIANCE = 1e-9
# Two fits that are one model, each within the optimiser's last step of the optimum.
SAME = 1e-8

WEIGHTED = visits(60).assign(w=lambda rows: np.round(np.exp(np.random.default_rng(5).normal(size=len(rows)) / 2), 2))


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_the_deviance_is_that_of_dense_matrices(method: str) -> None:
    fit = fit_mixed_model("y ~ day", ROWS, "patient", "1 + day", method=method, weights="w")
    model = dense(ROWS, "independent", False, weighted=True, slope=True).by(method)
    assert fit.neg2loglik == pytest.approx(model.deviance(fit.relative_covariance, np.zeros(0)), abs=DEVIANCE)


def test_equal_weights_only_rescale_the_residual_variance() -> None:
    plain = fit_mixed_model("y ~ day", ROWS, "patient")
    fours = fit_mixed_model("y ~ day", ROWS.assign(w=4.0), "patient", weights="w")
    assert fours.residual_variance == pytest.approx(4 * plain.residual_variance, rel=SAME)
    assert fours.neg2loglik == pytest.approx(plain.neg2loglik, abs=SAME)
    np.testing.assert_allclose(fours.random_covariance, plain.random_covariance, rtol=1e-6)
    assert fours.r_squared == pytest.approx(plain.r_squared, rel=SAME)


def test_a_mean_of_two_scores_with_weight_two_stands_for_both() -> None:
    """Two measurements of the same moment, or their mean with weight 2: the same fixed effects."""
    twice = pd.concat([ROWS, ROWS.assign(y=ROWS["y"] + 0.5)])
    means = ROWS.assign(y=ROWS["y"] + 0.25, w=2.0)
    one = fit_mixed_model("y ~ day", twice, "patient", method="ML")
    other = fit_mixed_model("y ~ day", means, "patient", method="ML", weights="w")
    # Only the residual variance is told differently, and with it the weight of the random effects.
    np.testing.assert_allclose(other.coefficients, one.coefficients, rtol=0.02)


@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger", "normal"])
def test_a_cohort_is_the_fit_of_its_rows(df: str) -> None:
    model = prepare_mixed_model(FORMULA, WEIGHTED, "patient", "1 + time", weights="w", df=df)
    chosen = [patient for patient in range(60) if patient % 3 != 1][:35]
    cohort = model.fit(patients=chosen)
    alone = fit_mixed_model(
        FORMULA, WEIGHTED[WEIGHTED["patient"].isin(chosen)], "patient", "1 + time", weights="w", df=df
    )
    assert cohort.neg2loglik == pytest.approx(alone.neg2loglik, abs=SAME)
    assert cohort.terms == alone.terms
    pd.testing.assert_frame_equal(cohort.fixed_effects, alone.fixed_effects, rtol=1e-6)
    assert cohort.r_squared == pytest.approx(alone.r_squared, rel=1e-7)
    pd.testing.assert_frame_equal(cohort.random_effects, alone.random_effects, atol=1e-6)


def test_a_prepared_fit_of_everyone_is_the_fit() -> None:
    prepared = prepare_mixed_model(FORMULA, WEIGHTED, "patient", weights="w").fit()
    direct = fit_mixed_model(FORMULA, WEIGHTED, "patient", weights="w")
    pd.testing.assert_frame_equal(prepared.fixed_effects, direct.fixed_effects, rtol=1e-9)


def test_without_an_intercept_cohorts_keep_their_weights_too() -> None:
    model = prepare_mixed_model("y ~ 0 + route + baseline", WEIGHTED, "patient", weights="w")
    chosen = list(range(0, 60, 2))
    alone = fit_mixed_model("y ~ 0 + route + baseline", WEIGHTED[WEIGHTED["patient"] % 2 == 0], "patient", weights="w")
    assert model.fit(patients=chosen).neg2loglik == pytest.approx(alone.neg2loglik, abs=SAME)


def test_rows_without_a_weight_are_left_out_and_counted() -> None:
    gaps = WEIGHTED.assign(w=WEIGHTED["w"].where(WEIGHTED.index > 6))
    fit = fit_mixed_model(FORMULA, gaps, "patient", weights="w")
    assert fit.n_rows == len(WEIGHTED) - 7
    assert fit.notes[0] == "7 rows were left out because a value is missing (w in 7)."


def test_adjusted_means_average_rows_not_weights() -> None:
    fit = fit_mixed_model(FORMULA, WEIGHTED, "patient", weights="w")
    means = marginal_means(fit, by="route", at={"time": 2})
    x = {"Intercept": 1.0, "time": 2.0, "baseline": WEIGHTED["baseline"].mean()}
    by_hand = sum(value * fit.fixed_effects["estimate"][name] for name, value in x.items())
    assert means["estimate"].iloc[0] == pytest.approx(by_hand, rel=1e-9)


def test_stiff_data_keep_their_digits() -> None:
    """A thousand billion on every score, as in NIST's SmLs09, and weights: the within-patient differences survive."""
    rows = ROWS.assign(y=np.round(ROWS["y"], 1))
    far = rows.assign(y=rows["y"] + 1e9)
    near_fit = fit_mixed_model("y ~ day", rows, "patient", weights="w")
    far_fit = fit_mixed_model("y ~ day", far, "patient", weights="w")
    # The scores themselves are rounded at 1e-7 of their unit when a billion is added.
    assert far_fit.residual_variance == pytest.approx(near_fit.residual_variance, rel=1e-6)
    assert far_fit.coefficients[0] - 1e9 == pytest.approx(near_fit.coefficients[0], abs=1e-5)


CLINICS = WEIGHTED.assign(clinic=lambda rows: rows["patient"] % 9)


def clinic_deviance(fit: NestedMixedModelFit, rows: pd.DataFrame) -> float:
    """The REML criterion of y ~ time with intercepts of patients and clinics, from each clinic's dense V."""
    both = np.column_stack([np.ones(len(rows)), rows["time"], rows["y"]])
    value, normal = 0.0, np.zeros((3, 3))
    for clinic in rows["clinic"].unique():
        chosen = (rows["clinic"] == clinic).to_numpy()
        patient = rows["patient"].to_numpy()[chosen]
        v = np.diag(fit.residual_variance / rows["w"].to_numpy()[chosen])
        v = v + fit.random_covariance.iloc[0, 0] * (patient[:, None] == patient) + fit.nested_covariance.iloc[0, 0]
        value += float(np.linalg.slogdet(v)[1])
        normal += both[chosen].T @ np.linalg.solve(v, both[chosen])
    beta = np.linalg.solve(normal[:2, :2], normal[:2, 2])
    squares = normal[2, 2] - beta @ normal[:2, 2]
    return float(value + squares + np.linalg.slogdet(normal[:2, :2])[1] + (len(rows) - 2) * np.log(2 * np.pi))


def test_weights_hold_for_patients_nested_in_clinics() -> None:
    rows = CLINICS.assign(y=CLINICS["y"] + np.random.default_rng(3).normal(0, 2, 9)[CLINICS["clinic"]])
    fit = fit_mixed_model("y ~ time", rows, "patient", nested_in="clinic", weights="w")
    assert isinstance(fit, NestedMixedModelFit)
    assert fit.neg2loglik == pytest.approx(clinic_deviance(fit, rows), abs=DEVIANCE)
    between = float(fit.random_covariance.iloc[0, 0] + fit.nested_covariance.iloc[0, 0])
    fixed = np.var(fit.coefficients[1] * rows["time"], ddof=1)
    whole = fixed + between + fit.residual_variance * float((1 / rows["w"]).mean())
    assert fit.r_squared == pytest.approx((fixed / whole, (fixed + between) / whole), rel=1e-9)


def test_a_cohort_of_clinics_keeps_its_weights() -> None:
    rows = CLINICS.assign(y=CLINICS["y"] + np.random.default_rng(3).normal(0, 2, 9)[CLINICS["clinic"]])
    model = prepare_mixed_model(FORMULA, rows, "patient", nested_in="clinic", weights="w")
    chosen = [patient for patient in range(60) if patient % 3 != 1]
    alone = fit_mixed_model(FORMULA, rows[rows["patient"].isin(chosen)], "patient", nested_in="clinic", weights="w")
    cohort = model.fit(patients=chosen)
    assert cohort.neg2loglik == pytest.approx(alone.neg2loglik, abs=SAME)
    pd.testing.assert_frame_equal(cohort.fixed_effects, alone.fixed_effects, rtol=1e-5)
    assert cohort.r_squared == pytest.approx(alone.r_squared, rel=1e-6)
