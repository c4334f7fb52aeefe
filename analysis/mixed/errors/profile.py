"""The deviance with the random effects' covariance at its best, as a function of the residual parameters alone.

Its gradient is exact and costs one pass over the rows per parameter: at the certified optimum over D, D may be held
fixed (the envelope theorem), on the boundary as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..crossproducts import CrossProducts
from ..deviance import Evaluation
from ..optimiser import Optimum, optimise
from ..refusal import ModelRefused
from .ordered_rows import OrderedRows
from .shape import Family, Shape, log_determinant_slopes, log_determinants, whitened, whitened_slopes
from .sums import Change, cross_products, eliminated

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Whitening:
    """The rows whitened at one value of the residual parameters, and their cross-products."""

    rows: OrderedRows
    family: Family
    shape: Shape
    values: FloatArray
    data: CrossProducts

    @property
    def log_determinant(self) -> float:
        """log |R|."""
        return float(log_determinants(self.rows, self.shape).sum())

    def changes(self, covariance: FloatArray) -> list[Change]:
        """Derivatives of the sums in every parameter, with D held at ``covariance``."""
        without = eliminated(self.values, self.rows.starts, self.data, covariance)
        slopes = whitened_slopes(self.rows, self.shape, self.family, self.values)
        return [without.change_along(slope) for slope in slopes]

    def gradient(self, at: Evaluation, changes: list[Change], sigma2: float) -> FloatArray:
        """Derivatives of the deviance with the residual variance at ``sigma2``, D and ``at`` that of ``changes``."""
        moved = np.array([slope_of(change, at, sigma2) for change in changes], dtype=np.float64)
        return moved + log_determinant_slopes(self.rows, self.shape, self.family)


def whitening_at(rows: OrderedRows, family: Family, parameters: FloatArray) -> Whitening:
    """Whiten the rows."""
    shape = family.shape(rows, parameters)
    values = whitened(rows, shape)
    return Whitening(rows, family, shape, values, cross_products(values, rows.q, rows.starts))


def slope_of(change: Change, at: Evaluation, sigma2: float) -> float:
    """Derivative of log |V| + v'Sv / sigma² (+ log |X'V⁻¹X| for REML), with v = (-beta, 1)."""
    along = np.append(-at.beta, 1.0)
    slope = change.log_determinant + float(along @ change.schur @ along) / sigma2
    if at.reml:
        slope += float(np.sum(at.xvx_inverse * change.schur[:-1, :-1]))
    return slope


@dataclass(frozen=True)
class Point:
    """The best D at one value of the residual parameters.

    ``value`` is the deviance with log |R| in it, on the working scale of the outcome and the coefficients;
    ``gradient`` that of the profile.
    """

    parameters: FloatArray
    whitening: Whitening
    optimum: Optimum
    gradient: FloatArray

    @property
    def value(self) -> float:
        return self.optimum.at.value + self.whitening.log_determinant


@dataclass
class Profile:
    """The rows and the options of the inner fits. ``count`` is the number of sweeps over the patients so far."""

    rows: OrderedRows
    reml: bool
    correlated: bool
    count: int = 0

    def at(self, family: Family, parameters: FloatArray, start: FloatArray | None = None) -> Point:
        """Fit D at these parameters. ``start`` saves sweeps. Raises ModelRefused when the inner fit is refused."""
        whitening = whitening_at(self.rows, family, parameters)
        optimum = self._inner_fit(whitening, start)
        self.count += optimum.evaluations
        at = optimum.at
        return Point(
            parameters, whitening, optimum, whitening.gradient(at, whitening.changes(at.covariance), at.sigma2)
        )

    def _inner_fit(self, whitening: Whitening, start: FloatArray | None) -> Optimum:
        """The best D: from ``start``, and afresh where that start leads nowhere."""
        if start is not None:
            try:
                return optimise(whitening.data, self.reml, self.correlated, start)
            except ModelRefused:
                pass  # a poor start says nothing about the rows: the fit below has the last word
        return optimise(whitening.data, self.reml, self.correlated)

    def tried(self, family: Family, parameters: FloatArray, start: FloatArray | None = None) -> Point | None:
        """``at``, or None where no fit is possible, which says nothing against other parameters."""
        try:
            return self.at(family, parameters, start)
        except ModelRefused:
            return None
