"""Whom the Cox regression compares, and its ratios where numbers are skewed or tiny, against statsmodels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.hazard_regression import PHReg

from analysis.outcomes.durability import Cox, cox

NAMES = ("IV", "IM", "SL")
SAME = 1e-7  # relative: both stop at the maximum, and numbers are scaled differently before
EMPTY_GROUP = "The Cox regression is not fitted: in one of its groups nobody reached the outcome. Widen the cohort."
TOO_FEW_COMPLETE = (
    "The Cox regression is not fitted: fewer than two routes have 20 patients with every adjustment recorded, and "
    "among these somebody who reached it."
)


def drawn(*n_of_route: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Times with ties, events, routes in the order of NAMES, and ages."""
    draw = np.random.default_rng(7)
    route = np.repeat(np.arange(len(n_of_route)), n_of_route).astype(np.int64)
    time = np.ceil(draw.exponential(20.0, len(route)))
    return time, draw.random(len(route)) < 0.8, route, draw.uniform(20, 70, len(route)).round()


def assert_same(found: Cox, time: np.ndarray, event: np.ndarray, columns: list[np.ndarray]) -> None:
    theirs = PHReg(time, np.column_stack(columns), status=event.astype(float), ties="efron").fit(disp=0)
    assert found.sentence == ""
    assert found.ratios["hazard_ratio"].to_numpy() == pytest.approx(np.exp(theirs.params), rel=SAME)
    limits = found.ratios[["ci_low", "ci_high"]].to_numpy()
    assert limits == pytest.approx(np.exp(theirs.conf_int()), rel=SAME)
    assert found.ratios["p_value"].to_numpy() == pytest.approx(theirs.pvalues, rel=1e-5)


def test_a_route_with_few_complete_patients_is_left_out_and_the_others_are_compared() -> None:
    time, event, route, age = drawn(40, 30, 30)
    age[79:] = np.nan  # 9 of SL stay
    found = cox(time, event, route, NAMES, pd.DataFrame({"age": age}))
    stay = route < 2
    assert_same(found, time[stay], event[stay], [(route == 1)[stay].astype(float), age[stay]])
    assert found.ratios["term"].tolist() == ["route", "age"]
    assert found.ratios["n_patients"].tolist() == [30, 70]
    assert (found.n_patients, found.n_not_recorded) == (70, 0)


@pytest.mark.parametrize("n_complete", [0, 9, 19])
def test_no_ratio_is_given_when_a_trait_leaves_one_route_enough_patients(n_complete: int) -> None:
    time, event, route, age = drawn(40, 30)
    age[40 + n_complete :] = np.nan
    found = cox(time, event, route, NAMES[:2], pd.DataFrame({"age": age}))
    assert found.sentence == TOO_FEW_COMPLETE
    assert not len(found.ratios)


def test_twenty_complete_patients_of_a_route_are_enough() -> None:
    time, event, route, age = drawn(40, 30)
    age[60:] = np.nan
    found = cox(time, event, route, NAMES[:2], pd.DataFrame({"age": age}))
    assert found.ratios["n_patients"].tolist() == [20, 60]
    assert (found.n_patients, found.n_not_recorded) == (60, 10)


def test_a_route_whose_complete_patients_all_missed_the_outcome_is_not_compared() -> None:
    time, event, route, age = drawn(40, 30)
    event[40:60], event[60:] = False, True
    age[60:] = np.nan
    assert cox(time, event, route, NAMES[:2], pd.DataFrame({"age": age})).sentence == TOO_FEW_COMPLETE


def test_a_number_whose_mean_lies_above_every_event_is_no_group() -> None:
    time, event, route, age = drawn(40, 40)
    age[5], event[5] = 9000.0, False
    assert age[event].max() < age.mean()
    found = cox(time, event, route, NAMES[:2], pd.DataFrame({"age": age}))
    assert_same(found, time, event, [(route == 1).astype(float), age])


@pytest.mark.parametrize("reached", [0.0, 1.0])
def test_a_number_of_two_values_is_two_groups(reached: float) -> None:
    time, event, route, _ = drawn(40, 40)
    veteran = np.tile([0.0, 1.0], 40)
    event &= veteran == reached
    assert cox(time, event, route, NAMES[:2], pd.DataFrame({"veteran": veteran})).sentence == EMPTY_GROUP


@pytest.mark.parametrize("scale", [1e-2, 1.0, 1e6])
def test_a_number_is_reported_per_unit_whatever_its_scale(scale: float) -> None:
    time, event, route, age = drawn(40, 40)
    found = cox(time, event, route, NAMES[:2], pd.DataFrame({"dose": scale * age}))
    assert_same(found, time, event, [(route == 1).astype(float), scale * age])
    assert found.left_out == ""


@pytest.mark.parametrize("scale", [1e-8, 1e-150])
def test_a_number_too_small_for_its_unit_is_adjusted_for_without_a_ratio(scale: float) -> None:
    time, event, route, age = drawn(40, 40)
    tiny = cox(time, event, route, NAMES[:2], pd.DataFrame({"dose": scale * age}))
    usual = cox(time, event, route, NAMES[:2], pd.DataFrame({"dose": age})).ratios
    assert tiny.left_out == (
        "Adjusted for, but without a ratio of its own: dose. One unit is far more than patients vary."
    )
    assert tiny.sentence == ""
    assert tiny.ratios["term"].tolist() == ["route"]
    numbers = ["hazard_ratio", "ci_low", "ci_high", "p_value"]
    assert tiny.ratios[numbers].to_numpy() == pytest.approx(usual.loc[:0, numbers].to_numpy(), rel=SAME)
