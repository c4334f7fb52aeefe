"""Minimise the profiled deviance over covariance matrices, and prove that the minimum was reached.

Scoring steps far away, Newton steps near by, in a chart of D = L L'. Zero gradient in L proves nothing (L = 0
is always stationary); the certificate is that H = dF/dD is positive semi-definite and tr(H D) = 0. A negative
eigenvector of H is a direction in which the deviance still falls, and the search goes on along it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .certificate import PROVEN, Bend, bend_at, downhill, is_certified, uncertified, undetermined, ways_out
from .chart import Chart, blocks_of, chart_at
from .crossproducts import CrossProducts
from .curvature import expected_curvature, profiled_hessian, scoring_step
from .deviance import Evaluation
from .patterns import by_pattern
from .refusal import ModelRefused
from .starts import other_starts, thinned
from .sweeps import Data, sweep

FloatArray = npt.NDArray[np.float64]

MAX_EVALUATIONS = 300  # sweeps per start
PATIENT_STEPS = 10  # steps after which every step takes exact second derivatives
FAR = 1.0  # expected gain above which steps are taken in D itself
NEAR = 1.0  # expected gain in deviance below which exact second derivatives are worth their price
SETTLED = 1e-17  # expected gain at which the remaining step is about 1e-9 standard errors
VANISHED = 1e-7  # eigenvalue of D (variance over residual variance) below which the boundary is tried
NUMERICALLY_ZERO = 1e-13  # eigenvalue of D over the largest that a product of its factors has by rounding alone
UNBOUNDED = 1e12  # D beyond this: the residual variance is heading for zero
START = 0.7**2


@dataclass(frozen=True)
class Optimum:
    """A certified minimum: the evaluation there (with second-derivative sums), rank of D per level, sweeps used, and
    the exact second derivatives."""

    at: Evaluation
    ranks: tuple[int, ...]
    evaluations: int
    bend: Bend

    @property
    def rank(self) -> int:
        """Rank of D, all levels together."""
        return sum(self.ranks)


@dataclass
class Search:
    """One minimisation. ``count`` is the number of sweeps over the patients so far."""

    data: Data
    reml: bool
    correlated: bool
    count: int = 0
    limit: int = MAX_EVALUATIONS

    def sweep(self, covariance: FloatArray, near: Evaluation | None = None) -> Evaluation | None:
        self.count += 1
        return sweep(self.data, covariance, self.reml, near)

    def minimum(self, start: FloatArray) -> Evaluation:
        """Descend from ``start`` until the certificate holds."""
        self.limit = self.count + MAX_EVALUATIONS
        here = self.sweep(start)
        if here is None:
            raise uncertified()
        while self.count < self.limit:
            here = self.settle(here)
            escaped = self._escape(here)
            if escaped is None:
                return here
            here = escaped
        raise uncertified()

    def settle(self, here: Evaluation) -> Evaluation:
        """Descend to a stationary point of the chart. A column of L that is zero stays zero."""
        gain = np.inf
        steps = 0
        while self.count < self.limit:
            steps += 1
            if steps > PATIENT_STEPS:
                here, gain = self._refreshed(here), min(gain, 0.5 * NEAR)
            chart = chart_at(here.covariance, self.correlated, here.sizes)
            gradient = chart.gradient(here.slope)
            exact = here.wp_sum is not None and gain < NEAR
            curvature = profiled_hessian(here, chart) if exact else expected_curvature(here, chart)
            step, gain = downhill(curvature, gradient)
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
        raise uncertified()

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
        for direction, slope, bend in ways_out(here, self.correlated):
            length = -slope / bend
            for halving in range(30):
                moved = self.sweep(here.covariance + length * 0.5**halving * direction)
                if moved is not None and moved.value < here.value:
                    return moved
        return None


def optimise(data: Data, reml: bool, correlated: bool, start: FloatArray | None = None) -> Optimum:
    """The certified optimum. ``start`` (a D on the working scale) saves sweeps and does not change the answer.

    With an outer level D is block diagonal: patients, then clinics; ``correlated`` holds for both.

    Raises ModelRefused when no certificate can be given.
    """
    if isinstance(data, CrossProducts):
        data = by_pattern(data)
    search = Search(data, reml, correlated)
    first = _start(data, reml, correlated) if start is None else start
    best = search.minimum(first)
    for other in other_starts(data, correlated):
        rival = _tried(search, other)
        if rival is not None and rival.value < best.value - PROVEN:
            best = rival
    best, ranks = _settle_ranks(search, best)
    final = sweep(data, best.covariance, reml, best, keep_score=True)
    if final is None or not is_certified(final, correlated):
        raise uncertified()
    bend = bend_at(final, correlated)
    if bend.is_flat and sum(ranks) == len(final.covariance):
        raise undetermined()
    return Optimum(final, ranks, search.count + 1, bend)


def _tried(search: Search, start: FloatArray) -> Evaluation | None:
    """A minimum from another start; None when that start leads nowhere, which says nothing against the first."""
    try:
        return search.minimum(start)
    except ModelRefused:
        return None


def _start(data: Data, reml: bool, correlated: bool) -> FloatArray:
    plain: FloatArray = START * np.eye(data.q)
    some = thinned(data, reml)
    found = None if some is None else _tried(Search(some, reml, correlated), plain)
    return plain if found is None else found.covariance


def _settle_ranks(search: Search, best: Evaluation) -> tuple[Evaluation, tuple[int, ...]]:
    """Put vanishing eigenvalues of D at exactly zero, level by level, where the certificate allows it."""
    ranks = []
    for block in blocks_of(best.sizes):
        values, vectors = np.linalg.eigh(best.covariance[block, block])
        solid = values >= VANISHED
        settled = None if solid.all() else _flattened(search, best, block, vectors[:, solid], values[solid])
        best = best if settled is None else settled
        ranks.append(int(np.sum(values > NUMERICALLY_ZERO * values[-1]) if settled is None else solid.sum()))
    return best, tuple(ranks)


def _flattened(
    search: Search, best: Evaluation, block: slice, vectors: FloatArray, values: FloatArray
) -> Evaluation | None:
    """The optimum with one block of D made of these eigenvectors alone; None when that is not as good."""
    covariance = best.covariance.copy()
    covariance[block, block] = (vectors * values) @ vectors.T
    flat = search.sweep(covariance)
    if flat is None or flat.value > best.value + PROVEN or not is_certified(flat, search.correlated):
        return None
    return search.settle(flat)
