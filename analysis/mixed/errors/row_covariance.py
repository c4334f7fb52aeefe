"""The residual covariance of any rows under a structure that a fit found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..columns import missing_rows
from ..refusal import ModelRefused
from .options import ErrorOptions
from .residual_columns import ResidualColumns, read_residual_columns
from .structure import ResidualStructure, options_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class RowErrors:
    """Per row of a frame: the relative residual ``variance`` (1 for weight 1 in the reference level; NaN where it
    cannot be known) and the ``time``; and how rows of one patient are correlated."""

    structure: ResidualStructure
    variance: FloatArray
    time: FloatArray

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Rows whose residual variance and time are known."""
        return ~np.isnan(self.variance) & ~np.isnan(self.time)

    def taken(self, rows: Any) -> RowErrors:
        """The given rows only."""
        return RowErrors(self.structure, self.variance[rows], self.time[rows])

    def of(self, rows: IntArray) -> FloatArray:
        """R over the fit's residual variance: ``rows`` (units x rows, rows of one patient each) to units x rows x
        rows."""
        sd = np.sqrt(self.variance[rows])
        return sd[..., :, None] * sd[..., None, :] * self._correlation(self.time[rows])

    def _correlation(self, time: FloatArray) -> FloatArray:
        distance = np.abs(time[..., :, None] - time[..., None, :])
        if self.structure.correlation_per_unit is None:
            return np.broadcast_to(np.eye(time.shape[-1]), distance.shape).copy()
        return np.asarray(self.structure.correlation_per_unit**distance)


def row_errors(structure: ResidualStructure, data: pd.DataFrame) -> RowErrors:
    """What the structure says about every row of a frame. Raises ModelRefused for absent or unusable columns, and for
    levels the fit has not seen."""
    columns = read_residual_columns(data, options_of(structure))
    time = np.zeros(len(data)) if columns.time is None else columns.time
    return RowErrors(structure, _variances(structure, columns, len(data)), time)


def residual_variances(structure: ResidualStructure, data: pd.DataFrame) -> FloatArray:
    """The relative residual variance of every row, which may lack the column of times; NaN and refusals as in
    ``row_errors``."""
    columns = read_residual_columns(data, ErrorOptions(structure.weights, by=structure.by))
    return _variances(structure, columns, len(data))


def _variances(structure: ResidualStructure, columns: ResidualColumns, n_rows: int) -> FloatArray:
    variance = np.ones(n_rows) if columns.weights is None else 1.0 / columns.weights
    return variance if columns.level is None else variance * _level_variances(structure, columns)


def _level_variances(structure: ResidualStructure, columns: ResidualColumns) -> FloatArray:
    assert columns.level is not None
    known = dict(zip(structure.levels, structure.variance_ratios, strict=True))
    strange = [level for level in columns.level.levels if level not in known]
    ratios = np.array([*(known.get(level, np.nan) for level in columns.level.levels), np.nan])
    found: FloatArray = ratios[columns.level.codes]
    unknown = int((np.isnan(found) & ~missing_rows(columns.level)).sum())
    if unknown:
        raise ModelRefused(
            f"No rows of the fit have {structure.by} {', '.join(map(str, strange))} ({unknown} rows): their residual"
            " variance is not known.",
            "Leave those rows out or recode them.",
        )
    return found
