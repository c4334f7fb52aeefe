"""Small cells: counts from 1 to MIN_CELL - 1 could point at a person and are not released.

The limit follows the CMS cell-size policy (2024-01-26): no cell of 1 to 10, zero may be shown.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MIN_CELL = 11


def is_small(count: float, min_cell: int = MIN_CELL) -> bool:
    """A count of somebody, but of too few."""
    return 0 < count < min_cell


def cell_text(count: float, min_cell: int = MIN_CELL) -> str:
    """A count as it may be shown outside: "<11" from 1 to 10, else the number with thousands separated."""
    return f"<{min_cell}" if is_small(count, min_cell) else f"{int(count):,}"


def small_cells(counts: pd.Series, min_cell: int = MIN_CELL) -> NDArray[np.bool_]:
    """Which counts are small, one entry per row."""
    number = counts.to_numpy(dtype=float)
    return (number > 0) & (number < min_cell)


def withhold_small(
    frame: pd.DataFrame, count_column: str, value_columns: Sequence[str] = (), min_cell: int = MIN_CELL
) -> pd.DataFrame:
    """A copy in which rows about 1 to min_cell - 1 patients show "<11" and no value computed from them.

    count_column becomes text; value_columns become missing in those rows, and in rows about nobody, where a
    value could only be extrapolated. Other rows keep their values.
    """
    silent = small_cells(frame[count_column], min_cell) | (frame[count_column].to_numpy(dtype=float) == 0)
    text = [cell_text(count, min_cell) for count in frame[count_column]]
    released = frame.assign(**{count_column: pd.Series(text, index=frame.index, dtype="str")})
    for column in value_columns:
        released[column] = released[column].mask(silent)
    return released
