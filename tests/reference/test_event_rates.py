"""Intervals of event rates against R: base R's exact tests and geepack's robust standard errors (r/event_rates.R)."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.outcomes.safety.intervals import (
    Floats,
    Interval,
    clopper_pearson,
    clustered_mean,
    clustered_rate,
    clustered_share,
    garwood,
)

from .reference_cases import CASES

FOLDER = CASES / "event_rates"
REFERENCE = json.loads((FOLDER / "reference.json").read_text())
EXACT = 1e-9  # relative: quantiles of the beta and chi-squared distributions in two libraries
GEE = 1e-6  # relative: geeglm stops iterating there


@pytest.mark.parametrize("case", REFERENCE["poisson"], ids=lambda case: f"{case['events']} in {case['exposure']}")
def test_garwood_is_poisson_test(case: dict) -> None:
    assert garwood(case["events"], case["exposure"]) == pytest.approx(case["interval"], rel=EXACT)


@pytest.mark.parametrize(
    "case", REFERENCE["binomial"], ids=lambda case: f"{case['numerator']} of {case['denominator']}"
)
def test_clopper_pearson_is_binom_test(case: dict) -> None:
    assert clopper_pearson(case["numerator"], case["denominator"]) == pytest.approx(case["interval"], rel=EXACT)


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def _mean_interval(totals: Floats, sizes: Floats) -> Interval:
    return clustered_mean(totals, sizes)[1]


@pytest.mark.parametrize(
    ("column", "interval", "to_scale"),
    [
        ("events", clustered_rate, np.log),
        ("stopped", clustered_share, _logit),
        ("cadss", _mean_interval, float),
    ],
)
def test_clustered_intervals_are_geepack_s_with_a_t_quantile_and_n_over_n_less_one(
    column: str, interval: Callable[[Floats, Floats], Interval], to_scale: Callable[[float], float]
) -> None:
    rows = pd.read_csv(FOLDER / "data.csv").groupby("patient")[column].agg(["sum", "size"])
    ours = [to_scale(end) for end in interval(rows["sum"].to_numpy(float), rows["size"].to_numpy(float))]
    theirs, n = REFERENCE["gee"][column], len(rows)
    half = stats.t.ppf(0.975, n - 1) * theirs["robust_se"] * np.sqrt(n / (n - 1))
    assert ours == pytest.approx([theirs["estimate"] - half, theirs["estimate"] + half], rel=GEE)
