"""Fits with a residual structure against dense matrices: deviance, stationarity, degrees of freedom, invariances."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import MixedModelFit, fit_mixed_model

from .dense import DenseModel, dense, irregular

ROWS = irregular()
# The same likelihood summed in two ways.
DEVIANCE = 1e-9
# Richardson's derivative of a dense deviance of about 500 carries about 1e-8; at a curvature of 10 or more, a parameter
# that far from stationary is off by less than 1e-7.
SLOPE = 1e-6
# Dense second differences lose about 1e-6 of the curvature.
DF = 1e-4
# Of a refit after reordering, relabelling or a change of units.
SAME = 1e-8

STRUCTURES = {
    "ar1": {"residual": "ar1", "residual_time": "visit"},
    "exponential": {"residual": "exponential", "residual_time": "day"},
    "by route": {"residual_by": "route"},
    "ar1 by route": {"residual": "ar1", "residual_time": "visit", "residual_by": "route"},
    "exponential by route": {"residual": "exponential", "residual_time": "day", "residual_by": "route"},
}
every_structure = pytest.mark.parametrize("name", STRUCTURES)


def fitted(name: str, rows: pd.DataFrame = ROWS, **options: object) -> MixedModelFit:
    return fit_mixed_model("y ~ day", rows, "patient", **{**STRUCTURES[name], **options})


def parameters(fit: MixedModelFit) -> np.ndarray:
    """In the coordinates of the dense model."""
    found = fit.residual_structure
    log_sd = 0.5 * np.log(found.variance_ratios[1:])
    if found.kind == "ar1":
        return np.append(np.arctanh(found.correlation_per_unit), log_sd)
    if found.kind == "exponential":
        return np.append(np.log(found.range_days), log_sd)
    return log_sd


def beside(fit: MixedModelFit, rows: pd.DataFrame = ROWS) -> DenseModel:
    found = fit.residual_structure
    slope = len(fit.random_names) > 1
    return dense(rows, found.kind, found.by is not None, found.weights is not None, slope).by(fit.method)


def slope_along(function, at: np.ndarray, unit: np.ndarray, step: float = 1e-3) -> float:
    """Richardson: two central differences combined."""

    def central(width: float) -> float:
        return (function(at + width * unit) - function(at - width * unit)) / (2 * width)

    return (4 * central(step / 2) - central(step)) / 3


@every_structure
@pytest.mark.parametrize("method", ["REML", "ML"])
def test_the_deviance_is_that_of_dense_matrices(name: str, method: str) -> None:
    fit = fitted(name, method=method)
    assert fit.neg2loglik == pytest.approx(beside(fit).deviance(fit.relative_covariance, parameters(fit)), abs=DEVIANCE)


@every_structure
def test_weights_and_a_random_slope_join_in(name: str) -> None:
    fit = fitted(name, random="1 + day", weights="w")
    assert fit.neg2loglik == pytest.approx(beside(fit).deviance(fit.relative_covariance, parameters(fit)), abs=DEVIANCE)


@every_structure
def test_the_fit_is_stationary_in_every_variance_parameter(name: str) -> None:
    fit = fitted(name)
    model, phi = beside(fit), parameters(fit)
    at = np.append(fit.theta, phi)

    def deviance(point: np.ndarray) -> float:
        return model.deviance(np.array([[point[0] ** 2]]), point[1:])

    slopes = [slope_along(deviance, at, unit) for unit in np.eye(len(at))]
    assert np.abs(slopes).max() < SLOPE
    for unit in np.eye(len(at)):
        assert min(deviance(at + 0.05 * unit), deviance(at - 0.05 * unit)) > deviance(at)


@every_structure
def test_degrees_of_freedom_follow_from_dense_derivatives(name: str) -> None:
    fit = fitted(name)
    model, size = beside(fit), 2 + len(parameters(fit))
    at = np.concatenate([fit.theta, [np.log(fit.sigma)], parameters(fit)])
    units = np.eye(size)

    def deviance(point: np.ndarray) -> float:
        return model.deviance(np.array([[point[0] ** 2]]), point[2:], point[1])

    hessian = np.array([[second_difference(deviance, at, a, b) for a in units] for b in units])
    for term, combination in enumerate(np.eye(2)):

        def variance(point: np.ndarray, c: np.ndarray = combination) -> float:
            return model.variance_of(c, np.array([[point[0] ** 2]]), point[2:], point[1])

        gradient = np.array([slope_along(variance, at, unit) for unit in units])
        df = 2 * variance(at) ** 2 / (gradient @ (2 * np.linalg.inv(hessian)) @ gradient)
        assert fit.fixed_effects["df"].iloc[term] == pytest.approx(df, rel=DF)


def second_difference(function, at: np.ndarray, a: np.ndarray, b: np.ndarray, step: float = 5e-3) -> float:
    def crossed(width: float) -> float:
        corners = [function(at + width * (s * a + t * b)) * s * t for s in (1, -1) for t in (1, -1)]
        return sum(corners) / (4 * width**2)

    return (4 * crossed(step / 2) - crossed(step)) / 3


def test_ignoring_the_residual_parameters_would_change_the_df() -> None:
    with_structure, plain = fitted("exponential"), fit_mixed_model("y ~ day", ROWS, "patient")
    assert abs(with_structure.fixed_effects["df"]["day"] / plain.fixed_effects["df"]["day"] - 1) > 0.05


@every_structure
def test_row_order_and_labels_change_nothing(name: str) -> None:
    fit = fitted(name)
    shuffled = ROWS.sample(frac=1.0, random_state=4).assign(
        patient=lambda rows: "p" + (97 - rows["patient"]).astype(str)
    )
    again = fitted(name, shuffled)
    assert again.neg2loglik == pytest.approx(fit.neg2loglik, abs=SAME)
    np.testing.assert_allclose(parameters(again), parameters(fit), rtol=1e-6)


def test_the_unit_of_time_changes_only_the_unit_of_the_range() -> None:
    weeks = fitted("exponential", ROWS.assign(day=ROWS["day"] / 7))
    days = fitted("exponential")
    assert 7 * weeks.residual_structure.range_days == pytest.approx(days.residual_structure.range_days, rel=1e-6)


def test_a_category_as_numbers_or_text_gives_the_same_variances() -> None:
    coded = ROWS.assign(route=(ROWS["route"] == "IV").astype(int))
    by_number, by_text = (fitted("by route", rows).residual_structure for rows in (coded, ROWS))
    assert by_number.levels == (0, 1)
    assert by_number.variance_ratios == pytest.approx(by_text.variance_ratios, rel=1e-6)


def test_evenly_spaced_days_and_visit_numbers_are_one_model() -> None:
    even = ROWS.assign(day=3.0 * ROWS["visit"])
    by_visit, by_day = fitted("ar1", even), fitted("exponential", even)
    assert by_day.neg2loglik == pytest.approx(by_visit.neg2loglik, abs=SAME)
    per_visit = by_day.residual_structure.correlation_per_unit**3
    assert per_visit == pytest.approx(by_visit.residual_structure.correlation_per_unit, rel=1e-6)


def test_a_missed_visit_counts_as_distance() -> None:
    """A patient seen at visits 1, 2 and 4: the last two rows are two steps apart."""
    kept = ROWS[ROWS["visit"] != 3]
    fit = fitted("ar1", kept)
    assert fit.neg2loglik == pytest.approx(
        beside(fit, kept).deviance(fit.relative_covariance, parameters(fit)), abs=DEVIANCE
    )


def test_negative_correlation_between_visits_is_found() -> None:
    alternating = ROWS.assign(y=ROWS["y"] / 10 + np.where(ROWS["visit"] % 2, 1.0, -1.0))
    assert fitted("ar1", alternating).residual_structure.correlation_per_unit < -0.9


def test_no_correlation_over_days_is_a_fit_that_says_so() -> None:
    alternating = ROWS.assign(y=ROWS["y"] / 10 + np.where(ROWS["visit"] % 2, 1.0, -1.0))
    fit = fitted("exponential", alternating)
    plain = fit_mixed_model("y ~ day", alternating, "patient")
    assert fit.residual_structure.range_days == 0.0
    assert fit.neg2loglik == pytest.approx(plain.neg2loglik, abs=DEVIANCE)
    assert (
        "The residual correlation within a patient is estimated as zero: beyond the random effects, rows close in 'day'"
        " are not more alike than others."
    ) in fit.notes


def test_the_truth_is_within_the_intervals() -> None:
    rows = irregular(m=200, seed=8)
    found = fitted("exponential by route", rows).residual_structure.parameters
    truth = {"correlation_per_unit": np.exp(-1 / 12), "variance_ratio[IV]": 4.0, "range_days": 12.0}
    for name, value in truth.items():
        assert found.loc[name, "ci_low"] < value < found.loc[name, "ci_high"]
    assert list(found["unit"]) == [
        "correlation at a distance of one day",
        "variance over that of IM",
        "days until the correlation has fallen to 1/e",
    ]


def test_notes_say_what_was_found() -> None:
    found = fitted("ar1 by route")
    rho, ratio = found.residual_structure.correlation_per_unit, found.residual_structure.variance_ratios[1]
    assert found.notes[-2:] == (
        f"Residuals of neighbouring visits of a patient ('visit') are correlated {rho:.2f}, and less with every visit"
        " between (AR(1)).",
        f"Residual variance by route, as a multiple of that of IM: IV {ratio:.3g}.",
    )
    days = fitted("exponential")
    assert days.notes[-1] == (
        f"The residual correlation within a patient falls to 1/e over {days.residual_structure.range_days:.3g} units of"
        " 'day'."
    )


def test_plain_residuals_have_no_parameters() -> None:
    structure = fit_mixed_model("y ~ day", ROWS, "patient").residual_structure
    assert structure.is_plain
    assert structure.n_parameters == 0
    assert structure.parameters.empty


def test_r_squared_divides_by_the_mean_residual_variance() -> None:
    fit = fitted("by route")
    ratios = np.where(ROWS["route"] == "IV", fit.residual_structure.variance_ratios[1], 1.0)
    fixed = np.var(fit.coefficients[1] * ROWS["day"], ddof=1)
    between = float(fit.random_covariance.iloc[0, 0])
    whole = fixed + between + fit.residual_variance * ratios.mean()
    assert fit.r_squared == pytest.approx((fixed / whole, (fixed + between) / whole), rel=1e-9)


def test_normal_df_give_the_same_standard_errors() -> None:
    normal, satterthwaite = fitted("exponential", df="normal"), fitted("exponential")
    np.testing.assert_allclose(normal.fixed_effects["std_error"], satterthwaite.fixed_effects["std_error"], rtol=1e-12)
    assert np.isinf(normal.fixed_effects["df"]).all()
