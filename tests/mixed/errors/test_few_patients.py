"""Few patients, several minima: the fit is the lowest, wherever the search for it begins."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import MixedModelFit, ModelRefused, fit_mixed_model
from analysis.mixed.errors import ladder, scouts, search
from analysis.mixed.errors import profile as profile_module
from analysis.mixed.errors.profile import Profile
from analysis.mixed.errors.scouts import FEW_PATIENTS, Ground
from analysis.mixed.errors.shape import Family
from tests.mixed.fuzz.residual_designs import RANDOM_PARTS, residual_design
from tests.mixed.fuzz.verdicts import judged_residuals

from .dense import irregular

# Random designs of 8 to 11 patients whose best fit is not the one next to equal variances.
SEVERAL_MINIMA = (58, 83, 271)
LOWER = 0.05  # -2 log likelihood between their minima, at least
FOUND = 1e-6  # -2 log likelihood: that of dense matrices and restarts
SLOPE = 1e-5  # relative, of central differences with steps of 1e-6


def fitted(seed: int) -> MixedModelFit:
    design = residual_design(seed)
    return fit_mixed_model(
        "y ~ t + x",
        design.rows,
        "patient",
        RANDOM_PARTS[design.q - 1],
        method=design.method,
        weights="w" if design.weighted else None,
        residual=design.kind,
        residual_time=None if design.kind == "independent" else "t",
        residual_by="level" if design.by else None,
    )


@pytest.mark.parametrize("seed", SEVERAL_MINIMA)
def test_few_patients_are_searched_from_several_places(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged_residuals(residual_design(seed)).worse < FOUND
    best = fitted(seed).neg2loglik
    monkeypatch.setattr(scouts, "SCOUTS", 0)
    assert fitted(seed).neg2loglik > best + LOWER


def test_no_correlation_is_not_returned_where_a_correlation_fits_better() -> None:
    structure = fitted(58).residual_structure
    assert structure.range_days is not None
    assert structure.range_days > 10


def test_no_correlation_is_returned_where_every_descent_ends_higher() -> None:
    """A drawn set of 21 patients: from every rung the search ends at two days, which is worse than none."""
    rows = pd.read_csv(Path(__file__).parent / "no_correlation.csv")
    options = {"random": "1 + t", "residual_by": "g"}
    plain = fit_mixed_model("y ~ t + x", rows, "patient", **options)
    fit = fit_mixed_model("y ~ t + x", rows, "patient", residual="exponential", residual_time="t", **options)
    assert fit.residual_structure.range_days == 0.0
    assert fit.neg2loglik == pytest.approx(plain.neg2loglik, abs=1e-9)


def test_ar1_may_begin_at_no_correlation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every other rung is worse than none, the end is not."""
    rows = irregular(m=60, reach=0.0, seed=5)
    usual = fit_mixed_model("y ~ day", rows, "patient", residual="ar1", residual_time="visit")
    monkeypatch.setattr(ladder, "VISIT_LADDER", (0.97, 0.99))
    again = fit_mixed_model("y ~ day", rows, "patient", residual="ar1", residual_time="visit")
    assert again.neg2loglik == pytest.approx(usual.neg2loglik, abs=1e-8)


def test_a_search_that_is_refused_on_its_way_goes_on_where_scouts_lead() -> None:
    """Eight patients whose random slope is fifty times a level's residual variance."""
    assert judged_residuals(residual_design(40)).worse < FOUND


def test_from_thirty_patients_on_nobody_scouts(monkeypatch: pytest.MonkeyPatch) -> None:
    def scouted(*_: object) -> None:
        raise AssertionError("a scout was sent")

    monkeypatch.setattr(scouts, "_descended", scouted)
    fit_mixed_model("y ~ day", irregular(m=FEW_PATIENTS), "patient", residual_by="route")
    with pytest.raises(AssertionError, match="a scout was sent"):
        fit_mixed_model("y ~ day", irregular(m=FEW_PATIENTS - 1), "patient", residual_by="route")


@pytest.mark.parametrize("seed", [58, 40, 83])
def test_scouts_descend_by_the_derivative_of_the_deviance(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    grounds: list[Ground] = []

    def noted(profile: Profile, family: Family) -> list[scouts.Sighting]:
        grounds.append(Ground(profile, family))
        return []

    monkeypatch.setattr(search, "sightings", noted)
    try:
        fitted(seed)
    except ModelRefused:
        assert seed == 40
    free = grounds[-1].start(np.random.default_rng(1))
    _, gradient = grounds[-1].with_gradient(free)
    for entry, unit in enumerate(np.eye(len(free)) * 1e-6):
        slope = (grounds[-1].with_gradient(free + unit)[0] - grounds[-1].with_gradient(free - unit)[0]) / 2e-6
        assert slope == pytest.approx(gradient[entry], rel=SLOPE, abs=1e-4)


def test_a_start_that_leads_nowhere_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = irregular(m=FEW_PATIENTS)
    usual = fit_mixed_model("y ~ day", rows, "patient", residual_by="route")
    optimise = profile_module.optimise

    def without_start(data: object, reml: bool, correlated: bool, start: object = None) -> object:
        if start is not None:
            raise ModelRefused("A poor start.", "Take another.")
        return optimise(data, reml, correlated)

    monkeypatch.setattr(profile_module, "optimise", without_start)
    again = fit_mixed_model("y ~ day", rows, "patient", residual_by="route")
    assert again.neg2loglik == pytest.approx(usual.neg2loglik, abs=1e-8)


def test_limits_beyond_a_double_overflow_nowhere() -> None:
    """The upper limit of a variance that the rows hardly know."""
    assert np.isfinite(Family("independent", ("IM", "IV"), 1.0).variance_ratios(np.array([400.0]))).all()
