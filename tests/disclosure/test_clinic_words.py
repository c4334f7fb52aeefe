"""Every sentence and card about clinics, read in full."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import viewer
from analysis.disclosure.clinic_words import (
    cards,
    finding,
    group_sentence,
    limits_sentence,
    outside_words,
    spread_sentence,
    widening_words,
)
from analysis.disclosure.clinics import release_clinics
from analysis.outcomes.clinics import DROP_OUT, EVENTS_ASKED
from tests.figures.made import made_overview, made_safety
from tests.figures.made_clinics import made_clinics, released_clinics, vanished


def test_cards_say_how_many_clinics_how_far_apart_and_how_many_are_outside() -> None:
    said = [(card.label, card.value, card.denominator) for card in cards(released_clinics())]
    assert said == [
        ("Clinics", "5", "with a starter; 400 starters"),
        (
            "Spread between clinics in PHQ-9 change",
            "0.9 points",
            "standard deviation, adjusted; 95% interval 0.3 to 2.1",
        ),
        ("Outside the 95% limits", "1", "of 7 rates in 2 funnels: C02 above (induction not completed)"),
    ]


def test_cards_without_a_model_or_a_funnel_say_so() -> None:
    none = made_clinics(
        status="refused", adjusted=made_clinics().adjusted.head(0), n_model=0,
        funnels=made_clinics().funnels.head(0), measures=made_clinics().measures.head(0),
    )  # fmt: skip
    assert [(card.value, card.denominator) for card in cards(released_clinics(none))][1:] == [
        ("–", "no model of this cohort"),
        ("–", "no funnel can be shown"),
    ]


def test_the_spread_between_clinics_is_said_with_its_interval_and_status() -> None:
    assert spread_sentence(released_clinics()) == (
        "After adjusting, clinics differ with a standard deviation of 0.9 points (95% interval 0.3 to 2.1) in PHQ-9 "
        "change. The model was fitted without problems, and its solution was verified."
    )
    unknown = made_clinics(between_low=np.nan, between_high=np.nan)
    assert "of 0.9 points in PHQ-9 change." in spread_sentence(released_clinics(unknown))
    assert spread_sentence(released_clinics(vanished())) == (
        "Nothing varies. The standard deviation between clinics may be up to 2.1 points (95% interval)."
    )
    wide = replace(vanished(), between_high=7.3)
    assert spread_sentence(released_clinics(wide)).endswith(
        "may be up to 7.3 points (95% interval). That is as much as patients notice (6 points): these data cannot tell "
        "clinics apart."
    )
    card = cards(released_clinics(vanished()))[1]
    assert (card.value, card.denominator) == (
        "up to 2.1 points",
        "standard deviation, adjusted: estimated as 0.0, this is the upper end of its 95% interval",
    )


def test_a_refused_model_says_why() -> None:
    refused = made_clinics(
        status="refused", status_sentence="There is one clinic.", adjusted=made_clinics().adjusted.head(0), n_model=0
    )
    assert spread_sentence(released_clinics(refused)) == "There is one clinic."


def test_differences_are_withheld_while_a_route_is_closed() -> None:
    review = made_overview(safety=made_safety(("solicited", 2, 1000, 200, 390, 90)))
    page = release_clinics(made_clinics(), review, 2_000, viewer(), closed=("IV",))
    assert spread_sentence(page) == "The differences between clinics are withheld for this cohort."
    assert (cards(page)[1].value, cards(page)[1].denominator) == ("withheld", "standard deviation, adjusted")


@pytest.mark.parametrize(
    ("n_pooled", "n_left_out", "sentence"),
    [
        (0, 0, ""),
        (3, 0, "3 clinics have fewer than 11 starters each and are shown together as smaller clinics."),
        (0, 1, "1 clinic has fewer than 11 starters, too few to show."),
        (0, 2, "2 clinics have fewer than 11 starters, too few to show even together."),
    ],
)
def test_which_clinics_are_not_shown_by_themselves_is_said(n_pooled: int, n_left_out: int, sentence: str) -> None:
    page = released_clinics()
    changed = replace(page, result=replace(page.result, n_pooled=n_pooled, n_left_out=n_left_out))
    assert group_sentence(changed) == sentence


def with_outside(*outside: str):
    funnel = released_clinics().funnels[DROP_OUT]
    return replace(funnel, points=replace(funnel.points, frame=funnel.points.frame.assign(outside=list(outside))))


@pytest.mark.parametrize(
    ("outside", "words"),
    [
        (("", "", "", "", ""), "no clinic is outside the 95% limits"),
        (("95", "", "", "", ""), "C01 is below the 95% limits"),
        (("95", "", "95", "", ""), "C01 and C03 are below the 95% limits"),
        (("95", "95", "", "", ""), "C02 is above the 95% limits, C01 is below the 95% limits"),
        (("95", "", "99.8", "", ""), "C03 is below the 99.8% limits, C01 is below the 95% limits"),
    ],
)
def test_who_is_outside_is_named(outside: tuple[str, ...], words: str) -> None:
    assert outside_words(with_outside(*outside)) == words


def test_widened_limits_are_said_to_be_wide_because_clinics_differ() -> None:
    funnel = with_outside("", "", "", "", "")
    whole = funnel.whole.copy()
    whole["dispersion"] = 4.0
    wide = replace(funnel, whole=whole)
    assert finding(wide) == (
        "clinics differ more than chance allows (33% to 60%); no clinic is outside the widened 95% limits"
    )
    assert widening_words(wide) == " Limits widened 2.0-fold: clinics differ that much more than by chance."
    assert (finding(funnel), widening_words(funnel)) == ("no clinic is outside the 95% limits", "")


def test_the_limits_say_what_they_are_made_of() -> None:
    page = released_clinics()
    assert limits_sentence(page.funnels[DROP_OUT]) == ("Limits: exact binomial limits, not widened for overdispersion.")
    assert limits_sentence(page.funnels[EVENTS_ASKED]) == (
        "Limits: exact limits of counts that scatter 4.0 times as much as Poisson counts within clinics, widened for "
        "overdispersion (factor 1.3)."
    )
    alike = page.funnels[EVENTS_ASKED]
    whole = pd.Series(alike.whole | {"dispersion": 1.0}) if isinstance(alike.whole, dict) else alike.whole.copy()
    whole["dispersion"] = 1.0
    assert limits_sentence(replace(alike, whole=whole)).endswith(
        "not widened for overdispersion, as with fewer than 5 clinics."
    )
