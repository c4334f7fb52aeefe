"""Coordinates on the cone of covariance matrices: D = L L' with L a pivoted triangle (or a diagonal).

Pivoting, largest variance first, keeps the coordinates regular at singular D: with the first pivot zero a plain
triangle cannot move the covariances next to it. With an outer level D and L have a block per level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Chart:
    """A factor L of D and the entries of L (``rows``, ``columns``) that are free to move."""

    factor: FloatArray
    rows: IntArray
    columns: IntArray

    def moved(self, step: FloatArray) -> FloatArray:
        """D after a step in the free entries."""
        factor = self.factor.copy()
        factor[self.rows, self.columns] += step
        return factor @ factor.T

    def directions(self) -> FloatArray:
        """dD per free entry: entries x q x q."""
        size = len(self.rows)
        turn = np.zeros((size, *self.factor.shape))
        turn[np.arange(size), self.rows] = self.factor[:, self.columns].T
        return turn + turn.swapaxes(1, 2)

    def gradient(self, slope: FloatArray) -> FloatArray:
        """dF/dL in the free entries from H = dF/dD: 2 H L."""
        return np.asarray(2.0 * (slope @ self.factor)[self.rows, self.columns])

    def bend(self, slope: FloatArray) -> FloatArray:
        """The curvature that D = L L' itself adds: 2 (H x I)."""
        same = self.columns[:, None] == self.columns
        return np.asarray(2.0 * slope[self.rows[:, None], self.rows] * same)


def chart_at(covariance: FloatArray, correlated: bool, sizes: tuple[int, ...] | None = None) -> Chart:
    """The chart whose factor reproduces ``covariance`` (which may be singular).

    ``sizes`` are those of the blocks between which D is zero; one block when not given.
    """
    size = len(covariance)
    if not correlated or size == 1:
        positions = np.arange(size)
        return Chart(np.diag(np.sqrt(np.maximum(np.diag(covariance), 0.0))), positions, positions)
    if sizes is None or len(sizes) == 1:
        return _pivoted_chart(covariance)
    factor = np.zeros((size, size))
    rows, columns = [], []
    for block in blocks_of(sizes):
        part = _pivoted_chart(covariance[block, block])
        factor[block, block] = part.factor
        rows.append(part.rows + block.start)
        columns.append(part.columns + block.start)
    return Chart(factor, np.concatenate(rows), np.concatenate(columns))


def blocks_of(sizes: tuple[int, ...]) -> list[slice]:
    """Where each block of D sits."""
    ends = np.cumsum(sizes).tolist()
    return [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]


def block_diagonal(parts: Sequence[FloatArray]) -> FloatArray:
    """One matrix from its diagonal blocks."""
    sizes = tuple(len(part) for part in parts)
    whole = np.zeros((sum(sizes), sum(sizes)))
    for block, part in zip(blocks_of(sizes), parts, strict=True):
        whole[block, block] = part
    return whole


def _pivoted_chart(covariance: FloatArray) -> Chart:
    size = len(covariance)
    factor = np.zeros((size, size))
    left = covariance.copy()
    order: list[int] = []
    for column in range(size):
        remaining = [row for row in range(size) if row not in order]
        pivot = max(remaining, key=lambda row: left[row, row])
        order.append(pivot)
        if left[pivot, pivot] <= 1e-14 * covariance[pivot, pivot] or left[pivot, pivot] <= 0.0:
            order.extend(row for row in remaining if row != pivot)
            break
        below = [row for row in remaining if row != pivot]
        factor[pivot, column] = np.sqrt(left[pivot, pivot])
        factor[below, column] = left[below, pivot] / factor[pivot, column]
        left = left - np.outer(factor[:, column], factor[:, column])
    places = [(order[row], column) for row in range(size) for column in range(row + 1)]
    rows, columns = np.array(places).T
    return Chart(factor, rows, columns)


def lower_factor(covariance: FloatArray) -> FloatArray:
    """Lower triangular factor of a covariance matrix that may be singular (lme4's theta, as a matrix)."""
    size = len(covariance)
    factor = np.zeros((size, size))
    for column in range(size):
        left = covariance[column:, column] - factor[column:, :column] @ factor[column, :column]
        if left[0] > 1e-14 * covariance[column, column]:
            factor[column:, column] = left / np.sqrt(left[0])
    return factor
