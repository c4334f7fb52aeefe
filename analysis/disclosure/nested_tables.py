"""Tables whose rows count patients among those of a row above, ready for the gate: who is among whom is spelt out, so
that what a reader could subtract is protected too."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from analysis.outcomes.safety import ALL

from .counted import CountColumn, CountedTable, Relations
from .gate import Release, ReleasedTable

OF, WITH, OTHER, WHOLE = "_of", "_with", "_other", "_whole"
GROUP = "_group_"
ROUTE = "route"


@dataclass(frozen=True)
class Rows:
    """What the rows of one frame count.

    name: whom (patients); among: whom they are among. keys: columns that make them other people, said in the name; by:
    columns of groups among them, where ALL is everyone. patients counts them, from which values and means are computed;
    of_everyone: every row repeats the number of all of them, which is one count. part counts those of them with
    something, from which part_values come; it is called after them unless part_name says how, and is among part_among
    too. other counts something else of these (events), its groups making up a whole. partition: the groups of patients
    do not overlap and are everyone.
    """

    name: str
    among: str
    keys: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    patients: str = "n_patients"
    values: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    part: str = ""
    part_values: tuple[str, ...] = ()
    other: str = ""
    partition: bool = False
    of_everyone: bool = False
    part_name: str = ""
    part_among: str = ""


@dataclass(frozen=True, eq=False)
class Nested:
    """Counted tables by name, and who is among whom in them."""

    tables: Mapping[str, CountedTable]
    relations: Relations

    def and_also(self, tables: Mapping[str, CountedTable], relations: Relations) -> Nested:
        nesting = {**relations.nesting, **self.relations.nesting}
        parts = {**relations.parts, **self.relations.parts}
        return Nested({**tables, **self.tables}, Relations(nesting, parts))


def nested(frames: Mapping[str, tuple[pd.DataFrame, Rows]]) -> Nested:
    """Ready the frames of one view for the gate. Empty frames count nobody."""
    tables: dict[str, CountedTable] = {}
    nesting: dict[str, tuple[str, ...]] = {}
    for name, (frame, rows) in frames.items():
        named = _named(frame, rows)
        tables[name] = CountedTable(named, _columns(rows), ALL)
        nesting |= _nesting(named, rows)
    return Nested(tables, Relations(nesting))


def _named(frame: pd.DataFrame, rows: Rows) -> pd.DataFrame:
    """The frame with the names of whom each row counts. Groups have a name of their own, unless they are a partition,
    so that each of them is among everyone."""
    whole = _joined(frame, rows.name, rows.keys)
    in_groups = whole + ", in groups of " + " and ".join(rows.by) if rows.by else whole
    is_whole = pd.Series(not rows.by, index=frame.index)
    if rows.by:
        is_whole = (frame[list(rows.by)] == ALL).all(axis=1)
    of = whole.where(is_whole | rows.partition, in_groups)
    names = {WHOLE: whole, OF: of, WITH: rows.part_name or of + ", with it", OTHER: whole + ", what they had"}
    groups = {GROUP + column: _group_words(frame[column], rows) for column in rows.by}
    return frame.assign(**names, **groups)


def _group_words(column: pd.Series, rows: Rows) -> pd.Series:
    """Groups by the column they are in: "not recorded" as a grade is another group than as a seriousness, and those who
    had a session on a route are others than those who started on it, which alone keep the bare code."""
    values = column.astype("str")
    if column.name == ROUTE and rows.partition:
        return values
    return (f"{column.name} " + values).where(values != ALL, ALL)


def closed_words(closed: Collection[str]) -> frozenset[str]:
    """Closed routes as groups of starters and as groups of sessions."""
    return frozenset({*closed, *(f"{ROUTE} {code}" for code in closed)})


def _by(rows: Rows) -> tuple[str, ...]:
    return tuple(GROUP + column for column in rows.by)


def _joined(frame: pd.DataFrame, name: str, keys: tuple[str, ...]) -> pd.Series:
    words = pd.Series(name, index=frame.index, dtype="str")
    for key in keys:
        words = words + ", " + frame[key].astype("str")
    return words


def _columns(rows: Rows) -> tuple[CountColumn, ...]:
    found, by = [], _by(rows)
    if rows.patients and rows.of_everyone:
        found.append(CountColumn(rows.patients, named_by=WHOLE, values=rows.values))
    elif rows.patients:
        found.append(
            CountColumn(
                rows.patients, named_by=OF, by=by, values=rows.values, means=rows.means, partition=rows.partition
            )
        )
    if rows.part:
        found.append(CountColumn(rows.part, named_by=WITH, by=by, values=rows.part_values, partition=rows.partition))
    if rows.other:
        found.append(CountColumn(rows.other, named_by=OTHER, by=by, values=rows.part_values, partition=True))
    return tuple(found)


def _nesting(named: pd.DataFrame, rows: Rows) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    whole = _joined(named, rows.name, rows.keys)
    for of, with_it, everyone in zip(named[OF], named[WITH], whole, strict=True):
        found[of] = (rows.among,) if of == everyone else (everyone, rows.among)
        found[with_it] = (of,) if of == everyone else (of, f"{everyone}, with it")
        if rows.part_among:
            found[with_it] = (*found[with_it], rows.part_among)
    return found


def without_names(found: Release) -> Release:
    """The release with the columns taken out again that only the gate needed."""
    tables = {name: _without(table) for name, table in found.tables.items()}
    return replace(found, tables=tables)


def _without(table: ReleasedTable) -> ReleasedTable:
    return replace(table, frame=table.frame[[name for name in table.frame if not str(name).startswith("_")]])
