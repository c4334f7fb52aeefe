"""Least squares with an interval that does not take patients for equally scattered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ALONE = 1e-10  # a patient fitted exactly by a coefficient of their own (the only one of a route) shows no scatter


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """Coefficients and their heteroscedasticity-consistent standard errors (HC3, MacKinnon and White 1985)."""

    estimate: Floats
    std_error: Floats


def least_squares(outcome: Floats, design: Floats) -> LeastSquares | None:
    """Of a tall design, from its QR decomposition; None where its columns go together or it has too few rows."""
    n, n_terms = design.shape
    if n <= n_terms:
        return None
    basis, triangle = np.linalg.qr(design)
    if np.linalg.matrix_rank(triangle, rtol=max(n, n_terms) * np.finfo(float).eps) < n_terms:
        return None
    estimate = np.linalg.solve(triangle, basis.T @ outcome)
    slack = 1 - (basis**2).sum(axis=1)
    alone = slack < ALONE
    scatter = np.where(alone, 0.0, (outcome - design @ estimate) / np.where(alone, 1.0, slack))
    pull = np.linalg.solve(triangle, (basis * scatter[:, None]).T)
    return LeastSquares(estimate, np.sqrt((pull**2).sum(axis=1)))
