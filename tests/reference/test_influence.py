"""Estimates without one patient against R: at fixed variance parameters, and fitted again by lme4."""

import numpy as np
import pytest

from analysis.mixed.diagnose import influence, refit_without
from tests.reference.reference_cases import case_data, fitted, in_order_of, reference

IN_SE = 1e-6  # R's optimum is good to about 1e-7 standard errors
RELATIVE = 1e-5  # Cook's distance is a square of differences of that accuracy, small for most patients
COOK_ABSOLUTE = 1e-8  # and below this a distance says nothing
N_REFITTED = 5
CASES = [("sleepstudy", "ris"), ("kat_small", "nuisance")]


def label(case: str, model: str, text: str) -> object:
    return type(fitted(case, model, "REML").patients[0])(text)


@pytest.mark.parametrize(("case", "model"), CASES)
def test_leaving_a_patient_out_gives_r_s_generalised_least_squares_without_that_patient(case: str, model: str) -> None:
    fit, theirs = fitted(case, model, "REML"), reference(case, "influence")["models"][model]["fixed_covariance"]
    ours = influence(fit, case_data(case))
    errors = np.sqrt(np.diag(fit.coefficient_covariance))
    assert len(theirs) == len(ours.patients)
    assert ours.notes == ()
    for text, expected in theirs.items():
        patient = label(case, model, text)
        estimates = np.array(in_order_of(list(fit.terms), expected["fixef"]))
        assert (ours.without.loc[patient].to_numpy() - estimates) / errors == pytest.approx(0.0, abs=IN_SE)
        row = ours.patients.loc[patient]
        assert row["cooks_distance"] == pytest.approx(expected["cooks_distance"], rel=RELATIVE, abs=COOK_ABSOLUTE)
        assert row["covariance_ratio"] == pytest.approx(expected["covariance_ratio"], rel=RELATIVE)


@pytest.mark.parametrize(("case", "model"), CASES)
def test_fitting_again_without_the_most_influential_gives_lme4_s_fit_of_the_others(case: str, model: str) -> None:
    fit, theirs = fitted(case, model, "REML"), reference(case, "influence")["models"][model]["refitted"]
    distances = influence(fit, case_data(case)).patients["cooks_distance"]
    most = distances.nlargest(N_REFITTED).index
    ours = refit_without(fit, most, case_data(case))
    errors = np.sqrt(np.diag(fit.coefficient_covariance))
    for patient in most:
        expected, row = theirs[str(patient)], ours.loc[patient]
        assert (row["status"] == "singular") == expected["singular"]
        assert row["residual_variance"] == pytest.approx(expected["sigma2"], rel=RELATIVE)
        assert row["cooks_distance"] == pytest.approx(expected["cooks_distance"], rel=RELATIVE)
        estimates = np.array(in_order_of(list(fit.terms), expected["fixef"]))
        gap = (row[list(fit.terms)].to_numpy(dtype=float) - estimates) / errors
        assert gap == pytest.approx(0.0, abs=IN_SE)
