"""Reading a DuckDB file: opened read-only, shut off from all other files, every cell as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from threading import Timer
from typing import Any, TypeVar

import pyarrow as arrow
import pyarrow.compute as compute
import pyarrow.types as arrow_types

from .address import DatabaseAddress
from .database import MOST_SORTED_BY, DatabaseColumn, Reading, Size, TableName, quoted
from .refusal import SnapshotRefused

Answer = TypeVar("Answer")

BATCH = 100_000  # rows turned into columns at a time
SETTINGS = {
    "enable_external_access": "false",  # a view of another file stays closed
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "temp_directory": "",  # nothing that identifies anyone is written down on the way
}
FLOATS = ("FLOAT", "DOUBLE")  # printed by Arrow, as those of a Parquet file are
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
READINGS: dict[str, Reading] = {
    **dict.fromkeys(("BOOLEAN", "DECIMAL", "UHUGEINT", *FLOATS, *WHOLE), "number"),
    **dict.fromkeys(("VARCHAR", "ENUM", "UUID"), "text"),
    **dict.fromkeys(("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), "moment"),
    "TIMESTAMP WITH TIME ZONE": "zoned moment",
}

TOO_LONG = "a query took longer than the limit and was stopped. Raise it with --timeout, or read from a narrower view."
LOCKED = "another program has it open for writing. Close that first."
NO_DATABASE = "it is no database of DuckDB, or a newer version wrote it. Look at it in DuckDB itself."

TABLES = """
SELECT DISTINCT schema_name, table_name FROM duckdb_columns()
WHERE database_name = current_database() AND NOT internal ORDER BY 1, 2
"""
COLUMNS = """
SELECT column_name, data_type FROM duckdb_columns()
WHERE database_name = current_database() AND schema_name = ? AND table_name = ? ORDER BY column_index
"""


class DuckdbDatabase:
    """An open DuckDB file (a `Database`)."""

    default_schema = "main"

    def __init__(self, connection: Any, seconds: int) -> None:
        self._connection = connection
        self._seconds = seconds

    def tables(self) -> tuple[TableName, ...]:
        return tuple(TableName(*row) for row in self._answer(TABLES, "The database"))

    def columns(self, table: TableName) -> tuple[DatabaseColumn, ...]:
        found = self._answer(COLUMNS, table.label, (table.schema, table.name))
        return tuple(DatabaseColumn(name, words, _reading(words)) for name, words in found)

    def hides_rows(self, table: TableName) -> bool:
        return False  # DuckDB has no users

    def size(self, table: TableName, columns: Sequence[DatabaseColumn]) -> Size:
        lengths = [f"strlen(CAST({_cell(column)} AS VARCHAR))" for column in columns]
        wanted = ", ".join(f"coalesce(max({one}), 0), coalesce(sum({one}), 0)" for one in lengths)
        query = f"SELECT count(*), {wanted} FROM {self._place(table)} AS source"
        n_rows, *measured = self._answer(query, table.label)[0]
        longest = {column.name: int(most) for column, most in zip(columns, measured[::2], strict=True)}
        return Size(n_rows, int(sum(measured[1::2])), longest)

    def rows(self, table: TableName, columns: Sequence[DatabaseColumn]) -> Any:
        wanted = ", ".join(f"{_cell(column)} AS {quoted(column.name)}" for column in columns)
        order = ", ".join(f"{_sorted_by(column)} NULLS FIRST" for column in columns[:MOST_SORTED_BY])
        query = f"SELECT {wanted} FROM {self._place(table)} AS source ORDER BY {order}"
        return self._spoken(lambda: self._columns_of(query), table.label)

    def _place(self, table: TableName) -> str:
        """The whole name: a schema may bear the name of the file, and would be mistaken for it."""
        file = self._answer("SELECT current_database()", table.label)[0][0]
        return f"{quoted(str(file))}.{table.quoted}"

    def _columns_of(self, query: str) -> Any:
        reader = self._connection.sql(query).to_arrow_reader(BATCH)
        empty = arrow.Table.from_batches([], reader.schema)
        return arrow.concat_tables([_encoded(empty), *(_encoded(arrow.table(batch)) for batch in reader)])

    def _answer(self, query: str, what: str, values: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._spoken(
            lambda: self._connection.execute(query, list(values)).fetchall(), what
        )
        return found

    def _spoken(self, work: Callable[[], Answer], what: str) -> Answer:
        """Do what asks the database within the time that a query may take. DuckDB has no such limit itself."""
        duckdb = _driver()
        limit = Timer(self._seconds, self._connection.interrupt)
        limit.daemon = True
        limit.start()
        try:
            return work()
        except (duckdb.Error, arrow.ArrowException, OSError, UnicodeError) as failure:
            sentence = _fault(failure, what)
        finally:
            limit.cancel()
        raise SnapshotRefused(sentence)


@contextmanager
def open_duckdb(address: DatabaseAddress, seconds: int, zone: str | None) -> Iterator[DuckdbDatabase]:
    """Open a DuckDB file for reading. seconds is the longest that one query may take; zone is that of the clinic."""
    connection = _opened(address, zone or "UTC")
    try:
        yield DuckdbDatabase(connection, seconds)
    finally:
        connection.close()


def _opened(address: DatabaseAddress, zone: str) -> Any:
    duckdb = _driver()
    try:
        connection = duckdb.connect(str(address.file), read_only=True, config=SETTINGS)
        connection.execute(f"SET TimeZone = '{zone}'")  # of the closed list of zones
        connection.execute("BEGIN TRANSACTION")
        return connection
    except (duckdb.Error, OSError) as failure:
        is_locked = "lock" in str(failure)
    raise SnapshotRefused(f"The DuckDB file cannot be opened: {LOCKED if is_locked else NO_DATABASE}")


def _driver() -> Any:
    """The driver, which only this command needs."""
    try:
        return import_module("duckdb")
    except ImportError:
        pass  # refused below, where the failure is no longer at hand to be shown
    raise SnapshotRefused("Reading DuckDB needs one more package: pip install -r requirements-sql.txt")


def _fault(failure: Exception, what: str) -> str:
    """Why something could not be read, by words in what DuckDB says, which may hold data and is not shown."""
    said = str(failure)
    if "nterrupt" in said:
        return f"{what}: {TOO_LONG}"
    if "file system operations are disabled" in said:
        return f"{what}: it is a view of another file, which a snapshot does not open. Make it a table."
    if "Out of Memory" in said:
        return f"{what}: it is too large for the memory of this machine. Read from a narrower view."
    return f"{what}: DuckDB could not read it. Look at it in DuckDB itself."


def _reading(type_name: str) -> Reading:
    """How a type is read: by its name without what stands in brackets, unless it is a list."""
    if type_name.endswith("]"):
        return "refused"
    return READINGS.get(type_name.partition("(")[0], "refused")


def _cell(column: DatabaseColumn) -> str:
    name = f"source.{quoted(column.name)}"
    if column.type_name in FLOATS:
        return name
    return f"CAST({f'CAST({name} AS TIMESTAMP)' if column.reading == 'zoned moment' else name} AS VARCHAR)"


def _sorted_by(column: DatabaseColumn) -> str:
    """Text is sorted by its bytes; an enumeration by its words."""
    name = f"source.{quoted(column.name)}"
    return f"CAST({name} AS VARCHAR)" if column.reading == "text" and column.type_name != "UUID" else name


def _encoded(cells: Any) -> Any:
    """Columns of text as places in a list of their distinct words, which takes less memory."""
    columns = [
        column if arrow_types.is_floating(column.type) else compute.dictionary_encode(column)
        for column in cells.columns
    ]
    return arrow.table(columns, names=cells.column_names)
