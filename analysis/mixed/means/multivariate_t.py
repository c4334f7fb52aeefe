"""The largest of several correlated t statistics, by simulation.

With Z normal and T = Z / s, Z splits into a length and a direction that are independent, and length and s together
follow an F distribution. So only directions are simulated (Deak 1980, Numer Math 35), at scrambled Sobol points
(Owen 1998; several independent scrambles give the error, as Genz and Bretz 2002 do with lattices), and the rest is
exact. One set of directions serves every statistic and every df, far in the tail too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, fdtrc, ndtri
from scipy.stats import qmc

FloatArray = npt.NDArray[np.float64]

SCRAMBLES = 8
POINTS = 16_384  # per scramble; the standard error of a p value near 0.05 is then 1e-5 for six comparisons, 1e-4 for 28
BINS = 256  # neighbouring directions averaged together: changes a p value by less than 1e-6
SAME = 1e-10  # eigenvalue of a correlation matrix, relative to the largest, that is rounding error of zero
INSIDE = 2.0**-54  # half the spacing of Sobol points, which keeps them off 0


@dataclass(frozen=True)
class LargestT:
    """``squares`` (scrambles x bins): the largest squared part of a direction along any of the statistics;
    ``rank``: the dimension the directions live in."""

    squares: FloatArray
    rank: int

    def tail(self, statistic: float, df: float) -> float:
        """P(some |T| exceeds ``statistic``)."""
        return float(self._by_scramble(statistic, df).mean())

    def tail_error(self, statistic: float, df: float) -> float:
        """Monte Carlo standard error of ``tail``, from the spread between scrambles."""
        found = self._by_scramble(statistic, df)
        return float(found.std(ddof=1) / np.sqrt(len(found))) if len(found) > 1 else 0.0

    def _by_scramble(self, statistic: float, df: float) -> FloatArray:
        needed = statistic**2 / self.squares
        found = fdtrc(self.rank, df, needed / self.rank) if np.isfinite(df) else chdtrc(self.rank, needed)
        return np.asarray(found.mean(axis=1), dtype=np.float64)


def largest_t(correlation: FloatArray, seed: int) -> LargestT:
    """Simulate directions for statistics with this correlation matrix (singular ones included)."""
    values, vectors = np.linalg.eigh(correlation)
    solid = values > SAME * values[-1]
    root = vectors[:, solid] * np.sqrt(values[solid])
    rank = int(solid.sum())
    if rank == 1:  # every statistic is the same one, up to its sign
        return LargestT(np.ones((1, 1)), 1)
    streams = np.random.default_rng(seed).spawn(SCRAMBLES)
    return LargestT(np.stack([_binned(root, stream) for stream in streams]), rank)


def _binned(root: FloatArray, stream: np.random.Generator) -> FloatArray:
    points = qmc.Sobol(root.shape[1], rng=stream).random(POINTS)
    draws = ndtri(np.clip(points, INSIDE, 1.0 - INSIDE))
    largest = ((draws @ root.T) ** 2).max(axis=1) / np.sum(draws**2, axis=1)
    return np.asarray(np.sort(largest).reshape(BINS, -1).mean(axis=1))
