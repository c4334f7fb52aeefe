"""How a column is read: its dates, unit, words, instrument and day, each chosen from a closed list."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.intake import Mapping
from analysis.intake.column_grammar import own_unit
from analysis.intake.column_rules import ColumnRule, DateRule, UnitRule
from analysis.intake.pointing import Use
from analysis.intake.suggest.profile import DATE_FORMS
from analysis.vocabulary import INSTRUMENTS, TABLES, UNITS, allowed_values, unit_named

from . import data_mapping_words
from .data_session import Place, apply

if TYPE_CHECKING:
    from .data_mapping_rows import Around

FORM_WORDS = {
    "iso": "2024-03-31",
    "us": "03/31/2024, month first",
    "european": "31/03/2024, day first",
    "%d-%b-%Y": "31-Mar-2024",
    "%d %b %Y": "31 Mar 2024",
    "%b %d, %Y": "Mar 31, 2024",
    "%b %d %Y": "Mar 31 2024",
}
BECOMES = {
    "days": "Days since the first session; the date itself is discarded.",
    "age": "Age at the first session, 90 for all over 89; the date itself is discarded.",
    "year": "The year; the date itself is discarded.",
}
FROM_SESSIONS = {"year": "The year of the first session.", "order": "Numbered in the order of the days."}
_WIDE, _NARROW = 200, 120  # pixels of a setting
NO_TIME = "no column"
AS_WRITTEN = "as it is"
DIAGNOSES = ("not recorded", "MDD", "bipolar depression", "PTSD", "GAD", "chronic pain")
CLINICS = tuple(f"clinic {number}" for number in range(1, 10))
FIRST_DAY, LAST_DAY = -3650.0, 36500.0  # the limits of the column day


def details(mapping: Mapping, use: Use, around: Around, key: str) -> None:
    """The settings of one rule, or in words what it does."""
    rule, table = use.rule, mapping.tables[use.section].table
    place = (use.section, use.entry, use.target)
    if rule.date is not None:
        with _beside():
            _date(rule.date, around, place, key)
        st.caption(BECOMES[rule.date.becomes])
    elif rule.items is not None:
        st.caption(f"Items of {rule.items.instrument}, scored by its rule; item answers in words are translated.")
    elif rule.from_sessions is not None:
        st.caption(FROM_SESSIONS[rule.from_sessions])
    elif rule.constant is not None:
        _constant(rule, table, place, key)
    else:
        if rule.vocabulary is not None or rule.values is not None:
            data_mapping_words.words(rule, table, around, place, key)
        if own_unit(table, use.target) is not None:
            with _beside():
                _unit(rule, own_unit(table, use.target) or "", around, place, key)
    if use.entry is not None and use.target == "score":
        with _beside():
            _score(mapping, use, around, key)


def _beside() -> DeltaGenerator:
    """Settings side by side, under one another where there is no room."""
    return st.container(horizontal=True, gap="small")


def _date(rule: DateRule, around: Around, place: Place, key: str) -> None:
    st.session_state[f"{key}-form"] = rule.format
    options = list(dict.fromkeys([*DATE_FORMS, rule.format]))
    st.selectbox(
        "Dates are written as", options, format_func=lambda form: FORM_WORDS.get(form, form), key=f"{key}-form",
        on_change=_set_date, args=(place, key), width=_WIDE,
    )  # fmt: skip
    if rule.becomes == "days":
        times = [NO_TIME, *(column.name for column in around.profile.columns.values() if column.is_time)]
        st.session_state[f"{key}-time"] = rule.time or NO_TIME
        if len(times) > 1:
            st.selectbox("Time of day", times, key=f"{key}-time", on_change=_set_date, args=(place, key), width=_WIDE)


def _set_date(place: Place, key: str) -> None:
    form, time = st.session_state[f"{key}-form"], st.session_state.get(f"{key}-time", NO_TIME)

    def changed(rule: ColumnRule) -> ColumnRule:
        assert rule.date is not None
        return replace(rule, date=replace(rule.date, format=form, time=None if time == NO_TIME else time))

    apply(place, changed)


def constants(table: str, target: str) -> tuple[str, ...]:
    """What a column can hold in every row: a closed list, () when there is none."""
    if target == "clinic_id":
        return CLINICS
    if target == "primary_diagnosis":
        return DIAGNOSES
    declared = TABLES[table].column(target)
    return ("true", "false") if declared.kind == "yes_no" else allowed_values(table, declared)


def _constant(rule: ColumnRule, table: str, place: Place, key: str) -> None:
    text = rule.constant or ""
    options = list(dict.fromkeys([text, *constants(table, place[2])]))
    st.session_state[f"{key}-constant"] = text
    st.selectbox("In every row", options, key=f"{key}-constant", on_change=_set_constant, args=(place, key))


def _set_constant(place: Place, key: str) -> None:
    text = st.session_state[f"{key}-constant"]
    apply(place, lambda rule: replace(rule, constant=text))


def _unit(rule: ColumnRule, own: str, around: Around, place: Place, key: str) -> None:
    """The unit of bare numbers; a dose per kilogram names the column with the weight."""
    unit = rule.unit
    st.session_state[f"{key}-unit"] = unit.unit if unit is not None else AS_WRITTEN
    options = [AS_WRITTEN, *(one.name for one in UNITS[own])]
    st.selectbox(
        "Unit", options, key=f"{key}-unit", on_change=_set_unit, args=(own, place, key),
        format_func=lambda name: f"{own}, {AS_WRITTEN}" if name == AS_WRITTEN else name, width=_NARROW,
    )  # fmt: skip
    if unit is not None and unit_named(own, unit.unit).per_kg:
        st.session_state[f"{key}-weight"] = unit.weight
        st.session_state[f"{key}-weight-unit"] = unit.weight_unit
        change = {"on_change": _set_unit, "args": (own, place, key), "width": _NARROW}
        st.selectbox("Body weight", around.columns, key=f"{key}-weight", **change)
        st.selectbox("Weight is in", [one.name for one in UNITS["kg"]], key=f"{key}-weight-unit", **change)


def _set_unit(own: str, place: Place, key: str) -> None:
    name = st.session_state[f"{key}-unit"]
    weight, weight_unit = st.session_state.get(f"{key}-weight"), st.session_state.get(f"{key}-weight-unit") or "kg"

    def changed(rule: ColumnRule) -> ColumnRule:
        if name == AS_WRITTEN:
            return replace(rule, unit=None)
        needs = unit_named(own, name).per_kg
        return replace(rule, unit=UnitRule(name, weight if needs else None, weight_unit if needs else "kg"))

    apply(place, changed)


def _score(mapping: Mapping, use: Use, around: Around, key: str) -> None:
    """The instrument and the day of a score that stands in a column of its own."""
    assert use.entry is not None
    entry = mapping.tables[use.section].long[use.entry]
    instrument, day = entry.get("instrument"), entry.get("day")
    if instrument is not None and instrument.constant is not None:
        place, named = (use.section, use.entry, "instrument"), f"{key}-instrument"
        st.session_state[f"{named}-constant"] = instrument.constant
        options = list(dict.fromkeys([*INSTRUMENTS, instrument.constant]))
        st.selectbox(
            "Instrument", options, key=f"{named}-constant", on_change=_set_constant, args=(place, named), width=_NARROW
        )
    if day is not None and day.constant is not None:
        place = (use.section, use.entry, "day")
        st.session_state[f"{key}-day"] = float(day.constant)
        st.number_input(
            "Day", FIRST_DAY, LAST_DAY, step=1.0, format="%g", key=f"{key}-day",
            on_change=_set_day, args=(place, key), width=_NARROW,
        )  # fmt: skip
    elif day is not None and day.date is not None:
        _date(day.date, around, (use.section, use.entry, "day"), f"{key}-day")


def _set_day(place: Place, key: str) -> None:
    day = st.session_state[f"{key}-day"]
    apply(place, lambda rule: replace(rule, constant=f"{day:g}"))
