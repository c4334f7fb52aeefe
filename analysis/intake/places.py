"""Texts as positions in a list of known texts, so that checks work on whole arrays of numbers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

Places = npt.NDArray[np.int64]


def places_in(cells: pd.Series, known: pd.Series | Iterable[str]) -> Places:
    """Where each text stands in a list of distinct texts; -1 when it is missing or not there."""
    value_set = _arrow_text(known) if isinstance(known, pd.Series) else arrow.array(known, arrow.large_string())
    found = compute.index_in(_arrow_text(cells), value_set=value_set)
    places: Places = compute.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return places


def _arrow_text(cells: pd.Series) -> arrow.Array:
    return arrow.array(cells.array, type=arrow.large_string())
