"""What a snapshot needs of a database, whichever it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

MOST_SORTED_BY = 100  # columns; rows alike in so many are repeats, and PostgreSQL takes only 1,664 in all

Reading = Literal["number", "text", "moment", "zoned moment", "refused"]


@dataclass(frozen=True, order=True)
class TableName:
    """A table or view by its schema and name, as the catalogue of the database spells them."""

    schema: str
    name: str

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def quoted(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"


@dataclass(frozen=True)
class DatabaseColumn:
    """A column: its type in the database's words, and how its cells are read."""

    name: str
    type_name: str
    reading: Reading


@dataclass(frozen=True)
class Size:
    """How much a reading of a table gives: rows, bytes of text, and each column's longest text in bytes."""

    n_rows: int
    n_bytes: int
    longest: dict[str, int]


class Database(Protocol):
    """A database opened for reading, in one moment of its life: all tables are seen as they were together.

    Every method raises SnapshotRefused when the database does not answer.
    """

    default_schema: str

    def tables(self) -> tuple[TableName, ...]:
        """The tables and views that this user may read."""

    def columns(self, table: TableName) -> tuple[DatabaseColumn, ...]:
        """The columns of a table that this user may read."""

    def hides_rows(self, table: TableName) -> bool:
        """Whether the database shows this user only some rows of the table."""

    def size(self, table: TableName, columns: Sequence[DatabaseColumn]) -> Size:
        """How much reading these columns will give."""

    def rows(self, table: TableName, columns: Sequence[DatabaseColumn]) -> Any:
        """The cells as an Arrow table of text (or floats), sorted by the columns from left to right, blanks first.

        What a table holds must decide the order of its rows, or the digest would change with nothing changed.
        """


def quoted(name: str) -> str:
    """A name as SQL spells it. Names come from the catalogue of the database and never from a person."""
    return '"' + name.replace('"', '""') + '"'
