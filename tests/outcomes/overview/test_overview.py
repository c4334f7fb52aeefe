"""Attrition, rates and the safety line, counted by hand on drawn studies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.cohort import Cohort, select
from analysis.outcomes import attrition, follow, overview, rates
from analysis.outcomes.who import AT_END, NESTING, able, reached, seen
from analysis.study import Study
from analysis.vocabulary import instrument
from tests.drawn import drawn_study

PATIENTS = """
patient_id clinic_id primary_diagnosis
a C01 MDD
b C01 MDD
c C02 MDD
d C02 MDD
e C02 MDD
n C02 MDD
"""
SESSIONS = """
patient_id session_number day route
a 1 0 IV
a 2 2 IV
b 1 0 IV
c 1 0 IM
d 1 0 IM
e 1 0 IM
"""
ASSESSMENTS = """
patient_id day instrument score
a 0 PHQ-9 20
a 25 PHQ-9 12
a 30 PHQ-9 10
a 90 PHQ-9 4
b 0 PHQ-9 16
b 28 PHQ-9 4
c 0 PHQ-9 18
c 3 PHQ-9 9
d 5 PHQ-9 8
e 0 PHQ-9 10
e 28 PHQ-9 12
"""
EVENTS = """
patient_id session_number day term serious ascertainment
a 1 0 Nausea false solicited
a 2 2 Nausea false solicited
c 1 0 Dizziness true spontaneous
"""


@pytest.fixture(scope="module")
def study() -> Study:
    return drawn_study(PATIENTS, SESSIONS, ASSESSMENTS, adverse_events=EVENTS)


def test_attrition_counts_each_step_as_a_share_of_starters(study: Study) -> None:
    steps = attrition(follow(study, "PHQ-9")).set_index("step")["n_patients"].to_dict()
    assert steps == {
        "Started treatment": 5,
        "Has a baseline score": 4,
        "Has a later score (evaluable)": 4,
        "Assessed at the end of induction or later": 3,
        "Assessed at three months or later": 1,
    }
    step = attrition(follow(study, "PHQ-9")).iloc[1]
    assert step["share"] == 4 / 5
    assert (step["ci_low"], step["ci_high"]) == pytest.approx(WILSON_4_OF_5, abs=1e-4)


def test_a_slow_course_is_at_three_months_only_after_its_end_of_induction() -> None:
    # The sixth session is on day 100, so induction ends there; the only later score is of day 80.
    sessions = "patient_id session_number day route\n" + "\n".join(f"a {n + 1} {20 * n} IV" for n in range(6))
    scores = "patient_id day instrument score\na 0 PHQ-9 20\na 80 PHQ-9 9"
    slow = drawn_study("patient_id clinic_id primary_diagnosis\na C MDD", sessions, scores)
    assert attrition(follow(slow, "PHQ-9"))["n_patients"].tolist() == [1, 1, 1, 0, 0]


def test_each_step_of_attrition_lies_within_the_one_before(sample_study: Study) -> None:
    for name in sample_study.instruments_present():
        counts = attrition(follow(sample_study, name))["n_patients"].tolist()
        assert counts == sorted(counts, reverse=True)


def test_the_score_of_a_window_is_the_one_nearest_its_day_and_the_earlier_of_two(study: Study) -> None:
    # Patient a was scored on days 25 and 30; 30 is nearer to 28.
    assert follow(study, "PHQ-9").score["day 28"].tolist()[0] == 10


def test_response_and_remission_carry_both_denominators(study: Study) -> None:
    item = instrument("PHQ-9")
    table = rates(follow(study, "PHQ-9"), item, item.remission_default)
    everyone = table[table["route"] == "all"].set_index(["outcome", "rule"])
    counts = everyone[["numerator", "denominator"]].to_numpy().tolist()
    # Response: a (20 to 10) and b (16 to 4) of three scored; of four with a baseline when no score is a no.
    # Remission (below 5): b only. Meaningful change (6 points): a and b.
    assert counts == [[2, 3], [2, 4], [1, 3], [1, 4], [2, 3], [2, 4]]


# Wilson score interval of 4 of 5, from the formula by hand.
WILSON_4_OF_5 = (0.37553, 0.96382)
# Wilson score interval of 2 of 3, from Newcombe (1998) formula by hand: 0.2077 to 0.9385.
WILSON_2_OF_3 = (0.20765, 0.93851)


def test_shares_have_wilson_intervals(study: Study) -> None:
    item = instrument("PHQ-9")
    row = rates(follow(study, "PHQ-9"), item, item.remission_default).iloc[0]
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(WILSON_2_OF_3, abs=1e-4)


def test_a_fall_of_exactly_the_cut_off_counts_however_its_product_rounds() -> None:
    # 30 % of 3, 6 and 7 points: 2.1, 4.2 and 4.9 are not exact in binary.
    patients = "patient_id clinic_id primary_diagnosis\na C MDD\nb C MDD\nc C MDD"
    sessions = "patient_id session_number day route\na 1 0 IV\nb 1 0 IV\nc 1 0 IV"
    scores = "patient_id day instrument score\n" + "\n".join(
        f"{p} 0 PEG {before}\n{p} 28 PEG {after}" for p, before, after in (("a", 3, 2.1), ("b", 6, 4.2), ("c", 7, 4.9))
    )
    table = rates(follow(drawn_study(patients, sessions, scores), "PEG"), instrument("PEG"), None)
    assert table.iloc[0][["numerator", "denominator"]].tolist() == [3, 3]


def slow_response(study: Study, patient: str) -> bool | None:
    """The obvious rule, read one score at a time."""
    scores = study.assessments[study.assessments["patient_id"] == patient]
    before = scores[scores["day"] <= 0].sort_values("day")
    after = scores[(scores["day"] >= 21) & (scores["day"] <= 35)]
    if not len(before) or not len(after):
        return None
    nearest = after.iloc[int(np.argmin(np.abs(after["day"] - 28)))]
    return bool(nearest["score"] <= before["score"].iloc[-1] / 2)


def test_response_agrees_with_a_plain_loop(study: Study) -> None:
    answers = [slow_response(study, patient) for patient in "abcde"]
    item = instrument("PHQ-9")
    row = rates(follow(study, "PHQ-9"), item, None).iloc[0]
    assert (row["numerator"], row["denominator"]) == (answers.count(True), 5 - answers.count(None))


def test_the_safety_line_counts_events_per_session_and_per_patient_and_keeps_ascertainment_apart(study: Study) -> None:
    line = overview(select(study, Cohort()).study).safety
    counts = ["kind", "n_clinics", "n_sessions", "n_patients", "n_events", "n_with_event"]
    # staff asked after IV sessions at C01, 3 of a and b; spontaneous: the 3 intramuscular ones of c, d and e at C02
    assert line.events[counts].to_numpy().tolist() == [["solicited", 1, 3, 2, 2, 1], ["spontaneous", 1, 3, 3, 1, 1]]
    assert line.events["per_100_sessions"].tolist() == pytest.approx([200 / 3, 100 / 3])
    assert line.events["share"].tolist() == pytest.approx([1 / 2, 1 / 3])
    serious = line.serious[line.serious["seriousness"] == "serious"]
    assert serious["n_events"].tolist() == [0, 1]


def test_the_clinics_that_record_events_are_those_of_the_whole_study(study: Study) -> None:
    """Patient b had no event anybody asked about, but C01 asked: a cohort of b alone has none in one session."""
    alone = study.keep_patients(np.array([name == "b" for name in study.patients["patient_id"]]))
    line = overview(alone, whole=study).safety
    asked = line.events[line.events["kind"] == "solicited"].iloc[0]
    assert (asked["n_sessions"], asked["n_events"]) == (1, 0)
    assert asked["at_most_per_100"] == 100  # rule of three of one session


def test_a_study_without_events_has_none_to_count() -> None:
    line = overview(drawn_study(PATIENTS, SESSIONS, ASSESSMENTS)).safety
    assert not line.is_recorded
    assert line.events.empty


def test_a_study_in_which_no_event_was_recorded_has_no_rate(study: Study) -> None:
    none = drawn_study(PATIENTS, SESSIONS, ASSESSMENTS, adverse_events="patient_id day term")
    line = overview(none).safety
    assert line.is_recorded
    assert line.n_sessions == 6
    assert line.events.empty


def test_the_observed_change_has_its_interval_and_patients(study: Study) -> None:
    # a -10, b -12, e +2: mean -6.667, SD 7.572, t(0.975, 2) = 4.3027.
    change = overview(select(study, Cohort()).study).change
    assert change.n_patients == 3
    assert (change.mean, change.ci_low, change.ci_high) == pytest.approx((-6.667, -25.48, 12.14), abs=0.01)


@pytest.mark.parametrize("name", ["PHQ-9", "MADRS", "PCL-5"])
def test_an_empty_cohort_gives_zero_counts_and_no_number(study: Study, name: str) -> None:
    nobody = study.keep_patients(np.zeros(len(study.patients), dtype=bool))
    result = overview(nobody, name)
    assert result.change.n_patients == 0
    assert np.isnan(result.change.mean)
    assert result.safety.n_sessions == 0
    assert result.attrition["n_patients"].tolist() == [0] * 5


def test_whom_each_count_is_of_is_named_and_lies_among_those_it_says(sample_study: Study) -> None:
    """Nesting is what a reader may subtract: it has to hold in every group."""
    result = overview(select(sample_study, Cohort()).study)
    counts = {(who, "all"): n for who, n in zip(result.attrition["who"], result.attrition["n_patients"], strict=True)}
    counts[AT_END, "all"] = result.change.n_patients
    for row in result.rates.to_dict("records"):
        outcome = row["outcome"]
        for who, column in ((able(outcome), "n_able"), (seen(outcome), "n_scored"), (reached(outcome), "n_reached")):
            counts[who, row["route"]] = row[column]
    compared = 0
    for (who, group), n in counts.items():
        for whole in NESTING.get(who, ()):
            if (whole, group) in counts:
                compared += 1
                assert n <= counts[whole, group]
    assert compared > 40


def test_benchmarks_are_of_the_same_instrument_and_never_of_another(study: Study) -> None:
    table: pd.DataFrame = overview(select(study, Cohort()).study).benchmarks
    assert set(table["instrument"]) == {"PHQ-9"}
    assert set(table["route"]) == {"IV", "IM", "control"}
