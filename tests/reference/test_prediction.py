"""Predictions, residuals and conditional modes against lme4, standard errors against Henderson's equations in R."""

import numpy as np
import pandas as pd
import pytest

from analysis.mixed.diagnose import random_effect_distribution, residuals
from analysis.mixed.predict import predict
from tests.reference.reference_cases import SPECIFICATIONS, case_data, fitted, reference

# R's numbers stand at an optimum found by numerical derivatives, good to about 1e-7 of a standard error; modes and
# variances of the random effects move by up to 2e-6 with it (the project's tolerance for modes).
IN_SE = 1e-6
RELATIVE = 2e-6
CASES = [("sleepstudy", "ris"), ("kat_small", "nuisance")]


def numbers(case: str, model: str) -> dict:
    return reference(case, "predictions")["models"][model]


def label(case: str, model: str, text: str) -> object:
    """R writes every label as text; the frame may hold numbers."""
    return type(fitted(case, model, "REML").patients[0])(text)


@pytest.mark.parametrize(("case", "model"), CASES)
def test_fitted_values_and_residuals_of_every_row_are_lme4_s(case: str, model: str) -> None:
    fit, theirs = fitted(case, model, "REML"), numbers(case, model)["observed"]
    ours = residuals(fit, case_data(case))
    within = IN_SE * fit.sigma
    assert ours["fitted_population"].to_numpy() == pytest.approx(np.array(theirs["population"]), abs=within)
    assert ours["fitted_patient"].to_numpy() == pytest.approx(np.array(theirs["conditional"]), abs=within)
    assert ours["marginal"].to_numpy() == pytest.approx(np.array(theirs["marginal_residuals"]), abs=within)
    assert ours["conditional"].to_numpy() == pytest.approx(np.array(theirs["conditional_residuals"]), abs=within)


@pytest.mark.parametrize(("case", "model"), CASES)
def test_conditional_modes_and_their_variances_are_lme4_s(case: str, model: str) -> None:
    fit, theirs = fitted(case, model, "REML"), numbers(case, model)["modes"]
    table = random_effect_distribution(fit, case_data(case))
    for place, term in enumerate(fit.random_names):
        ours = table[table["term"] == term].set_index("patient")
        ours = ours.loc[[label(case, model, text) for text in theirs["groups"]]]
        assert ours["mode"].to_numpy() == pytest.approx(
            np.array(theirs["values"])[:, place], abs=RELATIVE * ours["mode"].std()
        )
        variances = np.array(theirs["conditional_variance"])[:, place, place]
        assert ours["conditional_sd"].to_numpy() ** 2 == pytest.approx(variances, rel=RELATIVE)


@pytest.mark.parametrize(("case", "model"), CASES)
def test_population_predictions_and_their_standard_errors_are_r_s(case: str, model: str) -> None:
    fit, theirs = fitted(case, model, "REML"), numbers(case, model)
    asked = pd.DataFrame(theirs["newdata"])
    ours = predict(fit, asked)
    assert ours["estimate"].to_numpy() == pytest.approx(
        np.array(theirs["population"]["estimate"]), abs=IN_SE * ours["std_error"].min()
    )
    assert ours["std_error"].to_numpy() == pytest.approx(np.array(theirs["population"]["se"]), rel=RELATIVE)
    score = predict(fit, asked, interval="prediction")
    assert score["std_error"].to_numpy() == pytest.approx(np.array(theirs["new_patient"]["se_value"]), rel=RELATIVE)


@pytest.mark.parametrize(("case", "model"), CASES)
def test_patient_predictions_are_lme4_s_with_the_joint_standard_error(case: str, model: str) -> None:
    fit, theirs = fitted(case, model, "REML"), numbers(case, model)
    column = SPECIFICATIONS[case][model].groups
    for patient, expected in theirs["patient"].items():
        asked = pd.DataFrame(theirs["newdata"]).assign(**{column: label(case, model, patient)})
        ours = predict(fit, asked, level="patient", source=case_data(case))
        assert ours["known_patient"].all()
        assert ours["estimate"].to_numpy() == pytest.approx(np.array(expected["conditional"]), abs=IN_SE * fit.sigma)
        assert ours["std_error"].to_numpy() == pytest.approx(np.array(expected["se"]), rel=RELATIVE)


@pytest.mark.parametrize(("case", "model"), CASES)
def test_a_patient_not_in_the_data_has_the_population_s_mean_and_the_variance_between_patients(
    case: str, model: str
) -> None:
    fit, theirs = fitted(case, model, "REML"), numbers(case, model)
    asked = pd.DataFrame(theirs["newdata"]).assign(**{SPECIFICATIONS[case][model].groups: "nobody"})
    ours = predict(fit, asked, level="patient", source=case_data(case))
    assert not ours["known_patient"].any()
    assert ours["estimate"].to_numpy() == pytest.approx(
        np.array(theirs["new_patient"]["estimate"]), abs=IN_SE * ours["std_error"].min()
    )
    assert ours["std_error"].to_numpy() == pytest.approx(np.array(theirs["new_patient"]["se_mean"]), rel=RELATIVE)
