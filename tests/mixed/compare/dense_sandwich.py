"""The sandwich as textbooks write it, one patient at a time with dense matrices: slow and obvious."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from analysis.mixed.diagnose.units import Units
from analysis.mixed.fitted_model import FittedModel

FloatArray = npt.NDArray[np.float64]
Patient = tuple[FloatArray, FloatArray, FloatArray]


def one_by_one(units: Units, fit: FittedModel) -> Iterator[Patient]:
    """X, V and r of each unit."""
    for number in range(len(units.labels)):
        rows = np.flatnonzero(units.unit == number)
        x = units.x[rows]
        yield x, units.covariance.of(rows[None])[0], units.y[rows] - x @ fit.coefficients


def model_covariance(units: Units, fit: FittedModel) -> FloatArray:
    information = sum(x.T @ np.linalg.solve(v, x) for x, v, _ in one_by_one(units, fit))
    return np.linalg.inv(np.asarray(information))


def sandwich(units: Units, fit: FittedModel, kind: str) -> FloatArray:
    """ "CR0", "KC" by its definition (the root of I - H, which is not symmetric), or "CR2" as Pustejovsky and Tipton
    (2018, J Bus Econ Stat 36) define it with the model's V as working model and target."""
    phi = model_covariance(units, fit)
    middle = np.zeros_like(phi)
    for x, v, r in one_by_one(units, fit):
        score = x.T @ np.linalg.solve(v, _adjusted(x, v, r, phi, kind))
        middle += np.outer(score, score)
    return phi @ middle @ phi


def _adjusted(x: FloatArray, v: FloatArray, r: FloatArray, phi: FloatArray, kind: str) -> FloatArray:
    if kind == "CR0":
        return r
    if kind == "CR2":
        d = np.linalg.cholesky(v).T
        return d.T @ inverse_root(d @ (v - x @ phi @ x.T) @ d.T) @ d @ r
    values, vectors = np.linalg.eigh(v)
    half, back = (vectors * np.sqrt(values)) @ vectors.T, (vectors / np.sqrt(values)) @ vectors.T
    return half @ inverse_root(np.eye(len(v)) - back @ x @ phi @ x.T @ back) @ back @ r


def inverse_root(matrix: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors / np.sqrt(values)) @ vectors.T
