"""The starting value of a large fit, taken from some of its patients."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import prepare_mixed_model
from analysis.mixed.optimiser import START, Search, optimise
from analysis.mixed.starts import LARGE, thinned

M = LARGE + 1_000
FEW_SWEEPS = 40  # a search that wanders in sums no rows could have takes hundreds
NEAR = 0.15  # relative; the thinned patients are 4,250, so their variances are known to about 3 %


def many_patients(within_sd: float) -> pd.DataFrame:
    """Irregular times, so that no two patients share their A_i."""
    draws = np.random.default_rng(5)
    patient = np.repeat(np.arange(M), 4)
    time = np.tile(np.arange(4.0), M) + draws.normal(0, 0.1, 4 * M)
    own = draws.normal(size=(M, 2)) * [2.0, 0.6]
    y = 1 - 0.5 * time + own[patient, 0] + own[patient, 1] * time + draws.normal(0, within_sd, 4 * M)
    return pd.DataFrame({"patient": patient, "time": time, "y": y})


@pytest.mark.parametrize("within_sd", [1.5, 0.1])
def test_a_thinned_start_is_found_quickly_and_is_near_the_optimum(within_sd: float) -> None:
    data = prepare_mixed_model("y ~ time", many_patients(within_sd), "patient", "1 + time").everyone.working.data
    some = thinned(data, True)
    assert some is not None
    search = Search(some, True, True)
    start = search.minimum(START * np.eye(2))
    assert search.count < FEW_SWEEPS
    found = optimise(data, True, True).at.covariance
    assert np.abs(start.covariance - found).max() < NEAR * np.abs(found).max()
