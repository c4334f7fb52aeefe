"""The fit against one dense matrix per patient, with derivatives taken numerically."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from analysis.mixed import MMRMFit, fit_mmrm

from .drawn import FORMULA, Dense, covariance_of, derivative, parameters_of, scheduled

DEVIANCE = 1e-9  # the same sums in another order
# A fourth-order difference with this step leaves 1e-9 of a deviance of about 700 in its slope.
STEP = 1e-3
SLOPE_STEP = 2e-4  # near a correlation matrix that is almost singular the fifth derivative is large
# Deviance lost by the fit, from slope and curvature by finite differences: the differences' own error.
REMAINING = 1e-12
NUMERICAL_DF = 1e-5  # relative; second differences of the deviance
NUMERICAL_SE = 1e-6  # the Kenward-Roger adjustment is a few per cent, and its weights good to NUMERICAL_DF

STRUCTURES = ("unstructured", "ar1", "ar1h", "cs", "csh", "toeplitz", "toeplitzh")
each_structure = pytest.mark.parametrize("structure", STRUCTURES)
each_method = pytest.mark.parametrize("method", ["REML", "ML"])

ROWS = scheduled(20)


@cache
def fitted(structure: str, method: str, df: str = "satterthwaite") -> MMRMFit:
    fit = fit_mmrm(FORMULA, ROWS, "patient", "visit", covariance=structure, method=method, df=df)
    assert fit.covariance == structure
    return fit


@cache
def hessian(structure: str, method: str) -> np.ndarray:
    dense, (_, matrix) = Dense(ROWS, FORMULA, method == "REML"), covariance_of(structure, 4)
    at = parameters_of(structure, fitted(structure, method).between_visits)

    def slope(parameters):
        return derivative(lambda p: dense.deviance(matrix(p)), parameters, STEP)

    second = derivative(slope, at, STEP)
    return 0.5 * (second + second.T)


@each_structure
@each_method
def test_deviance_and_coefficients_are_those_of_the_dense_likelihood(structure: str, method: str) -> None:
    fit, dense = fitted(structure, method), Dense(ROWS, FORMULA, method == "REML")
    count, _ = covariance_of(structure, 4)
    assert fit.n_covariance_parameters == count
    assert fit.neg2loglik == pytest.approx(dense.deviance(fit.between_visits), abs=DEVIANCE, rel=0)
    np.testing.assert_allclose(fit.coefficients, dense.beta(fit.between_visits), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(fit.coefficient_covariance, dense.phi(fit.between_visits), rtol=1e-9, atol=1e-12)


@each_structure
@each_method
def test_the_dense_deviance_has_a_minimum_at_the_fit(structure: str, method: str) -> None:
    dense, (_, matrix) = Dense(ROWS, FORMULA, method == "REML"), covariance_of(structure, 4)
    at = parameters_of(structure, fitted(structure, method).between_visits)
    np.testing.assert_allclose(matrix(at), fitted(structure, method).between_visits, rtol=1e-9)
    slope = derivative(lambda p: dense.deviance(matrix(p)), at, SLOPE_STEP)
    curvature = hessian(structure, method)
    assert np.linalg.eigvalsh(curvature)[0] > 0
    assert 0.5 * slope @ np.linalg.solve(curvature, slope) < REMAINING


@each_structure
@each_method
def test_satterthwaite_df_are_those_of_numerical_derivatives(structure: str, method: str) -> None:
    fit, dense = fitted(structure, method), Dense(ROWS, FORMULA, method == "REML")
    _, matrix = covariance_of(structure, 4)
    at = parameters_of(structure, fit.between_visits)
    slopes = derivative(lambda p: np.diag(dense.phi(matrix(p))), at, STEP)
    spread = np.einsum("sx,st,tx->x", slopes, 2.0 * np.linalg.inv(hessian(structure, method)), slopes)
    np.testing.assert_allclose(
        fit.fixed_effects["df"], 2.0 * np.diag(fit.coefficient_covariance) ** 2 / spread, rtol=NUMERICAL_DF
    )


@each_structure
def test_kenward_roger_is_the_linear_form_at_the_observed_information(structure: str) -> None:
    fit, dense = fitted(structure, "REML", "kenward-roger"), Dense(ROWS, FORMULA, True)
    _, matrix = covariance_of(structure, 4)
    at = parameters_of(structure, fit.between_visits)
    weights = 2.0 * np.linalg.inv(hessian(structure, "REML"))
    adjusted = dense.second_order(fit.between_visits, list(derivative(matrix, at, STEP)), weights)
    errors = np.sqrt(np.diag(adjusted))
    np.testing.assert_allclose(fit.fixed_effects["std_error"], errors, rtol=NUMERICAL_SE)
    gap = fit.cov_fixed.to_numpy() - adjusted
    np.testing.assert_array_less(np.abs(gap), NUMERICAL_SE * np.outer(errors, errors))
    plain = fitted(structure, "REML")
    np.testing.assert_allclose(fit.fixed_effects["df"], plain.fixed_effects["df"], rtol=1e-12)
    assert (fit.fixed_effects["std_error"] > plain.fixed_effects["std_error"]).any()
