"""How soon, and therapy and cost in a line: the numbers of the pages on them, and a slow count."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.outcomes.care import care, visit_recording
from analysis.outcomes.durability import durability
from analysis.outcomes.overview import care_line, first_response
from analysis.outcomes.overview.lines import FIRST
from analysis.outcomes.response.definitions import cutoffs
from analysis.study import Study
from analysis.vocabulary import instrument


def test_therapy_and_cost_are_the_rows_of_everyone_on_the_page_on_care(sample_study: Study) -> None:
    line, page = care_line(sample_study, visit_recording(sample_study)), care(sample_study)
    for mine, theirs in ((line.within, page.within), (line.cost, page.cost_per_session), (line.covered, page.covered)):
        whole = theirs[theirs["route"] == "all"].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, whole)


def test_the_first_response_is_that_of_the_page_on_response(sample_study: Study) -> None:
    item = instrument("PHQ-9")
    mine = first_response(sample_study, "PHQ-9", cutoffs(item, item.remission_default))
    theirs = durability(sample_study).times[0].medians
    whole = theirs[theirs["route"] == "all"].reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, whole[list(FIRST)])


def test_who_ever_responded_agrees_with_a_plain_loop(sample_study: Study) -> None:
    item = instrument("PHQ-9")
    found = first_response(sample_study, "PHQ-9", cutoffs(item, item.remission_default)).iloc[0]
    scores = sample_study.assessments[sample_study.assessments["instrument"] == "PHQ-9"].sort_values("day")
    first = sample_study.sessions.groupby("patient_id")["day"].min()
    n, k = 0, 0
    for patient, theirs in scores.groupby("patient_id", observed=True):
        if patient not in first.index:
            continue
        before = theirs[(theirs["day"] <= first[patient]) & (theirs["day"] >= first[patient] - 30)]
        after = theirs[theirs["day"] > first[patient]]
        if len(before) and len(after) and before["score"].iloc[-1] > 0:
            n += 1
            k += bool((after["score"] <= before["score"].iloc[-1] / 2).any())
    assert (found["n_patients"], found["n_reached"]) == (n, k)


@pytest.mark.parametrize("name", ["C-SSRS", "CADSS"])
def test_an_instrument_without_a_response_has_no_time_to_it(sample_study: Study, name: str) -> None:
    assert first_response(sample_study, name, cutoffs(instrument(name), None)).empty


def test_a_cohort_of_nobody_has_no_median(sample_study: Study) -> None:
    nobody = sample_study.keep_patients(np.zeros(len(sample_study.patients), dtype=bool))
    item = instrument("PHQ-9")
    found = first_response(nobody, "PHQ-9", cutoffs(item, item.remission_default))
    assert found["n_patients"].tolist() == [0, 0]
    assert found["median"].isna().all()
    assert care_line(nobody, visit_recording(sample_study)).cost.empty
