"""The tables that a mapping names, found in a database's catalogue, measured, and then read."""

from __future__ import annotations

from analysis.vocabulary import TABLES, nearest

from ..findings import FindingLog, Origin, counted, listed, shown_name
from ..limits import MOST_CELLS, MOST_COLUMNS, MOST_TEXT
from ..mapping import Mapping
from ..mapping_rules import SourceRule, TableRule
from ..source import SourceTable, named_columns
from .database import Database, DatabaseColumn, Size, TableName

LONGEST_CELL = 1 << 16  # bytes; a longer text is a document, and no column of a study holds one
Columns = tuple[DatabaseColumn, ...]


def read_sources(
    database: Database, rules: Mapping, zone: str | None, log: FindingLog
) -> dict[str, SourceTable | None]:
    """The cells that a mapping asks for, by source; only the columns that it reads leave the database.

    Nothing is read before every table and column is known to be there, of a type that can be read, and
    within the limits. Empty when something is not; the log then says so.
    """
    wanted = {rule.source: rules.sources[rule.source] for rule in rules.tables}
    found = _located(database, wanted, log)
    chosen = {name: _chosen(database, table, name, rules, zone, log) for name, table in found.items()}
    if not log.has_errors:
        for name, columns in chosen.items():
            _check_size(found[name], database.size(found[name], columns), len(columns), log)
    if log.has_errors:
        return {}
    return {name: _read(database, found[name], columns, log) for name, columns in chosen.items()}


def _located(database: Database, wanted: dict[str, SourceRule], log: FindingLog) -> dict[str, TableName]:
    """The table of each source. Names of a mapping are compared with the catalogue's, which alone become SQL."""
    known = {table.label: table for table in database.tables()}
    found = {}
    for name, rule in wanted.items():
        if rule.table is None:
            message = f"The mapping's source '{shown_name(name)}' is a file. A snapshot reads a database: name a table"
            log.add("error", "", f'{message}, as in table = "schema.name".')
            continue
        label = rule.table if "." in rule.table else f"{database.default_schema}.{rule.table}"
        if label in known:
            found[name] = known[label]
        else:
            near = nearest(label, known)
            hint = f" Is '{shown_name(near)}' meant?" if near else ""
            message = f"The mapping reads '{shown_name(label)}', which the database does not show to this user.{hint}"
            log.add("error", "", message)
    return found


def _chosen(
    database: Database, table: TableName, source: str, rules: Mapping, zone: str | None, log: FindingLog
) -> Columns:
    """The columns of a table that the mapping reads, in its order; faults go to the log."""
    label = shown_name(table.label)
    if database.hides_rows(table):
        log.add("note", "", f"{label}: the database hides rows of it from this user. They are not in the snapshot.")
    present = {column.name: column for column in database.columns(table)}
    asked = _asked([rule for rule in rules.tables if rule.source == source])
    for name in [name for name in asked if name not in present]:
        near = nearest(name, present)
        hint = f" Is '{shown_name(near)}' meant?" if near else ""
        message = f"{label}: the mapping of {asked[name]} reads the column '{shown_name(name)}', which is not there"
        log.add("error", asked[name], f"{message} or not this user's to read.{hint}", name)
    columns = tuple(present[name] for name in asked if name in present)
    _check_types(label, columns, zone, log)
    return columns


def _asked(rules: list[TableRule]) -> dict[str, str]:
    """The columns that rules read, each with the table it is for; what tells rows apart first, as rows sort by it."""
    asked: dict[str, str] = {}
    for rule in rules:
        keys = [rule.columns[key].reads() for key in TABLES[rule.table].key if key in rule.columns]
        for name in (*(name for names in keys for name in names), *sorted(rule.source_columns())):
            asked.setdefault(name, rule.table)
    return asked


def _check_types(label: str, columns: Columns, zone: str | None, log: FindingLog) -> None:
    if not columns:
        log.add("error", "", f"{label}: the mapping reads no column of it. Map at least one.")
    if len(columns) > MOST_COLUMNS:
        log.add("error", "", f"{label}: the mapping reads more than {MOST_COLUMNS:,} columns. Map fewer.")
    for column in columns:
        subject = f"{label}: column '{shown_name(column.name)}'"
        if column.reading == "refused":
            message = (
                f"{subject} is of the type {shown_name(column.type_name)}, which is neither a number, a text, "
                "true or false, nor a date. Leave it out, or give a view that turns it into one of them."
            )
            log.add("error", "", message, column.name)
        if column.reading == "zoned moment" and zone is None:
            repair = "Say in which zone the clinic's days are counted, such as --time-zone America/New_York."
            log.add("error", "", f"{subject} holds moments of universal time. {repair}", column.name)


def _check_size(table: TableName, size: Size, n_columns: int, log: FindingLog) -> None:
    label = shown_name(table.label)
    repair = "Read from a view with fewer rows or columns."
    if size.n_rows * n_columns > MOST_CELLS:
        asked = f"{counted(size.n_rows, 'row')} of {counted(n_columns, 'column')}"
        log.add("error", "", f"{label}: {asked} are more than {MOST_CELLS:,} cells. {repair}")
    if size.n_bytes > MOST_TEXT:
        log.add("error", "", f"{label}: the columns to be read hold more than {MOST_TEXT:,} bytes. {repair}")
    long = [name for name, length in size.longest.items() if length > LONGEST_CELL]
    if long:
        message = f"{label}: a cell is longer than {LONGEST_CELL:,} bytes in {listed(long)}. No study needs such a text"
        log.add("error", "", f"{message}: leave the column out.")


def _read(database: Database, table: TableName, columns: Columns, log: FindingLog) -> SourceTable | None:
    label = shown_name(table.label)
    names = [column.name for column in columns]
    cells = database.rows(table, columns)
    order = f"in the order of {listed(names)}, blanks first"
    log.add("note", "", f"{label}: {counted(cells.num_rows, 'row')} read; rows are counted from 2, {order}.")
    return named_columns(cells, names, Origin((label,)), "", log)
