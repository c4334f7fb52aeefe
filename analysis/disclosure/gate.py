"""The one gate: everything that leaves the analysis for a screen or a file passes `release`, which knows the audience.

A result hands its frames over as counted tables: which columns are counts of patients, of whom, and which other
columns are computed from those patients. All tables of one view are released together, because two tables that are
harmless alone can give a count away side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .audience import Audience
from .cells import is_small
from .ranges import Key, Sum
from .suppression import CountSystem, Withheld, withhold

EVERYONE = "everyone"
WITHHELD = "withheld"


@dataclass(frozen=True)
class CountColumn:
    """A column that counts patients.

    ``what`` names whom it counts ("starters"); ``by`` are the columns of the frame that say which of them a row is
    about, () when a row is about everyone. A row whose ``by`` columns hold ``everyone`` is the count of all groups.
    ``values`` are the columns computed from just those patients (means, shares, their intervals).
    ``part_of`` names the count, of the same group, that this one is a part of: the difference is a count too.
    ``partition``: the groups do not overlap and together are everyone.
    """

    column: str
    what: str
    by: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    part_of: str | None = None
    partition: bool = False


@dataclass(frozen=True, eq=False)
class CountedTable:
    """A frame of a result and what its columns count. ``everyone`` is the word that stands for all groups in it."""

    frame: pd.DataFrame
    counts: tuple[CountColumn, ...]
    everyone: str = "all"


@dataclass(frozen=True, eq=False)
class ReleasedTable:
    """A frame that may be shown: withheld numbers are missing. ``states`` has one column per count column, each
    entry "shown", "small" (and shown, to the holder), "<n" or "withheld"."""

    frame: pd.DataFrame
    states: pd.DataFrame
    min_cell: int

    def as_text(self) -> pd.DataFrame:
        """The frame with its counts as text: "1,204", "<11", "withheld", and "7 (small)" for the holder."""
        text = self.frame.copy()
        for column in self.states.columns:
            pairs = zip(self.frame[column], self.states[column], strict=True)
            text[column] = pd.Series([count_text(*pair) for pair in pairs], index=text.index, dtype="str")
        return text

    def shown(self, column: str) -> pd.DataFrame:
        """The rows whose count in ``column`` may be shown and is not nought: what a figure draws."""
        keep = self.states[column].isin(["shown", "small"]) & (self.frame[column] > 0)
        return self.frame[keep].reset_index(drop=True)

    @property
    def n_withheld(self) -> int:
        """How many counts are missing."""
        return int((~self.states.isin(["shown", "small"])).to_numpy().sum())


@dataclass(frozen=True, eq=False)
class Release:
    """All tables of one view, released together, and what was done in one sentence (empty: nothing was)."""

    tables: Mapping[str, ReleasedTable]
    sentence: str

    def __getitem__(self, name: str) -> ReleasedTable:
        return self.tables[name]


def count_text(count: float, state: str) -> str:
    """A count as it may be shown."""
    if state == "small":
        return f"{count:,.0f} (small)"
    return f"{count:,.0f}" if state == "shown" else state


def release(tables: Mapping[str, CountedTable], audience: Audience) -> Release:
    """What ``audience`` may see of the tables of one view.

    Counts of 1 to min_cell - 1 and everything computed from them go, and as many other counts as it takes that no
    small one can be worked out from what is left, differences included. For an audience that sees small cells nothing
    goes and small cells are marked.
    """
    system = _system(tables)
    withheld = withhold(system, audience.min_cell)
    released = {name: _released(table, withheld, audience) for name, table in tables.items()}
    return Release(released, _sentence(released, audience))


def _keys(table: CountedTable, counted: CountColumn, what: str | None = None) -> list[Key]:
    """The identity of the count in every row."""
    of = what or counted.what
    if not counted.by:
        return [(of, EVERYONE)] * len(table.frame)
    groups = table.frame[list(counted.by)].astype("str").itertuples(index=False, name=None)
    return [(of, EVERYONE if set(group) == {table.everyone} else group) for group in groups]


def _system(tables: Mapping[str, CountedTable]) -> CountSystem:
    counts: dict[Key, int] = {}
    for table in tables.values():
        for counted in table.counts:
            _collect(counts, table, counted)
    sums = {*_partitions(tables, counts)}
    unshown = set()
    for key, whole in _parts(tables):
        if key in counts and whole in counts and key != whole:
            rest = ("rest", key, whole)
            counts[rest] = counts[whole] - counts[key]
            unshown.add(rest)
            sums.add(Sum(whole, (key, rest)))
    precious = {key for key in counts if isinstance(key, tuple) and key[-1] == EVERYONE}
    return CountSystem(counts, tuple(sorted(sums, key=str)), frozenset(unshown), frozenset(precious))


def _collect(counts: dict[Key, int], table: CountedTable, counted: CountColumn) -> None:
    for key, count in zip(_keys(table, counted), table.frame[counted.column], strict=True):
        number = int(count)
        if counts.setdefault(key, number) != number:
            raise ValueError(f"two tables of one view count '{counted.what}' differently")


def _partitions(tables: Mapping[str, CountedTable], counts: Mapping[Key, int]) -> Iterator[Sum]:
    for table in tables.values():
        for counted in table.counts:
            whole = (counted.what, EVERYONE)
            parts = tuple(dict.fromkeys(key for key in _keys(table, counted) if key != whole))
            if counted.partition and whole in counts and parts:
                yield Sum(whole, parts)


def _parts(tables: Mapping[str, CountedTable]) -> Iterator[tuple[Key, Key]]:
    for table in tables.values():
        for counted in table.counts:
            if counted.part_of is not None:
                yield from zip(_keys(table, counted), _keys(table, counted, counted.part_of), strict=True)


def _released(table: CountedTable, withheld: Withheld, audience: Audience) -> ReleasedTable:
    frame = table.frame.copy()
    states = {}
    for counted in table.counts:
        keys = _keys(table, counted)
        numbers = table.frame[counted.column].to_numpy(dtype=float)
        states[counted.column] = [
            _state(key, number, withheld, audience) for key, number in zip(keys, numbers, strict=True)
        ]
        gone = np.array([state not in ("shown", "small") for state in states[counted.column]], dtype=bool)
        if gone.any():
            frame[counted.column] = frame[counted.column].astype(float).mask(gone)
            for column in counted.values:
                frame[column] = frame[column].mask(gone)
    return ReleasedTable(frame, pd.DataFrame(states, index=frame.index), audience.min_cell)


def _state(key: Key, count: float, withheld: Withheld, audience: Audience) -> str:
    if audience.sees_small:
        return "small" if is_small(count, audience.min_cell) else "shown"
    if key in withheld.complementary:
        return WITHHELD
    return f"<{audience.min_cell}" if key in withheld.small else "shown"


def _sentence(tables: Mapping[str, ReleasedTable], audience: Audience) -> str:
    if audience.sees_small:
        n_small = sum(int((table.states == "small").to_numpy().sum()) for table in tables.values())
        if not n_small:
            return ""
        are = "count is" if n_small == 1 else "counts are"
        return (
            f"{n_small} {are} of 1 to {audience.min_cell - 1} patients and marked (small): they are withheld from "
            "everything that is exported."
        )
    n_withheld = sum(table.n_withheld for table in tables.values())
    if not n_withheld:
        return ""
    are = "count is" if n_withheld == 1 else "counts are"
    return (
        f"{n_withheld} {are} withheld: of 1 to {audience.min_cell - 1} patients, or of a group from which such a "
        "number could be worked out."
    )
