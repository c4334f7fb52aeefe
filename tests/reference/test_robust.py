"""Robust covariances against clubSandwich (R, package clubSandwich, on lme4's fits; numbers from r/robust.R)."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.mixed import fit_mixed_model
from analysis.mixed.compare.robust import robust_covariance

from .reference_cases import case_data, fitted, patsy_term, reference

CASES = [("sleepstudy", "ris"), ("orthodont", "risx"), ("kat_small", "nuisance"), ("sim_regular_300", "ris")]
SAME = 2e-6  # relative; R's own optimum is at about 1e-7 in theta, and standard errors carry that
BALANCED = 2e-6  # in designs where every patient has the same rows, Kauermann-Carroll and CR2 are one thing
DEFINITIONS_APART = 2e-3  # elsewhere CR2 takes another root of I - H: up to 2.4e-4 with 300 patients, 1.3e-3 with 96


def standard_errors_of_r(case: str, model: str, kind: str, terms: tuple[str, ...]) -> np.ndarray:
    errors = {patsy_term(term): se for term, se in reference(case, "robust")["models"][model][kind]["se"].items()}
    return np.array([errors[frozenset(term.split(":"))] for term in terms])


@pytest.mark.parametrize(("case", "model"), CASES)
def test_cr0_is_clubsandwich_s(case: str, model: str) -> None:
    fit = fitted(case, model, "REML")
    ours = np.sqrt(np.diag(robust_covariance(fit, "CR0", case_data(case))))
    assert ours == pytest.approx(standard_errors_of_r(case, model, "CR0", fit.terms), rel=SAME)


@pytest.mark.parametrize(("case", "model"), CASES)
def test_kauermann_carroll_is_cr2_in_balanced_designs_and_near_it_in_others(case: str, model: str) -> None:
    fit = fitted(case, model, "REML")
    ours = np.sqrt(np.diag(robust_covariance(fit, "KC", case_data(case))))
    tolerance = BALANCED if case in ("sleepstudy", "orthodont") else DEFINITIONS_APART
    assert ours == pytest.approx(standard_errors_of_r(case, model, "CR2", fit.terms), rel=tolerance)


@pytest.mark.parametrize(("case", "model"), CASES)
def test_cr2_is_clubsandwich_s(case: str, model: str) -> None:
    fit = fitted(case, model, "REML")
    ours = np.sqrt(np.diag(robust_covariance(fit, "CR2", case_data(case))))
    assert ours == pytest.approx(standard_errors_of_r(case, model, "CR2", fit.terms), rel=SAME)


def test_the_whole_matrix_not_only_its_diagonal() -> None:
    of_r = np.array(reference("sleepstudy", "robust")["models"]["ris"]["CR2"]["vcov"])
    ours = robust_covariance(fitted("sleepstudy", "ris", "REML"), "KC", case_data("sleepstudy"))
    assert ours.to_numpy() == pytest.approx(of_r, rel=SAME)
    assert list(ours.columns) == ["Intercept", "Days"]


CLINICS = {"intercepts": ("1", "1"), "slopes_at_both": ("1 + time", "1 + time")}


@pytest.mark.parametrize("model", list(CLINICS))
def test_with_patients_in_clinics_the_clinics_are_what_is_independent(model: str) -> None:
    rows = case_data("nested_clinics")
    random, outer = CLINICS[model]
    fit = fit_mixed_model(
        "score ~ time * route + baseline", rows, "patient", random, nested_in="clinic", nested_random=outer
    )
    for kind in ("CR0", "CR2"):
        errors = np.sqrt(np.diag(robust_covariance(fit, kind)))
        assert errors == pytest.approx(standard_errors_of_r("nested_clinics", model, kind, fit.terms), rel=SAME)
