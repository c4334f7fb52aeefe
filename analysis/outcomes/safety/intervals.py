"""Intervals of rates, shares and means: exact ones, and ones that know that a patient's sessions are alike.

Exact: Garwood (Biometrika 1936) for counts of events, Clopper and Pearson (Biometrika 1934) for shares. They take every
session for independent. Cluster-robust: the ratio of two sums over patients, its variance from how patients scatter
around it (the sandwich of a generalised estimating equation with working independence, Liang and Zeger 1986, times
n / (n - 1)), with a t quantile of n - 1 degrees of freedom; on the log scale for rates and the logit scale for shares,
so that an interval stays inside what is possible. A page has a thousand of them: the quantiles come from scipy's
special functions, which scipy.stats calls too, after checks that take twenty times as long.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Interval = tuple[float, float]

LEVEL = 0.95
TAIL = (1 - LEVEL) / 2
UNKNOWN: Interval = (float("nan"), float("nan"))
FEWEST_CLUSTERS = 5  # fewer patients hardly say how patients differ: t of three degrees of freedom or less
NO_SCATTER = 1e-12  # relative: patients who are all alike to the last digit show no spread to judge by
RULE_OF_THREE = 3.0  # -log(0.05) is 2.996: Hanley and Lippman-Hand, JAMA 1983


def garwood(n_events: int, exposure: float) -> Interval:
    """Exact 95 % interval of a rate: events per unit of exposure."""
    if exposure <= 0:
        return UNKNOWN
    low = special.gammaincinv(n_events, TAIL) if n_events else 0.0
    high = special.gammaincinv(n_events + 1, 1 - TAIL)
    return float(low / exposure), float(high / exposure)


def clopper_pearson(numerator: int, denominator: int) -> Interval:
    """Exact 95 % interval of a share (0 to 1)."""
    if denominator <= 0:
        return UNKNOWN
    k, n = numerator, denominator
    low = special.betaincinv(k, n - k + 1, TAIL) if k else 0.0
    high = special.betaincinv(k + 1, n - k, 1 - TAIL) if k < n else 1.0
    return float(low), float(high)


def rule_of_three(n: int) -> float:
    """The most that a rate or share can be, with 95 % confidence, where none was seen in n: 3 / n, at most 1."""
    return min(1.0, RULE_OF_THREE / n) if n > 0 else float("nan")


def _ratio(parts: Floats, sizes: Floats) -> tuple[float, float, float]:
    """Sum of parts over sum of sizes, its standard error over patients, and the t quantile."""
    n = len(sizes)
    ratio = float(parts.sum() / sizes.sum())
    scatter = parts - ratio * sizes
    std_error = float(np.sqrt(n / (n - 1) * (scatter**2).sum())) / float(sizes.sum())
    return ratio, std_error, float(special.stdtrit(n - 1, 1 - TAIL))


def clustered_rate(events: Floats, exposures: Floats) -> Interval:
    """95 % interval of events per unit of exposure, one entry per patient. Unknown without any event or scatter."""
    if len(exposures) < FEWEST_CLUSTERS or not events.sum():
        return UNKNOWN
    rate, std_error, quantile = _ratio(events, exposures)
    if std_error <= NO_SCATTER * rate:
        return UNKNOWN
    half = quantile * std_error / rate
    return float(rate * np.exp(-half)), float(rate * np.exp(half))


def clustered_share(numerators: Floats, denominators: Floats) -> Interval:
    """95 % interval of a share of sessions, one entry per patient. Unknown where it is none or all of them,
    or the same in every patient."""
    if len(denominators) < FEWEST_CLUSTERS or not 0 < numerators.sum() < denominators.sum():
        return UNKNOWN
    share, std_error, quantile = _ratio(numerators, denominators)
    if std_error <= NO_SCATTER * share:
        return UNKNOWN
    middle = np.log(share / (1 - share))
    half = quantile * std_error / (share * (1 - share))
    low, high = 1 / (1 + np.exp(-(middle + np.array([-half, half]))))
    return float(low), float(high)


def clustered_mean(totals: Floats, sizes: Floats) -> tuple[float, Interval]:
    """Mean over sessions and its 95 % interval, from each patient's total and number of sessions."""
    if not len(sizes) or not sizes.sum():
        return float("nan"), UNKNOWN
    if len(sizes) < FEWEST_CLUSTERS:
        return float(totals.sum() / sizes.sum()), UNKNOWN
    mean, std_error, quantile = _ratio(totals, sizes)
    return mean, (mean - quantile * std_error, mean + quantile * std_error)
