"""Charges, coverage and who gets which route, on the Care delivery page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.disclosure import Shown
from analysis.disclosure.care import ReleasedCare
from analysis.disclosure.care_words import NO_COST, NO_COVERAGE, NO_PAYER, responder_sentence
from analysis.figures import number_text, share_text
from analysis.figures.care_rows import cost_chart, has_cost
from analysis.vocabulary import route_label

from . import style, tables
from .care_parts import FEW
from .cell_texts import middle_half, with_route_names
from .fold import folded
from .panel import figure

_COUNTS = ("n_patients", "n_starters")


def cost(shown: Shown[ReleasedCare]) -> None:
    """Charges, coverage, and who got which route."""
    released, theme = shown.screen, style.theme()
    st.header("Cost, coverage and access")
    if has_cost(released):
        figure(shown, lambda one: cost_chart(one, theme), key="cost")
    else:
        st.info(
            NO_COST if released.frame("cost_per_session").empty else FEW.format(few=released.audience.min_cell),
            icon=":material/block:",
        )
    with st.container(key="halves-charges"):
        left, right = st.columns(2, gap="large")
    with left:
        responder = responder_sentence(released) if has_cost(released) else ""
        if responder:
            st.markdown(responder.replace("$", "\\$"))
        if released.frame("covered").empty:
            st.caption(NO_COVERAGE)
        if len(released.frame("cost_per_course")):
            folded("Charges of a course, by route", "courses", lambda: _courses(released))
    with right:
        _payers(released)
    if len(released["access"].frame):
        folded("Access: payers by route of the first session", "access", lambda: _access(released))


def _courses(released: ReleasedCare) -> None:
    frame = with_route_names(released["cost_per_course"].as_text())
    charged = frame.assign(charge=[middle_half(row) for row in frame.to_dict("records")])
    tables.table(
        charged[["route", "course", "n_patients", "charge"]],
        "Charges of a course in US dollars, patients with every charge recorded: median and middle half",
        {"course": "Course", "charge": "US dollars"}, right=(*_COUNTS, "charge"),
    )  # fmt: skip


def _payers(released: ReleasedCare) -> None:
    starters = released["by_payer"].as_text()
    if starters.empty:
        st.caption(NO_PAYER)
        return
    covered = released.frame("payer_covered")[["payer", "share_sessions"]]
    charge = released.frame("payer_cost")[["payer", "median"]]
    frame = starters.merge(charge, on="payer", how="left").merge(covered, on="payer", how="left")
    columns = ["payer", "n_starters", "sessions_median", "share_complete", "median", "share_sessions"]
    names = {
        "payer": "Payer", "n_starters": "Starters", "sessions_median": "Sessions, median",
        "share_complete": "Completed induction", "median": "Charge, median", "share_sessions": "Sessions covered",
    }  # fmt: skip
    formats = {
        "share_complete": share_text, "share_sessions": share_text, "sessions_median": lambda n: number_text(n, 0),
        "median": lambda n: number_text(n, 0),
    }  # fmt: skip
    tables.table(frame[columns], "Access by payer; charge of a session in US dollars", names, formats, right=_COUNTS)


def _access(released: ReleasedCare) -> None:
    """Payers by route of the first session: who gets what."""
    table = released["access"]
    texts = table.as_text()
    said = [
        f"{n} ({share_text(share)})" if pd.notna(share) else str(n)
        for n, share in zip(texts["n_patients"], table.frame["share"], strict=True)
    ]
    wide = texts.assign(said=said).pivot_table(
        index="payer", columns="route", values="said", aggfunc="first", sort=False
    )
    frame = wide.reset_index().rename_axis(columns=None)
    names = {"payer": "Payer"} | {code: route_label(code) for code in wide.columns}
    tables.table(
        frame, "Starters of each payer by route of the first session, and their share of that payer\u2019s", names,
        right=tuple(wide.columns),
    )  # fmt: skip
