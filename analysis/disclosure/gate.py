"""The one gate: everything that leaves the analysis for a screen or a file passes `release`, which knows the audience.

A result hands its frames over as counted tables: which columns are counts of patients, of whom, and which other
columns are computed from those patients. All tables of one view are released together, because two tables that are
harmless alone can give a count away side by side.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from .audience import Audience
from .counted import CountColumn, CountedTable, Relations, Tables, count_system, keys_of
from .ranges import Key
from .suppression import Withheld, withhold

__all__ = [
    "CountColumn",
    "CountedTable",
    "Release",
    "ReleasedTable",
    "count_text",
    "count_words",
    "of_patients",
    "release",
]

WITHHELD = "withheld"
WITHHELD_WORDS = "a withheld number"
SMALL = "small"
SHOWN = "shown"
SEEN = (SHOWN, SMALL)


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
            text[column] = pd.Series(self.texts(column), index=text.index, dtype="str")
        return text

    def texts(self, column: str) -> list[str]:
        """One count column as text."""
        return [count_text(*pair) for pair in self._pairs[column]]

    def words(self, column: str, row: int = 0) -> str:
        """One count in the middle of a sentence."""
        return count_words(*self._pairs[column][row])

    def state(self, column: str, row: int) -> str:
        """What may be said of one count."""
        return self._pairs[column][row][1]

    def is_seen(self, column: str) -> pd.Series:
        """Which rows show their count."""
        seen = [state in SEEN for _, state in self._pairs[column]]
        return pd.Series(seen, index=self.states.index, name=column, dtype=bool)

    def shown(self, column: str) -> pd.DataFrame:
        """The rows whose count in ``column`` may be shown and is not nought: what a figure draws."""
        keep = self.is_seen(column) & (self.frame[column] > 0)
        return self.frame[keep].reset_index(drop=True)

    @cached_property
    def _pairs(self) -> dict[str, list[tuple[float, str]]]:
        """Each count with its state, as plain lists: sentences and figures ask for them one by one."""
        columns = self.states.columns
        return {name: list(zip(self.frame[name].tolist(), self.states[name].tolist(), strict=True)) for name in columns}

    @property
    def n_withheld(self) -> int:
        """How many counts are missing."""
        return sum(state not in SEEN for state in self._all_states())

    @property
    def n_small(self) -> int:
        """How many counts are shown and marked."""
        return sum(state == SMALL for state in self._all_states())

    def _all_states(self) -> Iterator[str]:
        for pairs in self._pairs.values():
            yield from (state for _, state in pairs)


@dataclass(frozen=True, eq=False)
class Release:
    """All tables of one view, released together to an audience."""

    tables: Mapping[str, ReleasedTable]
    audience: Audience

    def __getitem__(self, name: str) -> ReleasedTable:
        return self.tables[name]

    def of(self, names: Collection[str]) -> Release:
        """The part of it that a page shows: what it says of itself then counts no table that is only known of."""
        return Release({name: table for name, table in self.tables.items() if name in names}, self.audience)

    def words(self, table: str, column: str = "n_patients", row: int = 0) -> str:
        """One count in the middle of a sentence."""
        return self.tables[table].words(column, row)

    @property
    def sentence(self) -> str:
        """What was done, in one sentence (empty: nothing was)."""
        most = self.audience.min_cell - 1
        if self.audience.sees_small:
            n_small = sum(table.n_small for table in self.tables.values())
            are = "count is" if n_small == 1 else "counts are"
            said = f"{n_small} {are} of 1 to {most} patients and marked (small): they are withheld from everything that"
            return f"{said} is exported." if n_small else ""
        n = sum(table.n_withheld for table in self.tables.values())
        are = "count is" if n == 1 else "counts are"
        said = f"{n} {are} withheld: of 1 to {most} patients, or of a group from which such a number could be worked"
        return f"{said} out." if n else ""


def count_text(count: float, state: str) -> str:
    """A count as it may be shown."""
    if state == SMALL:
        return f"{count:,.0f} (small)"
    return f"{count:,.0f}" if state == SHOWN else state


def count_words(count: float, state: str) -> str:
    """A count as it may be said in a sentence: "fewer than 11" and "a withheld number" where it is not shown."""
    if state == WITHHELD:
        return WITHHELD_WORDS
    return count_text(count, state).replace("<", "fewer than ")


def of_patients(words: str) -> str:
    """A count as it may be said, with its noun: "12 patients", "a withheld number of patients"."""
    if words == WITHHELD_WORDS:
        return f"{words} of patients"
    return f"{words} patient" if words.split(" ")[0] == "1" else f"{words} patients"


def release(
    tables: Tables,
    audience: Audience,
    relations: Relations | None = None,
    closed: Collection[str] = (),
    stages: Sequence[Collection[str]] = (),
) -> Release:
    """What ``audience`` may see of the tables of one view.

    Counts of 1 to min_cell - 1 and everything computed from them go, and as many other counts as it takes that no
    small one can be worked out from what is left, differences included. Nothing is shown of the groups in ``closed``.
    ``stages`` are the tables that other views show too: they are decided on before the rest, one stage after another,
    so that every view shows the same of them. For an audience that sees small cells nothing goes and small cells are
    marked.
    """
    if audience.sees_small:
        return Release({name: _marked(table, audience) for name, table in tables.items()}, audience)
    withheld = _withheld(tables, audience, relations or Relations(), closed, [*stages, tables])
    return Release({name: _released(table, withheld, audience) for name, table in tables.items()}, audience)


def _withheld(
    tables: Tables,
    audience: Audience,
    relations: Relations,
    closed: Collection[str],
    stages: Sequence[Collection[str]],
) -> Withheld:
    names: set[str] = set()
    shown: frozenset[Key] = frozenset()
    decided = Withheld(frozenset(), frozenset())
    for stage in stages:
        names.update(stage)
        system = count_system({name: table for name, table in tables.items() if name in names}, relations, closed)
        decided = withhold(replace(system, fixed=shown, given_up=decided.complementary), audience.min_cell)
        shown = frozenset(key for key in system.counts.keys() - system.unshown if key not in decided)
    return decided


def _marked(table: CountedTable, audience: Audience) -> ReleasedTable:
    """The whole table, its small counts marked."""
    states = {}
    for counted in table.counts:
        few = _is_few(table.frame[counted.column].to_numpy(dtype=float), audience)
        states[counted.column] = np.where(few, SMALL, SHOWN).astype(object)
    return ReleasedTable(table.frame, pd.DataFrame(states, index=table.frame.index), audience.min_cell)


def _released(table: CountedTable, withheld: Withheld, audience: Audience) -> ReleasedTable:
    frame = table.frame.copy()
    states = {}
    for counted in table.counts:
        numbers = table.frame[counted.column].to_numpy(dtype=float)
        keys = keys_of(table, counted)
        state = np.array([_state(key, withheld, audience) for key in keys], dtype=object)
        gone = state != SHOWN
        few = np.array([key in withheld.closed for key in keys], dtype=bool) | _is_few(numbers, audience)
        if gone.any():
            frame[counted.column] = frame[counted.column].astype(float).mask(gone)
        for columns, lost in ((counted.values, gone | few), (counted.means, few)):
            if lost.any():
                for column in columns:
                    frame[column] = frame[column].mask(lost)
        if counted.printed:
            states[counted.column] = state
        else:
            frame = frame.drop(columns=counted.column)
    return ReleasedTable(frame, pd.DataFrame(states, index=frame.index), audience.min_cell)


def _is_few(numbers: np.ndarray, audience: Audience) -> np.ndarray:
    few: np.ndarray = (numbers > 0) & (numbers < audience.min_cell)
    return few


def _state(key: Key, withheld: Withheld, audience: Audience) -> str:
    if key in withheld.complementary or key in withheld.closed:
        return WITHHELD
    return f"<{audience.min_cell}" if key in withheld.small else SHOWN
