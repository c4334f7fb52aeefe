"""The parts of the Safety page: each takes a released result and shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.disclosure import Shown
from analysis.disclosure.row_words import tenths
from analysis.disclosure.safety import ReleasedSafety
from analysis.disclosure.safety_cards import cards
from analysis.disclosure.safety_words import (
    KIND_NAMES,
    NOT_MEASURED,
    event_sentences,
    oxygen_sentence,
    rise_sentence,
    serious_sentences,
    stopped_sentence,
    two_hours_sentence,
)
from analysis.figures import number_text, share_text
from analysis.figures.chart import Chart
from analysis.figures.look import Theme
from analysis.figures.safety_events import (
    events_by_dose_chart,
    events_by_route_chart,
    events_by_session_chart,
    events_by_term_chart,
    has_by_session,
    has_doses,
    has_events,
    has_terms,
)
from analysis.figures.safety_vitals import (
    dissociation_chart,
    habituation_chart,
    has_dissociation,
    has_habituation,
    has_pressure,
    pressure_chart,
)
from analysis.outcomes.safety import ALL
from analysis.vocabulary import route_label
from analysis.vocabulary.published_safety import IV_PRESSURE_SENTENCE, PUBLISHED_EVENTS

from . import style, tables
from .fold import folded
from .panel import figure

Drawn = Callable[[ReleasedSafety, str, Theme], Chart]
_QUARTILES = {"q1": "Lower quartile", "median": "Median", "q3": "Upper quartile"}
_SHARES = {
    "n_sessions": "Sessions",
    "n_patients": "Patients",
    "n_sessions_with": "Sessions with it",
    "share_sessions": "Share of sessions",
    "n_patients_with": "Patients ever",
    "share_patients": "Share of patients",
}
_COUNTS = ("n_patients", "n_events", "n_with_event", "n_patients_with", "n_timed_patients")
IN_WORDS = "In words, with both intervals: patients as clusters, and exact"
WORDS, CLOCK, PUBLISHED = ":material/notes:", ":material/schedule:", ":material/menu_book:"
NOT_FEW = "Nothing can be drawn: every number here would show fewer than {few} patients."


def number_cards(released: ReleasedSafety) -> None:
    tables.cards((card.label, card.value, card.denominator) for card in cards(released))


def events(shown: Shown[ReleasedSafety]) -> None:
    """How often, by route: one figure for each way of finding events, and both intervals in words when asked for."""
    st.header("How often")
    kinds = shown.screen.kinds
    if not kinds:
        for sentence in event_sentences(shown.screen):
            st.markdown(sentence)
        return
    said = dict(zip(kinds, event_sentences(shown.screen), strict=True))
    drawn = [kind for kind in kinds if has_events(shown.screen, kind)]
    with st.container(key="halves-events"):
        for kind, column in zip(drawn, st.columns(max(len(drawn), 1), gap="large"), strict=False):
            with column:
                _drawn(shown, kind, has_events, events_by_route_chart, "route")
                folded(IN_WORDS, f"words-{kind}", lambda kind=kind: st.markdown(said[kind]), WORDS)
    for kind in kinds:
        if kind not in drawn:
            st.markdown(said[kind])


def _drawn(
    shown: Shown[ReleasedSafety], kind: str, has: Callable[[ReleasedSafety, str], bool], draw: Drawn, key: str
) -> None:
    """A figure of one kind of event, if anything of it may be drawn."""
    theme = style.theme()
    if has(shown.screen, kind):
        figure(shown, lambda one: draw(one, kind, theme), key=f"events-{key}-{kind}")


def events_in_detail(shown: Shown[ReleasedSafety]) -> None:
    """What happened and at which session; by dose, and of other kinds of events, when opened."""
    for place, kind in enumerate(shown.screen.kinds):
        name = KIND_NAMES[kind]
        if place:
            folded(
                f"{name}: by term, session number and dose", f"detail-{kind}", lambda kind=kind: _detail(shown, kind)
            )
            continue
        right = _terms_and_sessions(shown, kind)
        if has_doses(shown.screen, kind):
            with right:
                folded(f"{name}: by dose", f"dose-{kind}", lambda kind=kind: _doses(shown, kind))


def _detail(shown: Shown[ReleasedSafety], kind: str) -> None:
    _terms_and_sessions(shown, kind)
    _doses(shown, kind)


def _doses(shown: Shown[ReleasedSafety], kind: str) -> None:
    _drawn(shown, kind, has_doses, events_by_dose_chart, "dose")


def _terms_and_sessions(shown: Shown[ReleasedSafety], kind: str) -> DeltaGenerator:
    """Side by side; the column on the right, which has room beneath."""
    with st.container(key=f"halves-{kind}"):
        left, right = st.columns(2, gap="large")
    with left:
        _drawn(shown, kind, has_terms, events_by_term_chart, "term")
    with right:
        _drawn(shown, kind, has_by_session, events_by_session_chart, "session")
    return right


def grades(released: ReleasedSafety) -> None:
    """Severity and seriousness, two things in two tables; then when events began and ended."""
    if not released.kinds:
        return
    st.header("How severe, and how serious")
    for sentence in serious_sentences(released):
        st.markdown(sentence)
    with st.container(key="halves-grades"):
        left, right = st.columns(2, gap="large")
    with left:
        _by_kind(released, "by_severity", "grade", "CTCAE grade", "Severity: how intense an event was")
    with right:
        _by_kind(
            released, "by_seriousness", "seriousness", "Seriousness",
            "Seriousness: death, danger to life, hospital, disability or a like outcome",
        )  # fmt: skip
    st.caption("Events, the patients who had them, and the rate per 100 sessions.")
    folded("When events began and were over, by event", "course", lambda: _course(released), CLOCK)


def _by_kind(released: ReleasedSafety, name: str, group: str, words: str, caption: str) -> None:
    """A row a group, a column a kind of events: how many, of how many patients, and per 100 sessions."""
    frame = released[name].as_text()
    said = frame.assign(said=[_counted(row) for row in frame.to_dict("records")])
    wide = said.pivot_table(index=group, columns="kind", values="said", aggfunc="first", sort=False)
    kinds = [kind for kind in released.kinds if kind in wide.columns]
    names = {group: words} | {kind: KIND_NAMES[kind] for kind in kinds}
    tables.table(wide[kinds].reset_index().rename_axis(columns=None), caption, names, right=kinds)


def _counted(row: dict[Any, Any]) -> str:
    """A count with its patients and rate, as much of it as may be said."""
    events, patients, rate = row["n_events"], row["n_with_event"], row["per_100_sessions"]
    if events in ("0", "withheld") or events.startswith("<"):
        return str(events)
    who = "; patients withheld" if patients == "withheld" else f" in {patients} patients"
    return f"{events}{who}" if pd.isna(rate) else f"{events}{who}; {number_text(rate, 2)}"


def _course(released: ReleasedSafety) -> None:
    onset, over = released["onset"].as_text(), released["resolution"].as_text()
    both = onset.merge(over, on=["kind", "term"], suffixes=("_began", "_over"))
    enough = released["onset"].frame["n_timed_patients"] >= released.audience.min_cell
    known = (both["median_began"].notna() | both["median_over"].notna()) & enough.to_numpy()
    if not known.any():
        st.caption("No onset or end of an event is recorded that may be shown.")
        return
    both = both[known]
    shown = both.assign(
        kind=[KIND_NAMES[kind] for kind in both["kind"]],
        began=[_middle(row, "began") for row in both.to_dict("records")],
        over=[_middle(row, "over") for row in both.to_dict("records")],
    )
    names = {
        "kind": "Found", "term": "Event", "n_timed_began": "Onsets recorded", "began": "Onset, min",
        "n_timed_over": "Ends recorded", "over": "Over after, min",
    }  # fmt: skip
    tables.table(
        shown[list(names)],
        f"Onset and end in minutes from dosing: median and middle half, events of at least "
        f"{released.audience.min_cell} patients. An event without a recorded end is not known to be over",
        names,
        right=("began", "over"),
    )


def _middle(row: dict[str, float], which: str) -> str:
    low, middle, high = (row[f"{name}_{which}"] for name in ("q1", "median", "q3"))
    return "\u2013" if pd.isna(middle) else f"{middle:.0f} ({low:.0f} to {high:.0f})"


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
    shares = {"share_sessions": _tenths, "share_patients": _tenths}
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
            _named(observed)[["route", "n_patients", "n_sessions", *_QUARTILES]], "Minutes observed after dosing",
            {"n_sessions": "Sessions", **_QUARTILES}, dict.fromkeys(_QUARTILES, _whole), right=_COUNTS,
        )  # fmt: skip
    if len(stopped):
        shares = {"share_sessions": _tenths, "share_patients": _tenths}
        columns = ["route", "n_sessions", "n_sessions_with", "share_sessions", "n_patients_with", "share_patients"]
        tables.table(_named(stopped)[columns], "Sessions stopped early, by route", _SHARES, shares, right=_COUNTS)


def _whole(minutes: float) -> str:
    return number_text(minutes, 0)


def _tenths(share: float) -> str:
    return share_text(share) if pd.isna(share) else tenths(share)


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(route=["All" if code == ALL else route_label(code) for code in frame["route"]])


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
        {"share": _tenths},
    )


def notes() -> None:
    st.markdown(
        "**How events were asked about decides how many there are.** Staff who ask after every session find many times "
        "what patients mention by themselves, so rates of clinics and routes that asked differently are no comparison. "
        "Severity (how intense) and seriousness (what came of it) are two things. Routes and doses were chosen, not "
        "drawn by lot. De-identified data cannot be an alerting tool: what needs an answer today is not here."
    )
