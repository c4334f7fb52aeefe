"""The parts of the Overview: each takes a finished result and shows it."""

from __future__ import annotations

import streamlit as st

from analysis.disclosure import ReleasedOverview, Shown
from analysis.figures import attrition_chart, has_rates, number_text, rates_chart, share_text
from analysis.vocabulary import control_change_sentence

from . import style
from .panel import figure
from .tables import cards, table
from .words import plain

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


def board(review: ReleasedOverview) -> None:
    """Three sentences to read out, and what change in one arm is not."""
    with st.container(border=True):
        st.markdown("**In three sentences**")
        st.markdown("\n".join(f"{number}. {plain(text)}" for number, text in enumerate(review.board, 1)))
        beside = control_change_sentence(review.instrument)
        st.caption(f"Change in treated patients alone is not change due to treatment. {beside}")


def lines(review: ReleasedOverview) -> None:
    """A line each: how soon, how safe, and with how much therapy and at what charge."""
    for title, sentences in (
        ("How soon", (review.first,)),
        ("Safety", review.safety),
        ("Therapy and cost", (review.care,)),
    ):
        st.markdown(f"**{title}.** {plain(' '.join(sentences))}")


def years(review: ReleasedOverview) -> None:
    """What changed against the index year before the last."""
    found = review.years
    if found is None:
        st.caption("What changed from one year to the next is not shown: this study has no two index years.")
        return
    names = {
        "measure": "What",
        "before": f"Started in {found.before}",
        "last": f"Started in {found.last}",
        "difference": "Difference (95% interval)",
    }
    table(found.frame, f"What changed: patients who started in {found.last} against {found.before}", names)
    st.caption(plain(found.sentence))


def rates(review: Shown[ReleasedOverview]) -> None:
    """Response and remission, or why there is none to show."""
    theme = style.theme()
    if not has_rates(review.screen):
        st.info(_why_no_rates(review.screen), icon=":material/visibility_off:")
    else:
        figure(review, lambda one: rates_chart(one, theme), key="rates")


def _why_no_rates(review: ReleasedOverview) -> str:
    """Which of the reasons for showing no rate holds."""
    table = review.rates
    everyone = table.frame["route"] == "all"
    start = f"Response and remission on {review.instrument} are not shown:"
    if not everyone.any():
        return f"{start} the instrument has no verified cut-off for them."
    few = table.min_cell
    able = table.states["n_able"][everyone]
    if (able == f"<{few}").all() or (table.frame["n_able"][everyone] == 0).all():
        return f"{start} fewer than {few} patients of this cohort have a baseline score above zero."
    return f"{start} fewer than {few} patients of this cohort reached them by the end of induction, or did not."


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
