"""The rows of a model by patient and time, ready to be whitened again and again.

Continuous-time AR(1) is a Markov chain: given the row before it, a row is independent of all earlier ones. Its
correlation matrix is whitened exactly by one subtraction a row, e_j - rho_j e_(j-1), scaled; what the search for the
correlation repeats is that one pass, over columns that are already orthonormal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..columns import Labels
from ..products import change_columns
from ..raw_columns import RawColumns
from ..refusal import ModelRefused
from ..rows import ModelRows
from .options import ErrorOptions

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

FEWEST_ROWS = 5  # a residual variance of its own from fewer rows is a guess: its 95 % interval spans a factor of ten


@dataclass(frozen=True)
class OrderedRows:
    """[Z X y] on the working scale times the square root of the prior weight: columns x rows.

    Patients come in the order of the cross-products, the rows of a patient by time. ``starts`` is the first row of
    each patient; ``gap`` the time since the patient's row before (0 at a first row, where ``follows`` is false);
    ``level`` the residual level of each row (all 0 without one) into ``levels``; ``weights`` the prior weight.
    """

    values: FloatArray
    q: int
    starts: IntArray
    follows: npt.NDArray[np.bool_]
    gap: FloatArray
    level: IntArray
    levels: tuple[Any, ...]
    weights: FloatArray

    @property
    def n_rows(self) -> int:
        return int(self.values.shape[1])


def order_rows(rows: ModelRows, raw: RawColumns, q: int, place: IntArray, options: ErrorOptions) -> OrderedRows:
    """Sort the rows. ``place[patient]`` is the patient's position among the cross-products.

    Raises ModelRefused for rows of a patient at the same time, visit numbers that are not whole, and levels with too
    few rows to have a variance of their own.
    """
    position = place[rows.patient]
    n = len(position)
    time = np.zeros(n) if rows.residual.time is None else rows.residual.time
    order = np.lexsort((time, position))
    position, time = position[order], time[order]
    follows = np.append(False, position[1:] == position[:-1])
    gap = np.where(follows, np.diff(time, prepend=time[0]), 0.0)
    if options.is_correlated:
        assert options.time is not None
        _check_times(gap[follows], time, options.time, options.kind)
    level: IntArray = np.zeros(n, dtype=np.intp)
    levels: tuple[Any, ...] = ()
    if rows.residual.level is not None:
        assert options.by is not None
        _check_levels(rows.residual.level, options.by)
        level = rows.residual.level.codes[order].astype(np.intp)
        levels = rows.residual.level.levels
    weights = np.ones(n) if rows.residual.weights is None else rows.residual.weights[order]
    values = change_columns(raw.change, raw.values)[:, order] * np.sqrt(weights)
    return OrderedRows(values, q, np.flatnonzero(~follows), follows, gap, level, levels, weights)


def _check_times(gaps: FloatArray, time: FloatArray, name: str, kind: str) -> None:
    repeated = int((gaps == 0.0).sum())
    if repeated:
        noun = "row has" if repeated == 1 else "rows have"
        raise ModelRefused(
            f"{repeated} {noun} the same '{name}' as another row of the same patient; their residual correlation would"
            " be one.",
            "Keep one row per patient and time, or give the times of day as fractions.",
        )
    broken = int((time != np.round(time)).sum())
    if kind == "ar1" and broken:
        raise ModelRefused(
            f"Column '{name}' holds {broken} values that are not whole numbers; residual='ar1' counts visits.",
            "Give the number of the visit, or use residual='exponential' for distances in days.",
        )


def _check_levels(labels: Labels, name: str) -> None:
    if len(labels.levels) == 1:
        raise ModelRefused(
            f"residual_by='{name}' has one level on these rows ({labels.levels[0]}).", "Leave residual_by out."
        )
    counts = np.bincount(labels.codes, minlength=len(labels.levels))
    few = [(level, int(count)) for level, count in zip(labels.levels, counts, strict=True) if count < FEWEST_ROWS]
    if few:
        listed = ", ".join(f"{level} has {count}" for level, count in few)
        raise ModelRefused(
            f"residual_by='{name}' needs at least {FEWEST_ROWS} rows per level: {listed}.",
            "Join levels, or leave residual_by out.",
        )
