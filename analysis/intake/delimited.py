"""Delimited text files (CSV, TSV) as columns of text; nothing is guessed, nothing is converted."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.csv as arrow_csv

from .files import StudyFile
from .findings import FindingLog, Origin, Positions, counted, row_words, unreadable
from .formats import format_of
from .limits import LARGEST_TEXT_FILE, LONGEST_LINE, MOST_CELLS, MOST_COLUMNS, MOST_RAGGED_ROWS
from .source import SourceTable, named_columns
from .text_scan import SAVE_AS, scan_text

BLOCK = 1 << 23  # longest row that can be read, with line ends in its cells, and the unit of parsing
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
ENCODINGS = ("utf-8", "latin-1", "cp1252", "utf-16")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UNPAIRED = "the rows could not be told apart. Look for a quotation mark without its partner."

Rename = Callable[[list[str]], list[str]]


@dataclass(frozen=True)
class TextFormat:
    """How a delimited file is written: its delimiter and its encoding (one of ENCODINGS)."""

    delimiter: str
    encoding: str = "utf-8"


def default_format(file: StudyFile) -> TextFormat:
    """Commas, or tabs when the file name ends in .tsv; UTF-8."""
    return TextFormat("\t" if file.ending == ".tsv" else ",")


def read_delimited(
    file: StudyFile, form: TextFormat, table: str, log: FindingLog, rename: Rename | None = None
) -> SourceTable | None:
    """Read every cell of a delimited file as text; an empty cell is missing. None when an error was found.

    rename gives the columns other names than row 1 has, before they are checked.
    Row numbers count records, as a spreadsheet does: the header is row 1.
    """
    try:
        return _read(file, form, table, log, rename)
    except OSError as failure:
        log.add("error", table, unreadable(f"{file.label}: the file", failure))
        return None


def _read(file: StudyFile, form: TextFormat, table: str, log: FindingLog, rename: Rename | None) -> SourceTable | None:
    n_lines = _checked_lines(file, form, table, log)
    if n_lines is None:
        return None
    ragged: list[int] = []
    cells: arrow.Table | None = None
    header: list[str] = []
    fault: str | None = UNPAIRED
    try:
        header, has_rows = _header(file, form)
        fault = _header_fault(header, form) or _size_fault(len(header), n_lines)
        if fault is None:
            names = [f"c{place}" for place in range(len(header))]
            cells = _parse(file, form, names, ragged) if has_rows else _no_rows(names)
    except (csv.Error, arrow.ArrowInvalid, UnicodeError):
        fault = UNPAIRED
    if ragged:
        _report_ragged(file, ragged, len(header), table, log)
    elif fault is not None:
        log.add("error", table, f"{file.label}: {fault}")
    elif cells is not None:
        return named_columns(cells, rename(header) if rename else header, Origin((file.label,)), table, log)
    return None


def _checked_lines(file: StudyFile, form: TextFormat, table: str, log: FindingLog) -> int | None:
    """The number of line ends of a file that is text; None when it is not, and the log says what it is."""
    size = file.path.stat().st_size
    found = format_of(file.path)
    n_lines = 0
    fault: str | None
    if found:
        fault = f"is {found}, not delimited text. {SAVE_AS} or give it its own file ending."
    elif size > LARGEST_TEXT_FILE:
        fault = f"is larger than {LARGEST_TEXT_FILE / 1e9:g} GB, the most for delimited text. Save it as Parquet."
    elif form.encoding == "utf-8" and _starts_as_utf_16(file):
        fault = f"is UTF-16 text, not UTF-8. {SAVE_AS}, or name its encoding in a mapping."
    else:
        scan = scan_text(file.path, form.encoding)
        fault, n_lines = scan.fault, scan.n_lines
    if fault:
        log.add("error", table, f"{file.label}: the file {fault}")
        return None
    return n_lines


def _starts_as_utf_16(file: StudyFile) -> bool:
    with file.path.open("rb") as opened:
        return opened.read(2) in UTF_16


def _header(file: StudyFile, form: TextFormat) -> tuple[list[str], bool]:
    """The column names, and whether anything follows them. Raises csv.Error when row 1 does not end."""
    encoding = "utf-8-sig" if form.encoding == "utf-8" else form.encoding
    with file.path.open(encoding=encoding, newline="") as opened:
        start = io.StringIO(opened.read(LONGEST_LINE), newline="")
        more = opened.read(1) != ""
    records = csv.reader(start, delimiter=form.delimiter)
    names = [name.strip() for name in next(records, [])]
    at_end = start.read(1) == ""
    if at_end and more:
        raise csv.Error
    return names, not at_end


def _header_fault(header: list[str], form: TextFormat) -> str | None:
    if len(header) > MOST_COLUMNS:
        return f"row 1 has {len(header):,} cells, and a table at most {MOST_COLUMNS:,} columns. Split the table."
    if len(header) > 1:
        return None
    only = header[0] if header else ""
    for word, delimiter in DELIMITERS.items():
        if delimiter != form.delimiter and delimiter in only:
            expected = next(name for name, sign in DELIMITERS.items() if sign == form.delimiter)
            message = f"the columns seem to be separated by {word} and not by {expected}. "
            return message + f"Save it with {expected}, or name the delimiter in a mapping."
    return None if only else "the first row holds no column names. Put the column names in row 1."


def _size_fault(n_columns: int, n_lines: int) -> str | None:
    if n_columns * n_lines <= MOST_CELLS:
        return None
    most = f"{MOST_CELLS:,} cells ({MOST_CELLS * 8 / 1e9:g} GB of memory)"
    return f"{n_columns:,} columns in {n_lines:,} lines are more than {most}. Split the study."


def _parse(file: StudyFile, form: TextFormat, names: list[str], ragged: list[int]) -> arrow.Table:
    def skip(row: Any) -> str:
        ragged.append(int(row.number))
        return "skip" if len(ragged) <= MOST_RAGGED_ROWS else "error"

    return arrow_csv.read_csv(
        file.path,
        read_options=arrow_csv.ReadOptions(
            column_names=names, skip_rows_after_names=1, use_threads=False, block_size=BLOCK, encoding=form.encoding
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=form.delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=skip
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, arrow.large_string()), strings_can_be_null=True, null_values=[""]
        ),
    )


def _no_rows(names: list[str]) -> arrow.Table:
    return arrow.table({name: arrow.chunked_array([], arrow.large_string()) for name in names})


def _report_ragged(file: StudyFile, rows: list[int], n_columns: int, table: str, log: FindingLog) -> None:
    numbers: Positions = np.asarray(rows, dtype=np.int64)
    least = "at least " if len(rows) > MOST_RAGGED_ROWS else ""
    amount = f"{least}{counted(len(rows), 'row')}"
    message = f"{file.label}: has {amount} without exactly {n_columns} cells ({row_words(numbers)}). "
    log.add_rows("error", table, message + "Look for a delimiter or a quotation mark inside a cell.", numbers)
