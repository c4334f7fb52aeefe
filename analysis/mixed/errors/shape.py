"""The residual covariance at one value of its parameters: what a row keeps, and how that changes.

Parameters are unconstrained: atanh of the correlation between neighbouring visits ("ar1"), or log of the range over a
typical gap ("exponential"), then log of the standard deviation of each level over that of the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .ordered_rows import OrderedRows
from .structure import ResidualStructure

FloatArray = npt.NDArray[np.float64]


LARGEST_EXPONENT = 700.0  # of what a double holds: a range this short is no correlation, a variance this large no limit


@dataclass(frozen=True)
class Shape:
    """Per row: correlation ``rho`` with the patient's row before (0 at a first row) and its derivative in the
    correlation parameter, ``left`` = 1 - rho², and the standard deviation ``sd`` of the row's level."""

    rho: FloatArray
    rho_slope: FloatArray
    left: FloatArray
    sd: FloatArray


@dataclass(frozen=True)
class Family:
    """The structures a search moves through. ``levels`` have a variance each (empty: one variance for all); ``unit``
    is the typical gap, the scale of "exponential"."""

    kind: str
    levels: tuple[Any, ...]
    unit: float

    @property
    def correlated(self) -> bool:
        return self.kind != "independent"

    @property
    def size(self) -> int:
        """Number of parameters."""
        return int(self.correlated) + max(0, len(self.levels) - 1)

    def without_correlation(self) -> Family:
        """The family with independent residuals inside this one."""
        return Family("independent", self.levels, self.unit)

    def correlation_per_unit(self, parameters: FloatArray) -> float | None:
        """Correlation at a distance of one visit or day; None for independent residuals."""
        if not self.correlated:
            return None
        if self.kind == "ar1":
            return float(np.tanh(parameters[0]))
        return float(np.exp(-np.exp(min(-parameters[0], LARGEST_EXPONENT)) / self.unit))

    def variance_ratios(self, parameters: FloatArray) -> FloatArray:
        """Variance of every level over that of the first."""
        log_sd = np.append(0.0, parameters[int(self.correlated) :])
        return np.asarray(np.exp(np.minimum(2.0 * log_sd, LARGEST_EXPONENT)))

    def parameters_of(self, structure: ResidualStructure) -> FloatArray:
        """The parameters at which this family is ``structure``."""
        log_sd = 0.5 * np.log(np.array(structure.variance_ratios[1:], dtype=np.float64))
        if not self.correlated:
            return log_sd
        assert structure.correlation_per_unit is not None
        if self.kind == "ar1":
            return np.append(np.arctanh(structure.correlation_per_unit), log_sd)
        assert structure.range_days is not None
        return np.append(np.log(structure.range_days / self.unit), log_sd)

    def shape(self, rows: OrderedRows, parameters: FloatArray) -> Shape:
        """What every row keeps at these parameters."""
        sd = np.sqrt(self.variance_ratios(parameters))[rows.level]
        if not self.correlated:
            none = np.zeros(rows.n_rows)
            return Shape(none, none, np.ones(rows.n_rows), sd)
        if self.kind == "ar1":
            return Shape(*_visit_correlation(parameters[0], rows), sd)
        return Shape(*_day_correlation(self.unit * np.exp(parameters[0]), rows), sd)


def _visit_correlation(parameter: float, rows: OrderedRows) -> tuple[FloatArray, FloatArray, FloatArray]:
    rho = float(np.tanh(parameter))
    steps = rows.gap
    power = np.where(rows.follows, rho**steps, 0.0)
    slope = np.where(rows.follows, steps * rho ** np.maximum(steps - 1.0, 0.0) / np.cosh(parameter) ** 2, 0.0)
    log_rho = np.log(np.maximum(np.abs(rho), np.finfo(float).tiny))
    left = np.where(rows.follows, -np.expm1(2.0 * steps * log_rho), 1.0)
    return power, slope, left


def _day_correlation(distance: float, rows: OrderedRows) -> tuple[FloatArray, FloatArray, FloatArray]:
    share = rows.gap / distance
    rho = np.where(rows.follows, np.exp(-share), 0.0)
    return rho, rho * share, np.where(rows.follows, -np.expm1(-2.0 * share), 1.0)


def whitened(rows: OrderedRows, shape: Shape) -> FloatArray:
    """Columns whose residuals are independent with one variance: R^(-1/2) [Z X y]."""
    scaled = rows.values / shape.sd
    before = _row_before(scaled)
    scaled -= shape.rho * before
    scaled /= np.sqrt(shape.left)
    return scaled


def whitened_slopes(rows: OrderedRows, shape: Shape, family: Family, made: FloatArray) -> list[FloatArray]:
    """Derivatives of ``whitened`` (which gave ``made``) in every parameter."""
    scaled = rows.values / shape.sd
    root = np.sqrt(shape.left)
    slopes = []
    if family.correlated:
        slopes.append(made * (shape.rho * shape.rho_slope / shape.left) - _row_before(scaled) * shape.rho_slope / root)
    for level in range(1, len(family.levels)):
        own = np.where(rows.level == level, -scaled, 0.0)
        slopes.append((own - shape.rho * _row_before(own)) / root)
    return slopes


def log_determinants(rows: OrderedRows, shape: Shape) -> FloatArray:
    """log |R| of each patient, prior weights included."""
    return np.asarray(np.add.reduceat(2.0 * np.log(shape.sd) + np.log(shape.left) - np.log(rows.weights), rows.starts))


def log_determinant_slopes(rows: OrderedRows, shape: Shape, family: Family) -> FloatArray:
    """Derivatives of log |R| over all patients in every parameter."""
    slopes = []
    if family.correlated:
        slopes.append(-2.0 * float((shape.rho * shape.rho_slope / shape.left).sum()))
    counts = np.bincount(rows.level, minlength=len(family.levels))
    return np.array([*slopes, *(2.0 * counts[1:])], dtype=np.float64)


def _row_before(values: FloatArray) -> FloatArray:
    """Each row's predecessor; what a patient's first row gets is multiplied by a correlation of zero."""
    return np.roll(values, 1, axis=1)
