"""Reading PostgreSQL: one read-only transaction, every cell as the text that PostgreSQL prints."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO
from typing import Any, TypeVar

import pyarrow as arrow
import pyarrow.csv as arrow_csv

from .address import DatabaseAddress
from .database import MOST_SORTED_BY, DatabaseColumn, Reading, Size, TableName, quoted
from .postgresql_faults import connection_fault, statement_fault
from .refusal import SnapshotRefused

Answer = TypeVar("Answer")

CHUNK = 8 << 20  # bytes of rows turned into columns at a time
MOST_MEASURED = 500  # columns a query; PostgreSQL takes 1,664 results
MILLISECONDS = 1000
LOCK_SECONDS = 30  # a table that is being rebuilt is not waited for longer

READINGS: dict[str, Reading] = {
    **dict.fromkeys(("bool", "int2", "int4", "int8", "numeric", "float4", "float8"), "number"),
    **dict.fromkeys(("text", "varchar", "bpchar", "citext", "uuid"), "text"),
    **dict.fromkeys(("date", "timestamp"), "moment"),
    "timestamptz": "zoned moment",
}

TABLES = """
SELECT space.nspname, relation.relname FROM pg_catalog.pg_class relation
JOIN pg_catalog.pg_namespace space ON space.oid = relation.relnamespace
WHERE relation.relkind IN ('r', 'p', 'v', 'm', 'f')
AND pg_catalog.has_schema_privilege(space.oid, 'USAGE')
AND pg_catalog.has_any_column_privilege(relation.oid, 'SELECT') ORDER BY 1, 2
"""
COLUMNS = """
SELECT attribute.attname, pg_catalog.format_type(attribute.atttypid, attribute.atttypmod), attribute.atttypid
FROM pg_catalog.pg_attribute attribute
JOIN pg_catalog.pg_class relation ON relation.oid = attribute.attrelid
JOIN pg_catalog.pg_namespace space ON space.oid = relation.relnamespace
WHERE space.nspname = %s AND relation.relname = %s AND attribute.attnum > 0 AND NOT attribute.attisdropped
AND pg_catalog.has_column_privilege(relation.oid, attribute.attnum, 'SELECT') ORDER BY attribute.attnum
"""
TYPES = "SELECT oid, typname, typtype, typbasetype FROM pg_catalog.pg_type WHERE typtype IN ('b', 'd', 'e')"
HIDDEN = """
SELECT pg_catalog.row_security_active(relation.oid) FROM pg_catalog.pg_class relation
JOIN pg_catalog.pg_namespace space ON space.oid = relation.relnamespace
WHERE space.nspname = %s AND relation.relname = %s
"""
SETTINGS = "SELECT pg_catalog.set_config(name, value, false) FROM (VALUES {}) AS setting (name, value)"


class PostgresqlDatabase:
    """An open PostgreSQL database (a `Database`)."""

    default_schema = "public"

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._types: dict[int, Reading] = {}

    def tables(self) -> tuple[TableName, ...]:
        return tuple(TableName(*row) for row in self._answer(TABLES))

    def columns(self, table: TableName) -> tuple[DatabaseColumn, ...]:
        if not self._types:
            self._types = _readings({row[0]: row[1:] for row in self._answer(TYPES)})
        found = self._answer(COLUMNS, (table.schema, table.name))
        return tuple(DatabaseColumn(name, words, self._types.get(kind, "refused")) for name, words, kind in found)

    def hides_rows(self, table: TableName) -> bool:
        return bool(self._answer(HIDDEN, (table.schema, table.name))[0][0])

    def size(self, table: TableName, columns: Sequence[DatabaseColumn]) -> Size:
        n_rows, n_bytes = 0, 0
        longest: dict[str, int] = {}
        for first in range(0, len(columns), MOST_MEASURED):
            some = columns[first : first + MOST_MEASURED]
            lengths = [f"octet_length({_text(column)})" for column in some]
            wanted = ", ".join(f"coalesce(max({one}), 0), coalesce(sum({one}), 0)" for one in lengths)
            query = f"SELECT count(*), {wanted} FROM {table.quoted} AS source"
            n_rows, *measured = self._answer(query, what=table.label)[0]
            longest |= {column.name: int(most) for column, most in zip(some, measured[::2], strict=True)}
            n_bytes += int(sum(measured[1::2]))
        return Size(n_rows, n_bytes, longest)

    def rows(self, table: TableName, columns: Sequence[DatabaseColumn]) -> Any:
        wanted = ", ".join(_text(column) for column in columns)
        order = ", ".join(f"{_sorted_by(column)} NULLS FIRST" for column in columns[:MOST_SORTED_BY])
        query = f"COPY (SELECT {wanted} FROM {table.quoted} AS source ORDER BY {order}) TO STDOUT (FORMAT csv)"
        names = [column.name for column in columns]
        schema = arrow.schema([(name, arrow.dictionary(arrow.int32(), arrow.string())) for name in names])
        return _spoken(lambda: self._copied(query, schema), statement_fault, table.label)

    def _answer(self, query: str, values: Sequence[str] = (), what: str = "The database") -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = _spoken(
            lambda: self._connection.execute(query, values or None).fetchall(), statement_fault, what
        )
        return found

    def _copied(self, query: str, schema: Any) -> Any:
        with self._connection.cursor() as cursor, cursor.copy(query) as copy:
            parts = [_columns_of(chunk, schema) for chunk in _chunks(copy)]
        return arrow.concat_tables([schema.empty_table(), *parts])


@contextmanager
def open_postgresql(address: DatabaseAddress, seconds: int, zone: str | None) -> Iterator[PostgresqlDatabase]:
    """Connect, and start a transaction that can only read and sees all tables as of one moment.

    seconds is the longest that one query may take; zone is that of the days of the clinic.
    """
    connection = _spoken(lambda: _connected(address), connection_fault, "The database")
    try:
        database = PostgresqlDatabase(connection)
        wanted = {
            "statement_timeout": str(seconds * MILLISECONDS),
            "lock_timeout": str(LOCK_SECONDS * MILLISECONDS),
            "DateStyle": "ISO, YMD",
            "extra_float_digits": "1",  # every digit that a float needs to be the same float again
            "TimeZone": zone or "UTC",
        }
        places = ", ".join(["(%s, %s)"] * len(wanted))
        database._answer(SETTINGS.format(places), [text for pair in wanted.items() for text in pair])
        yield database
    finally:
        connection.close()


def _connected(address: DatabaseAddress) -> Any:
    psycopg = _driver()
    connection = psycopg.connect(**address.settings, client_encoding="UTF8", application_name="kat-outcomes snapshot")
    connection.read_only = True
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    return connection


def _driver() -> Any:
    """The driver, which only this command needs. Its own log names the host and the user, so it is not kept."""
    logging.getLogger("psycopg").disabled = True
    try:
        return import_module("psycopg")
    except ImportError:
        pass  # refused below, where the failure is no longer at hand to be shown
    raise SnapshotRefused("Reading PostgreSQL needs one more package: pip install -r requirements-sql.txt")


def _spoken(work: Callable[[], Answer], fault: Callable[[Any, str], str], what: str) -> Answer:
    """Do what asks the database. What the driver says in a failure is read here, and never passed on."""
    psycopg = _driver()
    try:
        return work()
    except (psycopg.Error, arrow.ArrowInvalid, UnicodeError) as failure:
        sentence = fault(failure, what)
    raise SnapshotRefused(sentence)


def _readings(types: dict[int, tuple[str, str, int]]) -> dict[int, Reading]:
    """How each type is read: an enumeration as its words, a domain as the type beneath it."""
    readings: dict[int, Reading] = {}
    for oid in types:
        name, kind, base = types[oid]
        while kind == "d" and base in types:
            name, kind, base = types[base]
        readings[oid] = "text" if kind == "e" else READINGS.get(name, "refused")
    return readings


def _text(column: DatabaseColumn) -> str:
    """A cell as text; moments in the zone of the clinic, without its name."""
    step = "::timestamp" if column.reading == "zoned moment" else ""
    return f"source.{quoted(column.name)}{step}::text"


def _sorted_by(column: DatabaseColumn) -> str:
    """Text is sorted by its bytes: the order must not depend on the language of the server."""
    name = f"source.{quoted(column.name)}"
    return f'{name}::text COLLATE "C"' if column.reading == "text" else name


def _chunks(copy: Any) -> Iterator[bytes]:
    """Whole rows, some megabytes at a time; the driver hands over one row at a time."""
    rows, length = [], 0
    for row in copy:
        rows.append(bytes(row))
        length += len(row)
        if length >= CHUNK:
            yield b"".join(rows)
            rows, length = [], 0
    if rows:
        yield b"".join(rows)


def _columns_of(chunk: bytes, schema: Any) -> Any:
    """Rows that PostgreSQL wrote as CSV, where only a cell without quotation marks is missing."""
    return arrow_csv.read_csv(
        BytesIO(chunk),
        arrow_csv.ReadOptions(column_names=schema.names, block_size=len(chunk)),
        arrow_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        arrow_csv.ConvertOptions(
            column_types=schema, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )
