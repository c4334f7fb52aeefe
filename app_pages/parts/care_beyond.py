"""Anxiety, PTSD and pain on the Care delivery page: each with its own change, rule and model."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from analysis.disclosure import Shown
from analysis.disclosure.care import ReleasedCare
from analysis.disclosure.care_words import NO_CONDITION
from analysis.figures import share_text
from analysis.figures.care_conditions import conditions_chart, has_conditions
from analysis.outcomes import ModelSpec
from analysis.vocabulary import control_change_sentence

from . import release, style, tables
from .care_parts import FEW
from .cell_texts import percent_interval
from .fold import folded
from .panel import figure
from .words import plain

MODEL = ":material/functions:"
SINGLE_ARM = f"**Change in treated patients alone is not change due to treatment.** {control_change_sentence()}"


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
        st.info(FEW.format(few=released.audience.min_cell), icon=":material/visibility_off:")
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
    return f"{share_text(row['share'])} ({percent_interval(row)}), {row['numerator']} of {row['denominator']}"


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
