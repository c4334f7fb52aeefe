"""When a share in whole percent gives away nothing of its numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from analysis.disclosure.shares import could_be_others, is_share_of_few, whole_percent, wilson_percents


@given(st.integers(1, 5000), st.floats(0, 1))
def test_the_interval_is_wilsons(n: int, share: float) -> None:
    k = round(share * n)
    low, high = proportion_confint(k, n, method="wilson")
    said = wilson_percents(k, n)
    assert said[0] == round(100 * k / n)
    assert said[1] == pytest.approx(100 * low, abs=0.5 + 1e-9)
    assert said[2] == pytest.approx(100 * high, abs=0.5 + 1e-9)


@pytest.mark.parametrize(
    ("part", "whole", "few"),
    [(10, 50, True), (0, 50, False), (11, 50, False), (40, 50, True), (39, 50, False), (50, 50, False), (5, 9, True)],
)
def test_a_share_is_of_few_when_its_part_its_rest_or_its_whole_is(part: int, whole: int, few: bool) -> None:
    assert is_share_of_few(part, whole, 11) is few


def test_a_share_of_hundreds_could_be_of_one_more_and_of_one_fewer() -> None:
    assert could_be_others(148, 419, sees_numerator=True, sees_denominator=False)
    assert could_be_others(148, 419, sees_numerator=False, sees_denominator=False)


def test_a_share_of_fifty_gives_its_numbers_away() -> None:
    assert not could_be_others(30, 50, sees_numerator=True, sees_denominator=False)
    assert not could_be_others(30, 50, sees_numerator=False, sees_denominator=True)


@given(st.integers(11, 800), st.floats(0.05, 0.95), st.booleans())
def test_a_share_that_stays_is_said_of_at_least_two_other_numbers(n: int, share: float, sees_numerator: bool) -> None:
    k = round(share * n)
    if could_be_others(k, n, sees_numerator, sees_denominator=False):
        near = (k,) if sees_numerator else range(n + 2)
        said = wilson_percents(k, n)
        for other in (n - 1, n + 1):
            assert any(wilson_percents(one, other) == said for one in near if one <= other)


def test_shares_are_rounded_to_whole_percents() -> None:
    assert whole_percent(0.353222) == 0.35
    assert whole_percent(float("nan")) != whole_percent(float("nan"))
