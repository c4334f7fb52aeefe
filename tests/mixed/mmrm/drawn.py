"""Small drawn studies with scheduled visits, and the plainest possible likelihood and inference for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
from patsy import dmatrix

FloatArray = npt.NDArray[np.float64]
Covariance = Callable[[FloatArray], FloatArray]

FORMULA = "y ~ route * visit + baseline"
VISITS = ("week 1", "week 2", "week 4", "week 8")


def scheduled(m: int = 40, seed: int = 1, kept: float = 0.85) -> pd.DataFrame:
    """m patients over two routes and four visits; ``kept`` is the share of visits that took place."""
    draws = np.random.default_rng(seed)
    lags = np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    deviations = np.array([2.0, 3.0, 2.5, 4.0])
    root = np.linalg.cholesky(0.65**lags * np.outer(deviations, deviations))
    patient, place = np.repeat(np.arange(m), 4), np.tile(np.arange(4), m)
    route, baseline = np.array(["IM", "IV"])[np.arange(m) % 2], draws.normal(18, 4, m)
    y = 0.5 * baseline[patient] - 1.5 * place - (route[patient] == "IV") * place
    y = y + (draws.normal(size=(m, 4)) @ root.T).ravel()
    rows = pd.DataFrame(
        {
            "patient": patient,
            "visit": pd.Categorical(np.array(VISITS)[place], VISITS),
            "route": route[patient],
            "baseline": baseline[patient],
            "y": y,
        }
    )
    return rows[draws.random(len(rows)) < kept].reset_index(drop=True)


def covariance_of(structure: str, visits: int) -> tuple[int, Covariance]:
    """How many parameters a structure has, and its matrix entry by entry from (standard deviations, correlations)."""
    scales = visits if structure == "unstructured" or structure.endswith("h") else 1
    family = structure.removesuffix("h") if structure != "unstructured" else structure
    pairs = {pair: k for k, pair in enumerate((i, j) for i in range(visits) for j in range(i))}
    count = {"ar1": 1, "cs": 1, "toeplitz": visits - 1, "unstructured": len(pairs)}[family]

    def matrix(parameters: FloatArray) -> FloatArray:
        sigma = np.empty((visits, visits))
        for i in range(visits):
            for j in range(visits):
                lag = abs(i - j)
                rho = 1.0
                if lag and family == "ar1":
                    rho = parameters[scales] ** lag
                elif lag and family == "cs":
                    rho = parameters[scales]
                elif lag and family == "toeplitz":
                    rho = parameters[scales + lag - 1]
                elif lag:
                    rho = parameters[scales + pairs[max(i, j), min(i, j)]]
                sigma[i, j] = parameters[i % scales] * parameters[j % scales] * rho
        return sigma

    return scales + count, matrix


def parameters_of(structure: str, sigma: FloatArray) -> FloatArray:
    """The parameters of ``covariance_of`` that give this covariance."""
    deviations = np.sqrt(np.diag(sigma))
    correlation = sigma / np.outer(deviations, deviations)
    if structure == "unstructured":
        return np.concatenate([deviations, correlation[np.tril_indices(len(sigma), -1)]])
    scales = deviations if structure.endswith("h") else deviations[:1]
    by_lag = correlation[0, 1:] if structure.startswith("toeplitz") else correlation[0, 1:2]
    return np.concatenate([scales, by_lag])


class Dense:
    """A study as one matrix per patient, one patient at a time: slow and obvious."""

    def __init__(self, rows: pd.DataFrame, formula: str, reml: bool) -> None:
        self.reml = reml
        x = np.asarray(dmatrix(formula.split("~")[1], rows))
        y, place = rows["y"].to_numpy(), rows["visit"].cat.codes.to_numpy()
        self.patients = [
            (x[mine], y[mine], place[mine])
            for mine in (np.flatnonzero(rows["patient"] == one) for one in rows["patient"].unique())
        ]
        self.n, self.p = x.shape

    def normal_equations(self, sigma: FloatArray) -> tuple[FloatArray, FloatArray]:
        xvx, xvy = np.zeros((self.p, self.p)), np.zeros(self.p)
        for x, y, place in self.patients:
            v = sigma[np.ix_(place, place)]
            xvx += x.T @ np.linalg.solve(v, x)
            xvy += x.T @ np.linalg.solve(v, y)
        return xvx, xvy

    def phi(self, sigma: FloatArray) -> FloatArray:
        return np.linalg.inv(self.normal_equations(sigma)[0])

    def beta(self, sigma: FloatArray) -> FloatArray:
        return np.linalg.solve(*self.normal_equations(sigma))

    def deviance(self, sigma: FloatArray) -> float:
        """-2 log likelihood with the coefficients profiled out."""
        xvx, xvy = self.normal_equations(sigma)
        beta, total = np.linalg.solve(xvx, xvy), 0.0
        for x, y, place in self.patients:
            v = sigma[np.ix_(place, place)]
            residual = y - x @ beta
            total += np.linalg.slogdet(v)[1] + residual @ np.linalg.solve(v, residual)
        if self.reml:
            total += np.linalg.slogdet(xvx)[1]
        return float(total + (self.n - (self.p if self.reml else 0)) * np.log(2 * np.pi))

    def second_order(self, sigma: FloatArray, turned: list[FloatArray], weights: FloatArray) -> FloatArray:
        """Kenward and Roger's adjusted covariance, linear form: Φ + 2Φ[sum W_st (Q_st - P_sΦP_t)]Φ."""
        phi, size = self.phi(sigma), len(turned)
        pull = np.zeros((size, self.p, self.p))
        inner = np.zeros((self.p, self.p))
        for x, _, place in self.patients:
            v = np.linalg.inv(sigma[np.ix_(place, place)])
            own = [one[np.ix_(place, place)] for one in turned]
            for s in range(size):
                pull[s] -= x.T @ v @ own[s] @ v @ x
                for t in range(size):
                    inner += weights[s, t] * x.T @ v @ own[s] @ v @ own[t] @ v @ x
        for s in range(size):
            for t in range(size):
                inner -= weights[s, t] * pull[s] @ phi @ pull[t]
        return phi + 2.0 * phi @ inner @ phi


def derivative(function: Callable[[FloatArray], npt.ArrayLike], at: FloatArray, step: float) -> FloatArray:
    """Central differences of fourth order: parameters x the function's shape."""
    made = []
    for k in range(len(at)):
        unit = np.zeros(len(at))
        unit[k] = step * max(1.0, abs(at[k]))
        near = np.asarray(function(at + unit)) - np.asarray(function(at - unit))
        far = np.asarray(function(at + 2 * unit)) - np.asarray(function(at - 2 * unit))
        made.append((8.0 * near - far) / (12.0 * unit[k]))
    return np.array(made)
