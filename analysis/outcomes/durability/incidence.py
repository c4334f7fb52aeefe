"""Cumulative incidence of an event that another may forestall (Aalen and Johansen 1978)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Z = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Incidence:
    """The share that has had one kind of event first, after each time at which there was an event of any kind:
    times, share, std_error."""

    times: Floats
    share: Floats
    std_error: Floats

    def _step(self, values: Floats, x: Floats) -> Floats:
        return np.concatenate([[0.0], values])[np.searchsorted(self.times, x, side="right")]

    def at(self, x: Floats) -> Floats:
        return self._step(self.share, x)

    def interval(self, x: Floats) -> tuple[Floats, Floats]:
        """95 % log-log interval; 0 to 0 before the first event of the kind, missing where everyone has had it."""
        low, high = np.zeros(len(self.share)), np.zeros(len(self.share))
        some = (self.share > 0) & (self.share < 1)
        low[self.share >= 1], high[self.share >= 1] = np.nan, np.nan
        logs = np.log(self.share[some])
        width = np.exp(Z * self.std_error[some] / (self.share[some] * np.abs(logs)))
        low[some], high[some] = np.exp(logs * width), np.exp(logs / width)
        return self._step(low, x), self._step(high, x)


def cumulative_incidence(time: Floats, status: Ints, kind: int) -> Incidence:
    """The cumulative incidence of events of one kind. status is 0 for a patient not followed further, else the kind
    of the first event. Events come before censorings of the same time.

    The variance is Aalen's (1978): the sum, over the times of events, of how far the estimate would move with the
    number of events of each kind there, with the hypergeometric factor for tied events.
    """
    times, place = np.unique(time, return_inverse=True)
    own = np.bincount(place[status == kind], minlength=len(times)).astype(float)
    other = np.bincount(place[(status != kind) & (status != 0)], minlength=len(times)).astype(float)
    at_risk = np.bincount(place, minlength=len(times))[::-1].cumsum()[::-1].astype(float)
    some = own + other > 0
    times, own, other, at_risk = times[some], own[some], other[some], at_risk[some]
    after = np.cumprod(1 - (own + other) / at_risk)
    before = np.concatenate([[1.0], after[:-1]])
    share = np.cumsum(before * own / at_risk)
    return Incidence(times, share, np.sqrt(_variance(share, before, after, (own, other), at_risk)))


def _variance(share: Floats, before: Floats, after: Floats, events: tuple[Floats, Floats], at_risk: Floats) -> Floats:
    """At time t: sum over event times u <= t of w_u (a_u - b_u F(t))^2, for both kinds of events, where b = 1 / S(u)
    and a = F(u) / S(u) for the others, one more for the kind itself."""
    own, other = (before**2 * count * _ties(count, at_risk) / at_risk**2 for count in events)
    inverse = np.divide(1.0, after, out=np.zeros_like(after), where=after > 0)
    other = np.where(after > 0, other, 0.0)
    moved = share * inverse
    constant = np.cumsum(own * (1 + moved) ** 2 + other * moved**2)
    mixed = np.cumsum(own * inverse * (1 + moved) + other * inverse * moved)
    square = np.cumsum((own + other) * inverse**2)
    variance: Floats = np.maximum(constant - 2 * share * mixed + share**2 * square, 0.0)
    return variance


def _ties(count: Floats, at_risk: Floats) -> Floats:
    """1 - (d - 1) / (n - 1) for d > 1 tied events among n."""
    tied = count > 1
    return np.where(tied, 1 - (count - 1) / np.where(tied, at_risk - 1, 1.0), 1.0)
