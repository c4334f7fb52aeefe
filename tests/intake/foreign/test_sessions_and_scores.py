"""Administrations to sessions, and several records of one questionnaire to one row."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analysis.intake.findings import FindingLog
from analysis.intake.foreign.courses import numbered, sessions_of_days
from analysis.intake.foreign.left_out import LeftOut
from analysis.intake.foreign.scores import merged_scores


def doses(*rows: tuple[str, float, float, str, float | None, bool | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["key", "at_day", "at_instant", "route", "dose_mg", "completed"])
    return frame.assign(
        molecule="racemic",
        dose_mg=frame["dose_mg"].astype("float64"),
        completed=frame["completed"].astype("boolean"),
        duration_min=np.nan,
        part=0,
        row=range(1, len(frame) + 1),
    )


def sessions(frame: pd.DataFrame, same_day: str) -> pd.DataFrame:
    return numbered(sessions_of_days(frame, same_day, LeftOut(("file",), FindingLog())))


def test_parts_of_a_session_add_up_and_one_that_was_stopped_stops_it() -> None:
    parts = doses(
        ("a", 10, 10.2, "IN", 28, True),
        ("a", 10, 10.1, "IN", 28, False),
        ("a", 10, 10.3, "IV", 40, True),
        ("b", 10, 10.1, "IN", 28, True),
        ("b", 10, 10.2, "IN", None, None),
    )
    joined = sessions(parts, "one session")
    columns = ["key", "session_number", "day", "route", "dose_mg", "completed"]
    cells = joined[columns].astype(object)
    assert cells.where(cells.notna(), None).to_numpy().tolist() == [
        ["a", 1, 0.0, "IN", 56.0, False],
        ["a", 2, 0.2, "IV", 40.0, True],
        ["b", 1, 0.0, "IN", None, None],
    ]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20), st.booleans(), st.floats(0, 0.9)), min_size=1))
def test_numbers_and_days_rise_together_from_one_and_zero(rows: list[tuple[str, int, bool, float]]) -> None:
    made = sessions(
        doses(*[(key, day, day + at if timed else np.nan, "IV", 1, True) for key, day, timed, at in rows]), "separate"
    )
    assert len(made) == len(rows)
    for _, course in made.groupby("key"):
        assert course["session_number"].tolist() == list(range(1, len(course) + 1))
        assert course["day"].iloc[0] == 0
        assert course["day"].is_monotonic_increasing


def scores(*rows: tuple[str, float, float | None, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["key", "day", "score", "suicidality_item"])
    kinds = {"score": "float64", "suicidality_item": "Float64", "n_items_answered": "Float64"}
    return frame.assign(instrument="PHQ-9", n_items_answered=pd.NA).astype(kinds)


def test_a_total_and_an_item_complete_each_other_and_two_totals_stay_apart() -> None:
    merged = merged_scores(
        scores(("a", 0, 12, None), ("a", 0, None, 1), ("a", 0, 12, 1), ("b", 0, 9, None), ("b", 0, 8, 0))
    )
    assert merged[["key", "score"]].to_numpy().tolist() == [["a", 12], ["b", 9], ["b", 8]]
    assert merged["suicidality_item"].tolist() == [1, pd.NA, 0]


def test_no_scores_are_no_rows() -> None:
    assert merged_scores(scores()).empty
