"""What every independent unit says about the fixed effects: its information and its score, X'V⁻¹X and X'V⁻¹r.

From per-patient sums where the fit has them, from the rows and their dense covariance otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..diagnose.units import units_of
from ..fitted_model import FittedModel
from ..prepared import PreparedModel
from ..problem import Problem, has_patient_sums, problem_of
from ..sweep_sums import shrunken_chunks
from ..triangles import invert_upper

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class UnitScores:
    """``information`` (units x p x p) and ``scores`` (units x p) in coordinates in which the units' information sums
    to the identity; ``to_raw`` maps coefficients in those coordinates to the fit's."""

    information: FloatArray
    scores: FloatArray
    to_raw: FloatArray


def unit_scores(fit: FittedModel, source: PreparedModel | pd.DataFrame | None = None) -> UnitScores:
    """The units' information and scores at the fit's estimates. A unit is a patient, or a clinic where patients are
    nested in clinics. Raises ModelRefused when the rows of the fit are gone."""
    if has_patient_sums(fit):
        return _from_sums(problem_of(fit, source))
    return _from_rows(fit, source)


def frame_in(source: PreparedModel | pd.DataFrame | None) -> pd.DataFrame | None:
    """The frame behind a source, where somebody still keeps it."""
    return source.source() if isinstance(source, PreparedModel) else source


def _from_sums(problem: Problem) -> UnitScores:
    """X_i'V_i⁻¹X_i = [X'X]_i - B_i'D U_i and X_i'V_i⁻¹r_i = [X'r]_i - B_i'D e_i, on the scale of V_i/σ²."""
    at, data = problem.at, problem.working.data
    assert at.score is not None
    p, squares = data.p, problem.squares()
    scores = squares[:p, p] - np.einsum("xym,y->xm", squares[:p, :p], at.beta)
    pulled = np.einsum("axm,ab->bxm", data.zx[:, :p], at.covariance)
    scores -= np.einsum("bxm,bm->xm", pulled, at.score)
    shrunken = np.empty((data.q, p, data.m))
    for chunk in shrunken_chunks(data, at.covariance):
        shrunken[:, :, chunk.part] = chunk.g[:, :p]
    information = squares[:p, :p] - np.einsum("bxm,bym->xym", pulled, shrunken, optimize=True)
    return _rotated(np.moveaxis(information, -1, 0), scores.T, at.inverse_root, problem.to_raw)


def _from_rows(fit: FittedModel, source: PreparedModel | pd.DataFrame | None) -> UnitScores:
    units = units_of(fit, frame_in(source))
    p = units.x.shape[1]
    residual = units.y - units.x @ fit.coefficients
    scale = 1.0 / np.sqrt(np.mean(units.x**2, axis=0))
    both = np.column_stack([units.x * scale, residual])
    information, scores = np.empty((len(units.labels), p, p)), np.empty((len(units.labels), p))
    for batch in units.batches():
        x = both[batch.rows]
        products = np.matmul(x[..., :p].swapaxes(-1, -2), np.linalg.solve(batch.v, x))
        information[batch.units], scores[batch.units] = products[..., :p], products[..., p]
    information = 0.5 * (information + information.swapaxes(-1, -2))
    inverse_root = invert_upper(np.linalg.cholesky(information.sum(axis=0)).T)
    return _rotated(information, scores, inverse_root, np.diag(scale))


def _rotated(information: FloatArray, scores: FloatArray, inverse_root: FloatArray, to_raw: FloatArray) -> UnitScores:
    turned = inverse_root.T @ information @ inverse_root
    return UnitScores(0.5 * (turned + turned.swapaxes(-1, -2)), scores @ inverse_root, to_raw @ inverse_root)
