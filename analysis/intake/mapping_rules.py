"""What a mapping consists of: sources, filters and the ways that rows of a table are made."""

from __future__ import annotations

from dataclasses import dataclass

from .column_rules import ColumnRule, Columns


@dataclass(frozen=True)
class SourceRule:
    """One file: how it is written and which words in it mean a missing value.

    table names a table or view of a database in its place; only a snapshot reads one, and file is empty then.
    form names forms of a REDCap project in its place.
    """

    file: str
    delimiter: str | None = None
    encoding: str = "utf-8"
    decimal: str = "."
    missing: tuple[str, ...] = ()
    table: str | None = None
    form: tuple[str, ...] = ()


@dataclass(frozen=True)
class FilterRule:
    """Which rows of the source are used: values in or not in a set, blank or not, or known patients."""

    column: str
    test: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableRule:
    """One way rows of a table are made from a source. `long` makes one row per entry of each source row."""

    table: str
    source: str
    columns: Columns
    keep: tuple[FilterRule, ...] = ()
    long: tuple[Columns, ...] = ()
    drop_repeats: bool = False

    def source_columns(self) -> set[str]:
        """Every column of the source that the rule reads."""
        return {name for rule in self.column_rules() for name in rule.reads()} | {rule.column for rule in self.keep}

    def column_rules(self) -> list[ColumnRule]:
        """Every rule of a column, those of the `long` entries included."""
        return [*self.columns.values(), *(rule for entry in self.long for rule in entry.values())]
