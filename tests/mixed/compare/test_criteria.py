"""Information criteria: what is counted, and what is said about it. Their values are held against R elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.mixed import ModelRefused, fit_mixed_model, fit_mmrm
from analysis.mixed.compare.criteria import InformationCriteria, information_criteria, variance_parameters
from analysis.mixed.fitted_model import FittedModel

from ..drawn import FORMULA, visits

ROWS = visits(40)


def test_the_notes_say_what_counts() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time")
    assert information_criteria(fit).notes == (
        "11 parameters: 7 coefficients and 4 variance parameters, the residual variance included.",
        f"bic counts {len(ROWS)} rows, bic_patients 40 patients.",
        "REML: comparable only between fits with the same fixed part; use method='ML' for others.",
    )
    assert len(information_criteria(fit_mixed_model(FORMULA, ROWS, "patient", method="ML")).notes) == 2


def test_the_notes_of_an_mmrm_name_its_variances_and_what_mmrm_counts() -> None:
    rows = ROWS.assign(visit=ROWS["time"].astype(int))
    fit = fit_mmrm("y ~ route + baseline", rows, "patient", "visit", covariance="csh")
    assert information_criteria(fit).notes[0] == (
        f"{4 + 7} parameters: 4 coefficients and 7 variances and correlations of visits (R's mmrm counts these only)."
    )


def test_uncorrelated_effects_have_no_covariances_to_count() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time", correlated=False)
    assert information_criteria(fit).n_variance == 3


def test_the_formulas() -> None:
    criteria = InformationCriteria(100.0, 3, 2, 50, 10, ())
    assert criteria.aic == 110.0
    assert criteria.aicc == pytest.approx(110.0 + 2 * 5 * 6 / 44)
    assert criteria.bic == pytest.approx(100 + 5 * np.log(50))
    assert criteria.bic_patients == pytest.approx(100 + 5 * np.log(10))
    assert list(criteria.table.columns) == [
        "neg2loglik", "n_parameters", "aic", "aicc", "bic", "bic_patients", "n_rows", "n_patients",
    ]  # fmt: skip
    assert InformationCriteria(100.0, 3, 2, 6, 6, ()).aicc == np.inf


def test_an_mmrm_counts_its_visit_covariance() -> None:
    fit = fit_mmrm("y ~ time", ROWS, "patient", "time", covariance="ar1h")
    assert information_criteria(fit).n_variance == 7


def test_a_fit_of_another_kind_is_refused() -> None:
    class Other(FittedModel):
        pass

    fit = object.__new__(Other)
    with pytest.raises(ModelRefused) as refused:
        variance_parameters(fit)
    assert str(refused.value) == (
        "The variance parameters of a Other cannot be counted. Use a fit of fit_mixed_model or fit_mmrm."
    )
