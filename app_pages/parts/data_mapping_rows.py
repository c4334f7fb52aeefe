"""The rows of the mapping: a column of a file, what it becomes, how, and why that was suggested."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from analysis.intake import Mapping
from analysis.intake.column_rules import ColumnRule, ItemRule
from analysis.intake.incoming import Incoming
from analysis.intake.pointing import Use, added, column_of, left_out, moved, scored, uses, with_missing
from analysis.intake.suggest import Draft
from analysis.intake.suggest.profile import MISSING_CODES, SourceProfile
from analysis.intake.suggest.rules import rule_for
from analysis.intake.suggest.scales import scale_columns
from analysis.vocabulary import INSTRUMENTS, TABLES

from . import data_mapping_details, data_session
from .words import plain

LEFT_OUT = "left out"
SAME = "the same for every row"
BESIDE = ("day", "instrument")  # of a score's own entry: shown in the row of the score
MOST_NAMED = 12
WIDTHS = (250, 190, 420)  # pixels of a row's parts; the last goes beneath the others where there is no room


@dataclass(frozen=True, eq=False)
class Around:
    """The source whose rows are drawn, and what belongs to it."""

    source: str
    incoming: Incoming
    draft: Draft
    key: data_session.Key

    @property
    def profile(self) -> SourceProfile:
        return data_session.profiles(self.incoming, self.key)[self.source]

    @property
    def columns(self) -> list[str]:
        return list(self.incoming.sources[self.source].cells.column_names)


def rows(mapping: Mapping, around: Around) -> None:
    """Every use of the source's columns, table by table."""
    for place, section in enumerate(mapping.tables):
        if section.source != around.source:
            continue
        name, one = section.table.replace("_", " ").capitalize(), TABLES[section.table].one_row_per
        st.markdown(f"###### {name}, one row per {one}")
        for use in uses(mapping):
            if use.section == place and not (use.entry is not None and use.target in BESIDE):
                _row(mapping, use, around)


def _row(mapping: Mapping, use: Use, around: Around) -> None:
    section = mapping.tables[use.section]
    key = f"map-{use.section}-{use.entry}-{use.target}"
    row = st.container(horizontal=True, gap="small")
    what, becomes, how = (row.container(width=width, gap="xsmall") for width in WIDTHS)
    with what:
        st.markdown(f"**{plain(_told(use.rule))}**")
        why = _why(use, section.table, around)
        if why:
            st.caption(why)
    with becomes:
        fixed = use.column is None
        options = [use.target] if fixed else list(TABLES[section.table].column_names)
        options = [LEFT_OUT, *dict.fromkeys([*options, use.target])]
        st.session_state[f"{key}-target"] = use.target
        st.selectbox(
            f"What {plain(_told(use.rule))} becomes in {section.table}", options, key=f"{key}-target",
            label_visibility="collapsed", on_change=_retarget, args=((use.section, use.entry, use.target), key, around),
        )  # fmt: skip
    with how:
        data_mapping_details.details(mapping, use, around, key)


def _told(rule: ColumnRule) -> str:
    """What a rule reads, for a person."""
    if rule.items is not None:
        columns = rule.items.columns
        return f"{columns[0]} to {columns[-1]} ({len(columns)} columns)" if columns else "no column"
    if rule.constant is not None:
        return "The same for every row"
    return column_of(rule) or "Worked out from the sessions"


def _why(use: Use, table: str, around: Around) -> str:
    """Why it was suggested, and how sure that is; nothing for what a person pointed at."""
    for one in around.draft.columns:
        if (one.source, one.column, one.table, one.target) == (around.source, use.column, table, use.target):
            sure = "" if one.confidence == "sure" else f" **{one.confidence.capitalize()}.**"
            asks = f" {one.asks}" if one.asks else ""
            return plain(one.why + asks) + sure
    return ""


def _retarget(place: data_session.Place, key: str, around: Around) -> None:
    use, target = data_session.find(place), st.session_state[f"{key}-target"]
    if use is None or target == use.target:
        return
    mapping = data_session.edited()
    if target == LEFT_OUT or use.column is None:
        data_session.edit(left_out(mapping, use))
        return
    table = mapping.tables[use.section].table
    data_session.edit(moved(mapping, use, target, _usual_rule(mapping, use.column, table, target, around)))


