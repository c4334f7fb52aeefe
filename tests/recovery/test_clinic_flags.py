"""Equal clinics are flagged at 95 % at most 5 times in 100, by every funnel and by the adjusted differences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.outcomes.clinics import EVENTS_ASKED
from analysis.outcomes.clinics.limits import Law, tail_of

from .clinic_flags import DIFFERENCE, ONE, SPREAD, flags, rates
from .clinic_studies import FOUND_ON, draw_clinics

FEW_STUDIES, MANY_STUDIES = 25, 500
MOST = 0.05
# Six measures at a time: one of them passes three Monte Carlo errors by chance less than once in 100 runs.
ERRORS = 3.0
LEAST_HELD = 0.93  # of nominal 0.95, where the variance between clinics is estimated from six


@pytest.fixture(scope="module")
def equal() -> pd.DataFrame:
    return flags(FEW_STUDIES, 6)


def assert_flagged_seldom(found: pd.DataFrame) -> None:
    table = rates(found)
    assert set(table.index) >= {DIFFERENCE, "response", "drop-out", "completeness", EVENTS_ASKED, "events mentioned"}
    assert (table["flagged"] - ERRORS * table["mc_error"] <= MOST).all()
    assert (table["beyond"] <= MOST / 5).all()


def test_six_equal_clinics_are_flagged_at_most_5_times_in_100(equal: pd.DataFrame) -> None:
    assert_flagged_seldom(equal)


def test_events_judged_as_if_patients_were_alike_would_flag_equal_clinics_far_too_often() -> None:
    """What the clustering by patient is for: Poisson limits on the same kind of study."""
    outside = []
    for number in range(FEW_STUDIES):
        study = draw_clinics(6, np.random.default_rng([88, number])).study
        clinic = study.patients.set_index("patient_id")["clinic_id"]
        events = study.adverse_events.query("ascertainment == 'solicited'")["patient_id"].map(clinic).value_counts()
        asked = study.sessions["route"] == FOUND_ON["solicited"]
        sessions = study.sessions.loc[asked, "patient_id"].map(clinic).value_counts().sort_index()
        counts, sizes = (found.reindex(sessions.index, fill_value=0).to_numpy(float) for found in (events, sessions))
        few, many, _ = Law(True, counts.sum() / sizes.sum()).tails(counts, sizes)
        outside.append(np.mean(np.minimum(few, many) < tail_of("95", 1.0)))
    assert np.mean(outside) > 4 * MOST


def test_a_clinic_that_differs_is_flagged_more_often_than_the_others() -> None:
    found = flags(FEW_STUDIES, 6, ONE[1], ONE[2])
    different, others = rates(found[found["clinic"] == 0]), rates(found[found["clinic"] > 0])
    assert (different["flagged"] > others["flagged"] + 0.2).all()


@pytest.mark.slow
@pytest.mark.parametrize("n_clinics", [3, 6, 20])
def test_equal_clinics_are_flagged_at_most_5_times_in_100_in_many_studies(n_clinics: int) -> None:
    assert_flagged_seldom(flags(MANY_STUDIES, n_clinics))


@pytest.mark.slow
@pytest.mark.parametrize("between_sd", [0.7, 1.4])
@pytest.mark.parametrize("n_clinics", [3, 6, 20])
def test_intervals_of_differences_hold_the_truth(n_clinics: int, between_sd: float) -> None:
    table = rates(flags(MANY_STUDIES, n_clinics, between_sd)).loc[[DIFFERENCE, SPREAD]]
    assert (table["held"] + ERRORS * table["held_error"] >= LEAST_HELD).all()
