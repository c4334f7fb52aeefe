"""Departures of clinics against lme4 and a dense solution of Henderson's equations, funnels against base R.

The scripts are r/clinic_departures.R and r/funnels.R.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from analysis.mixed import ClinicDepartures, clinic_departures
from analysis.outcomes.clinics.funnel import dispersion, patient_clustering
from analysis.outcomes.clinics.limits import Law, tail_of

from .reference_cases import CASES, case_data
from .test_against_lme4 import MODES_IN_SD, RELATIVE
from .test_nested_against_lme4 import fitted

DEPARTURES = json.loads((CASES / "nested_clinics" / "departures.json").read_text())["models"]
FUNNELS = json.loads((CASES / "funnels" / "reference.json").read_text())
TAILS = 1e-9  # relative: incomplete beta functions of two libraries
DIFFERENCED = 1e-5  # relative: lmerTest's Hessian and the derivatives of the variance are numerical
ROOT = 1e-6  # relative: R's uniroot stops there
NEAR = 1e-7  # relative: a limit is a difference of tails over a probability, each good to about 1e-10
LEVELS = ("95", "99.8")


@pytest.fixture(scope="module", params=DEPARTURES)
def model(request: pytest.FixtureRequest) -> tuple[ClinicDepartures, dict]:
    fit = fitted("nested_clinics", request.param, "REML")
    return clinic_departures(fit, case_data("nested_clinics")), DEPARTURES[request.param]


def test_modes_are_those_of_lme4(model) -> None:
    ours, theirs = model
    assert list(ours.clinics) == theirs["clinics"]
    assert np.abs(ours.modes - theirs["modes"]).max() / theirs["between_sd"] < MODES_IN_SD
    assert ours.between_sd == pytest.approx(theirs["between_sd"], rel=RELATIVE)


def test_the_error_covariance_of_all_clinics_is_henderson_s(model) -> None:
    ours, theirs = model
    expected = np.array(theirs["error_covariance"])
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert (np.abs(ours.covariance - expected) / scale).max() < 2 * RELATIVE


def test_the_error_s_degrees_of_freedom_are_satterthwaite_s(model) -> None:
    ours, theirs = model
    found = ours.combined(np.eye(len(ours.modes)))
    assert np.abs(found["df"] / theirs["error_df"] - 1).max() < DIFFERENCED


def test_the_error_is_larger_than_lme4_s_conditional_variance_which_takes_the_fixed_effects_as_known(model) -> None:
    ours, theirs = model
    assert (np.diag(ours.covariance) > np.array(theirs["cond_var"]) * (1 + 1e-6)).all()


def test_the_spread_between_clinics_has_the_q_profile_interval_of_contrasts(model) -> None:
    ours, theirs = model
    assert ours.between_interval() == pytest.approx(theirs["between_interval"], rel=ROOT)


@pytest.mark.parametrize("case", FUNNELS["counts"], ids=lambda case: f"{case['kind']} {case['count']}/{case['size']}")
def test_tails_deviates_and_limits_of_a_count_are_those_of_base_r(case) -> None:
    law = Law(case["kind"] == "rate", case["centre"], case["within"])
    count, size = np.array([float(case["count"])]), np.array([float(case["size"])])
    few, many, _ = law.tails(count, size)
    assert few[0] == pytest.approx(case["few"], rel=TAILS)
    assert many[0] == pytest.approx(case["many"], rel=TAILS)
    assert law.z(count, size)[0] == pytest.approx(case["z"], abs=TAILS)
    for level in LEVELS:
        tail = tail_of(level, case["dispersion"])
        found = law.low(size, tail)[0], law.high(size, tail)[0]
        assert found == pytest.approx(case["limits"][level], rel=NEAR, abs=NEAR)


@pytest.mark.parametrize("case", FUNNELS["dispersions"], ids=lambda case: f"{len(case['z'])} clinics")
def test_overdispersion_is_the_mean_square_of_winsorised_deviates(case) -> None:
    assert dispersion(np.array(case["z"])) == pytest.approx(case["dispersion"], rel=TAILS)


def test_clustering_by_patient_is_pooled_within_clinics() -> None:
    case = FUNNELS["clustering"]
    events, sessions = (np.array(case[name], dtype=float) for name in ("events", "sessions"))
    found = patient_clustering(events, sessions, np.array(case["clinic"]), 4)
    assert found == pytest.approx(case["within"], rel=TAILS)
