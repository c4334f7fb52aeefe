"""Suicidal thoughts on the page on response, and that this is no alerting tool."""

from __future__ import annotations

import streamlit as st

from analysis.disclosure import Shown
from analysis.disclosure.response_page import ReleasedResponse
from analysis.disclosure.response_words import item_words_of
from analysis.figures.numbers import interval_text, number_text, p_text
from analysis.figures.suicidality_presence import has_presence, presence_chart
from analysis.outcomes.suicidality import NO_ALARM

from . import style, tables
from .panel import figure
from .response_parts import HIDDEN

_SHIFT = {"before": "Before", "0": "Latest: 0", "1": "1", "2": "2", "3 or more": "3 or more"}


def suicidal_thoughts(shown: Shown[ReleasedResponse]) -> None:
    """The share over time, from before to the latest answer, and who got worse."""
    released, theme = shown.screen, style.theme()
    st.header("Suicidal thoughts")
    st.info(NO_ALARM, icon=":material/notifications_off:")
    if released.answers is None:
        st.markdown(released.suicidality.sentence)
        return
    left, right = st.columns(2, gap="large")
    with left:
        if has_presence(released):
            figure(shown, lambda one: presence_chart(one, theme), key="suicidal-thoughts")
        else:
            few = released.audience.min_cell
            st.info(f"The share over time is not shown: it would show fewer than {few} patients.", icon=HIDDEN)
    with right:
        st.markdown(item_words_of(released))
        _shift_table(released)
        _odds(released)
        for one in released.suicidality.published:
            st.caption(f"Published: {one.text} ({one.citation})")


def _shift_table(released: ReleasedResponse) -> None:
    """Answers before treatment by the latest answer. Most of its cells are small, so it is for the holder."""
    if released.shift is None:
        return
    wide = released.shift.as_text().pivot_table(index="before", columns="after", values="n_patients", aggfunc="first")
    frame = wide[list(_SHIFT)[1:]].reset_index()
    tables.table(frame, "Patients by the item before treatment and at the latest answer", _SHIFT, right=wide.columns)


def _odds(released: ReleasedResponse) -> None:
    """The odds at the end of induction against those before, where they may be said."""
    assert released.answers is not None
    frame = released.answers.frame
    rows = frame[(frame["window"] == "end of induction") & frame["odds_ratio"].notna()]
    if len(rows):
        row = rows.iloc[0]
        st.markdown(
            f"At the end of induction the odds of 1 or more were {number_text(row['odds_ratio'], 2)} times those "
            f"before (95% interval {interval_text(row['odds_low'], row['odds_high'], 2)}, p {p_text(row['p_value'])}), "
            "among those who answered at either time."
        )
