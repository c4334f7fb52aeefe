"""The parts of the Clinics page: each takes a released result and shows it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from analysis.disclosure import Shown
from analysis.disclosure.clinic_words import (
    NAMES,
    NO_EVENTS,
    NO_EVENTS_HERE,
    ONE_CLINIC,
    WITHHELD_FUNNEL,
    cards,
    group_sentence,
    is_compared,
    spread_sentence,
)
from analysis.disclosure.clinics import ReleasedClinics
from analysis.figures import Chart
from analysis.figures.clinics_adjusted import adjusted_chart, has_adjusted
from analysis.figures.clinics_funnel import funnel_chart
from analysis.outcomes import COVARIATES
from analysis.outcomes.clinics import EVENTS_ASKED, EVENTS_MENTIONED, RESPONSE

from . import style, tables
from .panel import figure
from .words import plain

Shows = Shown[ReleasedClinics]
NOTE = (
    "**No clinic is ranked here, and no colour says good or bad.** Clinics differ in whom they see, what they ask and "
    "what they charge. The model adjusts for {adjusted} and for nothing else; routes and sessions are chosen by "
    "clinics, so what they do through them is adjusted away. The funnels adjust for nothing but size. Read a clinic "
    "outside the limits as a question about its data first: how scores and events are collected moves these rates too."
)


def number_cards(released: ReleasedClinics) -> None:
    tables.cards((card.label, card.value, card.denominator) for card in cards(released))


def adjusted(shown: Shows) -> None:
    """Shrunken differences, or why there are none."""
    released, theme = shown.screen, style.theme()
    st.header("Change, adjusted")
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
    for sentence in _missing(released):
        st.caption(plain(sentence))
    places = [name for name in NAMES if name in released.funnels]
    if not any(is_compared(released.funnels[name]) for name in places):
        st.info(ONE_CLINIC, icon=":material/info:")
        notes(released)
        return
    parts = [partial(_funnel, shown, name) for name in places]
    if len(parts) % 2:
        parts.append(partial(notes, released))
    for first in range(0, len(parts), 2):
        for column, part in zip(st.columns(2, gap="large"), parts[first : first + 2], strict=True):
            with column:
                part()
    if len(places) % 2 == 0:
        notes(released)


def _missing(released: ReleasedClinics) -> list[str]:
    """Why measures have no funnel at all."""
    said = []
    if RESPONSE not in released.funnels and released.result.n_clinics:
        said.append(
            f"No funnel of response: no verified source says what it is on {released.instrument}, or nobody was "
            "scored then."
        )
    if not any(name in released.funnels for name in (EVENTS_ASKED, EVENTS_MENTIONED)):
        said.append(NO_EVENTS_HERE if released.records_events else NO_EVENTS)
    return said


def _funnel(shown: Shows, name: str) -> None:
    funnel = shown.screen.funnels[name]
    if not is_compared(funnel):
        why = ONE_CLINIC if funnel.sees_centre else WITHHELD_FUNNEL
        st.info(f"{NAMES[name]}. {why}", icon=":material/visibility_off:")
        return
    figure(shown, _drawing(name), key=f"funnel-{name.replace(' ', '-')}")


def _drawing(name: str) -> Callable[[ReleasedClinics], Chart]:
    return partial(_draw, name=name)


def _draw(released: ReleasedClinics, name: str) -> Chart:
    return funnel_chart(released, name, style.theme())


def notes(released: ReleasedClinics) -> None:
    words = [COVARIATES.get(name, name) for name in released.result.covariates]
    st.markdown(NOTE.format(adjusted=", ".join(("baseline", *words, "route and sessions"))))
