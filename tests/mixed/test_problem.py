"""The problem behind a fit: the same from every source, and the sources that are not the fit's."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from analysis.mixed import ModelRefused, fit_mixed_model, fit_mmrm, prepare_mixed_model
from analysis.mixed.problem import problem_of

from .drawn import FORMULA, visits
from .nested.drawn import clinic_visits

ROWS = visits(40)
MODEL = prepare_mixed_model(FORMULA, ROWS, "patient", "1 + time")
ROUNDING = 1e-9  # relative: sums of the same numbers in another order, some after a change of basis
OTHER_VALUES = (
    "The data holds the fit's patients, but not the values that were fitted: the likelihood differs. Give the frame"
    " that was fitted."
)


@pytest.mark.parametrize("chosen", [None, range(5, 30), ROWS.loc[ROWS["route"] != "IM", "patient"].unique()])
@pytest.mark.parametrize("source", [MODEL, ROWS, None])
def test_every_source_gives_the_optimum_of_the_fit(chosen: object, source: object) -> None:
    fit = MODEL.fit(patients=chosen)
    problem = problem_of(fit, source)
    assert problem.deviance == pytest.approx(fit.neg2loglik, abs=1e-8)
    squares = problem.squares()
    total = problem.working.data.total
    assert np.abs(squares.sum(axis=2) - total).max() < ROUNDING * np.abs(total).max()
    assert set(problem.patients) == set(fit.patients)
    assert int(problem.counts.sum()) == fit.n_rows
    assert problem.at.score is not None
    modes = problem.working.outcome_scale * problem.model.random_basis.transform @ problem.at.covariance
    order = fit.patients.get_indexer(problem.patients)
    assert modes @ problem.at.score == pytest.approx(fit.modes[:, order], abs=1e-6)


def test_clinics_are_part_of_the_problem() -> None:
    rows = clinic_visits()
    options = {"random": "1 + time", "nested_in": "clinic", "nested_random": "1 + time"}
    model = prepare_mixed_model(FORMULA, rows, "patient", **options)
    fit = model.fit()
    for source in (model, rows, None):
        assert problem_of(fit, source).deviance == pytest.approx(fit.neg2loglik, abs=1e-8)
        assert problem_of(fit, source).random_transform.shape == (4, 4)


def refusal(fit: object, source: object = None) -> str:
    with pytest.raises(ModelRefused) as refused:
        problem_of(fit, source)  # type: ignore[arg-type]
    return str(refused.value)


def test_another_prepared_model_is_refused() -> None:
    fit = MODEL.fit()
    other = prepare_mixed_model("y ~ time", ROWS, "patient")
    assert refusal(fit, other) == (
        "The prepared model is 'y ~ time' with random part '1'; the fit is 'y ~ time * route + baseline' with '1 +"
        " time', or they differ in correlated, groups or clinics. Give the prepared model that the fit came from."
    )
    some = prepare_mixed_model(FORMULA, ROWS[ROWS["patient"] > 3], "patient", "1 + time")
    assert refusal(fit, some) == (
        "The prepared model lacks 4 of the fit's 40 patients. Give the prepared model that the fit came from."
    )


def test_rows_that_are_gone_fewer_or_changed_are_refused() -> None:
    fit = MODEL.fit()
    assert refusal(fit, ROWS.iloc[1:]) == (
        f"The data holds {len(ROWS) - 1} rows of the fit's patients, the fit used {len(ROWS)}. Give the frame that was"
        " fitted."
    )
    assert refusal(fit, ROWS.assign(y=ROWS["y"] * 1.001)) == OTHER_VALUES
    assert refusal(fit, ROWS.assign(route=ROWS["route"].replace("IM", "IV"))) == OTHER_VALUES
    assert refusal(fit, ROWS.drop(columns="patient")) == (
        "The data has no column 'patient'. Give the frame that was fitted."
    )
    gone = fit_mixed_model(FORMULA, ROWS.copy(), "patient")
    gc.collect()
    assert refusal(gone) == "The rows of this fit are no longer in memory. Give them: source=data."


def test_fits_whose_residuals_have_parameters_are_refused() -> None:
    expected = (
        "This is worked out from per-patient sums, which only a mixed model with independent residuals has. Use a fit"
        " of fit_mixed_model without residual and residual_by."
    )
    assert refusal(fit_mixed_model("y ~ time", ROWS, "patient", residual_by="route")) == expected
    assert refusal(fit_mmrm("y ~ time", ROWS, "patient", "time", covariance="cs")) == expected
