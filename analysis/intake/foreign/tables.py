"""Frames of an export as tables before conversion, each row with the file and the row it came from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.types as arrow_types

from ..findings import Origin
from ..source import SourceTable


def as_source(frame: pd.DataFrame, table: str, columns: list[str], labels: tuple[str, ...]) -> SourceTable:
    """The named columns of a frame as a table; its columns part and row say where each row came from.

    part is the place of the file in labels.
    """
    cells = arrow.table({name: _cells(frame[name]) for name in columns})
    used = np.unique(frame["part"].to_numpy(dtype=np.int64)) if len(frame) else np.arange(min(len(labels), 1))
    place = np.searchsorted(used, frame["part"].to_numpy(dtype=np.int64))
    origin = Origin(
        tuple(f"{labels[part]} (as {table})" for part in used), place, frame["row"].to_numpy(dtype=np.int64)
    )
    return SourceTable(cells, origin)


def _cells(column: pd.Series) -> Any:
    made = arrow.array(column, from_pandas=True)
    if arrow_types.is_string(made.type) or arrow_types.is_null(made.type):
        made = made.cast(arrow.large_string())
    return made if isinstance(made, arrow.ChunkedArray) else arrow.chunked_array([made])
