"""Correlations of visits by how many positions apart they are, each with its derivatives and a first guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

SHRUNK = (0.95, 0.7, 0.4, 0.0)  # shares of a moment estimate tried until a first guess is safely positive definite
SAFE = 0.05  # smallest eigenvalue of a first guess's correlation
LEAST = 1e-8  # variance of a first guess, over their mean
WIDEST = 0.97  # correlation of a first guess, over the largest or the lowest that there can be


class LagCorrelation(Protocol):
    """The correlation of visits 1, 2, ... positions apart."""

    def count(self, visits: int) -> int: ...

    def first_guess(self, by_lag: FloatArray) -> FloatArray: ...

    def values(self, parameters: FloatArray, lags: int) -> FloatArray: ...

    def slopes(self, parameters: FloatArray, lags: int) -> FloatArray:
        """First derivatives: parameters x lags."""
        ...

    def second(self, parameters: FloatArray, lags: int) -> FloatArray:
        """Second derivative of each lag for the one parameter there is; zero where correlations are linear."""
        ...


@dataclass(frozen=True)
class Autoregressive:
    """rho, rho squared, ...: AR(1) over the positions of the visits."""

    def count(self, visits: int) -> int:
        return 1

    def first_guess(self, by_lag: FloatArray) -> FloatArray:
        return np.clip(by_lag[:1], -WIDEST, WIDEST)

    def values(self, parameters: FloatArray, lags: int) -> FloatArray:
        return np.asarray(parameters[0] ** np.arange(1, lags + 1))

    def slopes(self, parameters: FloatArray, lags: int) -> FloatArray:
        steps = np.arange(1, lags + 1)
        return np.asarray(steps * parameters[0] ** (steps - 1))[None]

    def second(self, parameters: FloatArray, lags: int) -> FloatArray:
        steps = np.arange(1, lags + 1)
        return np.asarray(steps * (steps - 1) * parameters[0] ** np.maximum(steps - 2, 0))


@dataclass(frozen=True)
class Exchangeable:
    """One correlation for all pairs; it may be negative, down to -1 / (visits - 1)."""

    def count(self, visits: int) -> int:
        return 1

    def first_guess(self, by_lag: FloatArray) -> FloatArray:
        return np.array([np.clip(by_lag.mean(), -WIDEST / len(by_lag), WIDEST)])

    def values(self, parameters: FloatArray, lags: int) -> FloatArray:
        return np.full(lags, parameters[0])

    def slopes(self, parameters: FloatArray, lags: int) -> FloatArray:
        return np.ones((1, lags))

    def second(self, parameters: FloatArray, lags: int) -> FloatArray:
        return np.zeros(lags)


@dataclass(frozen=True)
class Banded:
    """A correlation of its own for every distance: Toeplitz."""

    def count(self, visits: int) -> int:
        return visits - 1

    def first_guess(self, by_lag: FloatArray) -> FloatArray:
        return np.asarray(shrunk_until_safe(toeplitz(by_lag))[0, 1:])

    def values(self, parameters: FloatArray, lags: int) -> FloatArray:
        return parameters

    def slopes(self, parameters: FloatArray, lags: int) -> FloatArray:
        return np.eye(lags)

    def second(self, parameters: FloatArray, lags: int) -> FloatArray:
        return np.zeros(lags)


def parts_of(moments: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Variances, none of them zero, and correlations."""
    variances = np.maximum(np.diag(moments), LEAST * np.diag(moments).mean())
    return variances, np.asarray(moments / np.sqrt(np.outer(variances, variances)))


def toeplitz(by_lag: FloatArray, diagonal: float = 1.0) -> FloatArray:
    """The symmetric matrix with these values 1, 2, ... places off the diagonal."""
    places = np.arange(len(by_lag) + 1)
    return np.asarray(np.append(diagonal, by_lag)[np.abs(places[:, None] - places)])


def shrunk_until_safe(correlation: FloatArray) -> FloatArray:
    """A correlation shrunk towards independence until it is safely positive definite."""
    own = np.eye(len(correlation))
    for share in SHRUNK:
        shrunk = share * np.clip(correlation, -1.0, 1.0) + (1.0 - share) * own
        np.fill_diagonal(shrunk, 1.0)
        if np.linalg.eigvalsh(shrunk)[0] >= SAFE:
            return shrunk
    return own
