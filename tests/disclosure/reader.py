"""Somebody who reads several pages side by side: what they are shown, and what they can work out of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from analysis.disclosure import viewer
from analysis.disclosure.counted import Relations, Tables, count_system, keys_of
from analysis.disclosure.gate import SEEN, release
from analysis.disclosure.ranges import Knowledge, Sum
from analysis.disclosure.response_names import joined

FEW = range(1, 11)
EXACT = 1e-6  # counts are whole numbers; the solver's answers are within 1e-7 of theirs
TRIES = 8  # random directions in which many secrets are moved at once before each is asked for alone


@dataclass(frozen=True, eq=False)
class View:
    """What one page counts, who is among whom in it, and the stages in which it is decided what to show."""

    tables: Tables
    relations: Relations
    stages: Sequence[Collection[str]]


@dataclass(frozen=True, eq=False)
class Facts:
    """Counts that a page shows past the gate: what is shown of each, and the sums that they stand in. One that is
    withheld there may be any number."""

    counts: Mapping[Any, int] = field(default_factory=dict)
    states: Mapping[Any, str] = field(default_factory=dict)
    sums: tuple[Sum, ...] = ()


def states_of(view: View) -> dict[Any, str]:
    """What a viewer is shown of each count of a page."""
    found = release(view.tables, viewer(), view.relations, stages=view.stages)
    pairs = [
        (key, state)
        for name, table in view.tables.items()
        for counted in table.counts
        if counted.printed
        for key, state in zip(keys_of(table, counted), found[name].states[counted.column], strict=True)
    ]
    return all_seen(pairs)


def all_seen(pairs: Iterable[tuple[Any, str]]) -> dict[Any, str]:
    """What is shown in one place is known in all of them."""
    states: dict[Any, str] = {}
    for key, state in pairs:
        states[key] = state if states.get(key) not in SEEN else states[key]
    return states


def known_to_a_reader(views: Sequence[View], more: Facts | None = None) -> tuple[Knowledge, dict[Any, int]]:
    """What somebody knows who has read all views, and the true numbers of all that is not shown. Raises ValueError
    when two views count the same people differently."""
    more = Facts() if more is None else more
    states = all_seen(pair for view in views for pair in (*states_of(view).items(), *more.states.items()))
    every = {f"{place} {name}": table for place, view in enumerate(views) for name, table in view.tables.items()}
    system = count_system(every, joined(*(view.relations for view in views)))
    counts = {**system.counts, **more.counts}
    closed = any(states.get(key) == "withheld" for key, n in counts.items() if n in FEW)
    limits: dict[Any, tuple[float, float]] = {}
    for key, count in counts.items():
        if states.get(key) == "<11":
            limits[key] = (1.0, 10.0)
        elif states.get(key) not in SEEN:
            limits[key] = (11.0 if key in states and key not in more.counts and not closed else 0.0, np.inf)
        assert key not in limits or limits[key][0] <= count <= limits[key][1], key
    shown = {key: count for key, count in counts.items() if key not in limits}
    return Knowledge(shown, (*system.sums, *more.sums), limits), {key: counts[key] for key in limits}


def assert_nothing_follows(views: Sequence[View], more: Facts | None = None) -> None:
    """No count of 1 to 10 is shown, and each could be another number, given all that the views show together."""
    known, hidden = known_to_a_reader(views, more)
    assert not [key for key, count in known.shown.items() if count in FEW], "a small count is shown"
    found = worked_out(known, hidden)
    assert not found, f"{len(found)} can be worked out: {found[:3]}"


def worked_out(known: Knowledge, hidden: Mapping[Any, int]) -> list[Any]:
    """The small counts among ``hidden`` that could be no other number.

    Many are moved at once in a random direction: whichever could be one more or one fewer is safe. What never moved is
    asked for alone."""
    names = list(hidden)
    place = {name: column for column, name in enumerate(names)}
    true = np.array([hidden[name] for name in names], dtype=float)
    problem = _equations(known, place), [known.limits[name] for name in names]
    waiting = {place[name] for name in names if hidden[name] in FEW}
    draw = np.random.default_rng(0)
    for _ in range(TRIES):
        aim = np.zeros(len(names))
        aim[sorted(waiting)] = draw.choice([-1.0, 1.0], len(waiting))
        waiting -= _moved(aim, problem, true)
    for column in sorted(waiting):
        for sign in (1.0, -1.0):
            if column in waiting:
                aim = np.zeros(len(names))
                aim[column] = sign
                waiting -= _moved(aim, problem, true)
    return [names[column] for column in sorted(waiting)]


def _moved(aim: np.ndarray, problem: tuple[Any, list[tuple[float, float]]], true: np.ndarray) -> set[int]:
    """The hidden counts that are another number in the table found in that direction."""
    if not aim.any():
        return set()
    (matrix, right), limits = problem
    # No count is more than a thousand away from what it is: the table found is bounded, the answer the same.
    near = [(max(low, n - 1000), min(high, n + 1000)) for (low, high), n in zip(limits, true, strict=True)]
    found = linprog(aim, A_eq=matrix, b_eq=right, bounds=near, method="highs")
    assert found.status == 0, found.message
    return set(np.flatnonzero(np.abs(found.x - true) >= 1 - EXACT).tolist())


def _equations(known: Knowledge, place: Mapping[Any, int]) -> tuple[Any, np.ndarray]:
    """Every sum as an equation in the hidden counts: whole - parts = what the shown ones leave."""
    rows, columns, values, right = [], [], [], []
    touched = [one for one in dict.fromkeys(known.sums) if any(member in place for member in one.members)]
    for row, one in enumerate(touched):
        left = 0.0
        for member, sign in ((one.whole, 1.0), *((part, -1.0) for part in one.parts)):
            if member in place:
                rows.append(row)
                columns.append(place[member])
                values.append(sign)
            else:
                left -= sign * known.shown[member]
        right.append(left)
    return csr_array((values, (rows, columns)), shape=(len(touched), len(place))), np.array(right)
