"""Patients' codes replaced in tables that a mapping made, and the order of the file forgotten with them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as arrow

from ..findings import Origin
from ..source import SourceTable
from .people import new_codes

ID = "patient_id"


def with_new_codes(tables: dict[str, SourceTable]) -> dict[str, SourceTable]:
    """The tables with a new code for each patient, their rows in the order of the new codes."""
    keys: list[str] = []
    for table in tables.values():
        if ID in table.cells.column_names:
            keys += [key for key in table.cells.column(ID).to_pylist() if key is not None]
    codes = new_codes(keys, keep=False)
    return {name: _recoded(table, codes) for name, table in tables.items()}


def _recoded(table: SourceTable, codes: dict[str, str]) -> SourceTable:
    if ID not in table.cells.column_names:
        return table
    coded = pd.Series(table.cells.column(ID).to_pylist(), dtype="str").map(codes)
    order = coded.argsort(kind="stable").to_numpy().astype(np.int64)
    place = table.cells.column_names.index(ID)
    column = arrow.chunked_array([arrow.array(coded, from_pandas=True).cast(arrow.large_string())])
    cells = table.cells.set_column(place, ID, column).take(arrow.array(order))
    origin = table.origin
    rows = order + 2 if origin.rows is None else origin.rows[order]
    return SourceTable(cells, Origin(origin.labels, None if origin.parts is None else origin.parts[order], rows))
