"""Time to response and relapse after it: drawn courses followed by hand, and a loop over the sample study."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.outcomes.durability import after_response, durability, first_reach, moderate_from, read_courses
from analysis.outcomes.response import cutoffs
from analysis.study import Study
from analysis.vocabulary import instrument
from tests.drawn import drawn_study
from tests.outcomes.response.slow_rates import read_patient

from .slow_courses import after_response as slow_after_response
from .slow_courses import first_response

PHQ9 = instrument("PHQ-9")
OF = cutoffs(PHQ9, PHQ9.remission_default)
PATIENTS = "patient_id clinic_id primary_diagnosis\n" + "\n".join(f"{code} C01 MDD" for code in "abcdefgh")
# c has a booster on day 50 (its seventh session); d one on day 60, the day of a score.
SESSIONS = "patient_id session_number day route\n" + "\n".join(
    [f"{code} 1 0 IV" for code in "abefgh"]
    + [f"c {n} {day} IM" for n, day in enumerate((0, 4, 8, 12, 16, 20, 50), 1)]
    + [f"d {n} {day} IM" for n, day in enumerate((0, 4, 8, 12, 16, 20, 60), 1)]
)
SCORES = """
patient_id day instrument score
a 0 PHQ-9 20
a 7 PHQ-9 12
a 28 PHQ-9 6
a 42 PHQ-9 14
a 56 PHQ-9 15
a 70 PHQ-9 5
b 0 PHQ-9 20
b 28 PHQ-9 8
b 42 PHQ-9 12
b 56 PHQ-9 7
b 70 PHQ-9 13
c 0 PHQ-9 18
c 14 PHQ-9 9
c 28 PHQ-9 5
c 56 PHQ-9 17
c 63 PHQ-9 16
d 0 PHQ-9 16
d 28 PHQ-9 6
d 60 PHQ-9 12
d 74 PHQ-9 13
e 0 PHQ-9 24
e 28 PHQ-9 12
e 42 PHQ-9 11
e 56 PHQ-9 12
f 0 PHQ-9 16
f 28 PHQ-9 7
g 0 PHQ-9 15
g 28 PHQ-9 13
h 3 PHQ-9 15
"""


@pytest.fixture(scope="module")
def study() -> Study:
    return drawn_study(PATIENTS, SESSIONS, SCORES)


def test_the_first_response_is_at_the_first_score_that_shows_it(study: Study) -> None:
    reach = first_reach(read_courses(study, "PHQ-9"), OF, "Response")
    assert reach.patient.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert reach.days.tolist() == [28, 28, 14, 28, 28, 28, 28]
    assert reach.sessions.tolist() == [1, 1, 4, 6, 1, 1, 1]
    assert reach.event.tolist() == [True] * 6 + [False]


def test_relapse_needs_two_scores_in_a_row_and_is_dated_at_the_first(study: Study) -> None:
    found = after_response(read_courses(study, "PHQ-9"), PHQ9, OF)
    # a: 14 and 15 from day 42. b: never two in a row. c: booster on day 50. d: the score of day 60 comes before the
    # session of that day. e: still at half of 24, and was moderate all along. f: never scored again. g: no response.
    assert found.patient.tolist() == [0, 1, 2, 3, 4]
    assert found.days.tolist() == [14, 42, 22, 32, 28]
    assert found.status.tolist() == [1, 0, 2, 1, 0]
    assert (found.n_responders, found.n_unconfirmed) == (6, 1)


def test_follow_up_may_start_at_the_first_response(study: Study) -> None:
    found = after_response(read_courses(study, "PHQ-9"), PHQ9, OF, "first response")
    assert found.days.tolist() == [14, 42, 36, 32, 28]
    assert found.status.tolist() == [1, 0, 2, 1, 0]


def test_the_result_counts_what_became_of_responders(study: Study) -> None:
    after = durability(study).after
    assert after is not None
    assert (after.n_responders, after.n_followed, after.n_relapsed, after.n_boosted, after.n_unconfirmed) == (
        6, 5, 2, 1, 1,
    )  # fmt: skip
    # Of five: one relapse on day 14, the booster on day 22, all before anybody is lost (day 28).
    week4 = after.incidence.set_index("day").loc[28.0]
    assert (week4["relapsed"], week4["boosted"]) == pytest.approx((1 / 5, 1 / 5))
    # Boosters as no longer followed: 4/5 after day 14.
    assert week4["kept"] == pytest.approx(0.8)


def test_days_responding_and_days_lost_add_up_to_the_horizon(study: Study, sample_study: Study) -> None:
    for one in (study, sample_study):
        after = durability(one).after
        assert after is not None
        assert after.kept_days.estimate + sum(after.days_lost.values()) == pytest.approx(after.horizon)


def test_published_durability_is_shown_only_on_its_own_instrument_and_route(study: Study) -> None:
    found = durability(study).after
    assert found is not None
    assert [(one.weeks, one.share) for one in found.published] == [(4, 0.8), (8, 0.6)]
    other = durability(study, "MADRS").after
    assert other is not None
    assert other.published == ()


def test_an_instrument_without_a_moderate_band_has_the_first_rule_only() -> None:
    assert moderate_from(PHQ9) == 10
    assert moderate_from(instrument("GAD-7")) is None


@pytest.mark.parametrize("name", ["PHQ-9", "MADRS"])
def test_the_sample_study_agrees_with_a_loop_over_patients(sample_study: Study, name: str) -> None:
    few = sample_study.keep_patients(np.arange(len(sample_study.patients)) % 5 == 0)
    item = instrument(name)
    courses = read_courses(few, name)
    reach = first_reach(courses, cutoffs(item, None), "Response")
    ours = dict(zip(reach.patient.tolist(), zip(reach.days.tolist(), reach.event.tolist(), strict=True), strict=True))
    found = after_response(courses, item, cutoffs(item, None))
    followed = dict(
        zip(found.patient.tolist(), zip(found.days.tolist(), found.status.tolist(), strict=True), strict=True)
    )
    n_events = 0
    for place, code in enumerate(few.patients["patient_id"]):
        patient = read_patient(few, code, name)
        assert ours.get(place) == (None if patient is None else first_response(patient)), code
        expected = slow_after_response(few, code, name)
        assert followed.get(place) == expected, code
        n_events += expected is not None and expected[1] > 0
    assert n_events > 5 or name == "MADRS"


def test_the_order_of_rows_changes_nothing(sample_study: Study) -> None:
    rows = sample_study.assessments.sample(frac=1, random_state=3)
    shuffled = Study.from_tables("shuffled", sample_study.tables | {"assessments": rows})
    first, second = (durability(one).after for one in (sample_study, shuffled))
    assert first is not None
    assert second is not None
    assert first.incidence.equals(second.incidence)
