"""The parts of the Safety page: each takes a released result and shows it. Adverse events are in safety_counts."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.disclosure import Shown
from analysis.disclosure.safety import ReleasedSafety
from analysis.disclosure.safety_cards import cards
from analysis.disclosure.safety_words import (
    NOT_MEASURED,
    oxygen_sentence,
    rise_sentence,
    stopped_sentence,
    two_hours_sentence,
)
from analysis.figures.safety_vitals import (
    dissociation_chart,
    habituation_chart,
    has_dissociation,
    has_habituation,
    has_pressure,
    pressure_chart,
)
from analysis.vocabulary import route_label
from analysis.vocabulary.published_safety import IV_PRESSURE_SENTENCE, PUBLISHED_EVENTS

from . import style, tables
from .cell_texts import tenths_text, whole, with_route_names
from .fold import folded
from .panel import figure

_QUARTILES = {"q1": "Lower quartile", "median": "Median", "q3": "Upper quartile"}
_SHARES = {
    "n_sessions": "Sessions",
    "n_patients": "Patients",
    "n_sessions_with": "Sessions with it",
    "share_sessions": "Share of sessions",
    "n_patients_with": "Patients ever",
    "share_patients": "Share of patients",
}
_COUNTS = ("n_patients", "n_patients_with")
PUBLISHED = ":material/menu_book:"
NOT_FEW = "Nothing can be drawn: every number here would show fewer than {few} patients."


def number_cards(released: ReleasedSafety) -> None:
    tables.cards((card.label, card.value, card.denominator) for card in cards(released))


def vital_signs(shown: Shown[ReleasedSafety]) -> None:
    """Blood pressure, oxygen."""
    released, theme = shown.screen, style.theme()
    st.header("Blood pressure and oxygen")
    if has_pressure(released):
        figure(shown, lambda one: pressure_chart(one, theme), key="pressure")
        st.markdown(rise_sentence(released))
        st.caption(IV_PRESSURE_SENTENCE)
    else:
        few = len(released.frame("blood_pressure")) > 0
        st.info(_few(released) if few else NOT_MEASURED["pressure"], icon=":material/block:")
    st.markdown(oxygen_sentence(released))
    if len(released.frame("oxygen_bands")):
        folded("Lowest oxygen saturation of a session, in bands", "oxygen", lambda: _oxygen(released))


def _oxygen(released: ReleasedSafety) -> None:
    columns = ["band", "n_sessions_with", "share_sessions", "n_patients_with", "share_patients"]
    shares = {"share_sessions": tenths_text, "share_patients": tenths_text}
    tables.table(
        released["oxygen_bands"].as_text()[columns], "Lowest saturation of a session, in bands that are no standard",
        {"band": "Lowest", **_SHARES}, shares, right=_COUNTS,
    )  # fmt: skip


def _few(released: ReleasedSafety) -> str:
    return NOT_FEW.format(few=released.audience.min_cell)


def dissociation_and_observation(shown: Shown[ReleasedSafety]) -> None:
    """Dissociation by dose beside each patient against their own first session; under that, how sessions ended."""
    released, theme = shown.screen, style.theme()
    st.header("Dissociation, observation and sessions stopped early")
    if not has_dissociation(released):
        few = len(released.frame("dissociation_by_dose")) > 0
        st.info(_few(released) if few else NOT_MEASURED["dissociation"], icon=":material/block:")
        _observation(released)
        return
    with st.container(key="halves"):
        left, right = st.columns(2, gap="large")
    with left:
        figure(shown, lambda one: dissociation_chart(one, theme), key="dissociation")
    with right:
        if has_habituation(released):
            figure(shown, lambda one: habituation_chart(one, theme), key="habituation")
        else:
            st.info("Too few patients have a CADSS score at their first session and a later one.")
        _observation(released)


def _observation(released: ReleasedSafety) -> None:
    """Sessions stopped early and observation time in words; by route when opened."""
    for text in (stopped_sentence(released), two_hours_sentence(released)):
        if text:
            st.markdown(text)
    observed, stopped = released["observation"].as_text(), released["stopped_early"].as_text()
    if observed.empty:
        st.caption(NOT_MEASURED["observation"])
    parts = (("minutes observed", observed), ("sessions stopped early", stopped))
    named = " and ".join(name for name, frame in parts if len(frame))
    if named:
        label = f"{named[0].upper()}{named[1:]}, by route"
        folded(label, "observed", lambda: _by_route(observed, stopped))


def _by_route(observed: pd.DataFrame, stopped: pd.DataFrame) -> None:
    if len(observed):
        tables.table(
            with_route_names(observed)[["route", "n_patients", "n_sessions", *_QUARTILES]],
            "Minutes observed after dosing",
            {"n_sessions": "Sessions", **_QUARTILES},
            dict.fromkeys(_QUARTILES, whole),
            right=_COUNTS,
        )
    if len(stopped):
        columns = ["route", "n_sessions", "n_sessions_with", "share_sessions", "n_patients_with", "share_patients"]
        shares = dict.fromkeys(("share_sessions", "share_patients"), tenths_text)
        rows = with_route_names(stopped)[columns]
        tables.table(rows, "Sessions stopped early, by route", _SHARES, shares, right=_COUNTS)


def published() -> None:
    """Published frequencies, each with its denominator and how events were found, when opened."""
    folded("Published frequencies of events, for orientation", "published-events", _published, PUBLISHED)


def _published() -> None:
    rows = pd.DataFrame([vars(one) for one in PUBLISHED_EVENTS])
    names = {
        "event": "Event", "route": "Route", "share": "Share", "per": "Per", "of_whom": "Of whom", "how": "Found by",
        "citation": "Source",
    }  # fmt: skip
    tables.table(
        rows.assign(route=[route_label(code) for code in rows["route"]], per="of " + rows["per"] + "s"),
        "Published frequencies, for orientation: never averaged, comparable only where events were asked about alike",
        names,
        {"share": tenths_text},
    )


def notes() -> None:
    st.markdown(
        "**How events were asked about decides how many there are.** Staff who ask after every session find many times "
        "what patients mention by themselves, so rates of clinics and routes that asked differently are no comparison. "
        "Severity (how intense) and seriousness (what came of it) are two things. Routes and doses were chosen, not "
        "drawn by lot. De-identified data cannot be an alerting tool: what needs an answer today is not here."
    )
