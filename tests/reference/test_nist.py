"""NIST's certified one-way analyses of variance: every correct digit the data hold, never fewer than stock lmer."""

import pytest

from .nist import (
    QUANTITIES,
    SETS,
    correct_digits,
    digits_of_data,
    digits_of_engine,
    digits_of_lmer,
    exact,
    exact_analysis,
    printed_rows,
    table,
)

# NIST prints 15 digits of its mean squares; those of measured sets are rounded in the last one or two.
AS_CERTIFIED = 13.0
# Nine digits suffice for any use; below that the engine keeps what rounding the responses to doubles leaves.
ENOUGH = 9.0
ROUNDING = 0.2
DIGITS_OF_SMLS09 = 4.0


@pytest.mark.parametrize("name", SETS)
def test_the_rows_have_the_mean_squares_that_nist_certifies(name):
    found, certified = exact_analysis(printed_rows(name), SETS[name].replicates), exact(name)
    for quantity in QUANTITIES:
        assert correct_digits(found[quantity], certified[quantity]) >= AS_CERTIFIED, quantity


@pytest.mark.parametrize("name", SETS)
def test_the_engine_has_at_least_as_many_correct_digits_as_stock_lmer(name):
    ours, theirs = digits_of_engine(name), digits_of_lmer(name)
    assert all(ours[quantity] >= theirs[quantity] for quantity in QUANTITIES), (ours, theirs)


@pytest.mark.parametrize("name", SETS)
def test_the_engine_loses_no_digit_that_the_doubles_hold(name):
    ours, held = digits_of_engine(name), digits_of_data(name)
    assert all(ours[quantity] >= min(ENOUGH, held[quantity] - ROUNDING) for quantity in QUANTITIES), (ours, held)


def test_smls09_has_four_correct_digits_although_its_doubles_hold_no_more():
    """A double near 1e12 holds steps of 1.2e-4, so exact arithmetic itself has 3.9 digits of the treatment variance."""
    ours, held = digits_of_engine("SmLs09"), digits_of_data("SmLs09")
    assert ours["residual variance"] >= DIGITS_OF_SMLS09
    assert ours["treatment variance"] == pytest.approx(held["treatment variance"], abs=0.01)
    assert held["treatment variance"] < DIGITS_OF_SMLS09


def test_the_table_has_a_line_for_every_set():
    assert [line.split(" | ")[0].strip("| ") for line in table().splitlines()[2:]] == list(SETS)
