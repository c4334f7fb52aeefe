"""Parquet files as typed columns, after a look at what their footer claims."""

from __future__ import annotations

from typing import Any

import pyarrow as arrow
import pyarrow.compute as compute
import pyarrow.parquet as arrow_parquet
import pyarrow.types as arrow_types

from .files import StudyFile
from .findings import FindingLog, Origin, unreadable
from .formats import format_of
from .limits import (
    HIGHEST_PARQUET_RATIO,
    LARGEST_FOOTER,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_FOOTER_ENTRIES,
    MOST_TEXT,
    PARQUET_RATIO_FROM,
    SCHEMA_DEPTH,
    UNPACKED_FROM,
)
from .parquet_pages import DamagedPages
from .parquet_trial import Claims, claims_of
from .source import SourceTable, named_columns

UNREADABLE = "the file is not readable as Parquet. Export it again, or use CSV."
READING: dict[str, Any] = {
    "thrift_container_size_limit": MOST_FOOTER_ENTRIES,
    "thrift_string_size_limit": LARGEST_FOOTER,
    "schema_depth_limit": SCHEMA_DEPTH,
}
END = 8  # bytes: the length of the footer and "PAR1"


class Refused(Exception):
    """A file that is not read; the text says why and what to do."""


def read_parquet(file: StudyFile, table: str, log: FindingLog) -> SourceTable | None:
    """Read a Parquet file with its types as they are. None when an error was found.

    Rows are numbered as in a spreadsheet of the same table: the first row of data is row 2.
    """
    try:
        cells = _checked_cells(file)
    except Refused as refusal:
        log.add("error", table, f"{file.label}: {refusal}")
        return None
    except (arrow.ArrowException, OSError, UnicodeError) as failure:
        message = f"{file.label}: {UNREADABLE}"
        if isinstance(failure, OSError) and failure.errno:  # the system's; Arrow's own carry no number
            message = unreadable(f"{file.label}: the file", failure)
        log.add("error", table, message)
        return None
    names = [name.strip() for name in cells.column_names]
    return named_columns(cells, names, Origin((file.label,)), table, log)


def _checked_cells(file: StudyFile) -> arrow.Table:
    """Every column of the file. Raises Refused before memory is spent on what the footer or the pages claim."""
    size = file.path.stat().st_size
    _check_footer(file, size)
    try:
        claimed = claims_of(file.path, READING)
    except DamagedPages:
        raise Refused(UNREADABLE) from None
    _check_claims(claimed, size)
    with arrow_parquet.ParquetFile(file.path, **READING) as opened:
        schema, claims = opened.schema_arrow, opened.metadata
    texts = [field.name for field in schema if _is_text(field.type)]
    flat = _flat_columns(schema, claims)
    with arrow_parquet.ParquetFile(file.path, read_dictionary=texts, **READING) as opened:
        cells = opened.read(columns=flat, use_threads=False)
    _check_values(cells)
    for column in cells.columns:
        _check_text(column)
    return _with_nested(cells, schema, claims.num_rows)


def _check_footer(file: StudyFile, size: int) -> None:
    """The length of the footer, which Arrow reads as a whole."""
    found = format_of(file.path)
    if found is not None and found != "Parquet":
        raise Refused(f"the file is {found}, not Parquet. Export it again, or use CSV.")
    with file.path.open("rb") as opened:
        opened.seek(max(size - END, 0))
        end = opened.read(END)
    length = int.from_bytes(end[:4], "little")
    if not end.endswith(b"PAR1") or length + END > size:
        raise Refused(UNREADABLE)
    if length > LARGEST_FOOTER:
        raise Refused(f"the file's list of columns is longer than {LARGEST_FOOTER:,} bytes. Use CSV.")


def _check_claims(claims: Claims, size: int) -> None:
    n_cells = claims.num_rows * claims.num_columns
    if claims.num_columns > MOST_COLUMNS:
        raise Refused(
            f"the file has {claims.num_columns:,} columns, and a table at most {MOST_COLUMNS:,}. Split the table."
        )
    if n_cells > MOST_CELLS:
        most = f"{MOST_CELLS:,} cells ({MOST_CELLS * 8 / 1e9:g} GB of memory)"
        raise Refused(f"the file claims more than {most}. Split the study.")
    if n_cells > PARQUET_RATIO_FROM and n_cells * 8 > HIGHEST_PARQUET_RATIO * size:
        rows = f"{claims.num_rows:,} rows in {size:,} bytes"
        raise Refused(f"the file claims {rows}, more than {HIGHEST_PARQUET_RATIO} times its size in memory. Use CSV.")
    if claims.unpacked > UNPACKED_FROM and claims.unpacked > HIGHEST_PARQUET_RATIO * size:
        grown = f"unpacks to {claims.unpacked:,} bytes, more than {HIGHEST_PARQUET_RATIO} times its size"
        raise Refused(f"the file {grown}. Use CSV.")


def _flat_columns(schema: arrow.Schema, claims: Any) -> list[str] | None:
    """The names of the columns to read; None for all of them.

    Arrow reads by name, and takes the column b of a record a for a column 'a.b' too.
    """
    flat = [field.name for field in schema if _is_flat(field.type)]
    if len(flat) == len(schema):
        return None
    parts = [claims.schema.column(place).path.split(".") for place in range(claims.num_columns)]
    wanted = set(flat)
    read = sum(any(".".join(path[:depth]) in wanted for depth in range(1, len(path) + 1)) for path in parts)
    if read != len(flat):
        raise Refused("the file holds lists or records whose names are those of columns. Remove them.")
    return flat


def _is_text(kind: Any) -> bool:
    return bool(arrow_types.is_string(kind) or arrow_types.is_large_string(kind) or arrow_types.is_string_view(kind))


def _is_flat(kind: Any) -> bool:
    """Whether a cell is one number, one text or one time: of other types any amount may stand in one row."""
    if arrow_types.is_dictionary(kind):
        kind = kind.value_type
    simple = arrow_types.is_primitive(kind) or arrow_types.is_decimal(kind) or arrow_types.is_null(kind)
    return bool(simple or _is_text(kind))


def _with_nested(cells: arrow.Table, schema: arrow.Schema, n_rows: int) -> arrow.Table:
    """All columns in their order; lists, records and bytes are refused by their type, and not read for it."""
    read = iter(cells.columns)
    columns = [next(read) if _is_flat(field.type) else arrow.nulls(n_rows, field.type) for field in schema]
    return arrow.Table.from_arrays(columns, names=schema.names)


def _check_values(cells: arrow.Table) -> None:
    """That text is UTF-8 and every code has a text; Arrow trusts a file in that."""
    try:
        cells.validate(full=True)
    except arrow.ArrowInvalid:
        raise Refused("the file holds text that is not UTF-8, or is damaged. Export it again, or use CSV.") from None


def _check_text(column: Any) -> None:
    """The length of a column's text when each row has its own copy: a long text may be stored once for all rows."""
    if not arrow_types.is_dictionary(column.type) or not _is_text(column.type.value_type):
        return
    total = 0
    for chunk in column.chunks:
        lengths = compute.binary_length(chunk.dictionary)
        longest = compute.max(lengths).as_py() or 0
        if longest * len(chunk) > MOST_TEXT - total:
            copied = compute.sum(compute.take(compute.cast(lengths, arrow.int64()), chunk.indices)).as_py() or 0
        else:
            copied = 0
        total += copied
    if total > MOST_TEXT:
        raise Refused(f"a column holds more than {MOST_TEXT / 1e9:g} GB of text. Remove it, or split the study.")
