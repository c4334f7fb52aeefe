"""Every sentence and card of the overview, read in full as the holder and as a viewer have it."""

from __future__ import annotations

import pandas as pd
import pytest
from analysis.outcomes.safety_line import EVENTS

from analysis.disclosure import ReleasedOverview, holder, release_overview, viewer
from analysis.outcomes import ObservedChange, Overview, SafetyLine
from tests.figures.made import made_overview


def with_safety(
    kinds: list[tuple], n_serious: int | None = 0, is_recorded: bool = True, n_sessions: int = 900
) -> Overview:
    return made_overview(
        safety=SafetyLine(is_recorded, n_sessions, 400, pd.DataFrame(kinds, columns=list(EVENTS)), n_serious)
    )


def seen(overview: Overview, audience=None) -> ReleasedOverview:
    return release_overview(overview, 2_000, audience or viewer())


ASKED = ("solicited", 3, 6, 500, 200, 120, 300, 60.0, 0.6)
MENTIONED = ("spontaneous", 6, 6, 900, 400, 8, 9, 1.0, 0.02)


def test_adverse_events_are_said_per_session_and_per_patient_and_by_how_they_were_found() -> None:
    said = seen(with_safety([ASKED, MENTIONED], 3), holder()).safety
    assert said == (
        "Where staff asked after each session (3 of 6 clinics): 60.0 events per 100 of their 500 sessions, in 120 of "
        "their 200 patients (60%).",
        "Where events were noted when patients mentioned them (6 of 6 clinics): 1.0 events per 100 of their 900 "
        "sessions, in 8 (small) of their 400 patients (2%).",
        "Serious events: 3 (small).",
    )


def test_adverse_events_of_few_are_withheld_from_a_viewer_with_their_rate_and_share() -> None:
    said = seen(with_safety([ASKED, MENTIONED], 3)).safety
    assert said[0].endswith("in 120 of their 200 patients (60%).")
    assert said[1] == (
        "Where events were noted when patients mentioned them (6 of 6 clinics): withheld, it would show fewer than 11 "
        "patients or events."
    )
    assert said[2] == "Serious events: fewer than 11, but not none."


def test_all_but_few_patients_with_an_event_are_withheld_too() -> None:
    almost_all = ("unknown", 6, 6, 900, 400, 395, 500, 55.6, 0.9875)
    said = seen(with_safety([almost_all])).safety
    assert said[0] == (
        "Where it is not recorded how events were found (6 of 6 clinics): withheld, it would show fewer than 11 "
        "patients or events."
    )
    assert said[1] == "Serious events: 0."


@pytest.mark.parametrize(
    ("overview", "sentence"),
    [
        (
            with_safety([], is_recorded=False),
            "This study has no adverse_events table, so nothing can be said about safety here.",
        ),
        (with_safety([], n_sessions=0), "No sessions in this cohort."),
        (with_safety([]), "No adverse event was recorded in 900 sessions of 400 patients."),
        (with_safety([ASKED], None), "Seriousness was not recorded."),
    ],
    ids=["no table", "no sessions", "no event", "no seriousness"],
)
def test_what_cannot_be_said_about_safety_is_said(overview: Overview, sentence: str) -> None:
    assert seen(overview).safety[-1] == sentence


def test_no_event_in_a_cohort_of_few_says_no_number() -> None:
    few = made_overview(n=8, reached_it=2, safety=SafetyLine(True, 30, 8, pd.DataFrame(columns=list(EVENTS)), None))
    assert seen(few).safety == ("No adverse event was recorded among fewer than 11 patients.",)


def test_the_change_sentence_has_its_interval_and_denominator() -> None:
    assert seen(made_overview()).change == (
        "Observed mean change in PHQ-9 from baseline to around day 28: −5.0 points (95% interval −6.0 to −4.0), in 200 "
        "of 400 starters."
    )


def test_the_change_of_few_is_withheld_and_of_one_is_not_stated() -> None:
    few = made_overview(change=ObservedChange(7, -5.0, -9.0, -1.0))
    assert seen(few).change == (
        "The observed mean change in PHQ-9 from baseline to around day 28 is withheld: fewer than 11 of 400 starters "
        "have both scores."
    )
    assert seen(few).cards[2].value == "withheld"
    assert seen(few, holder()).cards[2].denominator == "7 (small) of 400 starters"
    one = seen(made_overview(change=ObservedChange(1)))
    assert one.change == "Too few patients have both a baseline and a score around day 28 to state a change in PHQ-9."
    assert one.cards[2].value == "–"


def test_cards_name_their_denominators() -> None:
    cards = {card.label: (card.value, card.denominator) for card in seen(made_overview()).cards}
    assert cards == {
        "Started treatment": ("400", "patients with at least one session"),
        "Evaluable": ("50%", "200 of 400 starters"),
        "Change in PHQ-9, around day 28": ("−5.0 points", "200 of 400 starters"),
        "Response, around day 28": ("60%", "120 of 200 scored, baseline above 0; 33% of 360 if no score is a no"),
        "Remission, around day 28": ("30%", "60 of 200 scored, baseline above 4; 17% of 360 if no score is a no"),
    }


def test_cards_of_few_say_why_they_are_withheld() -> None:
    cards = seen(made_overview(n=60, reached_it=8)).cards
    assert (cards[3].value, cards[3].denominator) == ("withheld", "it would show fewer than 11 patients")
    nobody = seen(made_overview(n=0)).cards
    assert [card.value for card in nobody] == ["0", "–", "–"]


def test_a_share_stays_in_whole_percent_where_only_its_denominator_goes() -> None:
    """One patient of 604 had a baseline of nought: 603 is withheld, and 25% says no more of it."""
    overview = made_overview()
    steps = overview.attrition.assign(n_patients=[640, 604, 420], share=[1.0, 604 / 640, 420 / 640])
    rates = overview.rates[overview.rates["outcome"] == "Response"].assign(
        numerator=148, denominator=[300, 603, 300, 603]
    )
    rates = rates.assign(share=rates["numerator"] / rates["denominator"], ci_low=0.2128, ci_high=0.2813)
    routes = pd.DataFrame([("IV", 640, 604)], columns=["route", "n_patients", "n_baseline"])
    safety = SafetyLine(False, 0, 640, pd.DataFrame(columns=list(EVENTS)), None)
    change = ObservedChange(420, -5.0, -6.0, -4.0)
    found = seen(made_overview(attrition=steps, rates=rates, routes=routes, change=change, safety=safety))
    table = found.rates.as_text()
    assert table["denominator"].tolist() == ["300", "withheld", "300", "withheld"]
    assert table["share"].tolist() == [148 / 300, 0.25, 148 / 300, 0.25]
    assert table["ci_low"].tolist()[1] == 0.21
    card = found.cards[3].denominator
    assert card.endswith("; 25% of a withheld number if no score is a no")
