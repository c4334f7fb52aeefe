"""Random designs, half of them singular: a fit is refused with a sentence, or no restart finds a lower deviance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from .designs import EASY, RandomDesign, random_design
from .kinds import KINDS
from .residual_designs import ResidualCovariance, residual_design
from .rivals import RandomEffects, Rival
from .verdicts import Verdict, complaints
from .visit_designs import VisitCovariance, visit_design

# Seconds of the default run are spent on the plain model; the slow run is the full number of each kind.
FEW = {"patients": range(36), "clinics": range(12), "MMRM": range(24), "residuals": range(12)}
FEW |= {"cohorts": range(20), "cohorts-in-clinics": range(8)}
MANY = {kind: range(500) for kind in KINDS} | {"patients": range(2_000)}
# A cohort of a difficult design may be too few; a singular covariance of visits must be refused.
MOST_REFUSED = {
    "patients": 0.02,
    "clinics": 0.05,
    "MMRM": 0.3,
    "residuals": 0.05,
    "cohorts": 0.1,
    "cohorts-in-clinics": 0.2,
}
SLOPE = 1e-5  # relative, of central differences with steps of 1e-6


def assert_no_complaints(verdicts: list[Verdict]) -> None:
    said = [line for verdict in verdicts for line in complaints(verdict)]
    assert not said, "\n".join(said)


@pytest.mark.parametrize("kind", KINDS)
def test_no_restart_beats_a_fit_of_a_random_design(kind: str) -> None:
    verdicts = [KINDS[kind](seed) for seed in FEW[kind]]
    assert_no_complaints(verdicts)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_restart_beats_a_fit_of_thousands_of_random_designs(kind: str) -> None:
    verdicts = [KINDS[kind](seed) for seed in MANY[kind]]
    assert_no_complaints(verdicts)
    refused = np.mean([verdict.status == "refused" for verdict in verdicts])
    assert refused <= MOST_REFUSED[kind]


def test_half_of_the_designs_are_singular_by_construction_and_every_trouble_occurs() -> None:
    designs = [random_design(seed) for seed in range(200)]
    assert sum(EASY in design.traits for design in designs) == len(designs) / 2
    assert len({trait for design in designs for trait in design.traits}) == 10


def test_a_seed_is_a_design_and_a_failure_names_it() -> None:
    again, once = random_design(17), random_design(17)
    assert again.rows.equals(once.rows)
    verdict = Verdict(once, "converged", worse=0.25)
    assert complaints(verdict)[0].startswith("a restart is 0.25 lower than the converged fit of seed 17: 'y ~ ")
    assert complaints(Verdict(once, "singular", unsteady="status differs"))[0].startswith("status differs: seed 17: ")
    refused = Verdict(once, "refused", refusal="The optimiser could not certify that it reached the best fit.")
    assert "could not certify" in complaints(refused)[0]


@pytest.mark.parametrize(
    "rival",
    [
        lambda: RandomEffects(random_design(4)),
        lambda: RandomEffects(random_design(9, nested=True)),
        lambda: VisitCovariance(visit_design(3), "unstructured"),
        lambda: VisitCovariance(visit_design(3), "toeplitzh"),
        lambda: VisitCovariance(visit_design(6), "ar1h"),
        lambda: VisitCovariance(visit_design(6), "cs"),
        lambda: ResidualCovariance(residual_design(1)),
        lambda: ResidualCovariance(residual_design(2)),
        lambda: ResidualCovariance(residual_design(4)),
    ],
)
def test_the_rival_s_gradient_is_that_of_its_deviance(rival: Callable[[], Rival]) -> None:
    made = rival()
    free = 0.3 * np.random.default_rng(0).normal(size=made.size())
    value, gradient = made.with_gradient(free)
    assert np.isfinite(value)
    for entry, unit in enumerate(np.eye(len(free)) * 1e-6):
        slope = (made.with_gradient(free + unit)[0] - made.with_gradient(free - unit)[0]) / 2e-6
        assert slope == pytest.approx(gradient[entry], rel=SLOPE, abs=1e-4)


def test_the_plain_arrays_are_the_rows_without_units() -> None:
    for design in map(random_design, range(40)):
        assert_same_numbers(design)


def assert_same_numbers(design: RandomDesign) -> None:
    units, rows = design.units, design.rows
    assert np.allclose(rows["y"], units.outcome_unit * (units.outcome_origin + design.y), rtol=1e-9)
    if design.z.shape[1] > 1:
        assert np.allclose(rows["t"], units.t_unit * (units.t_origin + design.z[:, 1]))
