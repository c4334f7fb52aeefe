"""Courses, payers, coverage and doses of the sample, counted by walking over its rows."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.outcomes.care import Care, care
from analysis.study import Study

Session = dict[str, Any]


@pytest.fixture(scope="module")
def found(sample_study: Study) -> Care:
    return care(sample_study)


@pytest.fixture(scope="module")
def courses(sample_study: Study) -> dict[str, list[Session]]:
    """The sessions of everyone who started, in their order."""
    of: dict[str, list[Session]] = {}
    for one in sample_study.sessions.to_dict("records"):
        of.setdefault(one["patient_id"], []).append(one)
    return {name: sorted(some, key=lambda one: (one["day"], one["session_number"])) for name, some in of.items()}


def done(course: list[Session]) -> int:
    return sum(pd.isna(one["completed"]) or bool(one["completed"]) for one in course)


def is_complete(course: list[Session]) -> bool:
    first = course[0]
    nasal = first["route"] == "IN" and first["molecule"] != "racemic"
    return done(course) >= (8 if nasal else 6)


def test_induction_and_sessions_reached_are_those_of_a_slow_walk(
    found: Care, courses: dict[str, list[Session]]
) -> None:
    for row in found.induction.to_dict("records"):
        mine = [one for one in courses.values() if row["route"] in ("all", one[0]["route"])]
        n = sum(is_complete(one) for one in mine)
        assert (row["n_starters"], row["n_complete"]) == (len(mine), n)
        assert row["share"] == pytest.approx(n / len(mine))
    for row in found.reached.to_dict("records"):
        mine = [one for one in courses.values() if row["route"] in ("all", one[0]["route"])]
        assert row["n_reached"] == sum(done(one) >= row["sessions"] for one in mine)


def test_payers_are_counted_as_a_slow_walk_counts_them(
    found: Care, sample_study: Study, courses: dict[str, list[Session]]
) -> None:
    payer = {
        one["patient_id"]: "not recorded" if pd.isna(one["payer"]) else one["payer"]
        for one in sample_study.patients.to_dict("records")
    }
    costs, paid = (frame.set_index("payer") for frame in (found.payer_cost, found.payer_covered))
    for row in found.by_payer.to_dict("records"):
        mine = {name: one for name, one in courses.items() if row["payer"] in ("all", payer[name])}
        n = sum(is_complete(one) for one in mine.values())
        assert (row["n_starters"], row["n_complete"]) == (len(mine), n)
        assert row["sessions_median"] == median(done(one) for one in mine.values())
        assert row["share_complete"] == pytest.approx(n / len(mine))
        charged = [one for some in mine.values() for one in some if not pd.isna(one["cost_usd"])]
        cost = costs.loc[row["payer"]]
        assert (cost["n_patients"], cost["n_sessions"]) == (len({one["patient_id"] for one in charged}), len(charged))
        assert cost["median"] == median(one["cost_usd"] for one in charged)
        assert_share(paid.loc[row["payer"]], [one for some in mine.values() for one in some])


def assert_share(row: pd.Series, sessions: list[Session]) -> None:
    """Coverage of some sessions, where it is recorded."""
    known = [one for one in sessions if not pd.isna(one["covered"])]
    covered = [one for one in known if one["covered"]]
    n, k = (len({one["patient_id"] for one in some}) for some in (known, covered))
    assert (row["n_sessions"], row["n_sessions_with"]) == (len(known), len(covered))
    assert (row["n_patients"], row["n_patients_with"]) == (n, k)
    assert row["share_sessions"] == pytest.approx(len(covered) / len(known))
    assert row["share_patients"] == pytest.approx(k / n)


def test_coverage_and_charges_by_route_are_those_of_a_slow_walk(found: Care, sample_study: Study) -> None:
    sessions = sample_study.sessions.to_dict("records")
    for _, row in found.covered.iterrows():
        assert_share(row, [one for one in sessions if row["route"] in ("all", one["route"])])
    for row in found.cost_per_session.to_dict("records"):
        mine = [one for one in sessions if row["route"] in ("all", one["route"]) and not pd.isna(one["cost_usd"])]
        costs = [one["cost_usd"] for one in mine]
        assert (row["n_patients"], row["n_sessions"]) == (len({one["patient_id"] for one in mine}), len(mine))
        assert (row["median"], row["mean"]) == (median(costs), pytest.approx(sum(costs) / len(costs)))


def test_visits_of_each_kind_are_those_of_a_slow_walk(
    found: Care, sample_study: Study, courses: dict[str, list[Session]]
) -> None:
    visits = sample_study.therapy_visits.to_dict("records")
    clinic = dict(zip(sample_study.patients["patient_id"], sample_study.patients["clinic_id"], strict=True))
    for row in found.visits.to_dict("records"):
        recording = {clinic[one["patient_id"]] for one in visits if one["kind"] == row["kind"]}
        mine = {
            name: some for name, some in courses.items()
            if clinic[name] in recording and row["route"] in ("all", some[0]["route"])
        }  # fmt: skip
        theirs = [one["patient_id"] for one in visits if one["kind"] == row["kind"] and one["patient_id"] in mine]
        n_sessions = sum(len(some) for some in mine.values())
        assert (row["n_patients"], row["n_sessions"]) == (len(mine), n_sessions)
        assert (row["n_visits"], row["n_with_visit"]) == (len(theirs), len(set(theirs)))
        assert row["per_session"] == pytest.approx(len(theirs) / n_sessions)
        assert row["share"] == pytest.approx(len(set(theirs)) / len(mine))


@pytest.mark.parametrize(
    ("unit", "amount"),
    [("mg", lambda one: one["dose_mg"]), ("mg/kg", lambda one: one["dose_mg"] / one["weight_kg"])],
    ids=["mg", "mg/kg"],
)
def test_doses_are_those_of_a_slow_walk(
    found: Care, sample_study: Study, unit: str, amount: Callable[[Session], float]
) -> None:
    sessions = sample_study.sessions.to_dict("records")
    for row in found.doses[found.doses["unit"] == unit].to_dict("records"):
        mine = [one for one in sessions if (one["route"], one["molecule"]) == (row["route"], row["molecule"])]
        known = {place: amount(one) for place, one in enumerate(mine) if not pd.isna(amount(one))}
        assert (row["n_patients"], row["n_sessions"]) == (
            len({mine[place]["patient_id"] for place in known}), len(known),
        )  # fmt: skip
        assert row["median"] == pytest.approx(median(known.values()))


def test_gaps_between_sessions_are_those_of_a_slow_walk(found: Care, courses: dict[str, list[Session]]) -> None:
    for row in found.spacing_by_session.to_dict("records"):
        gaps = {
            name: later["day"] - before["day"]
            for name, some in courses.items()
            for before, later in pairwise(some)
            if str(later["session_number"]) == row["session"]
        }
        if row["session"].isdigit():
            assert (row["n_patients"], row["n_gaps"]) == (len(gaps), len(gaps))
            assert row["median"] == pytest.approx(np.median(list(gaps.values())))
