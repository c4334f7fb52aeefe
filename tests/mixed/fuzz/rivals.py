"""An optimiser that shares nothing with the engine: dense V, quasi-Newton steps in its factors, random restarts."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

from .designs import RandomDesign

FloatArray = npt.NDArray[np.float64]
TIGHT = {"ftol": 1e-15, "gtol": 1e-8, "maxiter": 400}


class Rival(Protocol):
    """A deviance in free numbers, to be minimised."""

    def size(self) -> int: ...

    def with_gradient(self, free: FloatArray) -> tuple[float, FloatArray]: ...


def dense_deviance(x: FloatArray, y: FloatArray, v: FloatArray, reml: bool) -> tuple[float, FloatArray]:
    """Profiled -2 log likelihood for Var(y) proportional to V, and its derivative in V; infinite for a V without
    inverse."""
    n, p = x.shape
    try:
        root = cho_factor(v, lower=True)
        inverse = cho_solve(root, np.eye(n))
        weighted = inverse @ x
        information = cho_factor(x.T @ weighted, lower=True)
    except (np.linalg.LinAlgError, ValueError):
        return np.inf, np.zeros_like(v)
    projector = inverse - weighted @ cho_solve(information, weighted.T)
    residual = projector @ y
    pwrss = float(y @ residual)
    nu = n - p if reml else n
    if not pwrss > 0:
        return np.inf, np.zeros_like(v)
    value = 2 * np.log(np.diag(root[0])).sum() + nu * (1 + np.log(2 * np.pi * pwrss / nu))
    if reml:
        value += 2 * np.log(np.diag(information[0])).sum()
    slope = (projector if reml else inverse) - nu / pwrss * np.outer(residual, residual)
    return float(value), slope


class RandomEffects:
    """A design's deviance as a function of the factors of its covariances over the residual variance.

    ``levels`` are (which rows share a group, Z, correlated): the patients, then the clinics where there are any.
    """

    def __init__(self, design: RandomDesign) -> None:
        self.design = design
        self.levels = [(np.equal.outer(design.patient, design.patient), design.z, design.correlated)]
        if design.clinic is not None:
            ones = np.ones((len(design.y), 1))
            self.levels.append((np.equal.outer(design.clinic, design.clinic), ones, True))

    def _places(self, level: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        _, z, correlated = self.levels[level]
        q = z.shape[1]
        return np.tril_indices(q) if correlated else (np.arange(q), np.arange(q))

    def size(self) -> int:
        """Free numbers in the factors."""
        return sum(len(self._places(level)[0]) for level in range(len(self.levels)))

    def factors(self, free: FloatArray) -> list[FloatArray]:
        """Lower triangular (or diagonal) factors, one per level."""
        made, start = [], 0
        for level, (_, z, _) in enumerate(self.levels):
            factor = np.zeros((z.shape[1], z.shape[1]))
            places = self._places(level)
            factor[places] = free[start : start + len(places[0])]
            start += len(places[0])
            made.append(factor)
        return made

    def free(self, covariances: list[FloatArray]) -> FloatArray:
        """Factors of given relative covariances, singular ones included."""
        parts = []
        for level, covariance in enumerate(covariances):
            values, vectors = np.linalg.eigh(covariance)
            root = vectors * np.sqrt(values.clip(min=0.0))
            factor = np.linalg.qr(root.T)[1].T if self.levels[level][2] else np.diag(np.sqrt(np.diag(covariance)))
            parts.append(factor[self._places(level)])
        return np.concatenate(parts)

    def with_gradient(self, free: FloatArray) -> tuple[float, FloatArray]:
        """The deviance and its derivative in the factors."""
        design, factors = self.design, self.factors(free)
        v = np.eye(len(design.y))
        for (same, z, _), factor in zip(self.levels, factors, strict=True):
            zl = z @ factor
            v += same * (zl @ zl.T)
        value, slope = dense_deviance(design.x, design.y, v, design.method == "REML")
        gradient = [
            (2 * z.T @ (same * slope) @ z @ factor)[self._places(level)]
            for level, ((same, z, _), factor) in enumerate(zip(self.levels, factors, strict=True))
        ]
        return value, np.concatenate(gradient)


def lowest_found(rival: Rival, seed: int, starts: int, near: list[FloatArray]) -> tuple[float, FloatArray]:
    """The lowest deviance of some random restarts, and of one from each point of ``near``; and where it is."""
    draws = np.random.default_rng((13, seed))
    first = [np.exp(draws.normal(0, 1.2)) * draws.normal(size=rival.size()) for _ in range(starts)]
    with np.errstate(all="ignore"):
        found = [
            minimize(rival.with_gradient, start, jac=True, method="L-BFGS-B", options=TIGHT)
            for start in [*first, *near]
        ]
    best = min(found, key=lambda one: one.fun)
    return float(best.fun), best.x
