"""The one gate: what each audience may see of the tables of one view."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure.audience import holder, viewer
from analysis.disclosure.gate import CountColumn, CountedTable, count_text, release

BY_ROUTE = pd.DataFrame(
    {
        "route": ["all", "IV", "IM", "SL"],
        "n": [640, 400, 233, 7],
        "n_evaluable": [600, 380, 214, 6],
        "mean": [-5.0, -5.5, -4.5, -1.0],
    }
)
COUNTS = (
    CountColumn("n", "starters", ("route",), partition=True),
    CountColumn("n_evaluable", "evaluable", ("route",), ("mean",), "starters", partition=True),
)
TABLES = {"by route": CountedTable(BY_ROUTE, COUNTS)}


def test_a_viewer_sees_no_small_count_and_nothing_that_gives_one_away() -> None:
    shown = release(TABLES, viewer())["by route"].as_text()
    assert shown["n"].tolist() == ["640", "400", "withheld", "<11"]
    assert shown["n_evaluable"].tolist() == ["600", "380", "withheld", "<11"]
    assert shown["mean"].isna().tolist() == [False, False, True, True]


def test_the_holder_sees_every_number_with_the_small_ones_marked() -> None:
    found = release(TABLES, holder())
    assert found["by route"].as_text()["n"].tolist() == ["640", "400", "233", "7 (small)"]
    assert found["by route"].frame["mean"].tolist() == BY_ROUTE["mean"].tolist()
    assert found.sentence == (
        "2 counts are of 1 to 10 patients and marked (small): they are withheld from everything that is exported."
    )


def test_what_the_holder_exports_is_what_a_viewer_sees() -> None:
    outside, seen = release(TABLES, holder().outside()), release(TABLES, viewer())
    pd.testing.assert_frame_equal(outside["by route"].as_text(), seen["by route"].as_text())
    assert outside.sentence == (
        "4 counts are withheld: of 1 to 10 patients, or of a group from which such a number could be worked out."
    )


def test_a_view_without_small_counts_says_nothing() -> None:
    large = {"by route": CountedTable(BY_ROUTE.iloc[:1], COUNTS)}
    for audience in (viewer(), holder()):
        assert release(large, audience).sentence == ""


def test_a_difference_between_two_tables_of_one_view_is_a_count() -> None:
    """640 started in one table, 635 have a baseline in the other."""
    starters = CountedTable(pd.DataFrame({"n": [640]}), (CountColumn("n", "starters"),))
    baseline = CountedTable(
        pd.DataFrame({"n": [635], "mean": [17.0]}), (CountColumn("n", "baseline", (), ("mean",), "starters"),)
    )
    found = release({"a": starters, "b": baseline}, viewer())
    assert found["a"].as_text()["n"].tolist() == ["640"]
    assert found["b"].as_text()["n"].tolist() == ["withheld"]
    assert found["b"].frame["mean"].isna().all()


def test_figures_draw_rows_that_are_shown_and_not_empty() -> None:
    frame = pd.DataFrame({"route": ["IV", "IM", "SL"], "n": [40, 0, 3]})
    table = {"t": CountedTable(frame, (CountColumn("n", "starters", ("route",)),))}
    assert release(table, viewer())["t"].shown("n")["route"].tolist() == ["IV"]
    assert release(table, holder())["t"].shown("n")["route"].tolist() == ["IV", "SL"]


def test_nought_is_shown() -> None:
    frame = pd.DataFrame({"n": [0]})
    assert release({"t": CountedTable(frame, (CountColumn("n", "x"),))}, viewer())["t"].as_text()["n"].tolist() == ["0"]


def test_the_frames_of_a_result_are_not_changed() -> None:
    before = BY_ROUTE.copy()
    release(TABLES, viewer())
    pd.testing.assert_frame_equal(BY_ROUTE, before)


def test_tables_that_count_the_same_patients_differently_are_an_error() -> None:
    other = CountedTable(pd.DataFrame({"route": ["IV"], "n": [401]}), (CountColumn("n", "starters", ("route",)),))
    with pytest.raises(ValueError, match="two tables of one view count 'starters' differently"):
        release({**TABLES, "other": other}, viewer())


def test_counts_are_written_with_their_thousands() -> None:
    assert count_text(1204, "shown") == "1,204"
    assert count_text(float("nan"), "<11") == "<11"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 15), st.integers(0, 15)), min_size=1, max_size=6))
def test_no_count_of_one_to_ten_follows_from_a_release(groups: list[tuple[int, int, int]]) -> None:
    """By brute subtraction: sums over all subsets of shown rows, and differences of columns."""
    frame = pd.DataFrame(
        {
            "route": [f"r{place}" for place in range(len(groups))],
            "n": [sum(group) for group in groups],
            "n_evaluable": [group[0] + group[1] for group in groups],
        }
    )
    total = pd.DataFrame([{"route": "all", "n": frame["n"].sum(), "n_evaluable": frame["n_evaluable"].sum()}])
    counts = (
        CountColumn("n", "starters", ("route",), partition=True),
        CountColumn("n_evaluable", "evaluable", ("route",), (), "starters", partition=True),
    )
    shown = release({"t": CountedTable(pd.concat([total, frame], ignore_index=True), counts)}, viewer())["t"].frame
    numbers = shown[["n", "n_evaluable"]].to_numpy(dtype=float)
    rest = numbers[:, 0] - numbers[:, 1]
    for column in (*numbers.T, rest):
        known = column[~np.isnan(column)]
        assert not ((known > 0) & (known < 11)).any()
        if np.isnan(column[1:]).sum() == 1 and not np.isnan(column[0]):
            missing = column[0] - np.nansum(column[1:])
            assert not 0 < missing < 11
