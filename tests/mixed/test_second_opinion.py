"""The second opinion: agreement, a fit it cannot judge, rows that are not the fit's, and a quarrel."""

from __future__ import annotations

import gc
import warnings
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import ModelRefused, cross_check, fit_mixed_model, prepare_mixed_model, second_opinion

from .drawn import FORMULA, visits

ROWS = visits(40)


@pytest.mark.parametrize("options", [{}, {"method": "ML"}, {"correlated": False}])
def test_statsmodels_agrees_on_a_regular_fit(options: dict[str, object]) -> None:
    rows = visits(80)
    check = cross_check(fit_mixed_model(FORMULA, rows, "patient", "1 + time", **options), rows)
    assert check.agrees
    assert check.checked
    assert check.sentence.startswith("statsmodels agrees: -2 log likelihood differs by ")
    assert abs(check.neg2loglik_difference) < second_opinion.DEVIANCE_TOLERANCE
    assert check.terms["std_error_ratio"].to_numpy() == pytest.approx(1.0, abs=1e-4)


def test_a_cohort_is_checked_on_its_own_patients() -> None:
    chosen = ROWS.loc[ROWS["route"] != "IM", "patient"].unique()
    fit = prepare_mixed_model(FORMULA, ROWS, "patient").fit(patients=chosen)
    check = cross_check(fit, ROWS)
    assert check.agrees
    assert tuple(check.terms.index) == fit.terms


def test_many_patients_are_thinned_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_opinion, "MOST_PATIENTS", 30)
    check = cross_check(fit_mixed_model(FORMULA, ROWS, "patient"), ROWS)
    assert check.agrees
    assert check.sentence.startswith("statsmodels agrees on 30 of the 40 patients:")


def test_a_singular_fit_gets_no_second_opinion() -> None:
    rows = pd.DataFrame({"patient": np.repeat(list("abcd"), 2), "y": [1.0, -1, 2, -2, 0.5, -0.5, 1.5, -1.5]})
    check = cross_check(fit_mixed_model("y ~ 1", rows, "patient"), rows)
    assert not check.agrees
    assert not check.checked
    assert check.sentence == (
        "No second opinion: statsmodels does not reach singular optima reliably, so agreement could not be told from"
        " chance."
    )


def test_other_rows_than_the_fit_s_are_refused() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient")
    with pytest.raises(ModelRefused, match=r"rows of the fit's patients, the fit used \d+\. Give the frame"):
        cross_check(fit, ROWS.iloc[3:])
    with pytest.raises(ModelRefused, match="The data has no column 'patient'"):
        cross_check(fit, ROWS.drop(columns="patient"))


def test_a_quarrel_and_a_warning_are_put_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient")

    class Stubborn:
        def __init__(self, *given: object) -> None:
            pass

        def fit(self, **options: object) -> SimpleNamespace:
            warnings.warn("The optimiser went for a walk.", stacklevel=1)
            return SimpleNamespace(
                llf=-0.5 * (fit.neg2loglik + 0.2),
                fe_params=fit.coefficients,
                cov_re=fit.random_covariance.to_numpy(),
                scale=fit.residual_variance,
            )

    monkeypatch.setattr(second_opinion, "MixedLM", Stubborn)
    check = cross_check(fit, ROWS)
    assert not check.agrees
    assert check.sentence.startswith("statsmodels stopped short of the optimum: -2 log likelihood differs by 2.0e-01")
    assert check.sentence.endswith("It reported: The optimiser went for a walk.")


def test_a_failure_of_statsmodels_is_reported_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, *given: object) -> None:
            raise np.linalg.LinAlgError("Singular matrix.")

    monkeypatch.setattr(second_opinion, "MixedLM", Broken)
    check = cross_check(fit_mixed_model(FORMULA, ROWS, "patient"), ROWS)
    assert not check.checked
    assert check.sentence == "No second opinion: statsmodels failed (Singular matrix)."


def test_the_rows_of_a_fit_are_found_while_they_are_in_use_and_asked_for_afterwards() -> None:
    rows = ROWS.copy()
    fit = fit_mixed_model(FORMULA, rows, "patient")
    assert cross_check(fit).agrees
    del rows
    gc.collect()
    with pytest.raises(ModelRefused) as refused:
        cross_check(fit)
    assert str(refused.value) == "The rows of this fit are no longer in memory. Give them: cross_check(fit, data)."
