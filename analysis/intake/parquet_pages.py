"""The sizes that the pages of a Parquet file claim, read from their headers alone.

Arrow takes memory for a page as its header asks, whatever the footer says, so the headers are added up
first. They are written in Thrift's compact protocol, of which only skipping is needed here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from .limits import LONGEST_PAGE_HEADER, MOST_PAGES

STOP = 0
TRUE, FALSE, BYTE, SHORT, INTEGER, LONG, DOUBLE, BYTES, LIST, SET, MAP, STRUCT = range(1, 13)
UNPACKED_FIELD, PACKED_FIELD = 2, 3
DEEPEST = 8  # a page header nests three structures
LONG_LIST = 15


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


def unpacked_bytes(path: Path, claims: Any) -> int:
    """The bytes of all pages of all columns once unpacked, as the page headers have it. Raises DamagedPages."""
    total = n_pages = 0
    with path.open("rb") as file:
        for group in range(claims.num_row_groups):
            for place in range(claims.num_columns):
                for size in _page_sizes(file, claims.row_group(group).column(place)):
                    total += size
                    n_pages += 1
                    if n_pages > MOST_PAGES:
                        raise DamagedPages
    return total


def _page_sizes(file: BinaryIO, column: Any) -> list[int]:
    """The unpacked size of each page of one column in one group of rows."""
    place = column.data_page_offset
    if column.has_dictionary_page and 0 < column.dictionary_page_offset < place:
        place = column.dictionary_page_offset
    end = place + column.total_compressed_size
    sizes = []
    while place < end:
        file.seek(place)
        header = _Header(file.read(LONGEST_PAGE_HEADER))
        numbers = header.fields()
        unpacked, packed = numbers.get(UNPACKED_FIELD, -1), numbers.get(PACKED_FIELD, -1)
        if unpacked < 0 or packed < 0:
            raise DamagedPages
        sizes.append(unpacked)
        place += header.place + packed
    return sizes
