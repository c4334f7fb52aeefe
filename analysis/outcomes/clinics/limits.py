"""The limits of a funnel plot: how far a clinic may be from the centre by chance alone, at its size.

Shares: exact binomial limits; events: exact limits of a negative binomial count whose variance is `within` times its
mean, the distribution of a sum of gamma-Poisson patients (Poisson where within is 1). Exact limits and no mid-p: at
small sizes a mid-p limit is passed by more than 5 % of equal clinics, an exact one never. Between two counts the
limits are interpolated, so that curves are smooth (Spiegelhalter, Stat Med 2005;24:1185-1202, appendix A.1.1), each
tail from its own side: a count beyond a curve is exactly one whose tail is less likely than the curve says.

Overdispersion multiplies (Spiegelhalter 2005, section 3.2): limits lie sqrt(dispersion) times as many standard
deviations away, which for exact limits means the tail of a normal deviate that much larger.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from .result import RATE, Clinics

Floats = NDArray[np.float64]
LEVELS = {"95": 0.05, "99.8": 0.002}  # two-sided tails
LIMITS = ("size", "low_95", "high_95", "low_998", "high_998")
POISSON = 1e-6  # variance over mean, less one, under which a negative binomial is computed as a Poisson
PER = {RATE: 100.0}


@dataclass(frozen=True)
class Law:
    """How counts of a size (patients or sessions) scatter when every clinic is at the centre.

    centre is a share, or events per session.
    """

    is_rate: bool
    centre: float
    within: float = 1.0

    def at(self, size: Floats) -> stats.rv_frozen:  # type: ignore[name-defined]
        if not self.is_rate:
            return stats.binom(np.round(size), self.centre)
        mean = self.centre * size
        if self.within - 1 < POISSON or self.centre == 0:
            return stats.poisson(mean)
        return stats.nbinom(mean / (self.within - 1), 1 / self.within)

    def tails(self, count: Floats, size: Floats) -> tuple[Floats, Floats, Floats]:
        """How likely as few, as many, and exactly as many are."""
        law = self.at(size)
        return law.cdf(count), law.sf(count - 1), law.pmf(count)

    def z(self, count: Floats, size: Floats) -> Floats:
        """Distance from the centre as a standard normal deviate: that of the mid-p tail, of the smaller side."""
        few, many, here = self.tails(count, size)
        low, high = few - here / 2, many - here / 2
        return np.asarray(np.where(low < high, -1, 1) * stats.norm.isf(np.clip(np.minimum(low, high), 1e-300, 0.5)))

    def low(self, size: Floats, tail: float) -> Floats:
        """The interpolated count under which a count is less likely than tail."""
        law = self.at(size)
        edge = self._first(size, lambda count: law.cdf(count) >= tail)
        return np.asarray(np.maximum(edge - (law.cdf(edge) - tail) / law.pmf(edge), 0.0))

    def high(self, size: Floats, tail: float) -> Floats:
        """The interpolated count above which a count is less likely than tail."""
        law = self.at(size)
        edge = self._first(size, lambda count: law.sf(count) < tail)
        found = edge + (law.sf(edge - 1) - tail) / law.pmf(edge)
        return np.asarray(found if self.is_rate else np.minimum(found, np.round(size)))

    def _first(self, size: Floats, holds: Callable[[Floats], NDArray[np.bool_]]) -> Floats:
        """Per size, the first count from which on something holds, by bisection: quantile functions lose the tails
        that a large overdispersion asks for."""
        below, above = np.full(len(size), -1.0), np.maximum(np.round(size), 1.0)
        while self.is_rate and not holds(above).all():
            above = np.where(holds(above), above, 2 * above)
        while (above - below > 1).any():
            middle = np.floor((below + above) / 2)
            yes = holds(middle)
            below, above = np.where(yes | (above - below <= 1), below, middle), np.where(yes, middle, above)
        return above


def tail_of(level: str, dispersion: float) -> float:
    """The tail on one side beyond which a clinic is outside a level, at an overdispersion."""
    return float(stats.norm.sf(stats.norm.isf(LEVELS[level] / 2) * np.sqrt(dispersion)))


def law_of(measure: pd.Series) -> Law:
    """The law behind a row of `Clinics.measures`."""
    is_rate = measure["unit"] == RATE
    return Law(is_rate, float(measure["centre"]) / PER.get(measure["unit"], 1.0), float(measure["within"]))


def limits(of: Clinics | pd.Series, measure: str, sizes: ArrayLike) -> pd.DataFrame:
    """The curves of a funnel: one row per size (patients, or sessions for events), limits in the measure's unit.

    of is a result, or a row of its `measures`. Sizes must be above 0. Raises KeyError for a measure it does not have.
    """
    row = of
    if isinstance(of, Clinics):
        found = of.measures[of.measures["measure"] == measure]
        if not len(found):
            raise KeyError(f"There is no funnel of {measure} in this result.")
        row = found.iloc[0]
    assert isinstance(row, pd.Series)
    law, size = law_of(row), np.asarray(sizes, dtype=np.float64)
    columns: dict[str, Floats] = {"size": size}
    for level in LEVELS:
        tail, name = tail_of(level, float(row["dispersion"])), level.replace(".", "")
        columns[f"low_{name}"] = law.low(size, tail) / size * PER.get(row["unit"], 1.0)
        columns[f"high_{name}"] = law.high(size, tail) / size * PER.get(row["unit"], 1.0)
    return pd.DataFrame(columns, columns=list(LIMITS))
