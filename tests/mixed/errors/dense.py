"""The slow and obvious likelihood of a mixed model with a residual structure: every patient's dense V, one by one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DenseModel:
    """``phi`` is (correlation parameter if any, log sd ratios): log of the range in days, or atanh of the visit
    correlation. ``level`` numbers the residual level of each row."""

    x: FloatArray
    z: FloatArray
    y: FloatArray
    patient: npt.NDArray[np.intp]
    kind: str
    time: FloatArray
    level: npt.NDArray[np.intp]
    weights: FloatArray
    reml: bool

    def relative_residual_covariance(self, rows: npt.NDArray[np.bool_], phi: FloatArray) -> FloatArray:
        distance = np.abs(self.time[rows][:, None] - self.time[rows])
        if self.kind == "exponential":
            correlation, ratios = np.exp(-distance / np.exp(phi[0])), phi[1:]
        elif self.kind == "ar1":
            correlation, ratios = np.tanh(phi[0]) ** distance, phi[1:]
        else:
            correlation, ratios = np.eye(int(rows.sum())), phi
        sd = np.exp(np.append(0.0, ratios))[self.level[rows]] / np.sqrt(self.weights[rows])
        return sd[:, None] * correlation * sd

    def deviance(self, relative: FloatArray, phi: FloatArray, log_sigma: float | None = None) -> float:
        """-2 log likelihood at the covariance ``relative`` of the random effects over sigma²; sigma at its best, or
        given."""
        log_determinant, normal = self._sums(relative, phi)
        n, p = self.x.shape
        beta = np.linalg.solve(normal[:p, :p], normal[:p, p])
        pwrss = normal[p, p] - beta @ normal[:p, p]
        nu = n - p if self.reml else n
        variance = pwrss / nu if log_sigma is None else np.exp(2 * log_sigma)
        value = log_determinant + nu * np.log(2 * np.pi * variance) + pwrss / variance
        return float(value + (np.linalg.slogdet(normal[:p, :p])[1] if self.reml else 0.0))

    def variance_of(self, combination: FloatArray, relative: FloatArray, phi: FloatArray, log_sigma: float) -> float:
        """c'Φc."""
        p = len(combination)
        normal = self._sums(relative, phi)[1]
        return float(np.exp(2 * log_sigma) * combination @ np.linalg.solve(normal[:p, :p], combination))

    def best_sigma(self, relative: FloatArray, phi: FloatArray) -> float:
        n, p = self.x.shape
        normal = self._sums(relative, phi)[1]
        beta = np.linalg.solve(normal[:p, :p], normal[:p, p])
        return float(np.sqrt((normal[p, p] - beta @ normal[:p, p]) / (n - p if self.reml else n)))

    def _sums(self, relative: FloatArray, phi: FloatArray) -> tuple[float, FloatArray]:
        both = np.column_stack([self.x, self.y])
        log_determinant, normal = 0.0, np.zeros((both.shape[1], both.shape[1]))
        for one in np.unique(self.patient):
            rows = self.patient == one
            v = self.relative_residual_covariance(rows, phi) + self.z[rows] @ relative @ self.z[rows].T
            log_determinant += float(np.linalg.slogdet(v)[1])
            normal += both[rows].T @ np.linalg.solve(v, both[rows])
        return log_determinant, normal

    def by(self, method: str) -> DenseModel:
        return replace(self, reml=method == "REML")


def irregular(m: int = 30, seed: int = 3, reach: float = 12.0, own: float = 1.5) -> pd.DataFrame:
    """m patients over two routes, three to seven assessments on irregular days 0 to 60; residuals of a patient are
    correlated exp(-distance / reach) (0: not at all), their standard deviation is 1 (IM) or 2 (IV)."""
    draws = np.random.default_rng(seed)
    parts = []
    for one in range(m):
        count = int(draws.integers(3, 8))
        day = np.sort(draws.choice(61, count, replace=False)).astype(float)
        distance = np.abs(day[:, None] - day)
        correlation = np.exp(-distance / reach) if reach else np.eye(count)
        noise = np.linalg.cholesky(correlation) @ draws.normal(size=count)
        y = 10 - 0.1 * day + own * draws.normal() + (1 + one % 2) * noise
        parts.append(
            pd.DataFrame(
                {
                    "patient": one,
                    "visit": np.arange(1, count + 1),
                    "day": day,
                    "route": "IV" if one % 2 else "IM",
                    "w": np.round(np.exp(draws.normal(size=count) / 2), 2),
                    "y": y,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def dense(rows: pd.DataFrame, kind: str, by_route: bool, weighted: bool = False, slope: bool = False) -> DenseModel:
    """The model y ~ day with random='1' (or '1 + day') by REML."""
    day = rows["day"].to_numpy()
    ones = np.ones(len(rows))
    time = {"ar1": rows["visit"].to_numpy(dtype=float)}.get(kind, day)
    level = (rows["route"] == "IV").to_numpy().astype(np.intp) if by_route else np.zeros(len(rows), dtype=np.intp)
    return DenseModel(
        np.column_stack([ones, day]), np.column_stack([ones, day]) if slope else ones[:, None], rows["y"].to_numpy(),
        rows["patient"].to_numpy(), kind, time, level, rows["w"].to_numpy() if weighted else ones, True,
    )  # fmt: skip
