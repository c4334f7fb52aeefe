"""p values and intervals of a family of comparisons, adjusted so that they can be read together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from ..fitted_model import critical_value
from ..refusal import ModelRefused
from .multivariate_t import largest_t
from .studentised_range import range_tail

FloatArray = npt.NDArray[np.float64]
Tail = Callable[[float, float], float]
"""Probability that some comparison of the family exceeds |t|, from |t| and df."""

ADJUSTMENTS = ("holm", "bonferroni", "tukey", "mvt", "none")
SLACK = 0.02  # room around the bracket of a critical value, for rounding and simulation error
ROOT = 1e-10  # how near a critical value is found, absolute and relative


@dataclass(frozen=True)
class Family:
    """Comparisons that are read together: their t statistics, df and p values, their correlation, and how many
    means they compare."""

    statistics: FloatArray
    df: FloatArray
    p_values: FloatArray
    correlation: FloatArray
    n_means: int


@dataclass(frozen=True)
class Adjusted:
    """``critical``: half-widths of the intervals in standard errors. ``error``: the largest Monte Carlo standard
    error among the p values, 0 where nothing is simulated."""

    p_values: FloatArray
    critical: FloatArray
    error: float = 0.0


def check_adjustment(adjust: str, pairwise: bool) -> None:
    """Raises ModelRefused for an adjustment that does not exist, or that these comparisons do not have."""
    if adjust not in ADJUSTMENTS:
        known = ", ".join(f"'{name}'" for name in ADJUSTMENTS[:-1])
        raise ModelRefused(f"There is no adjustment '{adjust}'.", f"Use {known} or '{ADJUSTMENTS[-1]}'.")
    if adjust == "tukey" and not pairwise:
        raise ModelRefused(
            "Tukey's adjustment is for all pairwise differences and no other contrasts.",
            "Use adjust='mvt', which allows for the correlations of any contrasts.",
        )


def adjusted(family: Family, adjust: str, level: float, seed: int) -> Adjusted:
    """Adjusted p values of one family and the critical values that go with them.

    Tukey's (1953, with Kramer's extension) are exact for independent means with equal variances and conservative
    otherwise; "mvt" is exact for any correlations, up to simulation error. Both use each comparison's own df, as
    emmeans does. Holm's procedure has no intervals of its own and gets Bonferroni's.
    """
    count = len(family.p_values)
    if adjust in ("holm", "bonferroni", "none"):
        share = 1 if adjust == "none" else count
        return Adjusted(stepwise_p(family.p_values, adjust), critical_value(1.0 - (1.0 - level) / share, family.df))
    if adjust == "tukey":
        return _simultaneous(family, level, lambda t, df: range_tail(t * np.sqrt(2.0), family.n_means, df))
    simulated = largest_t(family.correlation, seed)
    found = _simultaneous(family, level, simulated.tail)
    errors = [simulated.tail_error(t, df) for t, df in zip(np.abs(family.statistics), family.df, strict=True)]
    return Adjusted(found.p_values, found.critical, max(errors))


def _simultaneous(family: Family, level: float, tail: Tail) -> Adjusted:
    """p values and critical values from the distribution of the largest |t|.

    A critical value lies between that of one comparison alone and Bonferroni's for every pair of means.
    """
    statistics = np.abs(family.statistics)
    p_values = np.array([tail(float(t), float(df)) for t, df in zip(statistics, family.df, strict=True)])
    pairs = max(len(statistics), family.n_means * (family.n_means - 1) // 2)
    low = critical_value(level, family.df) * (1.0 - SLACK)
    high = critical_value(1.0 - (1.0 - level) / pairs, family.df) * (1.0 + SLACK)
    critical = np.array(
        [
            brentq(lambda t, df=df: tail(t, df) - (1.0 - level), one, other, xtol=ROOT, rtol=ROOT)
            for df, one, other in zip(family.df.tolist(), low, high, strict=True)
        ]
    )
    return Adjusted(np.minimum(p_values, 1.0), critical)


def stepwise_p(p_values: FloatArray, adjust: str) -> FloatArray:
    """p values of a family of comparisons: Holm (1979), Bonferroni, or unchanged."""
    count = len(p_values)
    if adjust == "none":
        return p_values.copy()
    if adjust == "bonferroni":
        return np.minimum(p_values * count, 1.0)
    order = np.argsort(p_values)
    stepped = np.maximum.accumulate(p_values[order] * np.arange(count, 0, -1))
    found = np.empty(count)
    found[order] = np.minimum(stepped, 1.0)
    return found
