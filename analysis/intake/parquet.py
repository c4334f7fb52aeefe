"""Parquet files as typed columns."""

from __future__ import annotations

from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as arrow_parquet
import pyarrow.types as arrow_types

from .findings import FindingLog, Origin
from .source import SourceTable, named_columns

MOST_CELLS = 2_000_000_000  # 16 GB as 8-byte numbers; a file of a few MB can claim more


def read_parquet(path: Path, table: str, log: FindingLog) -> SourceTable | None:
    """Read a Parquet file with its types as they are. None when an error was found.

    Rows are numbered as in a spreadsheet of the same table: the first row of data is row 2.
    """
    try:
        schema = arrow_parquet.read_schema(path)
        texts = [name for name, kind in zip(schema.names, schema.types, strict=True) if arrow_types.is_string(kind)]
        file = arrow_parquet.ParquetFile(path, read_dictionary=texts)
        if file.metadata.num_rows * file.metadata.num_columns > MOST_CELLS:
            log.add("error", table, f"{path.name}: the file claims more than {MOST_CELLS:,} cells. Split the study.")
            return None
        cells = file.read()
    except (arrow.ArrowException, OSError, UnicodeDecodeError):
        log.add("error", table, f"{path.name}: the file is not readable as Parquet. Export it again, or use CSV.")
        return None
    names = [name.strip() for name in cells.column_names]
    return named_columns(cells, names, Origin((path.name,)), table, log)
