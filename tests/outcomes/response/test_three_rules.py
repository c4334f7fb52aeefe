"""Outcomes under three rules: drawn studies counted by hand, and a slow loop over patients."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from analysis.outcomes.response import OUTCOMES, WINDOW_NAMES, ResponseSettings, response, wilson
from analysis.outcomes.response.three_rules import COUNTS, RULES
from analysis.study import Study
from tests.drawn import drawn_study

from .slow_rates import read_patients, slow_counts

PATIENTS = "patient_id clinic_id primary_diagnosis\n" + "\n".join(f"{code} C01 MDD" for code in "abcdefn")
# a to d on IV, e and f on IM; n never started. e's course is slow: its sixth session is on day 40.
SESSIONS = """
patient_id session_number day route
a 1 0 IV
b 1 0 IV
c 1 0 IV
d 1 0 IV
e 1 0 IM
e 2 8 IM
e 3 16 IM
e 4 24 IM
e 5 32 IM
e 6 40 IM
f 1 0 IM
"""
# a responds (20 to 10) and remits by day 60; b is better early and lost; c worsens by 7; d has no later score;
# e is judged around day 40, not 28; f has 4 before and nothing to remit from.
SCORES = """
patient_id day instrument score
a -2 PHQ-9 20
a 28 PHQ-9 10
a 60 PHQ-9 4
b 0 PHQ-9 18
b 7 PHQ-9 9
c 0 PHQ-9 12
c 30 PHQ-9 19
d 0 PHQ-9 15
e 0 PHQ-9 16
e 28 PHQ-9 12
e 41 PHQ-9 8
f 0 PHQ-9 4
f 27 PHQ-9 4
n 0 PHQ-9 20
"""


@pytest.fixture(scope="module")
def study() -> Study:
    return drawn_study(PATIENTS, SESSIONS, SCORES)


def counts(study: Study, window: str, outcome: str, route: str = "all") -> list[int]:
    rates = response(study, "PHQ-9", ResponseSettings(reliability=0.8, sd=5.0)).rates
    chosen = (rates["window"] == window) & (rates["outcome"] == outcome) & (rates["route"] == route)
    return rates.loc[chosen, list(COUNTS)].iloc[0].tolist()


def test_response_at_the_end_of_induction_is_counted_by_hand(study: Study) -> None:
    # Able: a to f. Scored: a, c, e (day 41), f. Reached: a, e. Any later score by then: b too, who had reached it.
    assert counts(study, "end of induction", "Response") == [6, 4, 2, 5, 3]
    assert counts(study, "end of induction", "Response", "IV") == [4, 2, 1, 3, 2]
    assert counts(study, "end of induction", "Response", "IM") == [2, 2, 1, 2, 1]


def test_a_slow_course_is_judged_at_its_own_end_and_not_on_day_28(study: Study) -> None:
    assert counts(study, "day 28", "Response") == [6, 4, 1, 5, 2]


def test_who_is_in_remission_before_can_neither_reach_nor_miss_it(study: Study) -> None:
    assert counts(study, "day 60", "Remission") == [5, 1, 1, 4, 1]


def test_deterioration_is_a_rise_of_the_points_that_people_notice(study: Study) -> None:
    # Six points on PHQ-9; the baseline must leave room for them: all of 20, 18, 12, 15, 16 and 4 do.
    assert counts(study, "end of induction", "Deterioration") == [6, 4, 1, 5, 1]


def test_reliable_change_needs_more_than_its_limit(study: Study) -> None:
    # 1.96 * 5 * sqrt(2 * 0.2) = 6.198 points: a (10) and e (8) beyond it; f cannot fall that far.
    assert counts(study, "end of induction", "Reliable change") == [5, 3, 2, 4, 3]


def test_the_bounds_are_none_and_all_of_the_patients_without_a_score(study: Study) -> None:
    row = response(study).rates.iloc[0]
    assert (row["lowest"], row["highest"]) == (2 / 6, 4 / 6)
    assert row["observed share"] == 2 / 4
    assert row["drop-out as non-response share"] == 2 / 6
    assert row["last score share"] == 3 / 5


# R 4.2.2: prop.test(2, 4, correct = FALSE)$conf.int, prop.test(2, 6, ...), prop.test(3, 5, ...)
R_INTERVALS = {
    "observed": (0.1500390, 0.8499610),
    "drop-out as non-response": (0.0967714, 0.7000067),
    "last score": (0.2307243, 0.8823792),
}


def test_the_intervals_are_those_of_r(study: Study) -> None:
    row = response(study).rates.iloc[0]
    for rule, limits in R_INTERVALS.items():
        assert (row[f"{rule} ci_low"], row[f"{rule} ci_high"]) == pytest.approx(limits, abs=1e-6)


@pytest.mark.parametrize("name", ["PHQ-9", "MADRS", "GAD-7"])
def test_every_count_of_the_sample_study_agrees_with_a_loop_over_patients(sample_study: Study, name: str) -> None:
    few = sample_study.keep_patients(np.arange(len(sample_study.patients)) % 8 == 0)
    result = response(few, name, ResponseSettings(reliability=0.85, sd=5.0))
    patients = read_patients(few, name)
    assert result.reliable is not None
    for window in ("end of induction", "day 7", "day 90"):
        for outcome in OUTCOMES:
            for route in ("all", "IM"):
                rows = result.rates.query("window == @window and outcome == @outcome and route == @route")
                if not len(rows):
                    assert outcome in ("Response", "Remission", "Deterioration", "Meaningful change")
                    continue
                slow = slow_counts(patients, name, window, outcome, route, result.reliable.points)
                assert rows[list(COUNTS)].iloc[0].tolist() == slow, (window, outcome, route)


@pytest.mark.slow
def test_the_whole_sample_study_agrees_with_a_loop_over_patients(sample_study: Study) -> None:
    result = response(sample_study, "PHQ-9", ResponseSettings(reliability=0.85, sd=5.0))
    patients = read_patients(sample_study, "PHQ-9")
    assert result.reliable is not None
    for window in WINDOW_NAMES:
        row = result.rates.query("window == @window and outcome == 'Response' and route == 'all'")
        slow = slow_counts(patients, "PHQ-9", window, "Response", "all", result.reliable.points)
        assert row[list(COUNTS)].iloc[0].tolist() == slow


def test_routes_add_up_to_everyone_and_who_reached_it_are_among_those_scored(sample_study: Study) -> None:
    rates = response(sample_study, "PHQ-9", ResponseSettings(reliability=0.8)).rates
    everyone = rates[rates["route"] == "all"].set_index(["window", "outcome"])[list(COUNTS)]
    routes = rates[rates["route"] != "all"].groupby(["window", "outcome"])[list(COUNTS)].sum()
    assert (everyone.sort_index() == routes.sort_index()).to_numpy().all()
    assert (rates["n_reached"] <= rates["n_scored"]).all()
    assert (rates["n_scored"] <= rates["n_later"]).all()
    assert (rates["n_later"] <= rates["n_able"]).all()
    assert (rates["lowest"] <= rates["highest"]).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.integers(1, 400))
def test_wilson_agrees_with_statsmodels_and_stays_between_0_and_1(k: int, more: int) -> None:
    share, low, high = (float(part[0]) for part in wilson(np.array([k * 1.0]), np.array([k + more * 1.0])))
    assert (low, high) == pytest.approx(proportion_confint(k, k + more, method="wilson"), abs=1e-12)
    assert 0 <= low <= share <= high <= 1


def test_a_share_of_nobody_is_missing() -> None:
    assert all(np.isnan(part[0]) for part in wilson(np.array([0.0]), np.array([0.0])))


@pytest.mark.parametrize("name", ["PHQ-9", "CADSS", "PCL-5"])
def test_a_cohort_of_nobody_has_zero_counts_and_no_share(study: Study, name: str) -> None:
    nobody = study.keep_patients(np.zeros(len(study.patients), dtype=bool))
    result = response(nobody, name)
    assert (result.n_starters, result.n_with_baseline, result.n_evaluable) == (0, 0, 0)
    assert result.rates[list(COUNTS)].to_numpy().sum() == 0
    assert result.rates[[f"{rule} share" for rule in RULES]].isna().all().all()
    assert not len(result.changes)
    assert not len(result.rapid)
