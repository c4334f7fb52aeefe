"""Every sentence on safety and care, read in full."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.cohort import Cohort, select
from analysis.disclosure import care_cards, care_words, holder, safety_cards, safety_words, viewer
from analysis.disclosure.care import ReleasedCare, release_care
from analysis.disclosure.safety import ReleasedSafety, release_safety
from analysis.outcomes import overview
from analysis.outcomes.care import care
from analysis.outcomes.safety import recording, safety
from analysis.study import Study
from tests.outcomes.care.drawn_care import bare
from tests.outcomes.care.drawn_care import drawn as drawn_care
from tests.outcomes.safety.drawn_events import drawn as drawn_events
from tests.outcomes.safety.drawn_events import without_events


def of_safety(study: Study, audience=None, source: Study | None = None) -> ReleasedSafety:
    found = safety(study, recording(source or study))
    return release_safety(found, overview(study), len((source or study).patients), audience or holder())


def of_care(study: Study, audience=None) -> ReleasedCare:
    return release_care(care(study), overview(study), len(study.patients), audience or holder())


def test_events_of_each_kind_are_a_sentence_with_both_denominators_and_intervals() -> None:
    first, second = safety_words.event_sentences(of_safety(drawn_events()))
    assert first == (
        "Events asked for: 125.0 per 100 sessions (95% interval 40.6 to 291.7, exact), 5 (small) events in 4 sessions; "
        "at least one in 100% of patients (exact 16 to 100%), 2 (small) of 2 (small). Of these events, 1 (small) "
        "belong to no session and are in no figure by route, dose or session number."
    )
    assert second.startswith("Events mentioned unasked: 50.0 per 100 sessions (95% interval ")
    assert second.endswith(
        ", 1 (small) of 2 (small). In no rate: 1 (small) more events, at sessions after which staff asked, or of "
        "patients without any other."
    )


def test_a_viewer_of_few_patients_is_told_why_there_is_no_rate() -> None:
    assert safety_words.event_sentences(of_safety(drawn_events(), viewer())) == (
        "Events asked for: withheld, it would show fewer than 11 patients or events.",
        "Events mentioned unasked: withheld, it would show fewer than 11 patients or events. In no rate: fewer than 11 "
        "more events, at sessions after which staff asked, or of patients without any other.",
    )


def test_a_serious_event_that_is_in_no_rate_is_said() -> None:
    study = drawn_events()
    kind = study.adverse_events["ascertainment"].mask(study.adverse_events["serious"].fillna(False), "spontaneous")
    asked = study.adverse_events.assign(ascertainment=kind)
    loose = asked.assign(
        patient_id=asked["patient_id"].replace("b", "d"), session_number=asked["session_number"].replace(2, 9),
        ascertainment=kind.replace("spontaneous", "solicited"), day=float("nan"),
    )  # fmt: skip
    serious = [
        safety_words.serious_sentences(of_safety(Study.from_tables("changed", {**study.tables, "adverse_events": one})))
        for one in (asked, loose)
    ]
    assert serious[0][1].endswith(
        "(rule of three). In no rate: 1 (small) more serious events, at sessions after which staff asked, or of "
        "patients without any other."
    )
    assert serious[1][0].endswith(
        " In no rate: 1 (small) more serious events, of patients without a session after which staff are known to have "
        "asked."
    )


def test_without_a_table_and_without_an_event_nothing_is_claimed() -> None:
    assert safety_words.event_sentences(of_safety(without_events())) == (safety_words.NO_TABLE,)
    study = drawn_events()
    none = Study.from_tables("none", {**study.tables, "adverse_events": study.adverse_events.iloc[:0]})
    assert safety_words.event_sentences(of_safety(none)) == (safety_words.NO_EVENT,)


def test_nought_among_those_asked_has_its_limit_and_nobody_asked_has_none() -> None:
    source = drawn_events()
    only = select(source, Cohort(clinics=("C01",))).study
    quiet = only.adverse_events[only.adverse_events["ascertainment"] == "spontaneous"]
    released = of_safety(Study.from_tables("quiet", {**only.tables, "adverse_events": quiet}), source=source)
    assert safety_words.event_sentences(released)[0] == (
        "Events asked for: none in 4 sessions of 2 (small) patients; with 95% confidence at most 75.0 per 100 sessions "
        "and 100.0% of patients."
    )
    elsewhere = of_safety(select(source, Cohort(clinics=("C03",))).study, source=source)
    assert safety_words.event_sentences(elsewhere)[0] == (
        "Events asked for: this cohort has no session after which staff are known to have asked, so there is no rate, "
        "not even nought."
    )
    assert safety_words.event_sentences(elsewhere)[1] == (
        "Events mentioned unasked: this cohort has no session where staff are not known to ask, at a clinic that "
        "recorded any, so there is no rate, not even nought."
    )
    assert [card.denominator for card in safety_cards.cards(elsewhere)][:3] == [
        "staff asked at 0 of 1 clinic", "sessions where staff are not known to ask, at 0 of 1 clinic",
        "nothing known of those asked for, nothing known of those mentioned unasked",
    ]  # fmt: skip


def test_seriousness_of_each_kind_is_said_apart() -> None:
    assert safety_words.serious_sentences(of_safety(drawn_events())) == (
        "Events asked for, serious: 1 (small) in 4 sessions; for 1 (small) more events seriousness is not recorded.",
        "Events mentioned unasked, serious: none in 4 sessions, with 95% confidence at most 75.00 per 100 sessions "
        "(rule of three).",
    )


def test_pressure_observation_and_stopping_are_shares_of_sessions_and_of_patients() -> None:
    released = of_safety(drawn_events())
    assert safety_words.rise_sentence(released).startswith(
        "Systolic rise of 40 or more mmHg over the value before: 33.3% of sessions (95% interval "
    )
    assert safety_words.stopped_sentence(released).startswith(
        "Sessions stopped early: 11.1% of sessions (95% interval "
    )
    assert safety_words.two_hours_sentence(released) == (
        "Nasal esketamine was observed for two hours or more after 66.7% of sessions (95% interval 9.4 to 99.2%, "
        "exact), 2 of 3 sessions of 1 (small) patient with the time recorded."
    )
    assert safety_words.oxygen_sentence(released) == (
        "Lowest oxygen saturation of a session: median 97% (middle half 94 to 98%), 7 sessions of 3 (small) patients."
    )
    theirs = of_safety(drawn_events(), viewer())
    assert safety_words.stopped_sentence(theirs) == (
        "Sessions stopped early: withheld, it would show fewer than 11 patients."
    )
    assert safety_words.oxygen_sentence(theirs) == (
        "Lowest oxygen saturation: withheld, fewer than 11 patients have it."
    )


def test_times_of_few_patients_are_not_said_in_a_sentence() -> None:
    for audience in (viewer(), holder()):
        assert safety_words.course_sentences(of_safety(drawn_events(), audience)) == ()


def test_a_share_is_never_rounded_to_nought() -> None:
    assert safety_words.tenths(0.0004) == "under 0.1%"
    assert safety_words.tenths(0.0) == "0.0%"
    assert safety_words.tenths(0.123) == "12.3%"


def test_care_in_words_on_the_drawn_study() -> None:
    released = of_care(drawn_care())
    assert care_words.induction_sentence(released) == (
        "0% of starters completed induction (95% interval 0 to 49%), 0 of 4 (small): six completed sessions, eight of "
        "nasal esketamine."
    )
    assert care_words.spacing_sentence(released) == (
        "Days between neighbouring sessions, median: 4 days in induction (middle half 4 to 10; 3 (small) patients)."
    )
    assert care_words.visit_sentences(released)[0] == (
        "Preparation: 0.33 visits per session, 2 in 6 sessions; 100% of patients had any, 2 (small) of 2 (small)."
    )
    assert care_words.association_sentence(released) == (
        "Integration and change in PHQ-9: not worked out or withheld; it needs 20 patients with a score around day 28 "
        f"who had integration early, and 20 who had none. {care_words.EXPLORATORY}"
    )
    assert care_words.responder_sentence(released) == (
        "Induction charges per PHQ-9 responder: $1,925, 2 (small) responders of 3 (small) patients. "
        f"{care_words.COST_PER_RESPONDER}"
    )


def test_care_of_few_says_to_a_viewer_that_it_is_withheld() -> None:
    released = of_care(drawn_care(), viewer())
    assert care_words.induction_sentence(released) == "The share of starters who completed induction is withheld."
    assert care_words.spacing_sentence(released) == ("How far apart sessions were cannot be shown for this cohort.")
    assert care_words.visit_sentences(released)[0] == ("Preparation: withheld, it would show fewer than 11 patients.")
    assert care_words.responder_sentence(released).startswith(
        "Induction charges per responder are not given: nobody responded, or too few to show."
    )
    assert [card.value for card in care_cards.cards(released)] == ["withheld", "withheld", "withheld", "withheld", "–"]


def test_without_visits_charges_and_coverage_there_are_fewer_cards_and_a_sentence() -> None:
    released = of_care(bare())
    assert care_words.visit_sentences(released) == (care_words.NO_VISITS,)
    assert care_words.association_sentence(released) == ""
    assert care_words.responder_sentence(released) == ""
    assert [card.label for card in care_cards.cards(released)] == ["Completed induction"]


@pytest.mark.parametrize("make", [of_safety, of_care])
def test_the_sentence_of_a_page_counts_what_is_withheld(make) -> None:
    released = make(drawn_events() if make is of_safety else drawn_care(), viewer())
    assert "counts are withheld: of 1 to 10 patients, or of a group from which such a number could be worked out." in (
        released.sentence
    )
    assert replace(released, sentence="").sentence == ""
