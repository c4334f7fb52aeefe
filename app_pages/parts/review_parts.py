"""The parts of the Overview: each takes a finished result and shows it."""

from __future__ import annotations

import streamlit as st

from analysis.disclosure import MIN_CELL, is_small
from analysis.figures import attrition_chart, has_rates, number_text, rates_chart, share_text
from analysis.outcomes import Counted, Overview
from analysis.vocabulary import CONTROL_CHANGE_SENTENCE

from . import style
from .panel import figure
from .tables import cards, table

_WITHHELD = "it rests on fewer than 11 patients"
_PUBLISHED_NAMES = {
    "study": "Study",
    "route": "Route",
    "when": "When, and of whom",
    "response": "Response",
    "remission": "Remission",
    "change": "Change, points",
    "citation": "Source",
}


def number_cards(review: Overview) -> None:
    cards(
        (card.label, "withheld", _WITHHELD)
        if any(map(is_small, card.counts))
        else (card.label, card.value, card.denominator)
        for card in review.cards
    )


def attrition(review: Overview) -> None:
    figure(attrition_chart(review, style.theme()), key="attrition")


def in_words(review: Overview) -> None:
    """The change and the adverse events as sentences, each with its denominator."""
    st.header("Change")
    st.markdown(_shown(review.change))
    st.header("Safety")
    st.markdown(" ".join(map(_shown, review.safety)))


def _shown(sentence: Counted) -> str:
    return sentence.otherwise if any(map(is_small, sentence.counts)) else sentence.text


def rates(review: Overview) -> None:
    """Response and remission, or why there is none to show."""
    if has_rates(review):
        figure(rates_chart(review, style.theme()), key="rates")
    else:
        st.info(_why_no_rates(review), icon=":material/visibility_off:")


def _why_no_rates(review: Overview) -> str:
    """Which of the reasons for showing no rate holds."""
    rates = review.rates[(review.rates["route"] == "all") & review.rates["outcome"].isin(["Response", "Remission"])]
    start = f"Response and remission on {review.instrument} are not shown:"
    if rates.empty:
        return f"{start} the instrument has no verified cut-off for them."
    if (rates["denominator"] < MIN_CELL).all():
        return f"{start} fewer than 11 patients of this cohort have a baseline score above zero."
    return f"{start} fewer than 11 patients of this cohort reached either around day 28."


def published(review: Overview) -> None:
    """Published figures on the same instrument, each with its own time point and denominator."""
    if review.benchmarks.empty:
        st.caption(f"No published figure on {review.instrument} was verified for the routes of this cohort.")
        return
    arms = review.benchmarks
    remission = [
        f"{share_text(row.remission)} ({row.remission_rule})" if row.remission_rule else share_text(row.remission)
        for row in arms.itertuples()
    ]
    shown = arms.assign(when=arms["time_point"] + "; " + arms["denominator"], remission=remission)
    table(
        shown[list(_PUBLISHED_NAMES)],
        f"Published figures on {review.instrument}, for orientation: never averaged, and no standard to reach",
        _PUBLISHED_NAMES,
        {"response": share_text, "change": number_text},
        right=("remission",),
    )


def notes() -> None:
    st.markdown(f"**Change in treated patients alone is not change due to treatment.** {CONTROL_CHANGE_SENTENCE}")
