"""Intervals of rates and shares: what must hold for all of them. Against R see tests/reference/test_event_rates.py."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.outcomes.safety.intervals import (
    FEWEST_CLUSTERS,
    clopper_pearson,
    clustered_mean,
    clustered_rate,
    clustered_share,
    garwood,
    rule_of_three,
)

PATIENTS = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 12)), min_size=2, max_size=30)


@given(st.integers(0, 500), st.integers(1, 500))
def test_a_garwood_interval_holds_its_rate_and_its_width_shrinks_with_exposure(events: int, exposure: int) -> None:
    low, high = garwood(events, exposure)
    assert 0 <= low <= events / exposure < high
    twice = garwood(2 * events, 2 * exposure)
    assert twice[1] - twice[0] < high - low


@given(st.integers(0, 200), st.integers(1, 200))
def test_a_clopper_pearson_interval_holds_its_share_and_mirrors(numerator: int, denominator: int) -> None:
    numerator = min(numerator, denominator)
    low, high = clopper_pearson(numerator, denominator)
    assert 0 <= low <= numerator / denominator <= high <= 1
    other_low, other_high = clopper_pearson(denominator - numerator, denominator)
    assert (low, high) == pytest.approx((1 - other_high, 1 - other_low), abs=1e-9)


@given(st.integers(20, 100_000))
def test_the_rule_of_three_is_near_the_exact_limit_from_twenty_on(n: int) -> None:
    exact = 1 - 0.05 ** (1 / n)
    assert exact <= rule_of_three(n) < 1.08 * exact


def test_the_rule_of_three_never_says_more_than_everybody() -> None:
    assert rule_of_three(2) == 1
    assert np.isnan(rule_of_three(0))


@given(PATIENTS)
def test_the_order_of_patients_changes_no_clustered_interval(patients: list[tuple[int, int]]) -> None:
    events, sessions = (np.array(side, dtype=float) for side in zip(*patients, strict=True))
    forth, back = clustered_rate(events, sessions), clustered_rate(events[::-1], sessions[::-1])
    assert forth == pytest.approx(back, nan_ok=True)


@given(PATIENTS)
def test_a_clustered_share_stays_between_none_and_all_and_holds_its_share(patients: list[tuple[int, int]]) -> None:
    numerators, denominators = (np.array(side, dtype=float) for side in zip(*patients, strict=True))
    numerators = np.minimum(numerators, denominators)
    low, high = clustered_share(numerators, denominators)
    alike = len(set(numerators * denominators[0] - numerators[0] * denominators)) == 1
    if len(patients) >= FEWEST_CLUSTERS and 0 < numerators.sum() < denominators.sum() and not alike:
        assert 0 <= low <= numerators.sum() / denominators.sum() <= high <= 1
    else:
        assert np.isnan([low, high]).all()


def test_patients_who_differ_widen_the_interval_beyond_the_exact_one() -> None:
    sessions = np.full(40, 10.0)
    all_or_nothing = np.repeat([10.0, 0.0], 20)  # 200 events of 20 patients, none of the others
    low, high = clustered_rate(all_or_nothing, sessions)
    exact_low, exact_high = garwood(200, 400)
    assert low < exact_low
    assert high > exact_high


def test_four_patients_say_too_little_of_how_patients_differ() -> None:
    """Of two patients with 5 events in 5 sessions an interval would run from 0.6 to 16,117 per 100."""
    four = np.array([3.0, 1.0, 0.0, 4.0])
    assert np.isnan(clustered_rate(four, np.full(4, 9.0))).all()
    assert np.isfinite(clustered_rate(np.append(four, 2.0), np.full(5, 9.0))).all()


def test_one_patient_says_nothing_of_how_patients_differ() -> None:
    one = np.array([3.0])
    assert np.isnan(clustered_rate(one, np.array([9.0]))).all()
    assert np.isnan(clustered_share(one, np.array([9.0]))).all()
    mean, (low, high) = clustered_mean(np.array([30.0]), np.array([3.0]))
    assert mean == 10
    assert np.isnan([low, high]).all()


def test_patients_who_are_all_the_same_give_no_interval_of_no_width() -> None:
    assert np.isnan(clustered_rate(np.full(40, 5.0), np.full(40, 10.0))).all()
    assert np.isnan(clustered_share(np.full(3, 1.0), np.full(3, 3.0))).all()


def test_without_anybody_nothing_is_known() -> None:
    assert np.isnan(garwood(0, 0)).all()
    assert np.isnan(clopper_pearson(0, 0)).all()
    mean, _ = clustered_mean(np.empty(0), np.empty(0))
    assert np.isnan(mean)


@pytest.mark.slow
def test_clustered_intervals_hold_the_true_rate_about_as_often_as_they_say() -> None:
    """Overdispersed counts of 80 patients: exact intervals hold far too seldom, clustered ones about 95 times."""
    rng = np.random.default_rng(77)
    held, exact_held, runs = 0, 0, 1500
    for _ in range(runs):
        sessions = rng.integers(1, 12, 80).astype(float)
        events = rng.poisson(rng.gamma(1.0, 0.5, 80) * sessions).astype(float)
        low, high = clustered_rate(events, sessions)
        held += low <= 0.5 <= high
        exact = garwood(int(events.sum()), sessions.sum())
        exact_held += exact[0] <= 0.5 <= exact[1]
    assert 0.92 <= held / runs <= 0.97
    assert exact_held / runs < 0.85
