"""Edits of a mapping. Each takes a mapping and returns another; what an edit makes senseless goes with it."""

from __future__ import annotations

from dataclasses import replace

from ..column_rules import ColumnRule, Columns
from ..mapping import Mapping
from ..mapping_rules import TableRule
from .uses import Use

SHARED = ("patient_id", "day")  # what a further table of a source takes over from an earlier one


def with_rule(mapping: Mapping, use: Use, rule: ColumnRule) -> Mapping:
    """The same column filled by another rule."""
    return _with_columns(mapping, use, {**_columns(mapping, use), use.target: rule})


def left_out(mapping: Mapping, use: Use) -> Mapping:
    """Without one rule. An entry without its score goes whole, and so does a section without any column."""
    columns = {target: rule for target, rule in _columns(mapping, use).items() if target != use.target}
    section = mapping.tables[use.section]
    if use.entry is not None and use.target == "score":
        return _with_section(mapping, use.section, replace(section, long=_without(section.long, use.entry)))
    return _with_columns(mapping, use, columns)


def moved(mapping: Mapping, use: Use, target: str, rule: ColumnRule) -> Mapping:
    """A column that fills another column of the same table; what filled that one before is left out.

    An entry's column moves to the columns of its section when it is no score any more.
    """
    if use.entry is None or target == "score":
        columns = {name: kept for name, kept in _columns(mapping, use).items() if name != use.target}
        return _with_columns(mapping, use, {**columns, target: rule})
    table, source = mapping.tables[use.section].table, mapping.tables[use.section].source
    return added(left_out(mapping, use), source, table, target, rule)


def added(mapping: Mapping, source: str, table: str, target: str, rule: ColumnRule) -> Mapping:
    """One more column filled from a source; a new section when the source fed no such table."""
    mapping, place = _section_for(mapping, source, table)
    section = mapping.tables[place]
    return _with_section(mapping, place, replace(section, columns={**section.columns, target: rule}))


def scored(mapping: Mapping, source: str, instrument: str, day: ColumnRule | None, rule: ColumnRule) -> Mapping:
    """One more column of scores made long: a row of its own for an instrument at a day (None: the section's day)."""
    mapping, place = _section_for(mapping, source, "assessments")
    section = mapping.tables[place]
    entry: Columns = {} if day is None else {"day": day}
    entry |= {} if rule.items is not None else {"instrument": ColumnRule(constant=instrument)}
    return _with_section(mapping, place, replace(section, long=(*section.long, {**entry, "score": rule})))


def with_constant(mapping: Mapping, section: int, target: str, text: str) -> Mapping:
    """A column that holds the same text in every row."""
    columns = {**mapping.tables[section].columns, target: ColumnRule(constant=text)}
    return _with_section(mapping, section, replace(mapping.tables[section], columns=columns))


def with_missing(mapping: Mapping, source: str, words: tuple[str, ...]) -> Mapping:
    """Other words that mean a missing value in a source."""
    return replace(mapping, sources={**mapping.sources, source: replace(mapping.sources[source], missing=words)})


def _section_for(mapping: Mapping, source: str, table: str) -> tuple[Mapping, int]:
    """The section that makes a table of a source, made when there is none, with who and when of another one."""
    for place, section in enumerate(mapping.tables):
        if (section.source, section.table) == (source, table):
            return mapping, place
    beside = next((section for section in mapping.tables if section.source == source), None)
    wanted = SHARED if table != "patients" else SHARED[:1]
    columns = {name: beside.columns[name] for name in wanted if beside is not None and name in beside.columns}
    made = TableRule(table, source, columns)
    return replace(mapping, tables=(*mapping.tables, made)), len(mapping.tables)


def _columns(mapping: Mapping, use: Use) -> Columns:
    section = mapping.tables[use.section]
    return section.columns if use.entry is None else section.long[use.entry]


def _with_columns(mapping: Mapping, use: Use, columns: Columns) -> Mapping:
    section = mapping.tables[use.section]
    if use.entry is None:
        return _with_section(mapping, use.section, replace(section, columns=columns))
    long = tuple(columns if place == use.entry else entry for place, entry in enumerate(section.long))
    return _with_section(mapping, use.section, replace(section, long=long))


def _with_section(mapping: Mapping, place: int, section: TableRule) -> Mapping:
    kept = (section,) if section.columns or section.long else ()
    return replace(mapping, tables=(*mapping.tables[:place], *kept, *mapping.tables[place + 1 :]))


def _without(entries: tuple[Columns, ...], place: int) -> tuple[Columns, ...]:
    return entries[:place] + entries[place + 1 :]
