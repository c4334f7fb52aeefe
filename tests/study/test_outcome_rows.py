"""What an outcome row is, on studies small enough to check by eye."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.study import EpisodeRules, Study, baselines, episodes, in_induction, outcome_rows
from tests.drawn import drawn_study

PATIENTS = """
patient_id clinic_id primary_diagnosis age sex
a C01 MDD 40 female
b C02 MDD 50 male
c C01 PTSD 60 -
d C01 MDD 33 male
"""
SESSIONS = """
patient_id session_number day route molecule completed
a 1 0 IV racemic true
a 2 3 IV racemic false
a 3 7 IV racemic true
b 1 0 IN esketamine true
b 2 3.5 IM racemic -
c 1 0 SL racemic true
"""
ASSESSMENTS = """
patient_id day instrument score site
a -40 PHQ-9 25 x
a -5 PHQ-9 20 x
a 0 PHQ-9 18 x
a 0.17 PHQ-9 15 x
a 7 PHQ-9 12 y
a 8 PHQ-9 9 y
a 8 GAD-7 7 y
b 0 PHQ-9 16 x
b 3.5 PHQ-9 14 x
b 4 PHQ-9 - x
b 5 PHQ-9 10 x
c 2 PHQ-9 11 x
d 0 PHQ-9 11 x
d 9 PHQ-9 10 x
"""


@pytest.fixture
def study() -> Study:
    return drawn_study(PATIENTS, SESSIONS, ASSESSMENTS)


def test_a_row_is_a_score_after_the_baseline_and_at_least_one_completed_session(study: Study) -> None:
    rows = outcome_rows(study, "PHQ-9")
    assert list(zip(rows["patient_id"], rows["day"], strict=True)) == [
        ("a", 0.17), ("a", 7.0), ("a", 8.0), ("b", 3.5), ("b", 5.0),
    ]  # fmt: skip


def test_sessions_so_far_counts_completed_sessions_on_earlier_days_only(study: Study) -> None:
    # Day 7 is a session day: the score counts as taken before it. The session of day 3 was not completed.
    assert outcome_rows(study, "PHQ-9")["sessions_so_far"].tolist() == [1, 1, 2, 1, 2]


def test_change_is_score_minus_the_last_score_on_or_before_the_first_session(study: Study) -> None:
    rows = outcome_rows(study, "PHQ-9")
    assert rows["baseline"].tolist() == [18, 18, 18, 16, 16]
    assert rows["change"].tolist() == [-3, -6, -9, -2, -6]


def test_route_is_that_of_the_first_session_and_a_change_of_route_is_flagged(study: Study) -> None:
    rows = outcome_rows(study, "PHQ-9")
    assert rows["route"].tolist() == ["IV", "IV", "IV", "IN", "IN"]
    assert rows["route_now"].tolist() == ["IV", "IV", "IV", "IN", "IM"]
    assert rows["route_changed"].tolist() == [False] * 3 + [True] * 2
    assert rows["molecule"].tolist() == ["racemic"] * 3 + ["esketamine"] * 2


def test_kept_extra_columns_and_patient_columns_travel_with_the_row(study: Study) -> None:
    rows = outcome_rows(study, "PHQ-9")
    assert rows["site"].tolist() == ["x", "y", "y", "x", "x"]
    assert rows["age"].tolist() == [40, 40, 40, 50, 50]
    assert outcome_rows(study, "PHQ-9", patient_columns=["sex"]).columns.isin(["age"]).sum() == 0


def test_an_instrument_nobody_was_scored_on_gives_no_rows_with_the_same_columns(study: Study) -> None:
    rows = outcome_rows(study, "MADRS")
    assert len(rows) == 0
    assert {"patient_id", "route", "change", "sessions_so_far"} <= set(rows.columns)


@pytest.mark.parametrize(("rule", "expected"), [("last", 18.0), ("first", 25.0), ("mean", 19.0), ("highest", 20.0)])
def test_the_baseline_rule_decides_which_early_score_is_used(study: Study, rule: str, expected: float) -> None:
    chosen = baselines(study, "PHQ-9", EpisodeRules(baseline=rule))  # type: ignore[arg-type]
    assert chosen.loc[0, "baseline"] == expected


def test_a_baseline_older_than_the_limit_does_not_count() -> None:
    study = drawn_study(
        "patient_id clinic_id primary_diagnosis\na C01 MDD",
        "patient_id session_number day route\na 1 0 IV",
        "patient_id day instrument score\na -31 PHQ-9 20\na 5 PHQ-9 9",
    )
    assert len(outcome_rows(study, "PHQ-9")) == 0
    assert len(outcome_rows(study, "PHQ-9", EpisodeRules(baseline_days=31))) == 1


def test_an_episode_is_a_starter_and_a_patient_without_a_session_has_none(study: Study) -> None:
    found = episodes(study).set_index("patient_id")
    assert list(found.index) == ["a", "b", "c"]
    assert found["n_sessions"].to_dict() == {"a": 2, "b": 2, "c": 1}
    assert found["last_session_day"].to_dict() == {"a": 7.0, "b": 3.5, "c": 0.0}
    assert found["route"].to_dict() == {"a": "IV", "b": "IN", "c": "SL"}


def test_induction_is_complete_with_six_sessions_or_eight_of_nasal_esketamine() -> None:
    sessions = "patient_id session_number day route molecule\n"
    sessions += "\n".join(f"a {k} {k - 1} IV racemic\nb {k} {k - 1} IN esketamine" for k in range(1, 8))
    study = drawn_study(
        "patient_id clinic_id primary_diagnosis\na C01 MDD\nb C01 MDD",
        sessions,
        "patient_id day instrument score\na 0 PHQ-9 9",
    )
    assert episodes(study)["induction_complete"].tolist() == [True, False]


def test_induction_lasts_to_day_28_or_through_session_six_whichever_is_later() -> None:
    fast = [(k, 4 * (k - 1)) for k in range(1, 10)]  # nine sessions by day 32: the ninth is maintenance
    slow = [(k, 10 * (k - 1)) for k in range(1, 8)]  # the sixth on day 50: the seventh is maintenance
    sessions = "patient_id session_number day route molecule\n"
    sessions += "\n".join(f"a {k} {day} IV racemic" for k, day in fast) + "\n"
    sessions += "\n".join(f"b {k} {day} IV racemic" for k, day in slow)
    study = drawn_study(
        "patient_id clinic_id primary_diagnosis\na C01 MDD\nb C01 MDD",
        sessions,
        "patient_id day instrument score\na 0 PHQ-9 9",
    )
    phases = study.sessions.assign(induction=in_induction(study)).query("not induction")
    assert list(zip(phases["patient_id"], phases["session_number"], strict=True)) == [("a", 9), ("b", 7)]
    assert episodes(study)["n_maintenance"].tolist() == [1, 1]


def slow_sessions_so_far(study: Study, patient: str, day: float) -> int:
    """The obvious loop, as an oracle for the sorted search."""
    count = 0
    for row in study.sessions.itertuples():
        if row.patient_id == patient and row.day < day and (pd.isna(row.completed) or bool(row.completed)):
            count += 1
    return count


def test_sessions_so_far_agrees_with_a_plain_loop_on_random_studies() -> None:
    rng = np.random.default_rng(5)
    for _ in range(5):
        ids = [f"p{k}" for k in range(12)]
        sessions = pd.DataFrame(
            [(p, k + 1, float(d), "IV") for p in ids for k, d in enumerate(np.sort(rng.integers(0, 20, 6)) / 4)],
            columns=["patient_id", "session_number", "day", "route"],
        ).assign(completed=pd.array(rng.random(72) < 0.8, dtype="boolean"))
        sessions["day"] -= sessions.groupby("patient_id")["day"].transform("min")
        scores = pd.DataFrame(
            [(p, float(d), "PHQ-9", 9.0) for p in ids for d in [0.0, *(np.arange(1, 25) / 4)]],
            columns=["patient_id", "day", "instrument", "score"],
        ).sample(frac=1, random_state=3)
        patients = pd.DataFrame({"patient_id": ids, "clinic_id": "C", "primary_diagnosis": "MDD"})
        study = Study.from_tables("random", {"patients": patients, "sessions": sessions, "assessments": scores})
        rows = outcome_rows(study, "PHQ-9")
        slow = [slow_sessions_so_far(study, row.patient_id, row.day) for row in rows.itertuples()]
        assert rows["sessions_so_far"].tolist() == slow
        assert len(rows) > 100


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_files_rows_changes_nothing(study: Study, seed: int) -> None:
    shuffled = Study.from_tables(
        "shuffled", {name: frame.sample(frac=1, random_state=seed) for name, frame in study.tables.items()}
    )

    def plain(rows: pd.DataFrame) -> list[tuple[object, ...]]:
        kept = rows[
            ["patient_id", "route", "route_now", "route_changed", "day", "sessions_so_far", "baseline", "change"]
        ]
        return sorted(tuple(row) for row in kept.astype(object).to_numpy())

    assert plain(outcome_rows(shuffled, "PHQ-9")) == plain(outcome_rows(study, "PHQ-9"))
