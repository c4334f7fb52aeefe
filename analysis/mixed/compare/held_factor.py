"""Covariance matrices with one standard deviation or correlation held at a value, as factors that move freely.

G = L L' with L lower triangular in an order of the random effects that puts the held ones first. A held standard
deviation is then one entry of L; a held correlation of the first two a fixed direction of the second row. Everything
else is free, and L is linear in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..chart import blocks_of, lower_factor

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


def free_factor(sizes: tuple[int, ...], correlated: bool) -> HeldFactor:
    """Nothing held: every entry of each level's lower triangle, or the diagonal. ``sizes`` are the effects per level,
    which are not correlated across levels."""
    order, places = _places(_orders(sizes, ()), correlated)
    units = _units(places, len(order))
    return HeldFactor(order, np.zeros(units.shape[1:]), units, np.zeros((len(units) + 1, *units.shape[1:])))


def held_deviation(sizes: tuple[int, ...], correlated: bool, held: int, value: float) -> HeldFactor:
    """The standard deviation of effect ``held`` is ``value``."""
    order, places = _places(_orders(sizes, (held,)), correlated)
    own_place = (held, order.index(held))
    own = _units([own_place], len(order))
    units = _units([place for place in places if place != own_place], len(order))
    return HeldFactor(order, value * own[0], units, np.concatenate([own, np.zeros_like(units)]))


def held_correlation(sizes: tuple[int, ...], first: int, second: int, value: float) -> HeldFactor:
    """The correlation of two effects of one level is ``value``; their standard deviations are free."""
    order, places = _places(_orders(sizes, (first, second)), correlated=True)
    column = order.index(first)
    places.remove((second, column))
    units, direction = _units(places, len(order)), places.index((second, column + 1))
    left = max(1.0 - value * value, 0.0)
    units[direction, second, column : column + 2] = value, np.sqrt(left)
    turn = np.zeros((len(units) + 1, *units.shape[1:]))
    turn[1 + direction, second, column] = 1.0
    turn[1 + direction, second, column + 1] = -value / np.sqrt(left) if left > AT_END else 0.0
    return HeldFactor(order, np.zeros(units.shape[1:]), units, turn)


def _orders(sizes: tuple[int, ...], first: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The effects of each level, those of ``first`` before the others of their level."""
    levels = [range(block.start, block.stop) for block in blocks_of(sizes)]
    return [
        (*(effect for effect in first if effect in level), *(effect for effect in level if effect not in first))
        for level in levels
    ]


def _places(orders: list[tuple[int, ...]], correlated: bool) -> tuple[tuple[int, ...], list[tuple[int, int]]]:
    """The order of all effects, and row (an effect) and column of the free entries of L."""
    whole = tuple(effect for order in orders for effect in order)
    if not correlated:
        return whole, [(effect, column) for column, effect in enumerate(whole)]
    places: list[tuple[int, int]] = []
    for order in orders:
        start = whole.index(order[0])
        places += [(effect, start + column) for row, effect in enumerate(order) for column in range(row + 1)]
    return whole, places


def _units(places: list[tuple[int, int]], size: int) -> FloatArray:
    units = np.zeros((len(places), size, size))
    for unit, (row, column) in zip(units, places, strict=True):
        unit[row, column] = 1.0
    return units
