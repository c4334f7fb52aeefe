"""The parts of the Overview: each takes a finished result and shows it."""

from __future__ import annotations

import streamlit as st

from analysis.disclosure import ReleasedOverview, Shown
from analysis.figures import attrition_chart, has_rates, number_text, rates_chart, share_text
from analysis.vocabulary import CONTROL_CHANGE_SENTENCE

from . import style
from .panel import figure
from .tables import cards, table

_PUBLISHED_NAMES = {
    "study": "Study",
    "route": "Route",
    "when": "When, and of whom",
    "response": "Response",
    "remission": "Remission",
    "change": "Change, points",
    "citation": "Source",
}


def number_cards(review: ReleasedOverview) -> None:
    cards((card.label, card.value, card.denominator) for card in review.cards)


def attrition(review: Shown[ReleasedOverview]) -> None:
    theme = style.theme()
    figure(review, lambda one: attrition_chart(one, theme), key="attrition")


def in_words(review: ReleasedOverview) -> None:
    """The change and the adverse events as sentences, each with its denominator."""
    st.header("Change")
    st.markdown(review.change)
    st.header("Safety")
    st.markdown(" ".join(review.safety))


def rates(review: Shown[ReleasedOverview]) -> None:
    """Response and remission, or why there is none to show."""
    theme = style.theme()
    if not has_rates(review.screen):
        st.info(_why_no_rates(review.screen), icon=":material/visibility_off:")
    else:
        figure(review, lambda one: rates_chart(one, theme), key="rates")


def _why_no_rates(review: ReleasedOverview) -> str:
    """Which of the reasons for showing no rate holds."""
    everyone = review.rates.frame["route"] == "all"
    start = f"Response and remission on {review.instrument} are not shown:"
    if not everyone.any():
        return f"{start} the instrument has no verified cut-off for them."
    few = review.rates.min_cell
    states = review.rates.states[everyone]
    if (states["denominator"] == f"<{few}").all() or (review.rates.frame["denominator"][everyone] == 0).all():
        return f"{start} fewer than {few} patients of this cohort have a baseline score above zero."
    return f"{start} fewer than {few} patients of this cohort reached them around day 28, or did not."


def published(review: ReleasedOverview) -> None:
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
