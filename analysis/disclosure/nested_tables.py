"""Tables whose rows count patients among those of a row above, ready for the gate: who is among whom is spelt out, so
that what a reader could subtract is protected too."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
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
        names = _names(frame, rows)
        tables[name] = CountedTable(_named(frame, rows, names), _columns(rows), ALL)
        nesting |= _nesting(names, rows)
    return Nested(tables, Relations(nesting))


@dataclass(frozen=True)
class Names:
    """Whom each row of a frame counts: all of them (whole), those it is about (of), those of them with something."""

    whole: list[str]
    of: list[str]
    with_it: list[str]


def _names(frame: pd.DataFrame, rows: Rows) -> Names:
    """Groups have a name of their own, unless they are a partition, so that each of them is among everyone."""
    whole = [rows.name] * len(frame)
    for key in rows.keys:
        whole = [f"{name}, {value}" for name, value in zip(whole, _texts(frame, key), strict=True)]
    of = whole
    if rows.by and not rows.partition:
        groups = zip(*(_texts(frame, column) for column in rows.by), strict=True)
        about_all = [all(value == ALL for value in group) for group in groups]
        ending = ", in groups of " + " and ".join(rows.by)
        of = [name if everyone else name + ending for name, everyone in zip(whole, about_all, strict=True)]
    with_it = [rows.part_name or f"{name}, with it" for name in of]
    return Names(whole, of, with_it)


def _texts(frame: pd.DataFrame, column: str) -> list[str]:
    return [str(value) for value in frame[column].tolist()]


def _named(frame: pd.DataFrame, rows: Rows, names: Names) -> pd.DataFrame:
    """The frame with those names as columns, and with the words for its groups."""
    columns = {WHOLE: names.whole, OF: names.of, WITH: names.with_it}
    columns[OTHER] = [f"{name}, what they had" for name in names.whole]
    columns |= {GROUP + column: _group_words(frame, column, rows) for column in rows.by}
    words = np.array(list(columns.values()), dtype=object).T
    added = pd.DataFrame(words.reshape(len(frame), len(columns)), index=frame.index, columns=list(columns))
    return pd.concat([frame, added], axis=1)


def _group_words(frame: pd.DataFrame, column: str, rows: Rows) -> list[str]:
    """Groups by the column they are in: "not recorded" as a grade is another group than as a seriousness, and those who
    had a session on a route are others than those who started on it, which alone keep the bare code."""
    values = _texts(frame, column)
    if column == ROUTE and rows.partition:
        return values
    return [value if value == ALL else f"{column} {value}" for value in values]


def closed_words(closed: Collection[str]) -> frozenset[str]:
    """Closed routes as groups of starters and as groups of sessions."""
    return frozenset({*closed, *(f"{ROUTE} {code}" for code in closed)})


def _by(rows: Rows) -> tuple[str, ...]:
    return tuple(GROUP + column for column in rows.by)


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


def _nesting(names: Names, rows: Rows) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for of, with_it, everyone in zip(names.of, names.with_it, names.whole, strict=True):
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
    kept = [place for place, name in enumerate(table.frame.columns) if not str(name).startswith("_")]
    return replace(table, frame=table.frame.iloc[:, kept])
