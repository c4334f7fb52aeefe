"""The waterfall, before against after, and rapid relief, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.outcomes.response import change_bins, response
from analysis.outcomes.response.percent_change import band_names
from analysis.study import Study
from analysis.vocabulary import instrument
from tests.drawn import drawn_study

PATIENTS = "patient_id clinic_id primary_diagnosis\n" + "\n".join(f"{code} C01 MDD" for code in "abcde")
SESSIONS = """
patient_id session_number day route
a 1 0 IV
a 2 3 IV
b 1 0 IV
c 1 0 IM
d 1 0 IM
e 1 0 IM
"""
SCORES = """
patient_id day instrument score
a 0 PHQ-9 20
a 0.17 PHQ-9 15
a 1 PHQ-9 10
a 7 PHQ-9 8
a 28 PHQ-9 5
b 0 PHQ-9 16
b 1 PHQ-9 12
b 28 PHQ-9 8
c 0 PHQ-9 8
c 28 PHQ-9 8
d 0 PHQ-9 10
d 28 PHQ-9 13
e 0 PHQ-9 0
e 28 PHQ-9 3
"""


@pytest.fixture(scope="module")
def study() -> Study:
    return drawn_study(PATIENTS, SESSIONS, SCORES)


def test_the_waterfall_starts_with_the_largest_fall_and_leaves_out_a_baseline_of_nought(study: Study) -> None:
    changes = response(study).changes
    assert changes["percent"].tolist() == [-75.0, -50.0, 0.0, 30.0]
    assert changes["route"].tolist() == ["IV", "IV", "IM", "IM"]


def test_the_groups_of_percent_change_hold_the_same_patients(study: Study) -> None:
    bins = response(study).bins.set_index("bin")["n_patients"]
    assert bins.to_dict() == {
        "fell by 75% or more": 1,
        "fell by 50% to 74%": 1,
        "fell by 25% to 49%": 0,
        "fell by up to 24%": 0,
        "the same": 1,
        "rose by up to 24%": 0,
        "rose by 25% or more": 1,
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 27), st.integers(0, 27)), max_size=30))
def test_every_patient_is_in_one_group_and_responders_are_the_first_two(scores: list[tuple[int, int]]) -> None:
    import pandas as pd

    pairs = pd.DataFrame(scores, columns=["baseline", "score"]).astype(float)
    bins = change_bins(pairs.assign(percent=100 * (pairs["score"] - pairs["baseline"]) / pairs["baseline"]))
    assert bins["n_patients"].sum() == len(scores)
    assert bins["n_patients"].iloc[:2].sum() == sum(2 * after <= before for before, after in scores)
    assert bins["n_patients"].iloc[-2:].sum() == sum(after > before for before, after in scores)


def test_severity_before_and_after_is_counted_in_the_instruments_own_bands(study: Study) -> None:
    shift = response(study).shift
    some = shift[shift["n_patients"] > 0]
    assert some.to_numpy().tolist() == [
        ["mild", "mild", 1],
        ["moderate", "moderate", 1],
        ["moderately severe", "mild", 1],
        ["severe", "mild", 1],
    ]
    assert len(shift) == 25


def test_a_mean_between_two_bands_is_in_the_lower_one() -> None:
    assert band_names(np.array([4.5, 0.0, 27.0]), instrument("PHQ-9").bands) == ["none", "none", "severe"]


def test_an_instrument_without_bands_has_no_shift(study: Study) -> None:
    assert not len(response(study, "GAD-7").shift)


def test_rapid_relief_is_counted_where_it_was_measured_and_says_how_much_of_the_recall_is_after(study: Study) -> None:
    rapid = response(study).rapid.set_index("time")
    assert rapid.index.tolist() == ["4 hours", "24 hours", "7 days"]
    assert rapid["n_patients"].tolist() == [1, 2, 1]
    assert rapid["n_again"].tolist() == [0, 0, 1]
    assert rapid["mean"].tolist() == [-5.0, -7.0, -12.0]
    assert rapid["n_reached"].tolist() == [0, 1, 1]
    assert rapid["recall_after"].tolist() == pytest.approx([4 / 24 / 14, 1 / 14, 0.5])
    # a -10, b -4: mean -7, SD 4.243, t(0.975, 1) = 12.706
    assert (rapid["ci_low"].iloc[1], rapid["ci_high"].iloc[1]) == pytest.approx((-45.119, 31.119), abs=1e-3)
    assert np.isnan(rapid["ci_low"].iloc[0])


def test_a_study_scored_only_weeks_later_has_no_rapid_relief() -> None:
    late = drawn_study(PATIENTS, SESSIONS, "patient_id day instrument score\na 0 PHQ-9 20\na 28 PHQ-9 5")
    assert not len(response(late).rapid)
