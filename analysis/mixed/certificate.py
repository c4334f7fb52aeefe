"""The proof that a minimum over covariance matrices was reached: H = dF/dD positive semi-definite and tr(H D) = 0.

A zero gradient in a factor of D proves nothing, since D = 0 is always stationary in it. With an outer level D is block
diagonal, and both conditions hold block by block.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .chart import Chart, block_diagonal, blocks_of, chart_at
from .curvature import FLAT, expected_curvature, joint_hessian, trace_form
from .deviance import Evaluation
from .refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]

PROVEN = 1e-9  # deviance that a direction of escape may still promise at a certified optimum


def is_certified(at: Evaluation, correlated: bool) -> bool:
    """H positive semi-definite on the cone and tr(H D) = 0, each up to a deviance of PROVEN."""
    chart = chart_at(at.covariance, correlated, at.sizes)
    _, gain = downhill(expected_curvature(at, chart), chart.gradient(at.slope))
    return gain < PROVEN and not ways_out(at, correlated)


def ways_out(at: Evaluation, correlated: bool) -> list[tuple[FloatArray, float, float]]:
    """Directions dD with negative slope that promise more than PROVEN: (direction, slope, curvature)."""
    units = np.eye(len(at.slope))
    if correlated:
        units = block_diagonal([np.linalg.eigh(at.slope[block, block])[1] for block in blocks_of(at.sizes)]).T
    found = []
    for unit in units:
        direction, slope = np.outer(unit, unit), float(unit @ at.slope @ unit)
        bend = float(trace_form(at.ww_sum, direction[None])[0, 0])
        if slope < 0 and slope**2 / (2.0 * bend) > PROVEN:
            found.append((direction, slope, bend))
    return sorted(found, key=lambda way: way[1])


def downhill(curvature: FloatArray, gradient: FloatArray) -> tuple[FloatArray, float]:
    """Newton step with negative and tiny curvatures lifted, and the fall in deviance it promises."""
    values, vectors = np.linalg.eigh(curvature)
    lifted = np.maximum(np.abs(values), max(1e-9 * float(np.abs(values).max()), 1e-12))
    along = vectors.T @ gradient
    return -(vectors @ (along / lifted)), float(0.5 * np.sum(along**2 / lifted))


@dataclass(frozen=True)
class Bend:
    """The exact second derivatives of the deviance at an optimum, in (free entries of the chart's L, log sigma).

    ``root`` has a column per direction that the rows say something about, so that root root' is twice the inverse
    Hessian: the covariance of the variance parameters. ``is_flat``: there is a direction about which they say nothing.
    """

    chart: Chart
    root: FloatArray
    is_flat: bool


def bend_at(at: Evaluation, correlated: bool) -> Bend:
    """Second derivatives at a point that carries the sums for them, a direction being flat by its curvature once every
    parameter is scaled to curvature one."""
    chart = chart_at(at.covariance, correlated, at.sizes)
    hessian = joint_hessian(at, chart)
    scale = 1.0 / np.sqrt(np.maximum(np.diag(hessian), FLAT))
    values, vectors = np.linalg.eigh(hessian * np.outer(scale, scale))
    solid = values > FLAT * values[-1]
    return Bend(chart, scale[:, None] * vectors[:, solid] * np.sqrt(2.0 / values[solid]), not solid.all())


def undetermined() -> ModelRefused:
    """What is said when other variances fit the rows as well: the deviance is flat along a direction inside."""
    return ModelRefused(
        "The rows do not tell the random effects and the residual variance apart: other values fit as well.",
        "Use fewer terms or fewer random effects, or widen the cohort.",
    )


def uncertified() -> ModelRefused:
    """What is said when no certificate can be given."""
    return ModelRefused(
        "The optimiser could not certify that it reached the best fit.",
        "Use fewer random effects, or put the covariates on comparable scales.",
    )
