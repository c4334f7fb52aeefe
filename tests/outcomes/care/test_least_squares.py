"""Least squares gives what statsmodels gives, and nothing where columns go together."""

import numpy as np
import pytest
import statsmodels.api as sm

from analysis.outcomes.care.least_squares import least_squares

SAME = 1e-9  # two ways to the same numbers; what is left is rounding


def drawn(n: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(n)
    design = np.column_stack([np.ones(n), draw.random(n), 20 * draw.random(n), draw.random((n, 2)) < 0.4]).astype(float)
    return design @ [1, -3, 0.5, 2, 0] + draw.normal(size=n) * (1 + design[:, 1]), design


@pytest.mark.parametrize("n", [12, 300])
def test_estimates_and_hc3_errors_are_those_of_statsmodels(n: int) -> None:
    outcome, design = drawn(n)
    ours, theirs = least_squares(outcome, design), sm.OLS(outcome, design).fit(cov_type="HC3")
    assert ours is not None
    assert ours.estimate == pytest.approx(theirs.params, rel=SAME, abs=SAME)
    assert ours.std_error == pytest.approx(theirs.bse, rel=SAME)


def test_the_only_patient_of_a_route_moves_no_error_of_the_others() -> None:
    outcome, design = drawn(40)
    with_one = np.column_stack([np.vstack([design, design[0]]), np.arange(41) == 40]).astype(float)
    found, without = least_squares(np.append(outcome, 99.0), with_one), least_squares(outcome, design)
    assert found is not None
    assert without is not None
    assert found.std_error[:5] == pytest.approx(without.std_error, rel=SAME)


def test_columns_that_go_together_or_too_few_patients_give_no_fit() -> None:
    outcome, design = drawn(40)
    assert least_squares(outcome, np.column_stack([design, design[:, 1] + design[:, 2]])) is None
    assert least_squares(outcome[:5], design[:5]) is None
