"""One sheet of a checked workbook as columns of text, like a CSV file of it."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pyarrow as arrow
import python_calamine as calamine

from .files import Sheet, StudyFile
from .findings import FindingLog, Origin, counted, listed, row_words
from .limits import MOST_COLUMNS
from .numbers import LARGEST_WHOLE
from .private_folder import private_folder
from .source import SourceTable, named_columns
from .workbook import workbook_sheets

ROWS_AT_ONCE = 20_000  # as Python objects, before they are columns
NO_NAMES = "the first row holds no column names. Put the column names in row 1."
UNREADABLE = "the sheet is not readable. Save it as 'CSV UTF-8'."
FAILURES = (
    calamine.CalamineError,
    calamine.PasswordError,
    calamine.WorksheetNotFound,
    calamine.XmlError,
    calamine.ZipError,
    OSError,
    ValueError,
)

Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def read_sheet(file: StudyFile, table: str, log: FindingLog) -> SourceTable | None:
    """Read every cell of a sheet as the text it stands for; an empty cell is missing. None when an error was found.

    A formula is read as the value that Excel stored with it, and counted in a note. Nothing is computed.
    """
    assert file.sheet is not None
    if not _report_formulas(file.label, file.sheet, table, log):
        return None
    fault: str | None = UNREADABLE
    try:
        with calamine.CalamineWorkbook.from_path(file.path) as workbook:
            rows = workbook.get_sheet_by_name(file.sheet.name)
            fault = _shape_fault(rows)
            header, cells = _read(rows) if fault is None else ([], None)
    except FAILURES:
        fault = fault or UNREADABLE
    if fault is not None:
        log.add("error", table, f"{file.label}: {fault}")
        return None
    return named_columns(cells, header, Origin((file.label,)), table, log)


def read_only_sheet(file: StudyFile, table: str, log: FindingLog) -> SourceTable | None:
    """Read a workbook in place of one table: its only sheet with anything in it."""
    with private_folder() as room:
        sheets = workbook_sheets(file.path, file.label, room, log)
        if sheets is None:
            return None
        if len(sheets) != 1:
            names = listed(sheet.name for sheet in sheets)
            fault = f"the workbook has {counted(len(sheets), 'sheet')} in place of one ({names}). Save the table alone."
            log.add("error", table, f"{file.label}: {fault}")
            return None
        return read_sheet(replace(sheets[0], name=file.name), table, log)


def _report_formulas(label: str, sheet: Sheet, table: str, log: FindingLog) -> bool:
    """Note the formulas of a sheet; False when a formula has no stored result or a cell holds an error."""
    if sheet.n_formulas and not sheet.n_uncached:
        formulas = f"has {counted(sheet.n_formulas, 'cell')} with a formula"
        log.add("note", table, f"{label}: {formulas}. The values that Excel stored with them were read.")
    if sheet.n_uncached:
        without = f"{counted(sheet.n_uncached, 'formula')} without a stored value"
        log.add("error", table, f"{label}: has {without}. Open it in Excel and save it, or save it as 'CSV UTF-8'.")
    if sheet.n_errors:
        rows = np.unique(np.asarray(sheet.error_rows, dtype=np.int64))
        cells = f"{counted(sheet.n_errors, 'cell')} with an Excel error such as #N/A ({row_words(rows)})"
        log.add_rows("error", table, f"{label}: has {cells}. Correct them or leave them blank.", rows)
    return not sheet.n_uncached and not sheet.n_errors


def _shape_fault(rows: calamine.CalamineSheet) -> str | None:
    if rows.start is None:
        return "the sheet is empty. Fill it, or remove it when there is nothing to tell."
    if rows.width > MOST_COLUMNS:
        return f"has {rows.width:,} columns, and a table at most {MOST_COLUMNS:,}. Split the table."
    return NO_NAMES if rows.start[0] > 0 else None


def _read(rows: calamine.CalamineSheet) -> tuple[list[str], arrow.Table]:
    """The column names of row 1, and the cells below it."""
    lines = rows.iter_rows()
    header = [(_text(cell) or "").strip() for cell in next(lines)]
    names = [f"c{place}" for place in range(len(header))]
    return header, arrow.Table.from_batches(list(_batches(lines, names)), _schema(names))


def _schema(names: list[str]) -> arrow.Schema:
    return arrow.schema([(name, arrow.large_string()) for name in names])


def _batches(lines: Iterator[list[Value]], names: list[str]) -> Iterator[arrow.RecordBatch]:
    while some := list(itertools.islice(lines, ROWS_AT_ONCE)):
        columns = ([_text(cell) for cell in column] for column in zip(*some, strict=True))
        arrays = [arrow.array(column, arrow.large_string()) for column in columns]
        yield arrow.RecordBatch.from_arrays(arrays, names)


def _text(cell: Value) -> str | None:
    """A cell as CSV would have it; None when it is empty."""
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return _number(cell)
    return str(cell)


def _number(value: float) -> str:
    """A number without a needless ".0" and without an exponent."""
    if value.is_integer() and abs(value) < LARGEST_WHOLE:
        return str(int(value))
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text
