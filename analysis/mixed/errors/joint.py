"""What is known about all variance parameters together: L, log sigma and the residual parameters.

The observed Hessian of the deviance with only the fixed effects profiled out. Its blocks in (L, log sigma) are the
exact ones of a fit without residual parameters; those with a residual parameter are central differences of exact
gradients, or exact (log sigma).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..chart import Chart, chart_at
from ..curvature import FLAT, joint_hessian
from ..deviance import Evaluation, evaluate
from ..inference import Satterthwaite
from .profile import Point, whitening_at

FloatArray = npt.NDArray[np.float64]

STEP = 1e-4  # as in search: the gradient's rounding error leaves about 1e-7 of the curvature


@dataclass(frozen=True)
class JointInformation:
    """``hessian`` in (free entries of L, log sigma, residual parameters), and per residual parameter ``moved``,
    the derivative of X'V0⁻¹X (parameters x p x p)."""

    at: Evaluation
    chart: Chart
    hessian: FloatArray
    moved: FloatArray

    def root(self) -> FloatArray:
        """A with A A' the covariance of the parameters; directions the deviance does not see are left out."""
        scale = 1.0 / np.sqrt(np.maximum(np.diag(self.hessian), FLAT))
        values, vectors = np.linalg.eigh(self.hessian * np.outer(scale, scale))
        solid = values > FLAT * values[-1]
        return np.asarray(scale[:, None] * vectors[:, solid] * np.sqrt(2.0 / values[solid]))

    def parameter_errors(self) -> FloatArray:
        """Standard errors of the residual parameters, on the scale they are estimated on."""
        root = self.root()[len(self.hessian) - len(self.moved) :]
        return np.asarray(np.sqrt(np.sum(root**2, axis=1)))

    def satterthwaite(self, transform: FloatArray) -> Satterthwaite:
        """Degrees of freedom in which the uncertainty of the residual parameters counts too."""
        at, p = self.at, len(self.at.beta)
        by_entry = np.einsum("sab,abxy->sxy", self.chart.directions(), at.k[:, :, :p, :p])
        inverse = at.xvx_inverse
        slopes = np.concatenate(
            [inverse @ by_entry @ inverse, 2.0 * inverse[None], -inverse @ self.moved.reshape(-1, p, p) @ inverse]
        )
        raw = at.sigma2 * (transform @ np.tensordot(self.root().T, slopes, axes=1) @ transform.T)
        return Satterthwaite(at.sigma2 * transform @ inverse @ transform.T, raw)


def joint_information(point: Point, correlated: bool) -> JointInformation:
    """The Hessian at a certified point."""
    at, whitening = point.optimum.at, point.whitening
    chart = chart_at(at.covariance, correlated)
    own = joint_hessian(at, chart)
    size, extra = len(own), len(point.parameters)
    changes = whitening.changes(at.covariance)
    along = np.append(-at.beta, 1.0)
    hessian = np.zeros((size + extra, size + extra))
    hessian[:size, :size] = own
    for position, (unit, change) in enumerate(zip(np.eye(extra), changes, strict=True)):
        up, down = (_gradient(point, chart, sign * STEP * unit) for sign in (1.0, -1.0))
        row = (up - down) / (2.0 * STEP)
        column = size + position
        hessian[: size - 1, column] = hessian[column, : size - 1] = row[: size - 1]
        hessian[size - 1, column] = hessian[column, size - 1] = -2.0 * float(along @ change.schur @ along) / at.sigma2
        hessian[size:, column] = row[size - 1 :]
    tail = hessian[size:, size:]
    hessian[size:, size:] = 0.5 * (tail + tail.T)
    p = len(at.beta)
    moved = np.array([change.schur[:p, :p] for change in changes]).reshape(extra, p, p)
    return JointInformation(at, chart, hessian, moved)


def _gradient(point: Point, chart: Chart, step: FloatArray) -> FloatArray:
    """Derivatives of the deviance in (L, residual parameters) after a step in the latter; D and sigma stay."""
    at = point.optimum.at
    old = point.whitening
    whitening = whitening_at(old.rows, old.family, point.parameters + step)
    there = evaluate(whitening.data, at.covariance, at.reml)
    if there is None:
        raise np.linalg.LinAlgError("the fixed effects cannot be solved beside a certified optimum")
    along = np.append(-there.beta, 1.0)
    p = len(there.beta)
    slope = there.w_sum - (there.k @ along @ along) / at.sigma2
    if at.reml:
        slope = slope - np.einsum("abxy,xy->ab", there.k[:, :, :p, :p], there.xvx_inverse)
    slope = 0.5 * (slope + slope.T)
    residual = whitening.gradient(there, whitening.changes(at.covariance), at.sigma2)
    return np.concatenate([chart.gradient(slope), residual])
