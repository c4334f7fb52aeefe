"""Adverse events on the Safety page: how often, by term, session and dose, how severe, when they began and ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.disclosure import Shown
from analysis.disclosure.safety import ReleasedSafety
from analysis.disclosure.safety_words import KIND_NAMES, course_sentences, event_sentences, serious_sentences
from analysis.figures import number_text
from analysis.figures.chart import Chart
from analysis.figures.look import Theme
from analysis.figures.numbers import NOT_SHOWN
from analysis.figures.safety_by_session import events_by_session_chart, has_by_session
from analysis.figures.safety_events import (
    events_by_dose_chart,
    events_by_route_chart,
    events_by_term_chart,
    has_doses,
    has_events,
    has_terms,
)

from . import style, tables
from .cell_texts import middle_half
from .fold import folded
from .panel import figure

Drawn = Callable[[ReleasedSafety, str, Theme], Chart]
IN_WORDS = "In words, with both intervals: patients as clusters, and exact"
WORDS, CLOCK = ":material/notes:", ":material/schedule:"


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
    for sentence in course_sentences(released):
        st.markdown(sentence)
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
    if events == "0" and pd.isna(rate):  # at no session of the cohort could such events be found
        return NOT_SHOWN
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
        began=[middle_half(row, suffix="_began") for row in both.to_dict("records")],
        over=[middle_half(row, suffix="_over") for row in both.to_dict("records")],
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
