"""No count of one to ten can be worked out: by linear programming, by trying every table, and on drawn cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure.ranges import Knowledge, Sum, possible_range
from analysis.disclosure.suppression import CountSystem, Withheld, knowledge_of, withhold

SMALL = 4  # a low limit, so that every table that agrees with what is shown can be tried
counts = st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=4), min_size=1, max_size=4).filter(
    lambda rows: len({len(row) for row in rows}) == 1
)


def crossed(rows: list[list[int]]) -> CountSystem:
    """A table with its row, column and grand totals."""
    table = np.array(rows)
    r, c = table.shape
    cells = {("cell", i, j): int(table[i, j]) for i in range(r) for j in range(c)}
    row_totals = {("row", i): int(table[i].sum()) for i in range(r)}
    column_totals = {("column", j): int(table[:, j].sum()) for j in range(c)}
    sums = [Sum(("row", i), tuple(("cell", i, j) for j in range(c))) for i in range(r)]
    sums += [Sum(("column", j), tuple(("cell", i, j) for i in range(r))) for j in range(c)]
    sums += [Sum("all", tuple(row_totals)), Sum("all", tuple(column_totals))]
    everything = {**cells, **row_totals, **column_totals, "all": int(table.sum())}
    return CountSystem(everything, tuple(sums), precious=frozenset({"all"}))


def exposed(system: CountSystem, withheld: Withheld, min_cell: int = 11) -> list:
    known = knowledge_of(system, withheld, min_cell)
    found = []
    for key, count in system.counts.items():
        if 0 < count < min_cell:
            assert key in known.limits, "a small count is shown"
            low, high = possible_range(key, known)
            assert low <= count
            if low >= high:
                found.append(key)
    return found


@settings(max_examples=40, deadline=None)
@given(counts)
def test_no_small_count_of_a_table_with_totals_can_be_solved_for(rows: list[list[int]]) -> None:
    system = crossed(rows)
    assert exposed(system, withhold(system)) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=6), st.data())
def test_no_small_difference_of_a_chain_of_parts_can_be_taken(steps: list[int], data: st.DataObject) -> None:
    """Started, evaluable, in the model, ...: each a part of the one before, the differences never printed."""
    kept = sorted(steps, reverse=True)
    counts = {("step", place): number for place, number in enumerate(kept)}
    sums, unshown = [], set()
    for place in range(1, len(kept)):
        rest = ("rest", place)
        counts[rest] = kept[place - 1] - kept[place]
        unshown.add(rest)
        sums.append(Sum(("step", place - 1), (("step", place), rest)))
    system = CountSystem(counts, tuple(sums), frozenset(unshown))
    assert exposed(system, withhold(system)) == []


def every_table(shape: tuple[int, int], most: int) -> dict:
    """Every table with cells from nought to ``most``, and its totals: one array entry per table."""
    r, c = shape
    cells = np.stack(np.meshgrid(*[np.arange(most + 1)] * (r * c), indexing="ij")).reshape(r, c, -1)
    found = {("cell", i, j): cells[i, j] for i in range(r) for j in range(c)}
    found |= {("row", i): cells[i].sum(axis=0) for i in range(r)}
    found |= {("column", j): cells[:, j].sum(axis=0) for j in range(c)}
    return found | {"all": cells.sum(axis=(0, 1))}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 6), min_size=2, max_size=2), min_size=1, max_size=2))
def test_trying_every_table_finds_at_least_two_values_for_each_small_count(rows: list[list[int]]) -> None:
    system = crossed(rows)
    known = knowledge_of(system, withhold(system, SMALL), SMALL)
    tables = every_table((len(rows), 2), most=12)
    agree = np.ones(len(tables["all"]), dtype=bool)
    for key, values in tables.items():
        low, high = known.limits.get(key, (known.shown.get(key, 0),) * 2)
        agree &= (values >= low) & (values <= high)
    assert agree.any(), "what is shown must agree with the truth"
    for key, count in system.counts.items():
        if 0 < count < SMALL:
            assert len(np.unique(tables[key][agree])) >= 2, key


def parts(whole: int, *numbers: int) -> CountSystem:
    names = tuple("abcdefghijklmn"[: len(numbers)])
    return CountSystem(dict(zip(names, numbers, strict=True)) | {"t": whole}, (Sum("t", names),))


def test_a_single_small_count_takes_the_smallest_other_one_with_it() -> None:
    assert withhold(parts(300, 5, 200, 95)) == Withheld(frozenset({"a"}), frozenset({"c"}))


def test_two_tens_that_make_twenty_take_the_total_with_them() -> None:
    assert withhold(parts(20, 10, 10)) == Withheld(frozenset({"a", "b"}), frozenset({"t"}))


def test_a_count_just_at_the_limit_does_not_protect_a_one() -> None:
    """11 and 1 make 12: a reader who knows that the other count is 11 or more would know the one."""
    assert withhold(parts(12, 11, 1)) == Withheld(frozenset({"b"}), frozenset({"a", "t"}))


def test_nothing_is_withheld_without_a_small_count() -> None:
    assert withhold(parts(311, 11, 300, 0)) == Withheld(frozenset(), frozenset())


def test_the_difference_of_two_shown_counts_is_a_count() -> None:
    system = CountSystem(
        {"started": 640, "scored": 635, "lost": 5}, (Sum("started", ("scored", "lost")),), frozenset({"lost"}),
        frozenset({"started"}),
    )  # fmt: skip
    assert withhold(system) == Withheld(frozenset(), frozenset({"scored"}))


def test_ten_groups_of_one_are_not_printed_as_small() -> None:
    """All "<11" and together "<11" would be one each."""
    system = parts(10, *[1] * 10)
    withheld = withhold(system)
    assert withheld.small & withheld.complementary
    assert exposed(system, withheld) == []


def test_a_system_that_contradicts_itself_is_an_error() -> None:
    with pytest.raises(ValueError, match="the counts contradict the sums given for them"):
        withhold(parts(99, 5, 95))


def test_the_range_of_a_withheld_count_is_the_whole_numbers_between_its_ends() -> None:
    known = Knowledge({"t": 100}, (Sum("t", ("a", "b")),), {"a": (1.0, 10.0), "b": (11.0, float("inf"))})
    assert possible_range("a", known) == (1, 10)
    assert possible_range("b", known) == (90, 99)
