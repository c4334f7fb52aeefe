"""The parts of the page on response: each takes a released result and shows it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.disclosure import Shown
from analysis.disclosure.response_cards import cards
from analysis.disclosure.response_page import ReleasedResponse
from analysis.disclosure.response_words import (
    after_words,
    comparison,
    percent,
    ratios_table,
    recall_words,
    regression_words,
    why_not_single,
)
from analysis.figures.durability_after import after_chart, has_after
from analysis.figures.durability_reach import has_reach, reach_chart
from analysis.figures.numbers import interval_text, number_text
from analysis.figures.response_rates import has_outcomes, has_routes, outcomes_chart, routes_chart
from analysis.figures.response_scatter import has_scatter, scatter_chart
from analysis.figures.response_waterfall import has_changes, waterfall_chart
from analysis.figures.response_windows import has_windows, windows_chart
from analysis.outcomes.response import meaning
from analysis.vocabulary import TIME_TO_RESPONSE, control_change_sentence

from . import style, tables
from .fold import folded
from .panel import figure

_RAPID = {
    "time": "After the first session",
    "recall": "Share of the recall after it",
    "n_patients": "Patients scored",
    "n_again": "With a second session by then",
    "change": "Mean change, points (95% interval)",
    "response": "Response (95% interval)",
}
_RATIOS = {"comparison": "Compared", "days": "Over days", "sessions": "Over sessions"}
HIDDEN = ":material/visibility_off:"
COMPARED = ":material/compare_arrows:"
SOONER = ":material/show_chart:"


def number_cards(released: ReleasedResponse) -> None:
    tables.cards((card.label, card.value, card.denominator) for card in cards(released))


def outcomes(shown: Shown[ReleasedResponse]) -> None:
    """Outcomes at the end of induction, by rule and by route, and over time."""
    theme, few = style.theme(), shown.screen.audience.min_cell
    name = shown.screen.result.instrument.name
    left, right = st.columns(2, gap="large")
    with left:
        if has_outcomes(shown.screen):
            figure(shown, lambda one: outcomes_chart(one, theme), key="outcomes")
        else:
            text = f"No outcome on {name} can be shown: fewer than {few} patients reached one, or it is not defined."
            st.info(text, icon=HIDDEN)
    with right:
        if has_routes(shown.screen):
            figure(shown, lambda one: routes_chart(one, theme), key="outcome-routes")
        else:
            st.info(_why_no_route(shown.screen), icon=HIDDEN)


def _why_no_route(released: ReleasedResponse) -> str:
    result = released.result
    if result.cutoffs.response is None and result.remission is None:
        return f"No verified source says what response or remission is on {result.instrument.name}, so none by route."
    few = released.audience.min_cell
    return f"No route has {few} patients who reached response or remission on {result.instrument.name}."


def definitions(released: ReleasedResponse) -> None:
    """Each outcome with its cut-off, and what is not shown and why."""
    result, rule = released.result, released.result.remission
    label = rule.label if rule else ""
    present = list(dict.fromkeys(result.rates["outcome"]))
    said = [f"{outcome}: {meaning(outcome, result.cutoffs, label)}" for outcome in present]
    words = ". ".join(said) + ("." if said else "")
    if result.reliable is not None:
        words += f" {result.reliable.sentence}"
    st.caption(" ".join([words, *result.unknown]).strip())
    beside = control_change_sentence(result.instrument.name)
    st.markdown(f"**Change in treated patients alone is not change due to treatment.** {beside}")


def over_time(shown: Shown[ReleasedResponse]) -> None:
    theme = style.theme()
    if has_windows(shown.screen):
        figure(shown, lambda one: windows_chart(one, theme), key="outcome-windows")


def changes(shown: Shown[ReleasedResponse]) -> None:
    """How far each patient moved: one by one for whoever may see that, else in groups."""
    theme, released = style.theme(), shown.screen
    if not has_changes(released):
        text = "Nobody with a baseline above 0 was scored at the end of induction."
        few = f"Fewer than {released.audience.min_cell} patients moved by any one amount at the end of induction."
        st.info(few if released.bins.n_withheld else text, icon=HIDDEN)
        return
    left, right = st.columns(2, gap="large")
    with left:
        figure(shown, lambda one: waterfall_chart(one, theme), key="waterfall")
    with right:
        if has_scatter(released):
            figure(
                shown,
                lambda one: scatter_chart(one, theme) if has_scatter(one) else waterfall_chart(one, theme),
                key="before-after",
            )
        else:
            st.info(why_not_single(released), icon=":material/lock:")


def rapid(released: ReleasedResponse) -> None:
    """Change in the first days after the first session, where it was measured."""
    st.header("Rapid relief")
    table, item = released.rapid.as_text(), released.result.instrument
    if not len(table):
        st.markdown(f"Nobody in this cohort was scored on {item.name} within nine days of the first session.")
        return
    frame, names = released.rapid.frame, dict(_RAPID)
    columns = {
        "change": [
            _mean(mean, low, high)
            for mean, low, high in zip(frame["mean"], frame["ci_low"], frame["ci_high"], strict=True)
        ],
        "recall": ["not known" if pd.isna(part) else f"{part:.0%}" for part in frame["recall_after"]],
        "response": _responses(released),
    }
    if released.result.cutoffs.response is None:
        del names["response"]
    tables.table(
        table.assign(**columns)[list(names)],
        f"{item.name} in the first days after the first session, where it was measured",
        names,
        right=("recall", "n_patients", "n_again", "change", "response"),
    )
    st.caption(recall_words(item))


def _responses(released: ReleasedResponse) -> list[str]:
    """The share that responded, its interval and its numbers, or that it is withheld."""
    frame, texts = released.rapid.frame, released.rapid.as_text()
    rows = zip(
        frame["share"], frame["share_low"], frame["share_high"], texts["n_reached"], texts["n_able"], strict=True
    )
    return [
        percent(share)
        if pd.isna(share)
        else f"{percent(share)} ({interval_text(100 * low, 100 * high, 0)}%), {k} of {n}"
        for share, low, high, k, n in rows
    ]


def _mean(mean: float, low: float, high: float) -> str:
    if pd.isna(mean):
        return "withheld"
    return number_text(mean) if pd.isna(low) else f"{number_text(mean)} ({interval_text(low, high)})"


def time_to(shown: Shown[ReleasedResponse]) -> None:
    """Time to a first response over days and over sessions, and whether routes differ; to remission when opened."""
    st.header("How soon")
    if not shown.screen.times:
        st.markdown(f"No verified source defines response or remission on {shown.screen.result.instrument.name}.")
        return
    _reach(shown, 0)
    for one in TIME_TO_RESPONSE:
        if one.instrument == shown.screen.result.instrument.name:
            st.caption(f"Published: {one.text} ({one.citation})")
    folded("Routes compared with adjustment (Cox hazard ratios)", "cox", lambda: _regression(shown.screen, 0), COMPARED)
    for place, times in enumerate(shown.screen.times[1:], 1):
        label = f"Time to first {times.outcome.lower()} by route, with both comparisons"
        folded(label, f"reach-{times.outcome}", lambda place=place: _reach_and_regression(shown, place), SOONER)


def _reach_and_regression(shown: Shown[ReleasedResponse], place: int) -> None:
    _reach(shown, place)
    _regression(shown.screen, place)


def _reach(shown: Shown[ReleasedResponse], place: int) -> None:
    theme, times = style.theme(), shown.screen.times[place]
    if has_reach(times):
        figure(shown, lambda one: reach_chart(one, one.times[place], theme), key=f"reach-{times.outcome}")
    else:
        st.info(f"Time to {times.outcome.lower()} is not shown: too few patients are followed.", icon=HIDDEN)
    st.markdown(comparison(times))


def _regression(released: ReleasedResponse, place: int) -> None:
    times = released.times[place]
    frame = ratios_table(times)
    if len(frame):
        caption = f"Hazard ratio of a first {times.outcome.lower()} (95% interval)"
        tables.table(frame, caption, _RATIOS, right=("days", "sessions"))
    st.caption(regression_words(times, released.audience.sees_small))


def after_response(shown: Shown[ReleasedResponse]) -> None:
    """Durability after response."""
    st.header("How long")
    theme = style.theme()
    if has_after(shown.screen):
        figure(shown, lambda one: after_chart(one, theme), key="after-response")
    elif shown.screen.after is not None:
        st.info("What became of responders is not drawn: too few are followed.", icon=HIDDEN)
    st.markdown(after_words(shown.screen))
