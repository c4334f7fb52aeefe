"""Labels at the ends of lines keep their order, their distance and the panel."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.figures.apart import kept_apart

ROOM = 0.07
NEARLY = 1e-9  # rounding of sums of a few numbers near 1


def test_labels_that_do_not_meet_stay_where_they_are() -> None:
    assert kept_apart([0.9, 0.2, 0.5], ROOM, 0.0, 1.0) == pytest.approx([0.9, 0.2, 0.5])


def test_two_that_meet_give_way_equally() -> None:
    assert kept_apart([0.5, 0.5], 0.1, 0.0, 1.0) == pytest.approx([0.45, 0.55])


def test_none_is_above_the_panel() -> None:
    assert kept_apart([0.99, 0.98, 0.97], 0.1, 0.0, 1.0) == pytest.approx([1.0, 0.9, 0.8])


def test_none_is_below_the_panel() -> None:
    assert kept_apart([0.0, 0.01, 0.02], 0.1, 0.0, 1.0) == pytest.approx([0.0, 0.1, 0.2])


def test_no_label_is_no_trouble() -> None:
    assert kept_apart([], ROOM, 0.0, 1.0) == []


@given(st.lists(st.floats(0, 1), max_size=8))
def test_neighbours_are_apart_and_in_the_order_of_their_lines(heights: list[float]) -> None:
    placed = kept_apart(heights, ROOM, 0.0, 1.0)
    order = sorted(range(len(heights)), key=lambda place: heights[place])
    assert all(placed[above] - placed[below] >= ROOM - NEARLY for below, above in pairwise(order))
    assert all(-NEARLY <= height <= 1 + NEARLY for height in placed)
