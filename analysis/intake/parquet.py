"""Parquet files as typed columns."""

from __future__ import annotations

from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as arrow_parquet
import pyarrow.types as arrow_types

from .findings import FindingLog, Origin, unreadable
from .source import SourceTable, named_columns

MOST_CELLS = 1_000_000_000  # per file; 8 GB as 8-byte numbers. A million patients need under 0.4e9 in all files


def read_parquet(path: Path, table: str, log: FindingLog) -> SourceTable | None:
    """Read a Parquet file with its types as they are. None when an error was found.

    Rows are numbered as in a spreadsheet of the same table: the first row of data is row 2.
    """
    try:
        schema = arrow_parquet.read_schema(path)
        texts = [name for name, kind in zip(schema.names, schema.types, strict=True) if arrow_types.is_string(kind)]
        file = arrow_parquet.ParquetFile(path, read_dictionary=texts)
        if file.metadata.num_rows * file.metadata.num_columns > MOST_CELLS:
            most = f"{MOST_CELLS:,} cells ({MOST_CELLS * 8 / 1e9:g} GB of memory)"
            log.add("error", table, f"{path.name}: the file claims more than {most}. Split the study.")
            return None
        cells = file.read()
    except (arrow.ArrowException, OSError, UnicodeError) as failure:
        message = f"{path.name}: the file is not readable as Parquet. Export it again, or use CSV."
        if isinstance(failure, OSError) and failure.errno:  # the system's; Arrow's own carry no number
            message = unreadable(f"{path.name}: the file", failure)
        log.add("error", table, message)
        return None
    names = [name.strip() for name in cells.column_names]
    return named_columns(cells, names, Origin((path.name,)), table, log)
