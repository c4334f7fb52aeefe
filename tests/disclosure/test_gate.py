"""The one gate: what each audience may see of the tables of one view."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure.audience import Audience, holder, viewer
from analysis.disclosure.counted import Relations
from analysis.disclosure.denominators import release_size
from analysis.disclosure.gate import CountColumn, CountedTable, count_text, count_words, of_patients, release

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


def test_shares_go_with_their_count_and_means_only_with_few_patients() -> None:
    """Three counts that protect one of seven: their shares would give them away, their means would not."""
    frame = BY_ROUTE.assign(share=[1.0, 0.6, 0.36, 0.01])
    counts = (CountColumn("n", "starters", ("route",), ("share",), partition=True, means=("mean",)),)
    shown = release({"t": CountedTable(frame, counts)}, viewer())["t"].frame
    assert shown["n"].isna().tolist() == [False, False, True, True]
    assert shown["share"].isna().tolist() == [False, False, True, True]
    assert shown["mean"].isna().tolist() == [False, False, False, True]


def test_being_among_others_holds_at_any_remove() -> None:
    """640 started, 635 of them have a baseline, 630 of those a later score: 640 - 630 counts ten people."""
    frame = pd.DataFrame({"who": ["starters", "baseline", "evaluable"], "n": [640, 635, 630]})
    table = CountedTable(frame, (CountColumn("n", named_by="who"),))
    nesting = Relations({"evaluable": ("baseline",), "baseline": ("starters",)})
    assert release({"t": table}, viewer(), nesting)["t"].texts("n") == ["640", "withheld", "withheld"]


def test_parts_without_overlap_are_a_sum_even_where_one_is_not_printed() -> None:
    frame = pd.DataFrame({"who": ["all", "in", "out"], "n": [100, 93, 7]})
    printed = CountedTable(frame.iloc[:2], (CountColumn("n", named_by="who"),))
    silent = CountedTable(frame.iloc[2:], (CountColumn("n", named_by="who", printed=False),))
    found = release({"a": printed, "b": silent}, viewer(), Relations({}, {"all": ("in", "out")}))
    assert found["a"].texts("n") == ["100", "withheld"]
    assert "n" not in found["b"].frame
    assert found["b"].states.empty
    assert release({"b": silent}, holder())["b"].texts("n") == ["7 (small)"]


def test_a_closed_group_keeps_its_count_its_share_and_its_mean() -> None:
    frame = BY_ROUTE.iloc[:3].assign(n=[633, 400, 233])
    counts = (CountColumn("n", "starters", ("route",), partition=True, means=("mean",)),)
    shown = release({"t": CountedTable(frame, counts)}, viewer(), closed=("IV",))["t"]
    assert shown.texts("n") == ["633", "withheld", "withheld"]
    assert shown.frame["mean"].isna().tolist() == [False, True, False]


def test_what_an_earlier_stage_shows_is_shown_whatever_comes_after() -> None:
    """Alone, 12 is shown; beside 11 and 1 it would be given up. Decided on first it stays, and both others go."""
    total = CountedTable(pd.DataFrame({"n": [12]}), (CountColumn("n", "starters"),))
    parts = CountedTable(
        pd.DataFrame({"route": ["IV", "SC"], "n": [11, 1]}), (CountColumn("n", "starters", ("route",), partition=True),)
    )
    tables = {"total": total, "parts": parts}
    together = release(tables, viewer())
    assert together["total"].texts("n") == ["withheld"]
    staged = release(tables, viewer(), stages=[("total",)])
    assert staged["total"].texts("n") == ["12"]
    assert staged["parts"].texts("n") == ["withheld", "withheld"]


@pytest.mark.parametrize(
    ("count", "state", "words", "patients"),
    [
        (1204, "shown", "1,204", "1,204 patients"),
        (7, "small", "7 (small)", "7 (small) patients"),
        (float("nan"), "<11", "fewer than 11", "fewer than 11 patients"),
        (float("nan"), "withheld", "a withheld number", "a withheld number of patients"),
    ],
)
def test_counts_are_said_in_words(count: float, state: str, words: str, patients: str) -> None:
    assert count_words(count, state) == words
    assert of_patients(words) == patients


def test_one_count_is_spoken_of_in_the_singular() -> None:
    table = {"t": CountedTable(pd.DataFrame({"n": [7]}), (CountColumn("n", "x"),))}
    assert release(table, viewer()).sentence == (
        "1 count is withheld: of 1 to 10 patients, or of a group from which such a number could be worked out."
    )
    assert release(table, holder()).sentence == (
        "1 count is of 1 to 10 patients and marked (small): they are withheld from everything that is exported."
    )


@pytest.mark.parametrize(
    ("n_patients", "n_study", "audience", "words"),
    [
        (640, 640, viewer(), "640 patients."),
        (512, 640, viewer(), "512 of 640 patients."),
        (7, 640, viewer(), "<11 of 640 patients."),
        (7, 640, holder(), "7 (small) of 640 patients."),
        (635, 640, viewer(), "withheld of 640 patients."),
        (0, 640, viewer(), "0 of 640 patients."),
        (9, 9, viewer(), "<11 patients."),
    ],
)
def test_the_size_of_a_cohort_in_words(n_patients: int, n_study: int, audience: Audience, words: str) -> None:
    assert release_size(n_patients, n_study, audience) == words
