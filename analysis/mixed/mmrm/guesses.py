"""Other places to start from where few patients attended some pair of visits and several minima are likely."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

SHAKEN = 4
NEIGHBOURS = (-0.7, 0.5, 0.9, 0.98)  # correlation of neighbouring visits, fading with distance
EQUAL = (-0.95, 0.4, 0.9)  # correlation of every pair of visits; below nought as a share of the lowest there can be


def other_moments(moments: FloatArray) -> Iterator[FloatArray]:
    """Covariances of the visits other than the moments themselves, from close by to far off.

    Variances are the moments', or the same at every visit: a visit that few attended may have any. Random draws have
    a fixed seed.
    """
    draws = np.random.default_rng(20)
    for _ in range(SHAKEN):
        yield _shaken(moments, draws)
    deviations = np.sqrt(np.diag(moments))
    pooled = np.full(len(deviations), np.sqrt(np.mean(deviations**2)))
    for correlation in _correlations(len(moments)):
        for scale in (deviations, pooled):
            yield correlation * np.outer(scale, scale)


def _correlations(visits: int) -> Iterator[FloatArray]:
    place = np.arange(visits)
    apart = np.abs(place[:, None] - place)
    for rho in NEIGHBOURS:
        yield np.asarray(np.sign(rho) ** apart * np.abs(rho) ** apart.astype(np.float64))
    for share in EQUAL:
        rho = share if share > 0 or visits < 2 else share / (visits - 1)
        yield np.where(apart == 0, 1.0, rho)


def _shaken(moments: FloatArray, draws: np.random.Generator) -> FloatArray:
    """Variances up to a few times off, correlations of a random covariance."""
    size = len(moments)
    factor = draws.normal(size=(size, 2 * size))
    random = factor @ factor.T
    scale = np.sqrt(np.diag(moments) / np.diag(random)) * np.exp(draws.normal(0.0, 0.5, size))
    return np.asarray(random * np.outer(scale, scale))
