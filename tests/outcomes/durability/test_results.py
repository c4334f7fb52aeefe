"""Curves, comparisons and sentences of cohorts of every size."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.outcomes.durability import (
    AXES,
    cox,
    cumulative_incidence,
    durability,
    kaplan_meier,
    log_rank,
    median_time,
    restricted_mean,
)
from analysis.study import Study
from analysis.vocabulary import INSTRUMENTS

TOO_FEW = "Fewer than two routes have 20 patients and somebody who reached it, so none are compared."
NO_TRAITS = pd.DataFrame(index=range(40))


def test_both_outcomes_are_followed_over_days_and_over_sessions_with_every_denominator(sample_study: Study) -> None:
    found = durability(sample_study)
    assert [time.outcome for time in found.times] == ["Response", "Remission"]
    for time in found.times:
        assert time.n_able >= time.n_patients >= time.n_reached > 0
        assert set(time.curves["axis"]) == set(AXES)
        everyone = time.medians[time.medians["route"] == "all"]
        assert everyone["n_patients"].tolist() == [time.n_patients] * 2
        assert everyone["n_reached"].tolist() == [time.n_reached] * 2
        for _, curve in time.curves.groupby(["axis", "route"]):
            assert curve["share"].is_monotonic_increasing
            assert curve["n_at_risk"].is_monotonic_decreasing
            assert (curve["n_reached"] + curve["n_at_risk"] <= curve["n_at_risk"].iloc[0] + 1e9).all()
            inside = curve.dropna()
            assert ((inside["ci_low"] <= inside["share"]) & (inside["share"] <= inside["ci_high"])).all()


def test_routes_add_up_at_every_point(sample_study: Study) -> None:
    curves = durability(sample_study).times[0].curves
    for axis in AXES:
        start = curves[(curves["axis"] == axis) & (curves["x"] == 0)].set_index("route")["n_at_risk"]
        assert start["all"] == start.drop("all").sum()


def test_the_comparison_names_the_largest_route_as_reference_and_adjusts(sample_study: Study) -> None:
    ratios = durability(sample_study).times[0].cox["days"].ratios
    assert set(ratios.loc[ratios["term"] == "route", "reference"]) == {"IN"}
    assert {"baseline", "age", "sex"} <= set(ratios["term"])
    assert (ratios["ci_low"] < ratios["hazard_ratio"]).all()


@pytest.mark.parametrize("n", [0, 1, 5])
@pytest.mark.parametrize("name", ["PHQ-9", "MADRS", "GAD-7", "PCL-5", "PEG", "CADSS"])
def test_a_cohort_of_any_small_size_ends_in_sentences(sample_study: Study, n: int, name: str) -> None:
    few = sample_study.keep_patients(np.arange(len(sample_study.patients)) < n)
    found = durability(few, name)
    for time in found.times:
        assert time.log_rank["days"].sentence == TOO_FEW
        assert time.cox["days"].sentence == TOO_FEW
    if INSTRUMENTS[name].response_fraction is None:
        assert found.sentence == f"Durability is not shown: no verified source says what response is on {name}."


def test_one_route_is_compared_with_nothing(sample_study: Study) -> None:
    from analysis.cohort import Cohort, select

    one = durability(select(sample_study, Cohort(routes=("IV",))).study)
    assert one.times[0].log_rank["days"].sentence == TOO_FEW
    assert one.times[0].n_patients > 0


def routes_of(n_each: int) -> np.ndarray:
    return np.repeat([0, 1], n_each).astype(np.int64)


def test_a_regression_with_too_few_events_is_refused_in_words() -> None:
    event = np.zeros(40, dtype=bool)
    event[[0, 30]] = True
    found = cox(np.arange(1.0, 41), event, routes_of(20), ("IV", "IM"), NO_TRAITS)
    assert found.sentence == (
        "The Cox regression is not fitted: it has 1 terms and would need 10 patients who reached the outcome for each. "
        "Widen the cohort."
    )
    assert not len(found.ratios)


def test_an_adjustment_that_is_the_route_is_refused_in_words() -> None:
    traits = pd.DataFrame({"payer": ["a"] * 20 + ["b"] * 20})
    found = cox(np.arange(1.0, 41), np.ones(40, dtype=bool), routes_of(20), ("IV", "IM"), traits)
    assert found.sentence == (
        "The Cox regression is not fitted: what it adjusts for goes together completely with route here."
    )


def test_a_group_in_which_nobody_reached_it_is_refused_in_words() -> None:
    sex = ["female", "male"] * 20
    event = np.array([one == "female" for one in sex])
    event[1] = False
    found = cox(np.arange(1.0, 41), event, routes_of(20), ("IV", "IM"), pd.DataFrame({"sex": sex}))
    assert found.sentence == (
        "The Cox regression is not fitted: in one of its groups nobody reached the outcome. Widen the cohort."
    )


def test_patients_without_an_adjustment_are_counted_out_of_the_regression() -> None:
    traits = pd.DataFrame({"age": [np.nan, *(20.0 + (7 * place) % 39 for place in range(41))]})
    time = np.tile(np.arange(1.0, 22), 2)
    found = cox(time, np.ones(42, dtype=bool), routes_of(21), ("IV", "IM"), traits)
    assert (found.n_patients, found.n_not_recorded) == (41, 1)
    assert found.sentence == ""


def test_routes_that_part_completely_in_time_are_refused_in_words() -> None:
    found = cox(np.arange(1.0, 41), np.ones(40, dtype=bool), routes_of(20), ("IV", "IM"), NO_TRAITS)
    assert found.sentence.startswith("The Cox regression found no maximum here")


@pytest.mark.parametrize("steepness", [1.0, 40.0])
def test_an_age_that_tells_the_order_exactly_is_refused_in_words(steepness: float) -> None:
    traits = pd.DataFrame({"age": steepness * np.arange(40.0)})
    found = cox(np.arange(1.0, 41), np.ones(40, dtype=bool), np.tile([0, 1], 20).astype(np.int64), ("IV", "IM"), traits)
    assert found.sentence == (
        "The Cox regression found no maximum here: its groups part too clearly. Widen the cohort."
    )


def test_routes_that_do_not_differ_have_a_small_statistic() -> None:
    time = np.tile(np.arange(1.0, 21), 2)
    found = log_rank(time, np.ones(40, dtype=bool), routes_of(20), ("IV", "IM"))
    assert found.statistic == pytest.approx(0.0, abs=1e-12)
    assert found.routes == ("IV", "IM")


COURSES = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 2)), min_size=1, max_size=40)


def slow_incidence(course: list[tuple[int, int]], kind: int, at: float) -> float:
    """The definition, one time after the other."""
    left, share = 1.0, 0.0
    for time in sorted({day for day, _ in course}):
        if time > at:
            break
        at_risk = sum(day >= time for day, _ in course)
        own = sum(day == time and status == kind for day, status in course)
        every = sum(day == time and status > 0 for day, status in course)
        share += left * own / at_risk
        left *= 1 - every / at_risk
    return share


@settings(max_examples=80, deadline=None)
@given(COURSES)
def test_incidences_are_those_of_the_definition_and_add_up_with_who_is_left(course: list[tuple[int, int]]) -> None:
    time = np.array([day for day, _ in course], dtype=float)
    status = np.array([kind for _, kind in course], dtype=np.int64)
    at = np.array([0.0, 5.0, 15.0, 30.0])
    relapsed, boosted = (cumulative_incidence(time, status, kind) for kind in (1, 2))
    free = kaplan_meier(time, status > 0)
    assert relapsed.at(at) == pytest.approx([slow_incidence(course, 1, day) for day in at], abs=1e-12)
    assert relapsed.at(at) + boosted.at(at) + free.at(at) == pytest.approx(np.ones(4), abs=1e-9)
    assert np.isfinite(relapsed.std_error).all()
    low, high = relapsed.interval(at)
    known = ~np.isnan(low)
    assert (low[known] <= relapsed.at(at)[known] + 1e-12).all()
    assert (relapsed.at(at)[known] <= high[known] + 1e-12).all()


@settings(max_examples=80, deadline=None)
@given(COURSES)
def test_the_restricted_mean_lies_within_the_horizon_and_without_censoring_is_the_mean(
    course: list[tuple[int, int]],
) -> None:
    time = np.array([day for day, _ in course], dtype=float)
    found = restricted_mean(kaplan_meier(time, np.ones(len(time), dtype=bool)), 30.0)
    assert found.estimate == pytest.approx(np.minimum(time, 30).mean())
    assert 0 <= found.ci_low <= found.estimate <= found.ci_high <= 30


def test_without_any_event_nothing_has_happened_and_there_is_no_median() -> None:
    curve = kaplan_meier(np.array([3.0, 5.0]), np.zeros(2, dtype=bool))
    assert curve.at(np.array([0.0, 9.0])).tolist() == [1.0, 1.0]
    assert np.isnan(median_time(curve).estimate)
    assert restricted_mean(curve, 10.0).estimate == 10.0
