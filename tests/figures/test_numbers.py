"""One number format: typographic minus, fixed decimals, no minus zero, no p value of zero."""

import math

import pytest

from analysis.figures import estimate_text, interval_text, number_text, p_text, share_text
from analysis.figures.numbers import nice_ticks, tick_texts


@pytest.mark.parametrize(
    ("value", "text"),
    [(-7.94, "−7.9"), (0.04, "0.0"), (-0.04, "0.0"), (1234.56, "1,234.6"), (float("nan"), "–"), (math.inf, "–")],
)
def test_a_number_has_one_decimal_and_a_typographic_minus(value: float, text: str) -> None:
    assert number_text(value) == text


def test_an_interval_is_written_with_to_so_that_signs_never_meet_a_dash() -> None:
    assert interval_text(-9.2, -6.6) == "−9.2 to −6.6"
    assert estimate_text(-7.9, -9.2, -6.6) == "−7.9 (−9.2 to −6.6)"


def test_a_share_is_a_percentage_and_a_missing_one_a_dash() -> None:
    assert share_text(0.354) == "35%"
    assert share_text(float("nan")) == "–"


def test_a_p_value_is_never_zero() -> None:
    assert p_text(0.0) == "<0.001"
    assert p_text(0.0312) == "0.031"
    assert p_text(float("nan")) == "–"


@pytest.mark.parametrize(
    ("low", "high", "ticks"), [(-10.4, 0.3, [-10, -8, -6, -4, -2, 0]), (-0.9, 0.9, [-0.8, -0.4, 0.0, 0.4, 0.8])]
)
def test_ticks_are_round_and_inside_the_range(low: float, high: float, ticks: list[float]) -> None:
    found = nice_ticks(low, high)
    assert all(low <= tick <= high for tick in found)
    assert 3 <= len(found) <= 8
    assert set(found) >= {0.0}


def test_tick_labels_have_a_decimal_only_when_one_is_needed() -> None:
    assert tick_texts([-2.0, 0.0]) == ["−2", "0"]
    assert tick_texts([-0.5, 0.0]) == ["−0.5", "0.0"]
