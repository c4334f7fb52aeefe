"""The studentised range: the spread of several independent normal means in units of an estimated error."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

FloatArray = npt.NDArray[np.float64]

# Means beyond 9 standard deviations have no weight in double precision. The trapezoid rule on a normal density is
# exact to rounding at this step.
Z = np.arange(-9.0, 9.01, 0.25)
DENSITY = np.exp(-0.5 * Z**2) / np.sqrt(2.0 * np.pi) * 0.25
SCALE_NODES = 256
NO_WEIGHT = 40.0  # exponent under the peak of the scale's density at which its integral ends


def range_tail(q: float, n_means: int, df: float) -> float:
    """P(range of ``n_means`` standard normals / s > q), df s² chi-square with ``df``; as R's ptukey, upper tail.

    Hartley's integral over the smallest mean (1942), then a trapezoid rule over log s, where the density is smooth
    for every df. Agrees with SciPy's studentized_range to 1e-9 for df of 1 or more.
    """
    if not np.isfinite(df):
        return float(_normal_range_tail(np.array([q]), n_means)[0])
    log_s, weights = _scales(df)
    return float(weights @ _normal_range_tail(q * np.exp(log_s), n_means))


def _normal_range_tail(widths: FloatArray, n_means: int) -> FloatArray:
    """P(range of standard normals > w) = n ∫ φ(z) [Φ(z)^(n-1) − (Φ(z) − Φ(z − w))^(n-1)] dz, z the largest."""
    below = ndtr(Z)[:, None]
    outside = ndtr(Z[:, None] - widths) / below
    with np.errstate(divide="ignore"):
        lost = -np.expm1((n_means - 1) * np.log1p(-np.minimum(outside, 1.0)))
    return np.asarray(n_means * (DENSITY[:, None] * below ** (n_means - 1) * lost).sum(axis=0))


def _scales(df: float) -> tuple[FloatArray, FloatArray]:
    """Nodes in t = log s and their weights: the density of t is proportional to exp(df t − df e^(2t) / 2)."""
    spread = NO_WEIGHT / df
    # df (t − (e^2t − 1)/2) is −40 at the ends: near the peak −df t², to the left −df (|t| − 1/2) at least.
    left = -min(np.sqrt(spread) + spread, spread + 0.5)
    right = min(np.sqrt(spread), 0.5 * np.log1p(2.0 * spread) + 1.0)
    t = np.linspace(left, right, SCALE_NODES)
    density = np.exp(df * (t - 0.5 * np.expm1(2.0 * t)))
    return t, density / density.sum()
