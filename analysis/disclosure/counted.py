"""What the tables of one view count, and which sums a reader knows to hold between those counts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from .ranges import Key, Sum
from .suppression import CountSystem

EVERYONE = "everyone"
Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Relations:
    """Who is among whom: what a reader may subtract. ``nesting`` names, for whom is counted, whom they are among;
    ``parts`` who falls apart into whom, without overlap."""

    nesting: Names = field(default_factory=dict)
    parts: Names = field(default_factory=dict)


@dataclass(frozen=True)
class CountColumn:
    """A column that counts patients.

    ``what`` names whom it counts ("starters"); ``named_by`` is a column that says so row by row instead. ``by`` are the
    columns of the frame that say which group a row is about, () when a row is about everyone. A row whose ``by``
    columns hold ``everyone`` is the count of all groups.
    ``values`` are columns from which the count could be worked out again (shares, their intervals): they go with it.
    ``means`` are computed from just those patients and say nothing of how many they are: they go when these are few.
    ``part_of`` names the counts, of the same group, that this one is a part of: the difference is a count too.
    ``partition``: the groups do not overlap and together are everyone.
    ``printed``: False for a count that no reader is given, but that may not be worked out either.
    """

    column: str
    what: str = ""
    by: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    part_of: str | tuple[str, ...] = ()
    partition: bool = False
    means: tuple[str, ...] = ()
    printed: bool = True
    named_by: str | None = None


@dataclass(frozen=True, eq=False)
class CountedTable:
    """A frame of a result and what its columns count. ``everyone`` is the word that stands for all groups in it."""

    frame: pd.DataFrame
    counts: tuple[CountColumn, ...]
    everyone: str = "all"


Tables = Mapping[str, CountedTable]


def keys_of(table: CountedTable, counted: CountColumn) -> list[Key]:
    """The identity of the count in every row: whom it counts, and of which group."""
    n = len(table.frame)
    names = [counted.what] * n if counted.named_by is None else table.frame[counted.named_by].astype(str).tolist()
    if not counted.by:
        return [(name, EVERYONE) for name in names]
    groups = list(zip(*(table.frame[column].astype(str).tolist() for column in counted.by), strict=True))
    all_of_them = (table.everyone,) * len(counted.by)
    return [(name, EVERYONE if of == all_of_them else of) for name, of in zip(names, groups, strict=True)]


def count_system(tables: Tables, relations: Relations, closed: Collection[str] = ()) -> CountSystem:
    """Every count of one view, and the sums between them. ``closed`` are groups of which nothing may be shown."""
    counts: dict[Key, int] = {}
    printed: set[Key] = set()
    for table in tables.values():
        for counted in table.counts:
            keys = _collect(counts, table, counted)
            printed.update(keys if counted.printed else ())
    sums = {*_partitions(tables, counts), *_falling_apart(relations.parts, counts)}
    for key, whole in _nested_pairs(counts, _among(tables, relations.nesting)):
        rest = ("rest", key, whole)
        counts[rest] = counts[whole] - counts[key]
        sums.add(Sum(whole, (key, rest)))
    precious = [key for key in counts if key[-1] == EVERYONE]
    barred = frozenset(key for key in printed if not set(closed).isdisjoint(key[-1]))
    return CountSystem(counts, tuple(sums), frozenset(counts.keys() - printed), precious, barred)


def _collect(counts: dict[Key, int], table: CountedTable, counted: CountColumn) -> list[Key]:
    keys = keys_of(table, counted)
    for key, count in zip(keys, table.frame[counted.column].tolist(), strict=True):
        number = int(count)
        if counts.setdefault(key, number) != number:
            raise ValueError(f"two tables of one view count '{key[0]}' differently")
    return keys


def _partitions(tables: Tables, counts: Mapping[Key, int]) -> Iterator[Sum]:
    for table in tables.values():
        for counted in table.counts:
            if not counted.partition:
                continue
            parts: dict[str, dict[Key, None]] = {}
            for key in keys_of(table, counted):
                if key[-1] != EVERYONE:
                    parts.setdefault(key[0], {})[key] = None
            for name, members in parts.items():
                if (name, EVERYONE) in counts:
                    yield Sum((name, EVERYONE), tuple(members))


def _falling_apart(parts: Names, counts: Mapping[Key, int]) -> Iterator[Sum]:
    """The parts of a count of everyone, where all of them are counted in this view."""
    for whole, members in parts.items():
        keys = [(name, EVERYONE) for name in (whole, *members)]
        if all(key in counts for key in keys):
            yield Sum(keys[0], tuple(keys[1:]))


def _among(tables: Tables, nesting: Names) -> dict[str, set[str]]:
    """For whom is counted, everyone they are among, at any remove."""
    direct = {name: set(wholes) for name, wholes in nesting.items()}
    for table in tables.values():
        for counted in table.counts:
            wholes = (counted.part_of,) if isinstance(counted.part_of, str) else counted.part_of
            direct.setdefault(counted.what, set()).update(wholes)
    found: dict[str, set[str]] = {}
    for name in direct:
        waiting, reached = list(direct[name]), set[str]()
        while waiting:
            whole = waiting.pop()
            if whole not in reached:
                reached.add(whole)
                waiting += direct.get(whole, ())
        found[name] = reached
    return found


def _nested_pairs(counts: Mapping[Key, int], among: Mapping[str, set[str]]) -> list[tuple[Key, Key]]:
    """Each count with each one that holds it: of the same group, or of everyone where groups are not counted."""
    pairs = []
    for key in counts:
        for name in sorted(among.get(key[0], ())):
            whole = next((of for of in ((name, key[-1]), (name, EVERYONE)) if of in counts), None)
            if whole is not None:
                pairs.append((key, whole))
    return pairs
