"""Kaplan and Meier's estimate (1958), its interval, median and restricted mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from statsmodels.duration.survfunc import SurvfuncRight

Floats = NDArray[np.float64]
Z = 1.959963984540054


@dataclass(frozen=True, eq=False)
class SurvivalCurve:
    """The share without the event after each time at which there was one: times, share, std_error, n_at_risk just
    before, n_events. time and event are those of the patients; the share is 1 before the first time."""

    time: Floats
    event: NDArray[np.bool_]
    times: Floats
    share: Floats
    std_error: Floats
    n_at_risk: Floats
    n_events: Floats

    def _step(self, values: Floats, x: Floats, before: float) -> Floats:
        return np.concatenate([[before], values])[np.searchsorted(self.times, x, side="right")]

    def at(self, x: Floats) -> Floats:
        """The share without the event at some times."""
        return self._step(self.share, x, 1.0)

    def interval(self, x: Floats) -> tuple[Floats, Floats]:
        """95 % log-log interval of the share at some times. Before the first event it is 1 to 1; where nobody is left
        it is missing."""
        low, high = log_log_interval(self.share, self.std_error)
        return self._step(low, x, 1.0), self._step(high, x, 1.0)

    def at_risk(self, x: Floats) -> NDArray[np.int64]:
        """Patients followed at least to some times and without the event before."""
        ordered = np.sort(self.time)
        return (len(ordered) - np.searchsorted(ordered, x, side="left")).astype(np.int64)

    def events_by(self, x: Floats) -> NDArray[np.int64]:
        """Patients with the event up to and at some times."""
        return np.searchsorted(np.sort(self.time[self.event]), x, side="right").astype(np.int64)

    @property
    def last_time(self) -> float:
        return float(self.time.max()) if len(self.time) else 0.0


def kaplan_meier(time: Floats, event: NDArray[np.bool_]) -> SurvivalCurve:
    """The curve of some patients; an event and a censoring at one time: the event comes first."""
    if not event.any():
        return SurvivalCurve(time, event, *(np.empty(0) for _ in range(5)))
    fit = SurvfuncRight(time, event.astype(float))
    parts = (fit.surv_times, fit.surv_prob, fit.surv_prob_se, fit.n_risk, fit.n_events)
    return SurvivalCurve(time, event, *(np.asarray(part, dtype=float) for part in parts))


def log_log_interval(share: Floats, std_error: Floats) -> tuple[Floats, Floats]:
    """The interval that never leaves 0 to 1 (Borgan and Liestøl 1990); missing where the share is 0 or 1."""
    low, high = np.full(len(share), np.nan), np.full(len(share), np.nan)
    some = (share > 0) & (share < 1)
    logs = np.log(share[some])
    width = np.exp(Z * std_error[some] / (share[some] * np.abs(logs)))
    low[some], high[some] = np.exp(logs * width), np.exp(logs / width)
    return low, high


@dataclass(frozen=True)
class Quantity:
    """An estimate and its 95 % interval; an end that is not reached is missing."""

    estimate: float
    ci_low: float
    ci_high: float


def median_time(curve: SurvivalCurve) -> Quantity:
    """When half have had the event, with Brookmeyer and Crowley's interval (1982) from the log-log interval."""
    low, high = log_log_interval(curve.share, curve.std_error)

    def first(below: NDArray[np.bool_]) -> float:
        places = np.flatnonzero(below)
        return float(curve.times[places[0]]) if len(places) else np.nan

    with np.errstate(invalid="ignore"):
        return Quantity(first(curve.share <= 0.5), first(low <= 0.5), first(high <= 0.5))


def restricted_mean(curve: SurvivalCurve, horizon: float) -> Quantity:
    """Mean time without the event up to a horizon: the area under the curve, with its normal interval."""
    inside = curve.times < horizon
    edges = np.concatenate([[0.0], curve.times[inside], [horizon]])
    heights = np.concatenate([[1.0], curve.share[inside]])
    areas = heights * np.diff(edges)
    total = float(areas.sum())
    after = areas[::-1].cumsum()[::-1][1:]  # the area to the right of each event
    n, d = curve.n_at_risk[inside], curve.n_events[inside]
    left = n > d
    variance = float((after[left] ** 2 * d[left] / (n[left] * (n[left] - d[left]))).sum())
    half = float(Z * np.sqrt(variance))
    return Quantity(total, max(0.0, total - half), min(horizon, total + half))
