"""Cox's partial likelihood (1972) with Efron's ties (1977), and its maximum by Newton's method.

All risk sets at once: in the order of time a risk set is a run from one row to the end, so its sums are running sums
from the last row on, and the second derivatives are cross-products of the rows, each weighted by the risk sets it is
in. Statsmodels, which walks from one event time to the next, gives the same numbers to twelve digits, much later.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Z = 1.959963984540054
MOST_STEPS = 100
SMALLEST_STEP = 1e-6  # in standard deviations of a column: steps shrink as their squares, the next would be 1e-12


@dataclass(frozen=True, eq=False)
class CoxFit:
    """Where the iteration ended: log hazard ratios, their standard errors, and the slope of the likelihood there."""

    estimate: Floats
    std_error: Floats
    score: Floats

    def interval(self) -> tuple[Floats, Floats]:
        """The 95 % interval of each log ratio."""
        return self.estimate - Z * self.std_error, self.estimate + Z * self.std_error

    def p_values(self) -> Floats:
        p: Floats = 2 * stats.norm.sf(np.abs(self.estimate / self.std_error))
        return p


@dataclass(frozen=True, eq=False)
class RiskSets:
    """Patients in the order of time. event_rows: those with the event; of each, the number of its time among the
    distinct event times (moment), and which part of its tie is taken off the risk set (tied, 0 to below 1, Efron).
    start: per event time, the first row still at risk. n_times_before: per row, the event times up to its time."""

    columns: Floats
    event_rows: Ints
    moment: Ints
    tied: Floats
    start: Ints
    n_times_before: Ints

    @property
    def n_moments(self) -> int:
        return len(self.start)


def risk_sets(time: Floats, event: NDArray[np.bool_], columns: Floats) -> RiskSets:
    """Everything about the times that no coefficient changes."""
    order = np.argsort(time, kind="stable")
    time, event = time[order], event[order]
    event_rows = np.flatnonzero(event).astype(np.int64)
    moments, first, moment, n_tied = np.unique(
        time[event_rows], return_index=True, return_inverse=True, return_counts=True
    )
    place_in_tie = np.arange(len(event_rows)) - first[moment]
    return RiskSets(
        columns[order],
        event_rows,
        moment.astype(np.int64),
        place_in_tie / n_tied[moment],
        np.searchsorted(time, moments, side="left").astype(np.int64),
        np.searchsorted(moments, time, side="right").astype(np.int64),
    )


def derivatives(at: RiskSets, estimate: Floats) -> tuple[float, Floats, Floats]:
    """The log partial likelihood, its slope, and the information (minus its second derivatives)."""
    x, events = at.columns, at.columns[at.event_rows]
    predictor = x @ estimate
    top = predictor.max()
    weight = np.exp(predictor - top)
    of_events = weight[at.event_rows]
    at_risk, at_risk_x = _from_the_end(weight)[at.start], _from_the_end(weight[:, None] * x)[at.start]
    tie, tie_x = _by_moment(at, of_events), _by_moment(at, of_events[:, None] * events)
    left = at_risk[at.moment] - at.tied * tie[at.moment]
    mean = (at_risk_x[at.moment] - at.tied[:, None] * tie_x[at.moment]) / left[:, None]
    loglik = float((predictor[at.event_rows] - top - np.log(left)).sum())
    score: Floats = (events - mean).sum(axis=0)
    shares = np.concatenate([[0.0], np.cumsum(np.bincount(at.moment, 1 / left, minlength=at.n_moments))])
    within = np.bincount(at.moment, at.tied / left, minlength=at.n_moments)[at.moment] * of_events
    second = x.T @ ((weight * shares[at.n_times_before])[:, None] * x) - events.T @ (within[:, None] * events)
    return loglik, score, second - mean.T @ mean


def _from_the_end(values: Floats) -> Floats:
    """Sums over each row and all after it."""
    sums: Floats = np.cumsum(values[::-1], axis=0)[::-1]
    return sums


def _by_moment(at: RiskSets, values: Floats) -> Floats:
    """Sums over the events of each event time, which lie next to each other."""
    starts = np.flatnonzero(np.diff(at.moment, prepend=-1))
    sums: Floats = np.add.reduceat(values, starts, axis=0)
    return sums


def fit_cox(time: Floats, event: NDArray[np.bool_], columns: Floats) -> CoxFit:
    """Newton's method from 0; a step that lowers the likelihood is halved. Whether the end is a maximum is for the
    caller to judge by the slope there.

    Raises numpy's LinAlgError where the information has no inverse, FloatingPointError where numbers overflow.
    """
    spread = columns.std(axis=0)
    at = risk_sets(time, event, columns)
    estimate = np.zeros(columns.shape[1])
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        loglik, score, information = derivatives(at, estimate)
        for _ in range(MOST_STEPS):
            step = np.linalg.solve(information, score)
            tried = derivatives(at, estimate + step)
            while tried[0] < loglik - abs(loglik) * 1e-12 and (np.abs(step) * spread > SMALLEST_STEP).any():
                step = step / 2
                tried = derivatives(at, estimate + step)
            estimate = estimate + step
            loglik, score, information = tried
            if (np.abs(step) * spread <= SMALLEST_STEP).all():
                break
        std_error = np.sqrt(np.diag(np.linalg.inv(information)))
    return CoxFit(estimate, std_error, score)