def _usual_rule(mapping: Mapping, column: str, table: str, target: str, around: Around) -> ColumnRule:
    """The rule that a column would have been suggested for a target: its word list, its unit, its form of dates."""
    form = next((use.rule.date.format for use in uses(mapping) if use.rule.date is not None), None)
    return rule_for(around.profile.columns[column], table, target, around.profile, form).rule


def one_more(mapping: Mapping, around: Around) -> None:
    """A further column, or something that is the same for every row."""
    key = f"map-{around.source}-more"
    targets = [f"{table}: {column}" for table in TABLES for column in TABLES[table].column_names]
    with st.popover("Use another column", type="tertiary", icon=":material/add:"):
        column = st.selectbox("Column", [SAME, *around.columns], key=f"{key}-column", format_func=str)
        target = st.selectbox("Becomes", targets, key=f"{key}-target")
        table, name = target.split(": ")
        choices = data_mapping_details.constants(table, name)
        value = None
        if column == SAME:
            value = st.selectbox("In every row", choices, key=f"{key}-value") if choices else None
            if not choices:
                st.caption(f"What {name} is cannot be the same for every row.")
        ready = column != SAME or value is not None
        st.button("Add", key=f"{key}-add", disabled=not ready, on_click=_add, args=(around, column, table, name, value))


def _add(around: Around, column: str, table: str, target: str, value: str | None) -> None:
    mapping = data_session.edited()
    if column == SAME:
        data_session.edit(added(mapping, around.source, table, target, ColumnRule(constant=value)))
    elif (table, target) == ("assessments", "score") and not _has_instrument(mapping, around.source):
        data_session.edit(_with_score(mapping, around, column))
    else:
        rule = _usual_rule(mapping, column, table, target, around)
        data_session.edit(added(mapping, around.source, table, target, rule))


def _with_score(mapping: Mapping, around: Around, column: str) -> Mapping:
    """A column of scores, or the items that it is one of, of the instrument that its name says."""
    group = next((one for one in scale_columns(around.columns) if column in one.columns()), None)
    if group is None:
        instrument, rule = next(iter(INSTRUMENTS)), ColumnRule(column)
    elif column != group.total and group.has_all_items:
        items = tuple(group.items[number] for number in sorted(group.items))
        instrument, rule = group.instrument, ColumnRule(items=ItemRule(items, group.instrument))
    else:
        instrument, rule = group.instrument, ColumnRule(column)
    named = group.time.day if group is not None else None
    day = ColumnRule(constant=f"{named or 0:g}")
    dated = named is None and _has_day(mapping, around.source)
    return scored(mapping, around.source, instrument, None if dated else day, rule)


def _assessments(mapping: Mapping, source: str) -> dict[str, ColumnRule]:
    sections = [one for one in mapping.tables if (one.source, one.table) == (source, "assessments")]
    return sections[0].columns if sections else {}


def _has_instrument(mapping: Mapping, source: str) -> bool:
    return "instrument" in _assessments(mapping, source)


def _has_day(mapping: Mapping, source: str) -> bool:
    return "day" in _assessments(mapping, source)


def not_used(mapping: Mapping, around: Around) -> None:
    """The columns of the source that nothing reads."""
    read = {name for one in mapping.tables if one.source == around.source for name in one.source_columns()}
    names = [name for name in around.columns if name not in read]
    if names:
        more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
        st.caption(f"Not used: {', '.join(plain(name) for name in names[:MOST_NAMED])}{more}.")


def missing_words(mapping: Mapping, around: Around) -> None:
    """Which words of the file stand for a missing value."""
    if around.source not in mapping.sources:
        return
    chosen = mapping.sources[around.source].missing
    options = list(dict.fromkeys([*chosen, *around.profile.missing, *MISSING_CODES]))
    key = f"map-{around.source}-missing"
    st.session_state[key] = list(chosen)
    st.multiselect("Stand for a missing value", options, key=key, on_change=_set_missing, args=(around.source, key))


def _set_missing(source: str, key: str) -> None:
    data_session.edit(with_missing(data_session.edited(), source, tuple(st.session_state[key])))
