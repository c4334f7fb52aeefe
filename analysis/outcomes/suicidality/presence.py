"""The share with suicidal thoughts at each time, and how it differs from before treatment.

A generalised estimating equation (Liang and Zeger 1986) for yes or no, logit link, one mean per time and working
independence: its estimates are the observed shares, and its robust covariance knows that the same patients come again.
With one mean per time both have a closed form, which is used here; statsmodels and geepack give the same.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ..attrition import Followed
from ..response.three_rules import wilson
from .item import PRESENT

BASELINE = "baseline"
COLUMNS = (
    "window", "n_patients", "n_present", "share", "ci_low", "ci_high",
    "odds_ratio", "odds_low", "odds_high", "p_value",
)  # fmt: skip
Z = 1.959963984540054
Floats = NDArray[np.float64]


def presence(followed: Followed, windows: tuple[str, ...]) -> pd.DataFrame:
    """One row per time, baseline first: n_patients answered, n_present (1 or more), share with its 95 % interval (0 to
    1), and the odds against those at baseline with their interval and p value. Where nobody or everybody has such
    thoughts the interval is Wilson's and there are no odds."""
    scores = {BASELINE: followed.baseline, **{name: followed.score[name] for name in windows}}
    present = np.column_stack([np.where(np.isnan(one), np.nan, one >= PRESENT) for one in scores.values()])
    answered = ~np.isnan(present)
    n, k = answered.sum(axis=0), np.nansum(present, axis=0)
    share, low, high = wilson(k.astype(float), n.astype(float))
    inner = (k > 0) & (k < n)
    ratios = np.full((len(scores), 4), np.nan)
    if inner.any():
        logit, covariance = _estimating_equation(present[:, inner])
        half = Z * np.sqrt(np.diag(covariance))
        low[inner], high[inner] = _probability(logit - half), _probability(logit + half)
        if inner[0]:
            ratios[inner] = _against_first(logit, covariance)
    frame = pd.DataFrame({"window": list(scores), "n_patients": n.astype("int64"), "n_present": k.astype("int64")})
    frame = frame.assign(share=share, ci_low=low, ci_high=high)
    return frame.assign(**{name: ratios[:, place] for place, name in enumerate(COLUMNS[-4:])})


def _estimating_equation(present: Floats) -> tuple[Floats, Floats]:
    """Log odds at each time and their robust covariance. present has a row per patient, NaN where not answered."""
    answered = ~np.isnan(present)
    share = np.nansum(present, axis=0) / answered.sum(axis=0)
    residual = np.where(answered, present - share, 0.0)
    bread = 1 / (answered.sum(axis=0) * share * (1 - share))
    covariance: Floats = bread[:, None] * (residual.T @ residual) * bread[None, :]
    return np.log(share / (1 - share)), covariance


def _against_first(logit: Floats, covariance: Floats) -> Floats:
    """Odds ratio against the first time, its interval and p value; missing for the first."""
    rows = np.full((len(logit), 4), np.nan)
    for place in range(1, len(logit)):
        difference = logit[place] - logit[0]
        variance = covariance[place, place] + covariance[0, 0] - 2 * covariance[place, 0]
        if variance > 0:
            half = Z * np.sqrt(variance)
            p_value = 2 * stats.norm.sf(abs(difference) / np.sqrt(variance))
            rows[place] = (*np.exp([difference, difference - half, difference + half]), p_value)
    return rows


def _probability(logit: Floats) -> Floats:
    probability: Floats = 1 / (1 + np.exp(-logit))
    return probability
