"""The parts of the Clinics page: each takes a released result and shows it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from analysis.disclosure import Shown
from analysis.disclosure.clinic_words import (
    NAMES,
    NO_EVENTS,
    WITHHELD_FUNNEL,
    cards,
    group_sentence,
    spread_sentence,
)
from analysis.disclosure.clinics import ReleasedClinics
from analysis.figures import Chart
from analysis.figures.clinics_adjusted import adjusted_chart, has_adjusted
from analysis.figures.clinics_funnel import funnel_chart, has_funnel
from analysis.outcomes.clinics import EVENTS_ASKED, EVENTS_MENTIONED

from . import style, tables
from .panel import figure
from .words import plain

Shows = Shown[ReleasedClinics]
NOTE = (
    "**No clinic is ranked here, and no colour says good or bad.** Clinics differ in whom they see, what they ask and "
    "what they charge; the model adjusts for what was recorded, the funnels for nothing but size. Read a clinic "
    "outside the limits as a question about its data first: how scores and events are collected moves these rates too."
)


def number_cards(released: ReleasedClinics) -> None:
    tables.cards((card.label, card.value, card.denominator) for card in cards(released))


def adjusted(shown: Shows) -> None:
    """Shrunken differences, or why there are none."""
    released, theme = shown.screen, style.theme()
    st.header("Change, adjusted for who the patients are")
    if has_adjusted(released):
        figure(shown, lambda one: adjusted_chart(one, theme), key="clinics-adjusted")
        st.markdown(plain(spread_sentence(released)))
    else:
        st.info(plain(spread_sentence(released)), icon=":material/info:")
    said = group_sentence(released)
    if said:
        st.caption(plain(said))


def funnels(shown: Shows) -> None:
    """Every measure, two beside each other; a sentence in place of one that cannot be shown."""
    st.header("Rates against what chance allows")
    released = shown.screen
    if not any(name in released.funnels for name in (EVENTS_ASKED, EVENTS_MENTIONED)):
        st.caption(plain(NO_EVENTS))
    places = [name for name in NAMES if name in released.funnels]
    for first in range(0, len(places), 2):
        for column, name in zip(st.columns(2, gap="large"), places[first : first + 2], strict=False):
            with column:
                _funnel(shown, name)


def _funnel(shown: Shows, name: str) -> None:
    funnel = shown.screen.funnels[name]
    if not has_funnel(funnel):
        st.info(f"{NAMES[name]}. {WITHHELD_FUNNEL}", icon=":material/visibility_off:")
        return
    figure(shown, _drawing(name), key=f"funnel-{name.replace(' ', '-')}")


def _drawing(name: str) -> Callable[[ReleasedClinics], Chart]:
    return partial(_draw, name=name)


def _draw(released: ReleasedClinics, name: str) -> Chart:
    return funnel_chart(released, name, style.theme())


def notes() -> None:
    st.markdown(NOTE)
