"""The maximum of Cox's partial likelihood is where statsmodels finds it, with ties and without."""

import numpy as np
import pytest
from statsmodels.duration.hazard_regression import PHReg

from analysis.outcomes.durability.partial_likelihood import derivatives, fit_cox, risk_sets

SAME = 1e-9  # both stop at the maximum; what is left is rounding
STEP = 1e-5
NEAR = 1e-6  # of a slope found by differences


def drawn(n: int, n_times: int | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times, events and three columns: yes or no, of wide range, and narrow. n_times: as many whole days, for ties."""
    draw = np.random.default_rng(n)
    columns = np.column_stack([draw.random(n) < 0.3, 12 * draw.normal(size=n), draw.normal(size=n)]).astype(float)
    time = draw.exponential(np.exp(-columns @ [0.5, 0.02, -0.3]))
    if n_times is not None:
        time = np.ceil(time / time.max() * n_times)
    return time, draw.random(n) < 0.6, columns


@pytest.mark.parametrize("n_times", [None, 60, 4])
@pytest.mark.parametrize("n", [40, 700])
def test_estimates_errors_and_p_values_are_those_of_statsmodels(n, n_times):
    time, event, columns = drawn(n, n_times)
    theirs = PHReg(time, columns, status=event.astype(float), ties="efron").fit(disp=0)
    ours = fit_cox(time, event, columns)
    assert ours.estimate == pytest.approx(theirs.params, abs=SAME)
    assert ours.std_error == pytest.approx(theirs.bse, rel=SAME)
    assert np.column_stack(ours.interval()) == pytest.approx(theirs.conf_int(), abs=SAME)
    assert ours.p_values() == pytest.approx(theirs.pvalues, abs=SAME)


@pytest.mark.parametrize("n_times", [None, 4])
def test_the_slope_and_the_information_are_the_derivatives_of_the_likelihood(n_times):
    time, event, columns = drawn(60, n_times)
    at, point = risk_sets(time, event, columns), np.array([0.3, -0.01, 0.2])
    _, score, information = derivatives(at, point)
    for place in range(3):
        step = STEP * np.eye(3)[place]
        (above, slope_above, _), (below, slope_below, _) = (derivatives(at, point + side * step) for side in (1, -1))
        assert score[place] == pytest.approx((above - below) / (2 * STEP), rel=NEAR, abs=NEAR)
        assert -information[place] == pytest.approx((slope_above - slope_below) / (2 * STEP), rel=NEAR, abs=NEAR)


def test_the_order_of_patients_changes_nothing():
    time, event, columns = drawn(200, 12)
    mixed = np.random.default_rng(1).permutation(200)
    one, other = fit_cox(time, event, columns), fit_cox(time[mixed], event[mixed], columns[mixed])
    assert one.estimate == pytest.approx(other.estimate, abs=SAME)
