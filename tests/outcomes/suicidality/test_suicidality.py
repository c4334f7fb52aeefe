"""The suicidality item: drawn answers counted by hand, a loop over the sample study, and what is said without one."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.outcomes.suicidality import NO_ALARM, item_words, items_present, suicidality
from analysis.study import Study
from analysis.vocabulary import instrument
from tests.drawn import drawn_study

PATIENTS = "patient_id clinic_id primary_diagnosis\n" + "\n".join(f"{code} C01 MDD" for code in "abcdef")
SESSIONS = "patient_id session_number day route\n" + "\n".join(f"{code} 1 0 IV" for code in "abcdef")
# f's item is blank at baseline although the form was scored: f is not counted.
ITEMS = """
patient_id day instrument score suicidality_item
a 0 PHQ-9 20 3
a 28 PHQ-9 10 1
a 90 PHQ-9 9 0
b 0 PHQ-9 18 1
b 28 PHQ-9 9 1
c 0 PHQ-9 12 0
c 7 PHQ-9 12 1
c 28 PHQ-9 11 0
d 0 PHQ-9 15 0
d 28 PHQ-9 17 2
e 0 PHQ-9 16 2
f 0 PHQ-9 16 -
f 28 PHQ-9 7 0
"""


@pytest.fixture(scope="module")
def study() -> Study:
    return drawn_study(PATIENTS, SESSIONS, ITEMS)


def test_the_share_at_each_time_is_of_those_who_answered_and_had_answered_before(study: Study) -> None:
    found = suicidality(study).presence.set_index("window")
    assert found.loc["baseline", ["n_patients", "n_present"]].tolist() == [5, 3]
    assert found.loc["day 28", ["n_patients", "n_present"]].tolist() == [4, 3]
    assert found.loc["day 7", ["n_patients", "n_present"]].tolist() == [1, 1]
    assert found.loc["day 90", ["n_patients", "n_present"]].tolist() == [1, 0]
    assert found.loc["day 60", ["n_patients", "n_present"]].tolist() == [0, 0]


def test_where_all_or_none_are_present_the_interval_is_wilsons_and_there_are_no_odds(study: Study) -> None:
    found = suicidality(study).presence.set_index("window")
    # R: prop.test(0, 1, correct = FALSE) and prop.test(1, 1, correct = FALSE)
    assert found.loc["day 90", ["ci_low", "ci_high"]].tolist() == pytest.approx([0, 0.7934507], abs=1e-6)
    assert found.loc["day 7", ["ci_low", "ci_high"]].tolist() == pytest.approx([0.2065493, 1], abs=1e-6)
    assert found.loc[["day 7", "day 90", "day 60"], "odds_ratio"].isna().all()
    assert not np.isnan(found.loc["day 28", "odds_ratio"])


def test_the_latest_answer_is_compared_with_the_one_before_treatment(study: Study) -> None:
    found = suicidality(study).shift
    assert found is not None
    some = found.table[found.table["n_patients"] > 0]
    assert some.to_numpy().tolist() == [["0", "0", 1], ["0", "2", 1], ["1", "1", 1], ["3 or more", "0", 1]]
    assert (found.n_patients, found.n_lower, found.n_same, found.n_higher) == (4, 1, 2, 1)
    assert (found.n_present, found.n_present_lower) == (2, 1)
    assert (found.n_absent, found.n_new, found.n_ever) == (2, 1, 2)


@pytest.mark.parametrize("name", ["PHQ-9", "MADRS"])
def test_the_sample_study_agrees_with_a_loop_over_patients(sample_study: Study, name: str) -> None:
    table = sample_study.assessments
    answered = table[(table["instrument"] == name) & table["suicidality_item"].notna()]
    sessions = sample_study.sessions
    n_both = n_higher = n_baseline = n_present = 0
    for code, rows in answered.groupby("patient_id"):
        days = sessions.loc[(sessions["patient_id"] == code), "day"]
        if not len(days):
            continue
        rows = rows.sort_values("day")
        before = rows[(rows["day"] <= days.min()) & (rows["day"] >= days.min() - 30)]
        if not len(before):
            continue
        baseline = int(before["suicidality_item"].iloc[-1])
        n_baseline, n_present = n_baseline + 1, n_present + (baseline >= 1)
        later = rows[rows["day"] > days.min()]
        if len(later):
            n_both += 1
            n_higher += int(later["suicidality_item"].iloc[-1]) > baseline
    found = suicidality(sample_study, name)
    assert found.shift is not None
    assert (found.shift.n_patients, found.shift.n_higher) == (n_both, n_higher)
    assert found.presence.iloc[0][["n_patients", "n_present"]].tolist() == [n_baseline, n_present]


def test_the_counts_of_the_shift_add_up(sample_study: Study) -> None:
    found = suicidality(sample_study).shift
    assert found is not None
    assert found.table["n_patients"].sum() == found.n_patients == found.n_lower + found.n_same + found.n_higher
    assert found.n_present + found.n_absent == found.n_patients
    assert found.n_new <= found.n_ever <= found.n_absent


def test_the_whole_scale_is_counted_where_the_scale_is_about_nothing_else() -> None:
    rows = "patient_id day instrument score\na 0 C-SSRS 3\na 28 C-SSRS 0"
    study = drawn_study(PATIENTS, SESSIONS, rows)
    found = suicidality(study, "C-SSRS")
    assert found.presence["n_present"].tolist()[:2] == [1, 0]
    assert items_present(study) == ("C-SSRS",)
    assert item_words(instrument("C-SSRS")) == "C-SSRS, most severe ideation"
    assert item_words(instrument("MADRS")) == "MADRS, item 10"


def test_instruments_with_answers_are_listed(sample_study: Study) -> None:
    assert items_present(sample_study) == ("PHQ-9", "MADRS")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("GAD-7", "GAD-7 has no item on suicidal thoughts."),
        ("MADRS", "Nobody in this cohort has an answer to item 10 of MADRS."),
        ("C-SSRS", "Nobody in this cohort has an answer to C-SSRS."),
    ],
)
def test_an_instrument_without_answers_is_a_sentence(study: Study, name: str, sentence: str) -> None:
    found = suicidality(study, name)
    assert found.sentence == sentence
    assert found.shift is None
    assert not len(found.presence)


def test_a_study_without_the_column_is_a_sentence() -> None:
    study = drawn_study(PATIENTS, SESSIONS, "patient_id day instrument score\na 0 PHQ-9 20\na 28 PHQ-9 9")
    assert suicidality(study).sentence == (
        "The table assessments has no column suicidality_item, so nothing can be said of item 9 of PHQ-9."
    )


@pytest.mark.parametrize("n", [0, 1, 5])
def test_a_cohort_of_any_small_size_is_counted_or_said_to_have_no_answer(sample_study: Study, n: int) -> None:
    few = sample_study.keep_patients(np.arange(len(sample_study.patients)) < n)
    found = suicidality(few)
    assert found.sentence in ("", "Nobody in this cohort has an answer to item 9 of PHQ-9.")


def test_the_page_is_said_to_be_no_alerting_tool() -> None:
    assert NO_ALARM == (
        "This is no alerting tool. The data are de-identified and come late: nobody can be found or reached through "
        "them. A patient at risk is helped by the clinic's own process at the time of the answer, never by this page."
    )
