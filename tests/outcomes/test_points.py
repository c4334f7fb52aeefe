"""Counts and means of scores, against loops too plain to be wrong."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.outcomes.points import Points, observed_means, patients_per_route, still_assessed


@pytest.fixture
def points() -> Points:
    rng = np.random.default_rng(11)
    patient = np.sort(rng.integers(0, 30, 300))
    x = np.concatenate([np.sort(rng.integers(1, 15, (patient == p).sum())) for p in range(30)]).astype(float)
    return Points(("IV", "IM", "SL"), patient % 3, patient, x, rng.normal(-5, 3, 300))


def test_patients_are_counted_once_per_route(points: Points) -> None:
    slow = [len({p for p, r in zip(points.patient, points.route, strict=True) if r == route}) for route in range(3)]
    assert patients_per_route(points).tolist() == slow


def test_still_assessed_counts_patients_with_a_score_then_or_later(points: Points) -> None:
    grid = np.arange(1.0, 14.0)
    fast = still_assessed(points, grid)
    for route in range(3):
        for column, x in enumerate(grid):
            later = (points.route == route) & (points.x >= x)
            assert fast[route, column] == len(set(points.patient[later]))


def test_observed_means_are_the_plain_means_of_each_route_and_time(points: Points) -> None:
    frame = observed_means(points, 12)
    assert frame["x"].max() <= 12
    for row in frame.to_dict("records"):
        there = (points.route == points.routes.index(row["route"])) & (points.x == row["x"])
        assert row["mean"] == pytest.approx(points.change[there].mean(), rel=1e-12)
        assert row["n_patients"] == len(set(points.patient[there]))


def test_no_scores_give_no_counts_and_no_means() -> None:
    nothing = Points((), *(np.empty(0, dtype=np.int64) for _ in range(2)), np.empty(0), np.empty(0))
    assert patients_per_route(nothing).tolist() == []
    assert len(observed_means(nothing, 12)) == 0
