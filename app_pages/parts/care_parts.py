"""The parts of the Care delivery page: each takes a released result and shows it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from analysis.disclosure import Shown
from analysis.disclosure.care import ReleasedCare
from analysis.disclosure.care_cards import cards
from analysis.disclosure.care_words import (
    NO_CONDITION,
    NO_COST,
    NO_COVERAGE,
    NO_DOSE,
    NO_PAYER,
    NO_REASONS,
    association_sentence,
    induction_sentence,
    responder_sentence,
    spacing_sentence,
    visit_sentences,
)
from analysis.figures import interval_text, number_text, share_text
from analysis.figures.care_conditions import conditions_chart, has_conditions
from analysis.figures.care_courses import (
    has_staying,
    has_steps,
    has_titration,
    staying_chart,
    steps_chart,
    titration_chart,
)
from analysis.figures.care_rows import cost_chart, has_cost, has_visits, visits_chart
from analysis.outcomes import ModelSpec
from analysis.outcomes.safety import ALL
from analysis.vocabulary import CONTROL_CHANGE_SENTENCE, route_label
from analysis.vocabulary.published_safety import REACHED_SENTENCE

from . import release, style, tables
from .fold import folded
from .panel import figure
from .words import plain

_COUNTS = ("n_patients", "n_complete", "n_starters", "n_patients_with", "n_responders")
MODEL = ":material/functions:"
SINGLE_ARM = f"**Change in treated patients alone is not change due to treatment.** {CONTROL_CHANGE_SENTENCE}"
NO_LINE = "No route has {few} patients with a dose at any one session number, so no line is drawn."
FEW = "Every number here would show fewer than {few} patients."


def number_cards(released: ReleasedCare) -> None:
    tables.cards((card.label, card.value, card.denominator) for card in cards(released))


def _few(released: ReleasedCare) -> str:
    return FEW.format(few=released.audience.min_cell)


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(route=["All" if code == ALL else route_label(code) for code in frame["route"]])


def staying(shown: Shown[ReleasedCare]) -> None:
    """How many sessions were reached, induction, reasons for stopping, spacing."""
    released, theme = shown.screen, style.theme()
    st.header("Sessions reached")
    if has_staying(released):
        figure(shown, lambda one: staying_chart(one, theme), key="staying")
    else:
        st.info(_few(released), icon=":material/visibility_off:")
    st.markdown(f"{induction_sentence(released)} {spacing_sentence(released)}")
    st.caption(" ".join([REACHED_SENTENCE, *([] if released.has_reasons else [NO_REASONS])]))
    label = "Induction completed and days between sessions, by route"
    folded(f"{label}; reasons for stopping" if released.has_reasons else label, "reached", lambda: _reached(released))


def _reached(released: ReleasedCare) -> None:
    with st.container(key="halves-reached"):
        left, right = st.columns(2, gap="large")
    with left:
        frame = _named(released["induction"].as_text())
        interval = [_percents(row) for row in frame.to_dict("records")]
        tables.table(
            frame.assign(interval=interval)[["route", "n_starters", "n_complete", "share", "interval"]],
            "Induction completed, share of starters by route of the first session",
            {"n_starters": "Starters", "n_complete": "Completed", "interval": "95% interval"}, {"share": share_text},
            right=(*_COUNTS, "interval"),
        )  # fmt: skip
        if released.has_reasons:
            tables.table(released["reasons"].as_text(), "Reasons for stopping, as given", {"reason": "Reason"})
    with right:
        spaced = _named(released["spacing"].as_text())
        spaced = spaced.assign(gap=[_middle(row) for row in spaced.to_dict("records")])
        tables.table(
            spaced[["route", "phase", "n_patients", "gap"]],
            "Days between neighbouring sessions: median and middle half",
            {"phase": "Phase", "gap": "Days"}, right=(*_COUNTS, "gap"),
        )  # fmt: skip


def _percents(row: dict[str, float]) -> str:
    return "\u2013" if pd.isna(row["ci_low"]) else interval_text(100 * row["ci_low"], 100 * row["ci_high"], 0) + "%"


def _middle(row: dict[str, float], decimals: int = 0) -> str:
    """A median with its middle half."""
    if pd.isna(row["median"]):
        return "\u2013"
    return f"{number_text(row['median'], decimals)} ({interval_text(row['q1'], row['q3'], decimals)})"


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
    table = _named(frame).assign(dose=[_middle(row, places) for row, places in rows])
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


def cost(shown: Shown[ReleasedCare]) -> None:
    """Charges, coverage, and who got which route."""
    released, theme = shown.screen, style.theme()
    st.header("Cost, coverage and access")
    if has_cost(released):
        figure(shown, lambda one: cost_chart(one, theme), key="cost")
    else:
        st.info(NO_COST if released.frame("cost_per_session").empty else _few(released), icon=":material/block:")
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
    frame = _named(released["cost_per_course"].as_text())
    charged = frame.assign(charge=[_middle(row) for row in frame.to_dict("records")])
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


def conditions(shown: Shown[ReleasedCare]) -> None:
    """Anxiety, PTSD and pain: each with its own change, rule and model."""
    released, theme = shown.screen, style.theme()
    st.header("Beyond depression")
    if not released.conditions:
        st.info(NO_CONDITION, icon=":material/block:")
        return
    if has_conditions(released):
        figure(shown, lambda one: conditions_chart(one, theme), key="conditions")
    else:
        st.info(_few(released), icon=":material/visibility_off:")
    st.markdown(SINGLE_ARM)
    rules = "Response, remission and meaningful change, by each instrument\u2019s own rule"
    folded(rules, "condition-rules", lambda: _rules(released))
    folded("The model of each instrument, by route and sessions", "condition-models", lambda: _models(released), MODEL)


def _rules(released: ReleasedCare) -> None:
    """A row an outcome, a column a denominator."""
    rules = released["condition_rules"].as_text()
    said = rules.assign(said=[_reached_of(row) for row in rules.to_dict("records")])
    index = ["instrument", "outcome", "meaning"]
    wide = said.pivot_table(index=index, columns="rule", values="said", aggfunc="first", sort=False)
    names = {"instrument": "Instrument", "meaning": "Which is"}
    names |= {rule: f"{rule[0].upper()}{rule[1:]}" for rule in wide.columns}
    tables.table(
        wide.reset_index().rename_axis(columns=None),
        "Reached around day 28, by each instrument\u2019s own rule, under two denominators; 95% intervals",
        names,
        right=tuple(wide.columns),
    )


def _reached_of(row: dict[str, Any]) -> str:
    if pd.isna(row["share"]):
        return "withheld"
    return f"{share_text(row['share'])} ({_percents(row)}), {row['numerator']} of {row['denominator']}"


def _models(released: ReleasedCare) -> None:
    st.caption("As on Symptom change, one fit an instrument.")
    for name, column in zip(released.conditions, st.columns(len(released.conditions), gap="large"), strict=True):
        with column:
            _model(name)


def _model(name: str) -> None:
    """What the headline model says of one instrument, or why there is none."""
    change = release.change(ModelSpec(instrument=name)).screen
    st.markdown(f"**{name}.**")
    if change.status == "refused":
        st.markdown(plain(change.status_sentence))
        return
    st.markdown(plain(change.finding))
    st.caption(f"{change.counts['model']} patients in the model, of {change.counts['evaluable']} evaluable.")


def notes() -> None:
    st.markdown(
        "**Care is chosen, not assigned.** Doses, numbers of sessions, visits and routes follow what patients need, "
        "bear, pay for and feel. Nothing on this page says what another dose, visit or payer would have brought."
    )
