"""Who was scored when, counted by hand on a drawn study, and held against the rows of the sample."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.outcomes.completeness import completeness
from analysis.study import Study
from analysis.vocabulary import WINDOWS
from tests.drawn import drawn_study

PATIENTS = """
patient_id clinic_id primary_diagnosis
a C01 MDD
b C01 MDD
c C02 MDD
d C02 MDD
n C03 MDD
"""
SESSIONS = """
patient_id session_number day route
a 1 0 IV
a 2 2 IM
b 1 0 IV
c 1 0 IM
d 1 0 IM
"""
ASSESSMENTS = """
patient_id day instrument score
a -1 PHQ-9 20
a 21 PHQ-9 12
a 28 PHQ-9 10
b 35 PHQ-9 4
b 35.5 PHQ-9 4
c 28 GAD-7 9
c 90 PHQ-9 8
d 28 PHQ-9 -
n 28 PHQ-9 12
"""


def drawn() -> Study:
    return drawn_study(PATIENTS, SESSIONS, ASSESSMENTS)


def row(frame: pd.DataFrame, group: str, window: str) -> tuple[int, int]:
    found = frame[(frame["group"] == group) & (frame["window"] == window)].iloc[0]
    return int(found["n_scored"]), int(found["n_starters"])


@pytest.mark.parametrize(
    ("group", "window", "expected"),
    [
        ("all", "day 28", (2, 4)),  # a (twice, counted once) and b on the last day; d's score is blank; n never started
        ("all", "day 90", (1, 4)),  # c, without a baseline
        ("all", "day 1", (0, 4)),
        ("IV", "day 28", (2, 2)),  # a's route is that of the first session
        ("IM", "day 28", (0, 2)),
        ("C01", "day 28", (2, 2)),
        ("C02", "day 90", (1, 2)),
    ],
)
def test_a_starter_with_a_score_in_the_window_is_counted_once(
    group: str, window: str, expected: tuple[int, int]
) -> None:
    assert row(completeness(drawn(), "PHQ-9").scored, group, window) == expected


def test_a_clinic_without_a_starter_has_no_row() -> None:
    assert "C03" not in set(completeness(drawn(), "PHQ-9").scored["group"])


def test_an_instrument_that_nobody_filled_in_gives_noughts() -> None:
    scored = completeness(drawn(), "PCL-5").scored
    assert (scored["n_scored"] == 0).all()
    assert (scored["share"] == 0).all()


def test_a_study_without_a_starter_has_one_group_of_nobody() -> None:
    empty = drawn_study(PATIENTS, "patient_id session_number day route", "patient_id day instrument score")
    scored = completeness(empty, "PHQ-9").scored
    assert set(scored["group"]) == {"all"}
    assert (scored["n_starters"] == 0).all()
    assert scored["share"].isna().all()


def test_routes_and_clinics_of_the_sample_add_up_to_everyone_in_every_window(sample_study: Study) -> None:
    scored = completeness(sample_study, "PHQ-9").scored
    for window in WINDOWS:
        here = scored[scored["window"] == window.name]
        for column in ("n_scored", "n_starters"):
            everyone = here.loc[here["by"] == "all", column].iloc[0]
            assert here.loc[here["by"] == "route", column].sum() == everyone
            assert here.loc[here["by"] == "clinic", column].sum() == everyone
