"""The parts of the Care delivery page: each takes a released result and shows it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.disclosure import Shown
from analysis.disclosure.care import ReleasedCare
from analysis.disclosure.care_cards import cards
from analysis.disclosure.care_words import (
    NO_DOSE,
    NO_REASONS,
    association_sentence,
    induction_sentence,
    spacing_sentence,
    visit_sentences,
)
from analysis.figures import share_text
from analysis.figures.care_courses import (
    has_staying,
    has_steps,
    has_titration,
    staying_chart,
    steps_chart,
    titration_chart,
)
from analysis.figures.care_rows import has_visits, visits_chart
from analysis.vocabulary.published_safety import REACHED_SENTENCE

from . import style, tables
from .cell_texts import middle_half, percent_interval, with_route_names
from .fold import folded
from .panel import figure

_COUNTS = ("n_patients", "n_complete", "n_starters")
NO_LINE = "No route has {few} patients with a dose at any one session number, so no line is drawn."
FEW = "Every number here would show fewer than {few} patients."


def number_cards(released: ReleasedCare) -> None:
    tables.cards((card.label, card.value, card.denominator) for card in cards(released))


def staying(shown: Shown[ReleasedCare]) -> None:
    """How many sessions were reached, induction, reasons for stopping, spacing."""
    released, theme = shown.screen, style.theme()
    st.header("Sessions reached")
    if has_staying(released):
        figure(shown, lambda one: staying_chart(one, theme), key="staying")
    else:
        st.info(FEW.format(few=released.audience.min_cell), icon=":material/visibility_off:")
    st.markdown(f"{induction_sentence(released)} {spacing_sentence(released)}")
    st.caption(" ".join([REACHED_SENTENCE, *([] if released.has_reasons else [NO_REASONS])]))
    label = "Induction completed and days between sessions, by route"
    folded(f"{label}; reasons for stopping" if released.has_reasons else label, "reached", lambda: _reached(released))


def _reached(released: ReleasedCare) -> None:
    with st.container(key="halves-reached"):
        left, right = st.columns(2, gap="large")
    with left:
        frame = with_route_names(released["induction"].as_text())
        interval = [percent_interval(row) for row in frame.to_dict("records")]
        tables.table(
            frame.assign(interval=interval)[["route", "n_starters", "n_complete", "share", "interval"]],
            "Induction completed, share of starters by route of the first session",
            {"n_starters": "Starters", "n_complete": "Completed", "interval": "95% interval"}, {"share": share_text},
            right=(*_COUNTS, "interval"),
        )  # fmt: skip
        if released.has_reasons:
            tables.table(released["reasons"].as_text(), "Reasons for stopping, as given", {"reason": "Reason"})
    with right:
        spaced = with_route_names(released["spacing"].as_text())
        spaced = spaced.assign(gap=[middle_half(row) for row in spaced.to_dict("records")])
        tables.table(
            spaced[["route", "phase", "n_patients", "gap"]],
            "Days between neighbouring sessions: median and middle half",
            {"phase": "Phase", "gap": "Days"}, right=(*_COUNTS, "gap"),
        )  # fmt: skip


def doses(shown: Shown[ReleasedCare]) -> None:
    """What was given, by route, and how it moves over the sessions."""
    released, theme = shown.screen, style.theme()
    st.header("Dose")
    frame = released["doses"].as_text()
    if frame.empty:
        st.info(NO_DOSE, icon=":material/block:")
        return
    drawn = [
        one for one in ((has_titration, titration_chart, "titration"), (has_steps, steps_chart, "steps"))
        if one[0](released)
    ]  # fmt: skip
    if not drawn:
        st.info(NO_LINE.format(few=released.audience.min_cell), icon=":material/visibility_off:")
    with st.container(key="halves-dose"):
        for (_, draw, key), column in zip(drawn, st.columns(max(len(drawn), 1), gap="large"), strict=False):
            with column:
                figure(shown, lambda one, draw=draw: draw(one, theme), key=key)
    folded("Dose of a session by route, in mg and mg per kg", "doses", lambda: _doses(frame))


def _doses(frame: pd.DataFrame) -> None:
    decimals = [2 if unit == "mg/kg" else 0 for unit in frame["unit"]]
    rows = zip(frame.to_dict("records"), decimals, strict=True)
    table = with_route_names(frame).assign(dose=[middle_half(row, places) for row, places in rows])
    tables.table(
        table[["route", "molecule", "unit", "n_sessions", "n_patients", "dose"]],
        "Dose of a session: median and middle half. Nasal esketamine comes in fixed steps, so it has no mg/kg",
        {"molecule": "Molecule", "unit": "Unit", "n_sessions": "Sessions", "dose": "Dose"}, right=(*_COUNTS, "dose"),
    )  # fmt: skip


def therapy(shown: Shown[ReleasedCare]) -> None:
    """Preparation, integration, and the association with change."""
    released, theme = shown.screen, style.theme()
    st.header("Preparation and integration")
    if has_visits(released):
        figure(shown, lambda one: visits_chart(one, theme), key="visits")
    st.markdown(" ".join(visit_sentences(released)))
    association = association_sentence(released)
    if association:
        st.markdown(association)


def notes() -> None:
    st.markdown(
        "**Care is chosen, not assigned.** Doses, numbers of sessions, visits and routes follow what patients need, "
        "bear, pay for and feel. Nothing on this page says what another dose, visit or payer would have brought."
    )
