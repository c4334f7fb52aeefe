"""The same model in statsmodels, as a check that a reader can run on the fit in front of them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams

from .design import design_columns, factor_values
from .fit import MixedModelFit
from .fitted_model import FittedModel
from .formula import parse_model_formula, parse_random_formula
from .model import fit_mixed_model, random_design
from .rows import ModelRows, read_rows
from .source_rows import check_same_size, frame_of

FloatArray = npt.NDArray[np.float64]

MOST_PATIENTS = 1_000  # statsmodels loops over patients: two to three seconds
DEVIANCE_TOLERANCE = 1e-5  # its optimisers stop within 1e-6 on well-behaved fits
ESTIMATE_TOLERANCE = 1e-3  # standard errors; ten times what its stopping rule leaves
ERROR_TOLERANCE = 1e-3  # relative, standard errors at its own variance estimates
OPTIMISERS = ("lbfgs", "bfgs", "cg")


@dataclass(frozen=True, eq=False)
class CrossCheck:
    """What statsmodels says of a fit. ``checked`` is false when no comparison was possible; ``sentence`` says why.

    ``terms`` has one row per fixed effect: estimate and std_error here and there, difference_in_se and
    std_error_ratio (empty when not checked). ``neg2loglik_difference`` is statsmodels minus this fit: above
    zero it stopped short.
    """

    agrees: bool
    checked: bool
    sentence: str
    terms: pd.DataFrame
    neg2loglik_difference: float


def cross_check(fit: FittedModel, data: pd.DataFrame | None = None) -> CrossCheck:
    """Refit the model in statsmodels MixedLM and compare deviance, fixed effects and their standard errors.

    ``data`` is the frame the fit came from, found by itself while that frame is in use elsewhere; for a cohort the
    patients of the fit are picked out of it. Above 1,000 patients both engines refit the same evenly spaced 1,000.
    statsmodels' standard errors are taken at its variance estimates with those held fixed, as here and in lme4; its
    own table adds the uncertainty of the variances.

    Raises ModelRefused when ``data`` does not hold the rows of the fit.
    """
    if not isinstance(fit, MixedModelFit):
        return _unchecked("No second opinion: statsmodels has no model with a covariance of scheduled visits.")
    if fit.n_nested_groups:
        return _unchecked(
            "No second opinion: statsmodels has no model of patients with random intercepts and slopes inside clinics"
            " with their own, so this fit was not compared with it."
        )
    if not fit.residual_structure.is_plain:
        return _unchecked(
            "No second opinion: statsmodels fits independent residuals of one variance, without weights, so this fit"
            " was not compared with it."
        )
    if fit.status == "singular":
        return _unchecked(
            "No second opinion: statsmodels does not reach singular optima reliably, so agreement could not be told"
            " from chance."
        )
    data = frame_of(fit, data, "cross_check(fit, data)")
    patients, scope = fit.patients, ""
    if len(patients) > MOST_PATIENTS:
        evenly = np.linspace(0, len(patients) - 1, MOST_PATIENTS).round().astype(np.intp)
        scope = f" on {MOST_PATIENTS:,} of the {len(patients):,} patients"
        patients = patients.sort_values()[evenly]
    chosen = data[data[fit.groups].isin(patients)]
    again = fit_mixed_model(
        fit.formula, chosen, fit.groups, fit.random_formula, None, "1", fit.correlated, fit.method, fit.df_method
    )
    if not scope:
        check_same_size(fit, again.n_rows, again.n_groups)
    if again.status == "singular":
        return _unchecked(f"No second opinion: the fit{scope} is singular, which statsmodels does not reach reliably.")
    return _compare(again, chosen, scope)


def _unchecked(sentence: str) -> CrossCheck:
    return CrossCheck(False, False, sentence, pd.DataFrame(), float("nan"))


def _compare(fit: MixedModelFit, data: pd.DataFrame, scope: str) -> CrossCheck:
    rows = read_rows(data, parse_model_formula(fit.formula), parse_random_formula(fit.random_formula), fit.groups)
    x, z = _design_matrices(fit, rows)
    result, trouble = _statsmodels_fit(fit, rows, x, z)
    if result is None:
        return _unchecked(f"No second opinion: statsmodels failed{scope} ({trouble}).")
    errors = _standard_errors(x, z, rows.patient, np.asarray(result.cov_re), float(result.scale))
    theirs = np.asarray(result.fe_params, dtype=np.float64)
    ours = np.sqrt(np.diag(fit.coefficient_covariance))
    terms = pd.DataFrame(
        {
            "estimate": fit.coefficients,
            "estimate_statsmodels": theirs,
            "difference_in_se": (theirs - fit.coefficients) / ours,
            "std_error": ours,
            "std_error_statsmodels": errors,
            "std_error_ratio": errors / ours,
        },
        index=pd.Index(fit.terms, name="term"),
    )
    gap = float(-2.0 * result.llf - fit.neg2loglik)
    return _verdict(terms, gap, trouble, scope)


def _verdict(terms: pd.DataFrame, gap: float, trouble: str, scope: str) -> CrossCheck:
    apart = float(terms["difference_in_se"].abs().max())
    ratio = float((terms["std_error_ratio"] - 1.0).abs().max())
    agrees = abs(gap) <= DEVIANCE_TOLERANCE and apart <= ESTIMATE_TOLERANCE and ratio <= ERROR_TOLERANCE
    numbers = (
        f"-2 log likelihood differs by {gap:.1e}, estimates by at most {apart:.1e} standard errors,"
        f" standard errors by at most {100 * ratio:.1g} %"
    )
    if agrees:
        sentence = f"statsmodels agrees{scope}: {numbers}."
    elif gap > DEVIANCE_TOLERANCE:
        sentence = f"statsmodels stopped short of the optimum{scope}: {numbers}."
    else:
        sentence = f"statsmodels does not agree{scope}: {numbers}."
    if trouble:
        sentence += f" It reported: {trouble}."
    return CrossCheck(agrees, True, sentence, terms, gap)


def _design_matrices(fit: MixedModelFit, rows: ModelRows) -> tuple[FloatArray, FloatArray]:
    codes = {name: labels.codes for name, labels in rows.labels.items()}
    matrices = []
    for design in (fit.design, random_design(parse_random_formula(fit.random_formula), fit.random_formula, rows)):
        made = np.empty((len(design.names), len(rows.outcome)))
        design_columns(design, factor_values(design, rows.numbers, codes), made)
        matrices.append(made.T)
    return matrices[0][:, list(fit.kept)], matrices[1]


def _statsmodels_fit(fit: MixedModelFit, rows: ModelRows, x: FloatArray, z: FloatArray) -> tuple[Any, str]:
    """The best of its optimisers' results, and what it complained about (an empty string: nothing)."""
    free = None
    if not fit.correlated:
        free = MixedLMParams.from_components(fe_params=np.ones(x.shape[1]), cov_re=np.eye(z.shape[1]))
    best, trouble = None, "no optimiser gave a result"
    for optimiser in OPTIMISERS:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                model = MixedLM(rows.outcome, x, rows.patient, z)
                found = model.fit(reml=fit.method == "REML", method=[optimiser], free=free)
            except (np.linalg.LinAlgError, ValueError) as error:
                trouble = trouble if best is not None else str(error).rstrip(".")
                continue
        if best is None or found.llf > best.llf:
            best = found
            trouble = "; ".join(dict.fromkeys(str(warning.message).rstrip(".") for warning in caught))
        if abs(-2.0 * best.llf - fit.neg2loglik) <= DEVIANCE_TOLERANCE / 10:
            break
    return best, trouble


def _standard_errors(
    x: FloatArray, z: FloatArray, patient: npt.NDArray[Any], covariance: FloatArray, residual: float
) -> FloatArray:
    """Generalised least squares, patient by patient with the dense V_i: as slow and as plain as the textbook."""
    information = np.zeros((x.shape[1], x.shape[1]))
    order = np.argsort(patient, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(patient[order])) + 1):
        variance = z[rows] @ covariance @ z[rows].T + residual * np.eye(len(rows))
        information += x[rows].T @ np.linalg.solve(variance, x[rows])
    return np.asarray(np.sqrt(np.diag(np.linalg.inv(information))))
