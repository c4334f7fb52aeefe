"""Every sentence and card of the overview, read in full as the holder and as a viewer have it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import Audience, ReleasedOverview, holder, release_overview, viewer
from analysis.outcomes import CareLine, ObservedChange, Overview, SafetyLine, YearChange
from analysis.outcomes.care.cost import COVERED, PER_SESSION
from analysis.outcomes.overview.years import DIFFERENCES, YEARS
from tests.figures.made import made_overview, made_rates, made_safety, no_care, no_safety


def seen(overview: Overview, audience: Audience | None = None) -> ReleasedOverview:
    return release_overview(overview, 2_000, audience or viewer())


ASKED = ("solicited", 3, 500, 200, 300, 120)
MENTIONED = ("spontaneous", 6, 900, 400, 9, 8)


def with_events(*kinds: tuple, serious: int = 0) -> Overview:
    return made_overview(safety=made_safety(*kinds, serious=serious))


def test_adverse_events_are_said_per_session_and_per_patient_and_by_how_they_were_found() -> None:
    said = seen(with_events(ASKED, MENTIONED, serious=3), holder()).safety
    assert said == (
        "Where staff asked after each session (3 of 6 clinics): 60.0 events per 100 sessions (95% interval 48.0 to "
        "72.0), 300 in 500 sessions; at least one in 120 of 200 patients (60%, 55 to 65%); serious: 3 (small).",
        "Where events were noted when patients mentioned them (6 of 6 clinics): 1.0 events per 100 sessions (95% "
        "interval 0.8 to 1.2), 9 (small) in 900 sessions; at least one in 8 (small) of 400 patients (2%, 0 to 7%); "
        "serious: 3 (small).",
    )


def test_adverse_events_of_few_are_withheld_from_a_viewer_with_their_rate_and_share() -> None:
    said = seen(with_events(ASKED, MENTIONED, serious=3)).safety
    assert said[0].endswith("at least one in 120 of 200 patients (60%, 55 to 65%); serious: fewer than 11.")
    assert said[1] == (
        "Where events were noted when patients mentioned them (6 of 6 clinics): withheld, it would show fewer than 11 "
        "patients or events."
    )


def test_all_but_few_patients_with_an_event_are_withheld_too() -> None:
    said = seen(with_events(("unknown", 6, 900, 400, 500, 395))).safety
    assert said[0] == (
        "Where it is not recorded how events were found (6 of 6 clinics): withheld, it would show fewer than 11 "
        "patients or events."
    )


def test_no_event_where_somebody_asked_says_how_many_there_can_be() -> None:
    said = seen(with_events(("solicited", 3, 500, 200, 0, 0))).safety
    assert said[0] == (
        "Where staff asked after each session (3 of 6 clinics): no event in 500 sessions of 200 patients, so at most "
        "0.6 per 100 sessions with 95% confidence (rule of three)."
    )


def test_where_nobody_of_the_cohort_was_treated_nothing_is_said_of_events() -> None:
    said = seen(with_events(("solicited", 0, 0, 0, 0, 0), MENTIONED)).safety
    assert said[0] == "Where staff asked after each session (0 of 6 clinics): nobody of this cohort was treated there."


def test_seriousness_that_nobody_recorded_is_not_called_none() -> None:
    line = made_safety(ASKED)
    marks = line.serious.assign(n_events=[0, 0, 300], n_with_event=[0, 0, 120])
    said = seen(made_overview(safety=replace(line, serious=marks))).safety
    assert said[0].endswith("; seriousness not recorded.")


@pytest.mark.parametrize(
    ("safety", "sentence"),
    [
        (
            no_safety(),
            "This study has no adverse_events table, so nothing can be said about adverse events here.",
        ),
        (replace(made_safety(ASKED), n_sessions=0), "No sessions in this cohort."),
        (
            made_safety(),
            "No adverse event is on record in this study. Nothing says whether anybody asked, so no rate is given, not "
            "even nought.",
        ),
    ],
    ids=["no table", "no sessions", "no event"],
)
def test_what_cannot_be_said_about_safety_is_said(safety: SafetyLine, sentence: str) -> None:
    found = seen(made_overview(safety=safety))
    assert found.safety == (sentence,)
    assert found.board[2] == sentence


def test_three_sentences_a_board_can_read() -> None:
    assert seen(with_events(ASKED, MENTIONED), holder()).board == (
        "Of 400 patients who started treatment, 260 (65%, 95% interval 60 to 70%) have a PHQ-9 score before and after "
        "it, and 160 (40%, 95% interval 35 to 45%) have one at three months or later.",
        "By the end of induction PHQ-9 fell by 5.0 points on average (95% interval 4.0 to 6.0; 200 patients scored "
        "then); 60% (95% interval 53 to 67%) of the 200 scored who could respond did, and 33% (29 to 38%) of all 360 "
        "patients who could if every missing score counts as no response.",
        "Adverse events: 60.0 per 100 sessions (95% interval 48.0 to 72.0) where staff asked after each session (500 "
        "sessions), in 60% (55 to 65%) of the 200 patients; 1.0 per 100 sessions (95% interval 0.8 to 1.2) where "
        "patients mentioned them unasked (900 sessions), in 2% (0 to 7%) of the 400 patients; serious: 0 of those "
        "asked for and 0 of those mentioned unasked.",
    )


def test_the_board_of_a_viewer_is_told_that_something_is_withheld() -> None:
    few = seen(made_overview(n=60, reached_it=8, safety=made_safety(MENTIONED)))
    assert few.board[0].startswith("Of 60 patients who started treatment, ")
    assert few.board[2] == (
        "Adverse events: withheld where patients mentioned them unasked; serious: 0 of those mentioned unasked."
    )
    assert "responded" not in few.board[1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (ObservedChange(200, 2.0, 1.0, 3.0), "PHQ-9 rose by 2.0 points on average (95% interval 1.0 to 3.0; "),
        (
            ObservedChange(200, -0.4, -1.0, 0.2),
            "PHQ-9 changed by −0.4 points on average, which is within chance (95% interval −1.0 to 0.2; ",
        ),
    ],
)
def test_a_rise_and_what_is_within_chance_are_said_as_such(change: ObservedChange, words: str) -> None:
    assert words in seen(made_overview(change=change)).board[1]


def test_nobody_has_no_sentence_for_a_board() -> None:
    assert seen(made_overview(n=0)).board == ()


def test_the_change_sentence_has_its_interval_and_denominator() -> None:
    assert seen(made_overview()).change == (
        "Observed mean change in PHQ-9 from baseline to the end of induction: −5.0 points (95% interval −6.0 to −4.0), "
        "in 200 of 400 starters."
    )


def test_the_change_of_few_is_withheld_and_of_one_is_not_stated() -> None:
    few = made_overview(change=ObservedChange(7, -5.0, -9.0, -1.0))
    withheld = (
        "The observed mean change in PHQ-9 from baseline to the end of induction is withheld: fewer than 11 of 400 "
        "starters have both scores."
    )
    assert seen(few).change == withheld
    assert seen(few).board[1] == withheld
    assert seen(few).cards[2].value == "withheld"
    assert seen(few, holder()).cards[2].denominator == "7 (small) of 400 starters"
    one = made_overview(change=ObservedChange(1))
    assert seen(one, holder()).change == (
        "Too few patients have both a baseline and a score at the end of induction to state a change in PHQ-9."
    )
    assert seen(one, holder()).cards[2].value == "–"


def test_one_score_reads_to_a_viewer_like_ten() -> None:
    """A dash beside "fewer than 11" would say that it is one."""
    one, ten = (
        seen(made_overview(change=ObservedChange(1))),
        seen(made_overview(change=ObservedChange(10, -5.0, -9, -1))),
    )
    assert one.change == ten.change
    assert one.cards[2] == ten.cards[2]


def test_how_soon_is_said_over_days_and_over_sessions() -> None:
    assert seen(made_overview()).first == (
        "Half are estimated (Kaplan-Meier) to have first responded by day 21 (95% interval 20 to 23) and after 4 "
        "completed sessions (95% interval 3 to 6); 144 of 240 who could respond and have a later score reached it at "
        "least once, which is not keeping it."
    )


def first(**changed: object) -> pd.DataFrame:
    return made_overview().first.assign(**changed)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (
            first(median=np.nan, ci_low=np.nan, ci_high=np.nan),
            "Fewer than half are estimated to have responded within the time followed (Kaplan-Meier); 144",
        ),
        (
            first(median=[21.0, np.nan]),
            "Half are estimated (Kaplan-Meier) to have first responded by day 21 (95% interval 20 to 23); 144 of 240",
        ),
        (
            first(ci_high=np.nan),
            "Half are estimated (Kaplan-Meier) to have first responded by day 21 (95% interval 20 to not reached) and "
            "after 4",
        ),
        (first(n_patients=0, n_reached=0), "Nobody who could respond has a later score, so how soon cannot be said."),
        (first().head(0), "How soon patients respond is not shown: no verified source says what response is on PHQ-9."),
        (first(n_patients=40, n_reached=20), "How soon half had responded is withheld for a cohort this small; 20 of"),
    ],
)
def test_how_soon_that_cannot_be_said_is_said(table: pd.DataFrame, words: str) -> None:
    assert seen(made_overview(first=table)).first.startswith(words)


def made_care(within: int = 200) -> CareLine:
    share = (400, 4000, within, 150, within / 4000, 0.04, 0.06, 0.045, 0.055, 0.375, 0.33, 0.42)
    row = pd.DataFrame([("all", *share)], columns=list(COVERED))
    cost = pd.DataFrame([("all", 400, 4000, 410.0, 650.0, 1235.0, 760.0, 700.0, 800.0)], columns=list(PER_SESSION))
    return CareLine(True, row, cost, row.assign(n_sessions_with=1600, share_sessions=0.4))


def test_therapy_and_cost_are_said_with_their_sessions() -> None:
    assert seen(made_overview(care=made_care())).care == (
        "Integration within 72 hours followed 5% of completed sessions (95% interval 4 to 6%; 200 of 4,000). The "
        "median charge of a session was $650 (middle half $410 to $1,235; 4,000 sessions); a payer covered 40% of "
        "sessions with coverage recorded (95% interval 4 to 6%; 1,600 of 4,000)."
    )


def test_therapy_and_cost_that_nobody_recorded_are_said_to_be_missing() -> None:
    assert seen(made_overview(care=no_care())).care == (
        "This study has no therapy_visits table, so nothing can be said about integration. Neither charges nor "
        "coverage are recorded in this cohort."
    )


def test_therapy_of_few_is_withheld() -> None:
    few = made_care()
    rare = few.within.assign(n_patients_with=4)
    said = seen(made_overview(care=replace(few, within=rare))).care
    assert said.startswith("The share of sessions followed by integration within 72 hours is withheld. ")


def test_cards_name_their_denominators() -> None:
    cards = {card.label: (card.value, card.denominator) for card in seen(made_overview()).cards}
    assert cards == {
        "Started treatment": ("400", "patients with at least one session"),
        "Evaluable": ("65%", "260 of 400 starters"),
        "Change in PHQ-9, end of induction": ("−5.0 points", "200 of 400 starters"),
        "Response, end of induction": ("60%", "120 of 200 scored; 33% of 360 if no score is a no"),
        "Remission, end of induction": ("30%", "60 of 200 scored; 17% of 360 if no score is a no"),
    }


def test_cards_of_few_say_why_they_are_withheld() -> None:
    cards = seen(made_overview(n=60, reached_it=8)).cards
    assert (cards[3].value, cards[3].denominator) == (
        "withheld",
        "it would show fewer than 11 patients; a fall of 50% or more from baseline",
    )
    assert [card.value for card in seen(made_overview(n=0)).cards] == ["0", "–", "–"]


def test_a_share_stays_in_whole_percent_where_only_its_denominator_goes() -> None:
    """One patient of 604 had a baseline of nought: 603 is withheld, and 25% says no more of it."""
    base = made_overview()
    steps = base.attrition.assign(n_patients=[640, 604, 488, 461, 301], share=[1.0, 604 / 640, 0.76, 0.72, 0.47])
    rates = made_rates(603, 402, 155)
    rates = rates[rates["outcome"] == "Response"].reset_index(drop=True)
    rates["n_later"], rates["n_last_reached"] = 440, 170
    routes = pd.DataFrame([("IV", 640, 604)], columns=["route", "n_patients", "n_baseline"])
    change = ObservedChange(420, -5.0, -6.0, -4.0)
    timed = first(n_patients=470, n_reached=250)
    found = seen(made_overview(attrition=steps, rates=rates, routes=routes, change=change, first=timed))
    table = found.rates.as_text()
    assert table["n_able"].tolist() == ["withheld", "withheld"]
    assert table["n_scored"].tolist() == ["402", "402"]
    assert table["drop-out as non-response share"].tolist() == [0.26, 0.26]
    assert found.cards[3].denominator == "155 of 402 scored; 26% of a withheld number if no score is a no"


def made_years(n_last: int = 120) -> YearChange:
    rows = [
        ("2024", 140, 100, 90, 130, 90, 45, -7.0),
        ("2025", n_last, n_last - 20, 80, n_last, 80, 20, -5.0),
        ("other", 400 - 140 - n_last, 160 - n_last + 20, 30, 110, 30, 55 - 29, -6.0),
    ]
    differences = [
        ("Evaluable", 100 / 140, 0.8, 0.8 - 100 / 140, -0.02, 0.2, 0.11),
        ("Change", -7.0, -5.0, 2.0, 0.5, 3.5, 0.01),
        ("Response, of those scored", 0.5, 0.25, -0.25, -0.38, -0.1, 0.001),
        ("Response, no score is a no", 45 / 130, 20 / 120, -0.18, -0.28, -0.07, 0.002),
    ]
    years = pd.DataFrame(rows, columns=list(YEARS))
    return YearChange(2024, 2025, years, pd.DataFrame(differences, columns=list(DIFFERENCES)))


def test_the_last_year_stands_beside_the_one_before_with_numbers_and_intervals() -> None:
    overview = made_overview(years=made_years())
    found = seen(overview, holder()).years
    assert found is not None
    assert found.frame.to_numpy().tolist() == [
        ["Evaluable", "71% (100 of 140)", "80% (100 of 120)", "8.6 percentage points (−2.0 to 20.0)"],
        ["Change in PHQ-9, end of induction", "−7.0 points (90)", "−5.0 points (80)", "2.0 points (0.5 to 3.5)"],
        ["Response, of those scored", "50% (45 of 90)", "25% (20 of 80)", "−25.0 percentage points (−38.0 to −10.0)"],
        ["Response, no score is a no", "35% (45 of 130)", "17% (20 of 120)", "−18.0 percentage points (−28.0 to −7.0)"],
    ]
    assert found.sentence == (
        "Of those who started in 2025 against 2024, clear of chance (Holm, 3 comparisons): change in PHQ-9 2.0 points "
        "(0.5 to 3.5); response, of those scored −25.0 percentage points (−38.0 to −10.0). Nothing is adjusted for, "
        "and those who started late in 2025 may not have been scored yet."
    )


def years_said(**columns: object) -> str:
    change = made_years()
    found = seen(made_overview(years=replace(change, differences=change.differences.assign(**columns))), holder()).years
    assert found is not None
    return found.sentence


def test_two_years_alike_say_that_nothing_is_clear_of_chance() -> None:
    assert years_said(p_value=0.4).startswith(
        "Of those who started in 2025 against 2024, no difference is clear of chance (Holm, 3 comparisons). "
    )


def test_an_interval_without_zero_is_no_finding_when_three_measures_are_looked_at() -> None:
    """Each p of 0.03 by itself would be: of three comparisons it is not."""
    assert "no difference is clear of chance (Holm, 3 comparisons)" in years_said(p_value=0.03)


def test_years_of_a_few_patients_are_not_judged() -> None:
    change = made_years()
    few = change.years.assign(
        n_starters=[15, 14, 371], n_evaluable=[12, 13, 235], n_scored=[12, 11, 177], n_able=[13, 12, 335],
        n_seen=[12, 11, 177], n_reached=[11, 3, 106],
    )  # fmt: skip
    found = seen(made_overview(years=replace(change, years=few)), holder()).years
    assert found is not None
    assert found.sentence.startswith(
        "Of those who started in 2025 against 2024: too few to judge a difference, each year by fewer than 20 patients "
        "or withheld. "
    )


def test_a_year_of_few_is_withheld_with_its_differences() -> None:
    change = made_years()
    few = change.years.assign(
        n_starters=[140, 120, 140], n_evaluable=[100, 100, 60], n_scored=[90, 8, 102], n_able=[130, 110, 120],
        n_seen=[90, 8, 102], n_reached=[45, 4, 71],
    )  # fmt: skip
    found = seen(made_overview(years=replace(change, years=few))).years
    assert found is not None
    assert found.frame.iloc[1].tolist() == ["Change in PHQ-9, end of induction", "withheld", "withheld", "withheld"]
    assert found.frame.iloc[2, 1:].tolist() == ["withheld"] * 3
    assert "too few to judge a difference" in found.sentence
