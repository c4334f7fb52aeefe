"""The sizes that the pages of a Parquet file claim, read from their headers alone.

Arrow takes memory for a page as its header asks, whatever the footer says, so the headers are added up
first. They are written in Thrift's compact protocol, of which only skipping is needed here.

A damaged footer can end the whole process inside Arrow, so this file also runs alone, in a process of its own that
`parquet_trial` asks: it imports nothing of its neighbours. One request a line of JSON, one answer a line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TextIO

STOP = 0
TRUE, FALSE, BYTE, SHORT, INTEGER, LONG, DOUBLE, BYTES, LIST, SET, MAP, STRUCT = range(1, 13)
UNPACKED_FIELD, PACKED_FIELD = 2, 3
DEEPEST = 8  # a page header nests three structures
LONG_LIST = 15


class PageLimits(NamedTuple):
    """The longest header that is looked at, in bytes, and the most pages."""

    header: int
    pages: int


class DamagedPages(Exception):
    """Page headers that are none, or that run out of their column."""


class _Header:
    """A place in the bytes of one page header."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.place = 0

    def byte(self) -> int:
        if self.place >= len(self._data):
            raise DamagedPages
        self.place += 1
        return self._data[self.place - 1]

    def unsigned(self) -> int:
        """A whole number in groups of seven bits, lowest first."""
        value = shift = 0
        while True:
            group = self.byte()
            value |= (group & 0x7F) << shift
            if group < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise DamagedPages

    def signed(self) -> int:
        value = self.unsigned()
        return (value >> 1) ^ -(value & 1)

    def skip_bytes(self, count: int) -> None:
        self.place += count
        if self.place > len(self._data):
            raise DamagedPages

    def skip(self, kind: int, depth: int) -> None:
        """Pass over one value of a kind."""
        if kind in (SHORT, INTEGER, LONG):
            self.unsigned()
        elif kind == BYTE:
            self.byte()
        elif kind == DOUBLE:
            self.skip_bytes(8)
        elif kind == BYTES:
            self.skip_bytes(self.unsigned())
        elif kind in (LIST, SET):
            self._skip_list(depth)
        elif kind == STRUCT:
            self.fields(depth + 1)
        elif kind not in (TRUE, FALSE):  # a page header has no maps
            raise DamagedPages

    def _skip_list(self, depth: int) -> None:
        head = self.byte()
        count = self.unsigned() if head >> 4 == LONG_LIST else head >> 4
        for _ in range(count):
            kind = head & 0x0F
            self.skip(BYTE if kind in (TRUE, FALSE) else kind, depth)

    def fields(self, depth: int = 0) -> dict[int, int]:
        """The whole numbers among the fields of a structure, by field number."""
        if depth > DEEPEST:
            raise DamagedPages
        numbers: dict[int, int] = {}
        field = 0
        while (head := self.byte()) != STOP:
            field = field + (head >> 4) if head >> 4 else self.signed()
            if head & 0x0F == INTEGER:
                numbers[field] = self.signed()
            else:
                self.skip(head & 0x0F, depth)
        return numbers


def unpacked_bytes(path: Path, claims: Any, limits: PageLimits) -> int:
    """The bytes of all pages of all columns once unpacked, as the page headers have it. Raises DamagedPages."""
    total = n_pages = 0
    with path.open("rb") as file:
        for group in range(claims.num_row_groups):
            for place in range(claims.num_columns):
                for size in _page_sizes(file, claims.row_group(group).column(place), limits.header):
                    total += size
                    n_pages += 1
                    if n_pages > limits.pages:
                        raise DamagedPages
    return total


def _page_sizes(file: BinaryIO, column: Any, longest_header: int) -> list[int]:
    """The unpacked size of each page of one column in one group of rows."""
    place = column.data_page_offset
    if column.has_dictionary_page and 0 < column.dictionary_page_offset < place:
        place = column.dictionary_page_offset
    end = place + column.total_compressed_size
    sizes = []
    while place < end:
        file.seek(place)
        header = _Header(file.read(longest_header))
        numbers = header.fields()
        unpacked, packed = numbers.get(UNPACKED_FIELD, -1), numbers.get(PACKED_FIELD, -1)
        if unpacked < 0 or packed < 0:
            raise DamagedPages
        sizes.append(unpacked)
        place += header.place + packed
    return sizes


def answer(requests: TextIO, answers: TextIO) -> None:
    """Answer requests until there are no more: a file's rows, columns and unpacked bytes, or null for a damaged one.

    A request names the file, Arrow's own limits, the limits of its pages, and up to how many cells and unpacked bytes
    the file is read as well, as a trial.
    """
    import pyarrow as arrow
    from pyarrow.parquet import ParquetFile

    for line in requests:
        asked = json.loads(line)
        found: list[int] | None = None
        try:
            with ParquetFile(asked["path"], **asked["reading"]) as opened:
                claims = opened.metadata
                unpacked = unpacked_bytes(Path(asked["path"]), claims, PageLimits(*asked["limits"]))
                found = [claims.num_rows, claims.num_columns, unpacked]
                most_cells, most_bytes = asked["trial"]
                if claims.num_rows * claims.num_columns <= most_cells and unpacked <= most_bytes:
                    opened.read(use_threads=False).validate(full=True)
        except DamagedPages:
            found = None
        except (arrow.ArrowException, OSError, UnicodeError):
            pass  # Arrow says so again, in words, to the process that reads the file
        answers.write(json.dumps(found) + "\n")
        answers.flush()


if __name__ == "__main__":
    answer(sys.stdin, sys.stdout)
