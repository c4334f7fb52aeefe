"""Answers at every time, and what became of them, counted one patient at a time over the sample."""

from __future__ import annotations

import pytest

from analysis.outcomes.suicidality import suicidality
from analysis.study import Study
from analysis.vocabulary import WINDOWS

Answers = list[tuple[float, int]]


def answers_of(study: Study, name: str) -> list[tuple[int, Answers]]:
    """The answer before treatment and the later ones of everyone who has the first."""
    first: dict[str, float] = {}
    done: dict[str, float] = {}
    for one in study.sessions.to_dict("records"):
        who = one["patient_id"]
        first[who] = min(first.get(who, one["day"]), one["day"])
        if one["completed"] is not False:
            done[who] = min(done.get(who, one["day"]), one["day"])
    mine: dict[str, Answers] = {}
    rows = study.assessments[study.assessments["instrument"] == name].dropna(subset=["suicidality_item"])
    for one in rows.to_dict("records"):
        mine.setdefault(one["patient_id"], []).append((one["day"], int(one["suicidality_item"])))
    found = []
    for who, start in first.items():
        before = [pair for pair in sorted(mine.get(who, [])) if 0 <= start - pair[0] <= 30]
        if before:
            after = done.get(who, float("inf"))
            found.append((before[-1][1], [pair for pair in sorted(mine[who]) if pair[0] > max(before[-1][0], after)]))
    return found


@pytest.mark.parametrize("name", ["PHQ-9", "MADRS"])
def test_presence_at_every_time_agrees_with_a_loop_over_patients(sample_study: Study, name: str) -> None:
    found = suicidality(sample_study, name).presence.set_index("window")
    everyone = answers_of(sample_study, name)
    assert found.loc["baseline", ["n_patients", "n_present"]].tolist() == [
        len(everyone), sum(before >= 1 for before, _ in everyone),
    ]  # fmt: skip
    for window in WINDOWS:
        near = [
            min(inside, key=lambda pair, at=window.target_day: (abs(pair[0] - at), pair[0]))[1]
            for _, later in everyone
            if (inside := [pair for pair in later if window.first_day <= pair[0] <= window.last_day])
        ]
        if window.name in found.index:
            k = sum(one >= 1 for one in near)
            assert found.loc[window.name, ["n_patients", "n_present"]].tolist() == [len(near), k], window.name
            if near:
                assert found.loc[window.name, "share"] == pytest.approx(k / len(near))
        else:
            assert not near


@pytest.mark.parametrize("name", ["PHQ-9", "MADRS"])
def test_what_became_of_answers_agrees_with_a_loop_over_patients(sample_study: Study, name: str) -> None:
    shift = suicidality(sample_study, name).shift
    assert shift is not None
    both = [(before, [score for _, score in later]) for before, later in answers_of(sample_study, name) if later]
    present, absent = ([pair for pair in both if (pair[0] >= 1) is is_one] for is_one in (True, False))
    assert (shift.n_patients, shift.n_present, shift.n_absent) == (len(both), len(present), len(absent))
    assert shift.n_lower == sum(later[-1] < before for before, later in both)
    assert shift.n_same == sum(later[-1] == before for before, later in both)
    assert shift.n_higher == sum(later[-1] > before for before, later in both)
    assert shift.n_new == sum(later[-1] >= 1 for _, later in absent)
    assert shift.n_ever == sum(max(later) >= 1 for _, later in absent)
