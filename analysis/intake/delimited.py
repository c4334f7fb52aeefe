"""Delimited text files (CSV, TSV) as columns of text; nothing is guessed, nothing is converted."""

from __future__ import annotations

import codecs
import csv
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.csv as arrow_csv

from .findings import FindingLog, Origin, Positions, counted, row_words, unreadable
from .source import SourceTable, named_columns

CHUNK = 1 << 22
BLOCK = 1 << 25  # longest row that can be read, and the unit of parsing
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
ENCODINGS = ("utf-8", "latin-1", "cp1252", "utf-16")
MARKS = {codecs.BOM_UTF16_LE: "UTF-16 text", codecs.BOM_UTF16_BE: "UTF-16 text"}
FORMATS = {
    b"PK\x03\x04": "an Excel workbook or ZIP archive",
    b"PAR1": "Parquet",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
}
SAVE_AS = "Save it as 'CSV UTF-8'"


@dataclass(frozen=True)
class TextFormat:
    """How a delimited file is written: its delimiter and its encoding (one of ENCODINGS)."""

    delimiter: str
    encoding: str = "utf-8"


def default_format(path: Path) -> TextFormat:
    """Commas, or tabs when the file name ends in .tsv; UTF-8."""
    return TextFormat("\t" if path.suffix.lower() == ".tsv" else ",")


def read_delimited(path: Path, form: TextFormat, table: str, log: FindingLog) -> SourceTable | None:
    """Read every cell of a delimited file as text; an empty cell is missing. None when an error was found.

    Row numbers count records, as a spreadsheet does: the header is row 1.
    """
    try:
        return _read(path, form, table, log)
    except OSError as failure:
        log.add("error", table, unreadable(f"{path.name}: the file", failure))
        return None


def _read(path: Path, form: TextFormat, table: str, log: FindingLog) -> SourceTable | None:
    if not _is_text(path, form, table, log):
        return None
    header, has_rows = _header(path, form)
    if not _header_fits(path.name, header, form, table, log):
        return None
    names = [f"c{place}" for place in range(len(header))]
    ragged: list[int] = []
    try:
        cells = _parse(path, form, names, ragged) if has_rows else _no_rows(names)
    except (arrow.ArrowInvalid, UnicodeError):
        log.add(
            "error",
            table,
            f"{path.name}: the rows could not be told apart. Look for a quotation mark without its partner.",
        )
        return None
    if ragged:
        _report_ragged(path.name, ragged, len(header), table, log)
        return None
    return named_columns(cells, header, Origin((path.name,)), table, log)


def _is_text(path: Path, form: TextFormat, table: str, log: FindingLog) -> bool:
    with path.open("rb") as file:
        start = file.read(4)
    fault: str | None
    found = next((name for mark, name in FORMATS.items() if start.startswith(mark)), None)
    if found:
        fault = f"is {found}, not delimited text. {SAVE_AS} or give it its own file ending."
    elif form.encoding == "utf-8" and start[:2] in MARKS:
        fault = f"is {MARKS[start[:2]]}, not UTF-8. {SAVE_AS}, or name its encoding in a mapping."
    else:
        fault = _scan(path, form.encoding)
    if fault:
        log.add("error", table, f"{path.name}: the file {fault}")
    return fault is None


def _scan(path: Path, encoding: str) -> str | None:
    """One pass over the bytes: empty, not in its encoding, or with NUL bytes; the fault in words."""
    decoder = codecs.getincrementaldecoder(encoding)()
    seen_line_ends, blank = 0, True
    with path.open("rb") as file:
        for chunk in itertools.chain(iter(lambda: file.read(CHUNK), b""), (b"",)):
            if encoding != "utf-16" and b"\0" in chunk:
                row = seen_line_ends + chunk[: chunk.index(b"\0")].count(b"\n") + 1
                return f"holds NUL bytes (first in line {row}), so it is damaged or not text. Export it again."
            try:
                blank = not decoder.decode(chunk, final=not chunk).strip("\ufeff \t\r\n") and blank
            except UnicodeDecodeError as failure:
                row = seen_line_ends + chunk[: failure.start].count(b"\n") + 1
                name = encoding.upper()
                return f"is not {name} text (first in line {row}). {SAVE_AS}, or name its encoding in a mapping."
            except UnicodeError:  # what the decoder of UTF-16 says of a missing mark
                return f"is not marked as {encoding.upper()} at its start. {SAVE_AS}, or name its true encoding."
            seen_line_ends += chunk.count(b"\n")
    return "is empty. Export it again, or remove it when there is nothing to tell." if blank else None


def _header(path: Path, form: TextFormat) -> tuple[list[str], bool]:
    """The column names, and whether anything follows them."""
    encoding = "utf-8-sig" if form.encoding == "utf-8" else form.encoding
    with path.open(encoding=encoding, newline="") as file:
        records = csv.reader(file, delimiter=form.delimiter)
        try:
            names = [name.strip() for name in next(records, [])]
        except csv.Error:
            return [], False
        return names, file.readline() != ""


def _header_fits(file: str, header: list[str], form: TextFormat, table: str, log: FindingLog) -> bool:
    if len(header) > 1:
        return True
    only = header[0] if header else ""
    for word, delimiter in DELIMITERS.items():
        if delimiter != form.delimiter and delimiter in only:
            expected = next(name for name, sign in DELIMITERS.items() if sign == form.delimiter)
            message = f"{file}: the columns seem to be separated by {word} and not by {expected}. "
            log.add("error", table, message + f"Save it with {expected}, or name the delimiter in a mapping.")
            return False
    if only:
        return True
    log.add("error", table, f"{file}: the first row holds no column names. Put the column names in row 1.")
    return False


def _parse(path: Path, form: TextFormat, names: list[str], ragged: list[int]) -> arrow.Table:
    def skip(row: Any) -> str:
        ragged.append(int(row.number))
        return "skip"

    return arrow_csv.read_csv(
        path,
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


def _report_ragged(file: str, rows: list[int], n_columns: int, table: str, log: FindingLog) -> None:
    numbers: Positions = np.asarray(rows, dtype=np.int64)
    message = f"{file}: has {counted(len(rows), 'row')} without exactly {n_columns} cells ({row_words(numbers)}). "
    log.add_rows("error", table, message + "Look for a delimiter or a quotation mark inside a cell.", numbers)
