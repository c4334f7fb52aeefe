"""Covariance matrices with one standard deviation or correlation held at a value, as factors that move freely.

G = L L' with L lower triangular in an order of the random effects that puts the held ones first. A held standard
deviation is then one entry of L; a held correlation of the first two a fixed direction of the second row. Everything
else is free, and L is linear in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..chart import lower_factor

FloatArray = npt.NDArray[np.float64]

AT_END = 1e-12  # 1 - r² under which the second row of a held correlation has no second entry


@dataclass(frozen=True, eq=False)
class HeldFactor:
    """L = ``base`` + sum of x_k ``units``[k] (q x q each, rows in the order of the random effects).

    L is triangular once its rows are taken in ``order``. ``turn`` is dL per unit of the held value: a constant part
    and one part per free entry x_k, (1 + K) x q x q.
    """

    order: tuple[int, ...]
    base: FloatArray
    units: FloatArray
    turn: FloatArray

    def factor(self, entries: FloatArray) -> FloatArray:
        """L at some free entries."""
        return np.asarray(self.base + np.tensordot(entries, self.units, axes=1))

    def turning(self, entries: FloatArray) -> FloatArray:
        """dL per unit of the held value."""
        return np.asarray(self.turn[0] + np.tensordot(entries, self.turn[1:], axes=1))

    def entries_near(self, covariance: FloatArray, least: FloatArray) -> FloatArray:
        """Free entries whose covariance is near a given one. None is smaller than ``least``, per random effect: a
        column of L that is zero has no slope and would stay zero."""
        rows = list(self.order)
        factor = np.empty_like(covariance)
        factor[rows] = lower_factor(covariance[np.ix_(rows, rows)])
        lengths = np.einsum("kab,kab->k", self.units, self.units)
        entries = np.einsum("kab,ab->k", self.units, factor) / lengths
        floor = np.einsum("kab,a->k", self.units**2, least) / lengths
        return np.asarray(np.where(np.abs(entries) < floor, floor, entries))


def free_factor(size: int, correlated: bool) -> HeldFactor:
    """Nothing held: every entry of the lower triangle, or the diagonal."""
    order = tuple(range(size))
    units = _units(_places(order, correlated), size)
    return HeldFactor(order, np.zeros((size, size)), units, np.zeros((len(units) + 1, size, size)))


def held_deviation(size: int, correlated: bool, held: int, value: float) -> HeldFactor:
    """The standard deviation of effect ``held`` is ``value``."""
    order = (held, *(other for other in range(size) if other != held))
    places = _places(order, correlated)
    own, units = _units(places[:1], size), _units(places[1:], size)
    return HeldFactor(order, value * own[0], units, np.concatenate([own, np.zeros_like(units)]))


def held_correlation(size: int, first: int, second: int, value: float) -> HeldFactor:
    """The correlation of two effects is ``value``; the free entries start with their standard deviations."""
    order = (first, second, *(other for other in range(size) if other not in (first, second)))
    places = _places(order, correlated=True)
    units = _units([places[0], *places[2:]], size)
    left = max(1.0 - value * value, 0.0)
    units[1, second, 0], units[1, second, 1] = value, np.sqrt(left)
    turn = np.zeros((len(units) + 1, size, size))
    turn[2, second, 0] = 1.0
    turn[2, second, 1] = -value / np.sqrt(left) if left > AT_END else 0.0
    return HeldFactor(order, np.zeros((size, size)), units, turn)


def _places(order: tuple[int, ...], correlated: bool) -> list[tuple[int, int]]:
    """Row (of the random effects) and column of the free entries of a triangle or a diagonal."""
    if not correlated:
        return [(row, column) for column, row in enumerate(order)]
    return [(order[row], column) for row in range(len(order)) for column in range(row + 1)]


def _units(places: list[tuple[int, int]], size: int) -> FloatArray:
    units = np.zeros((len(places), size, size))
    for unit, (row, column) in zip(units, places, strict=True):
        unit[row, column] = 1.0
    return units
