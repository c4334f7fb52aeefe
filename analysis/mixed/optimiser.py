"""Minimise the profiled deviance over covariance matrices, and prove that the minimum was reached.

Scoring steps far away, Newton steps near by, in a chart of D = L L'. Zero gradient in L proves nothing (L = 0
is always stationary); the certificate is that H = dF/dD is positive semi-definite and tr(H D) = 0. A negative
eigenvector of H is a direction in which the deviance still falls, and the search goes on along it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .chart import Chart, chart_at
from .crossproducts import CrossProducts
from .curvature import expected_curvature, own_centre, profiled_hessian, scoring_step, trace_form
from .deviance import Evaluation, evaluate
from .patterns import by_pattern
from .refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]

MAX_EVALUATIONS = 300  # sweeps per start
PATIENT_STEPS = 10  # steps after which every step takes exact second derivatives
FAR = 1.0  # expected gain above which steps are taken in D itself
NEAR = 1.0  # expected gain in deviance below which exact second derivatives are worth their price
SETTLED = 1e-17  # expected gain at which the remaining step is about 1e-9 standard errors
PROVEN = 1e-9  # deviance that a direction of escape may still promise at a certified optimum
VANISHED = 1e-7  # eigenvalue of D (variance over residual variance) below which the boundary is tried
UNBOUNDED = 1e12  # D beyond this: the residual variance is heading for zero
START = 0.7**2
LARGE = 16_000  # patients above which a thinned set gives the starting value
THINNED = 4_000
FEW_PATIENTS = 20  # below this, and with three random effects, other starts are tried as well
EXTRA_STARTS = 4


@dataclass(frozen=True)
class Optimum:
    """A certified minimum: the evaluation there (with second-derivative sums), rank of D, sweeps used."""

    at: Evaluation
    rank: int
    evaluations: int


@dataclass
class Search:
    """One minimisation. ``count`` is the number of sweeps over the patients so far."""

    data: CrossProducts
    reml: bool
    correlated: bool
    count: int = 0
    limit: int = MAX_EVALUATIONS

    def sweep(self, covariance: FloatArray, near: Evaluation | None = None) -> Evaluation | None:
        self.count += 1
        return evaluate(self.data, covariance, self.reml, own_centre(near) if near is not None else None)

    def minimum(self, start: FloatArray) -> Evaluation:
        """Descend from ``start`` until the certificate holds."""
        self.limit = self.count + MAX_EVALUATIONS
        here = self.sweep(start)
        if here is None:
            raise _uncertified()
        while self.count < self.limit:
            here = self.settle(here)
            escaped = self._escape(here)
            if escaped is None:
                return here
            here = escaped
        raise _uncertified()

    def settle(self, here: Evaluation) -> Evaluation:
        """Descend to a stationary point of the chart. A column of L that is zero stays zero."""
        gain = np.inf
        steps = 0
        while self.count < self.limit:
            steps += 1
            if steps > PATIENT_STEPS:
                here, gain = self._refreshed(here), min(gain, 0.5 * NEAR)
            chart = chart_at(here.covariance, self.correlated)
            gradient = chart.gradient(here.slope)
            exact = here.wp_sum is not None and gain < NEAR
            curvature = profiled_hessian(here, chart) if exact else expected_curvature(here, chart)
            step, gain = _downhill(curvature, gradient)
            if gain < SETTLED:
                return here
            moved = self._stride(here, gain) if gain > FAR else None
            moved = self._take(here, chart, step, gain) if moved is None else moved
            if moved is None:
                return here
            here = moved
            if np.trace(here.covariance) > UNBOUNDED:
                raise ModelRefused(
                    "The residual variance is estimated as zero: the rows of each patient are fitted exactly.",
                    "Use fewer random effects, or more rows per patient.",
                )
        raise _uncertified()

    def _refreshed(self, here: Evaluation) -> Evaluation:
        """The same point with exact second derivatives of its own: worth a sweep when the way down is crooked."""
        again = self.sweep(here.covariance, here)
        return here if again is None else again

    def _stride(self, here: Evaluation, gain: float) -> Evaluation | None:
        """A scoring step in D itself, in which V is linear: the quickest way in from far off, if it stays inside."""
        covariance = scoring_step(here, self.correlated)
        if covariance is None:
            return None
        moved = self.sweep(covariance, here if gain < NEAR else None)
        return moved if moved is not None and moved.value < here.value - 0.1 * gain else None

    def _take(self, here: Evaluation, chart: Chart, step: FloatArray, gain: float) -> Evaluation | None:
        """The step, halved until the deviance falls (up to its rounding error); None when it never does."""
        slack = 1e-14 * (abs(here.value) + self.data.n_rows)
        for halving in range(12):
            moved = self.sweep(chart.moved(step * 0.5**halving), here if gain < NEAR else None)
            if moved is not None and moved.value <= here.value + slack:
                return moved
        return None

    def _escape(self, here: Evaluation) -> Evaluation | None:
        """A point further down along the most promising direction out of a stationary point, if there is one."""
        for direction, slope, bend in _ways_out(here, self.correlated):
            length = -slope / bend
            for halving in range(30):
                moved = self.sweep(here.covariance + length * 0.5**halving * direction)
                if moved is not None and moved.value < here.value:
                    return moved
        return None


def _downhill(curvature: FloatArray, gradient: FloatArray) -> tuple[FloatArray, float]:
    """Newton step with negative and tiny curvatures lifted, and the fall in deviance it promises."""
    values, vectors = np.linalg.eigh(curvature)
    lifted = np.maximum(np.abs(values), max(1e-9 * float(np.abs(values).max()), 1e-12))
    along = vectors.T @ gradient
    return -(vectors @ (along / lifted)), float(0.5 * np.sum(along**2 / lifted))


def _ways_out(at: Evaluation, correlated: bool) -> list[tuple[FloatArray, float, float]]:
    """Directions dD with negative slope that promise more than PROVEN: (direction, slope, curvature)."""
    if correlated:
        values, vectors = np.linalg.eigh(at.slope)
        candidates = [(np.outer(v, v), float(value)) for value, v in zip(values, vectors.T, strict=True)]
    else:
        units = np.eye(len(at.slope))
        candidates = [(np.outer(u, u), float(u @ at.slope @ u)) for u in units]
    found = []
    for direction, slope in candidates:
        bend = float(trace_form(at.ww_sum, direction[None])[0, 0])
        if slope < 0 and slope**2 / (2.0 * bend) > PROVEN:
            found.append((direction, slope, bend))
    return sorted(found, key=lambda way: way[1])


def is_certified(at: Evaluation, correlated: bool) -> bool:
    """H positive semi-definite on the cone and tr(H D) = 0, each up to a deviance of PROVEN."""
    chart = chart_at(at.covariance, correlated)
    _, gain = _downhill(expected_curvature(at, chart), chart.gradient(at.slope))
    return gain < PROVEN and not _ways_out(at, correlated)


def _uncertified() -> ModelRefused:
    return ModelRefused(
        "The optimiser could not certify that it reached the best fit.",
        "Use fewer random effects, or put the covariates on comparable scales.",
    )


def optimise(data: CrossProducts, reml: bool, correlated: bool, start: FloatArray | None = None) -> Optimum:
    """The certified optimum. ``start`` (a D on the working scale) saves sweeps and does not change the answer.

    Raises ModelRefused when no certificate can be given.
    """
    data = by_pattern(data)
    search = Search(data, reml, correlated)
    first = _start(data, reml, correlated) if start is None else start
    best = search.minimum(first)
    for other in _other_starts(data, correlated):
        rival = _tried(search, other)
        if rival is not None and rival.value < best.value - PROVEN:
            best = rival
    best, rank = _settle_rank(search, best)
    final = evaluate(data, best.covariance, reml, own_centre(best), keep_score=True)
    if final is None or not is_certified(final, correlated):
        raise _uncertified()
    return Optimum(final, rank, search.count + 1)


def _tried(search: Search, start: FloatArray) -> Evaluation | None:
    """A minimum from another start; None when that start leads nowhere, which says nothing against the first."""
    try:
        return search.minimum(start)
    except ModelRefused:
        return None


def _start(data: CrossProducts, reml: bool, correlated: bool) -> FloatArray:
    if data.m <= LARGE or data.patterns is not None:
        return START * np.eye(data.q)
    thinned = data.every(data.m // THINNED)
    try:
        return Search(thinned, reml, correlated).minimum(START * np.eye(data.q)).covariance
    except ModelRefused:  # the thinned patients say nothing about everyone
        return START * np.eye(data.q)


def _other_starts(data: CrossProducts, correlated: bool) -> list[FloatArray]:
    """Fixed random starts where several minima are possible: few patients, or three random effects."""
    if data.m >= FEW_PATIENTS and (data.q < 3 or data.m > LARGE):
        return []
    draws = np.random.default_rng(20)
    starts = []
    for _ in range(EXTRA_STARTS if data.m < FEW_PATIENTS else 1):
        factor = np.exp(draws.normal(0.0, 1.5)) * draws.normal(size=(data.q, data.q))
        starts.append(factor @ factor.T if correlated else np.diag(np.diag(factor) ** 2))
    return starts


def _settle_rank(search: Search, best: Evaluation) -> tuple[Evaluation, int]:
    """Put vanishing eigenvalues of D at exactly zero where the certificate allows it."""
    values, vectors = np.linalg.eigh(best.covariance)
    small = values < VANISHED
    if not small.any():
        return best, len(values)
    vectors, values = vectors[:, ~small], values[~small]
    flat = search.sweep((vectors * values) @ vectors.T)
    if flat is None or flat.value > best.value + PROVEN or not is_certified(flat, search.correlated):
        return best, len(small)
    return search.settle(flat), len(values)
