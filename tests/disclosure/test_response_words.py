"""Every sentence and card of the page on response, read in full."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import viewer
from analysis.disclosure.audience import holder
from analysis.disclosure.response_cards import cards
from analysis.disclosure.response_page import ReleasedResponse, ResponseResults, release_response
from analysis.disclosure.response_words import (
    after_words,
    comparison,
    item_words_of,
    ratios_table,
    recall_words,
    regression_words,
    why_not_single,
)
from analysis.outcomes import overview
from analysis.outcomes.durability import durability
from analysis.outcomes.response import response
from analysis.outcomes.suicidality import suicidality
from analysis.study import Study
from analysis.vocabulary import instrument
from tests.drawn import drawn_study


def results(study: Study, name: str = "PHQ-9") -> ResponseResults:
    return ResponseResults(
        overview(study, name), 640, response(study, name), durability(study, name), suicidality(study, name)
    )


@pytest.fixture(scope="module")
def raw(sample_study: Study) -> ResponseResults:
    return results(sample_study)


@pytest.fixture(scope="module")
def mine(raw: ResponseResults) -> ReleasedResponse:
    return release_response(raw, holder(), individual=True)


@pytest.fixture(scope="module")
def theirs(raw: ResponseResults) -> ReleasedResponse:
    return release_response(raw, viewer())


def test_the_cards_say_what_they_stand_on(mine: ReleasedResponse) -> None:
    assert [(card.label, card.value, card.denominator) for card in cards(mine)] == [
        ("Response, end of induction", "39%", "155 of 402 scored; 26% of 603 if no score is a no"),
        ("Remission, end of induction", "16%", "64 of 396 scored; 11% of 596 if no score is a no"),
        ("Deterioration, end of induction", "3%", "9 (small) of 346 scored; 2% of 499 if no score is a no"),
        ("Median sessions to first response", "4", "317 of 487 with a later score reached it"),
        ("Without relapse 8 weeks on", "78%", "of 132 responders followed; a booster ends the follow-up"),
    ]


def test_a_viewers_cards_say_what_is_withheld_and_why(theirs: ReleasedResponse) -> None:
    found = {card.label: (card.value, card.denominator) for card in cards(theirs)}
    assert found["Response, end of induction"] == (
        "39%",
        "155 of 402 scored; 26% of a withheld number if no score is a no",
    )
    assert found["Deterioration, end of induction"] == (
        "withheld",
        "it would show fewer than 11 patients; a rise of 6 points or more",
    )
    assert found["Without relapse 8 weeks on"][0] == "80%"


def nobody_scored() -> Study:
    return drawn_study(
        "patient_id clinic_id primary_diagnosis\na C MDD",
        "patient_id session_number day route\na 1 0 IV",
        "patient_id day instrument score\na 0 PHQ-9 20",
    )


def one_responder(later: bool) -> Study:
    scores = "patient_id day instrument score suicidality_item\na 0 PHQ-9 20 1\na 28 PHQ-9 5 0"
    return drawn_study(
        "patient_id clinic_id primary_diagnosis\na C MDD",
        "patient_id session_number day route\na 1 0 IV",
        scores + ("\na 60 PHQ-9 4 0" if later else ""),
    )


def test_a_cohort_that_nobody_scored_has_dashes_and_reasons() -> None:
    found = release_response(results(nobody_scored()), holder())
    first = cards(found)[0]
    assert (first.value, first.denominator) == (
        "–",
        "nobody who could reach it was scored then; a fall of 50% or more from baseline",
    )
    assert after_words(found) == ("0 patients responded at the end of induction; none of them has a later score.")


def test_responders_without_a_later_score_are_said_to_be_so() -> None:
    found = release_response(results(one_responder(later=False)), holder())
    assert after_words(found) == (
        "1 (small) patients responded at the end of induction; none of them has a later score."
    )


def test_follow_up_that_is_shorter_than_a_published_time_is_a_dash() -> None:
    found = release_response(results(one_responder(later=True)), holder())
    assert after_words(found) == (
        "1 (small) patients responded at the end of induction; 1 (small) of them have a later score. Of the first 32 "
        "days they spent 32.0 on average still responding without a booster (95% interval 32.0 to 32.0); 0.0 came "
        "after a booster and 0.0 after a relapse. 100% (100 to 100%) without relapse 4 weeks on, published about 80%; "
        "– without relapse 8 weeks on, published about 60% (McInnes 2022, responders among 537 analysable of 9,016 "
        "treated, without maintenance; read off a Kaplan-Meier curve). Definitions of relapse may differ."
    )


def test_an_instrument_without_published_durability_says_so(sample_study: Study) -> None:
    found = release_response(results(sample_study, "GAD-7"), holder())
    assert after_words(found).endswith("No published durability on GAD-7 was verified for these routes.")
    assert item_words_of(found) == "GAD-7 has no item on suicidal thoughts."


def test_a_viewer_gets_no_mean_of_days_and_shares_in_steps(theirs: ReleasedResponse) -> None:
    assert after_words(theirs) == (
        "155 patients responded at the end of induction; 132 of them have a later score. 90% (80 to 95%) without "
        "relapse 4 weeks on, published about 80%; 80% (65 to 85%) without relapse 8 weeks on, published about 60% "
        "(McInnes 2022, responders among 537 analysable of 9,016 treated, without maintenance; read off a "
        "Kaplan-Meier curve). Definitions of relapse may differ."
    )


def test_the_comparison_says_which_routes_differ_and_over_what(mine: ReleasedResponse) -> None:
    assert comparison(mine.times[1]) == (
        "How soon remission is first reached with intravenous, intramuscular, nasal and sublingual: over days they "
        "differ beyond chance (log-rank 10.7, 3 df, p = 0.014) and over sessions they differ beyond chance (log-rank "
        "21.1, 3 df, p < 0.001)."
    )


def test_routes_that_do_not_differ_are_said_not_to(mine: ReleasedResponse) -> None:
    times = mine.times[0]
    same = {axis: replace(test, p_value=0.4, statistic=2.9) for axis, test in times.time.log_rank.items()}
    assert comparison(replace(times, time=replace(times.time, log_rank=same))) == (
        "How soon response is first reached with intravenous, intramuscular, nasal and sublingual: over days they do "
        "not differ beyond chance (log-rank 2.9, 3 df, p = 0.400) and over sessions they do not differ beyond chance "
        "(log-rank 2.9, 3 df, p = 0.400)."
    )


def test_the_table_of_ratios_names_both_sides_and_withholds_rows_of_few(
    mine: ReleasedResponse, theirs: ReleasedResponse
) -> None:
    table = ratios_table(mine.times[0]).set_index("comparison")
    assert table.loc["Intramuscular against nasal"].tolist() == ["0.60 (0.42 to 0.87)", "1.17 (0.80 to 1.69)"]
    assert {"one point more before treatment", "one year older", "male against female"} <= set(table.index)
    hidden = ratios_table(theirs.times[0]).set_index("comparison")
    assert hidden.loc["other against female"].tolist() == ["withheld", "withheld"]
    assert hidden.loc["Intramuscular against nasal"].tolist() == table.loc["Intramuscular against nasal"].tolist()


def test_who_is_in_the_regression_is_said_to_the_holder_only(mine: ReleasedResponse, theirs: ReleasedResponse) -> None:
    words = (
        "Cox regression, adjusted for everything in the table; above 1 is sooner. Routes were chosen, not drawn by "
        "lot, and the number of sessions is no random matter: these are differences associated with route, not due to "
        "it."
    )
    assert regression_words(theirs.times[0], False) == words
    assert regression_words(mine.times[0], True) == (
        f"{words} 465 patients, 302 of whom reached it. 5 more lack an adjustment."
    )


def test_a_number_without_a_ratio_over_days_is_named_once_and_keeps_its_row_over_sessions(
    mine: ReleasedResponse,
) -> None:
    times = mine.times[0]
    days = times.ratios["days"]
    short = {**times.ratios, "days": days[days["term"] != "baseline"]}
    left_out = {axis: replace(one, left_out="Without a ratio: baseline.") for axis, one in times.time.cox.items()}
    changed = replace(times, ratios=short, time=replace(times.time, cox=left_out))
    usual, found = (ratios_table(one).set_index("comparison") for one in (times, changed))
    assert found.loc["one point more before treatment"].tolist() == [
        "–",
        usual.loc["one point more before treatment", "sessions"],
    ]
    assert found.drop("one point more before treatment").to_dict() == (
        usual.drop("one point more before treatment").to_dict()
    )
    assert regression_words(changed, False) == f"{regression_words(times, False)} Without a ratio: baseline."


def test_a_cohort_that_is_too_small_has_no_ratio_and_says_why(sample_study: Study) -> None:
    few = sample_study.keep_patients(np.arange(len(sample_study.patients)) < 5)
    times = release_response(results(few), holder()).times[0]
    sentence = "Fewer than two routes have 20 patients and somebody who reached it, so none are compared."
    assert regression_words(times, True) == sentence
    assert not len(ratios_table(times))


def test_who_got_worse_is_counted_with_every_denominator(mine: ReleasedResponse, theirs: ReleasedResponse) -> None:
    assert item_words_of(mine) == (
        "Of 483 patients with the item answered before and after, the latest answer is higher than before in 62. 235 "
        "had 1 or more before: 173 of them answered less at the latest. 248 had 0 before: 42 of them have 1 or more "
        "at the latest answer, 120 at some later answer."
    )
    assert item_words_of(theirs) == item_words_of(mine)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "NRS pain",
            "How long NRS pain looks back is not settled, so these answers may be partly about the time before.",
        ),
        ("CADSS", "CADSS asks about the moment, so these answers are about the time after the session."),
        (
            "MADRS",
            "MADRS asks about the past 7 days, so the first of these answers are mostly about the time before the "
            "session: what they show is partly inside that recall. They are observed means of those who were asked, "
            "not adjusted.",
        ),
    ],
)
def test_how_far_an_instrument_looks_back_is_said(name: str, words: str) -> None:
    assert recall_words(instrument(name)) == words


def test_why_single_patients_are_not_drawn_is_said(mine: ReleasedResponse, theirs: ReleasedResponse) -> None:
    assert why_not_single(theirs) == (
        "Before against after is drawn patient by patient, which takes a right of its own. The groups beside this "
        "hold the same patients."
    )
    assert mine.points is not None
    many = replace(mine, points=pd.concat([mine.points] * 10))
    assert why_not_single(many) == (
        "Before against after is not drawn: 4,020 patients are too many to tell apart. The groups beside this hold the "
        "same patients."
    )
