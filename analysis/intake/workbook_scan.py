"""What an Excel workbook's XML holds, counted while it streams by: cells, formulas, errors, and the space they span.

A sheet is read into one rectangle, so two cells far apart can ask for gigabytes. Each part is looked at as
if it were a sheet, whatever its name: which part is one is for the workbook to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from .limits import LONGEST_XML_TOKEN, MOST_WORKBOOK_CELLS, MOST_WORKBOOK_PARTS, MOST_XML_ELEMENTS

PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
ROW = re.compile(r"[1-9][0-9]{0,6}")
ENTRIES = ("sheet", "Relationship")  # of the workbook's list of sheets, and of the list of where they are
MOST_ERROR_ROWS = 100_000  # remembered of one sheet


class WorkbookRefused(Exception):
    """A workbook that is not read; the text says why and what to do."""


DAMAGED = "holds XML that is damaged or is not Excel's. Save it again as 'Excel Workbook (.xlsx)'."
TOO_MANY = f"spans more than {MOST_WORKBOOK_CELLS:,} cells, the most for a workbook. Save its sheets as 'CSV UTF-8'."
TOO_MANY_ELEMENTS = f"holds more than {MOST_XML_ELEMENTS:,} XML elements. Save its sheets as 'CSV UTF-8'."


@dataclass
class Totals:
    """What all parts of one workbook hold together."""

    n_cells: int = 0
    n_elements: int = 0


@dataclass
class PartFacts:
    """What one part holds: as a sheet its formulas and errors, as a table of contents its entries.

    error_rows are the rows with a cell such as #N/A, in order; n_uncached counts formulas without a stored result.
    """

    n_formulas: int = 0
    n_uncached: int = 0
    n_errors: int = 0
    error_rows: list[int] = field(default_factory=list)
    entries: list[dict[str, str]] = field(default_factory=list)


class PartScan:
    """Follows one part of a workbook as its bytes come. Raises WorkbookRefused as soon as a limit is passed."""

    def __init__(self, totals: Totals) -> None:
        self.facts = PartFacts()
        self._totals = totals
        self._spanned = 0
        self._row = self._column = 0
        self._low_row = self._low_column = 1 << 30
        self._high_row = self._high_column = 0
        self._is_formula = self._has_value = self._is_text = False
        self._fed = 0
        self._parser = expat.ParserCreate("UTF-8")  # whatever the part declares: the reader takes it as UTF-8
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, piece: bytes) -> None:
        """Take the next bytes in. UTF-16, which the parser would take too and the reader would not, has NUL bytes."""
        if b"\0" in piece:
            raise WorkbookRefused(DAMAGED)
        self._parse(piece, False)
        self._fed += len(piece)
        if self._fed - self._parser.CurrentByteIndex > LONGEST_XML_TOKEN + len(piece):
            raise WorkbookRefused(f"holds one XML tag longer than {LONGEST_XML_TOKEN:,} bytes. No workbook does.")

    def close(self) -> PartFacts:
        """The facts once all bytes were fed."""
        self._parse(b"", True)
        self._end_cell()
        return self.facts

    def _parse(self, piece: bytes, is_last: bool) -> None:
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError:
            raise WorkbookRefused(DAMAGED) from None

    def _doctype(self, *_: object) -> None:
        raise WorkbookRefused(DAMAGED)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._totals.n_elements += 1
        if self._totals.n_elements > MOST_XML_ELEMENTS:
            raise WorkbookRefused(TOO_MANY_ELEMENTS)
        kind = name.rpartition(":")[2]
        if kind == "c":
            self._end_cell()
            self._start_cell(attributes)
        elif kind == "v":
            self._value()
        elif kind == "is":
            self._filled()
        elif kind == "f":
            self._is_formula = True
        elif kind == "row":
            self._start_row(attributes.get("r"))
        elif kind in ENTRIES:
            self._entry(attributes)

    def _entry(self, attributes: dict[str, str]) -> None:
        if len(self.facts.entries) == MOST_WORKBOOK_PARTS:
            raise WorkbookRefused(DAMAGED)
        self.facts.entries.append(attributes)

    def _start_row(self, given: str | None) -> None:
        if given is not None and not ROW.fullmatch(given):
            raise WorkbookRefused(DAMAGED)
        self._row = int(given) if given is not None else self._row + 1
        self._column = 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        if given is None:
            self._column += 1
        else:
            found = PLACE.fullmatch(given)
            if found is None:
                raise WorkbookRefused(DAMAGED)
            self._column = 0
            for letter in found[1]:
                self._column = self._column * 26 + ord(letter) - ord("A") + 1
            self._row = int(found[2])
        kind = attributes.get("t")
        self._is_text = kind == "str"
        if kind == "e":
            self._error()

    def _error(self) -> None:
        self.facts.n_errors += 1
        if len(self.facts.error_rows) < MOST_ERROR_ROWS:
            self.facts.error_rows.append(self._row)

    def _value(self) -> None:
        self._filled()
        if self._is_formula and not self._is_text:
            self._has_value = False
            self._parser.CharacterDataHandler = self._text
        else:
            self._has_value = True

    def _text(self, _: str) -> None:
        self._has_value = True
        self._parser.CharacterDataHandler = None

    def _filled(self) -> None:
        """A cell that the reader will hold: the rectangle grows to it."""
        self._low_row, self._high_row = min(self._low_row, self._row), max(self._high_row, self._row)
        self._low_column, self._high_column = min(self._low_column, self._column), max(self._high_column, self._column)
        spanned = (self._high_row - self._low_row + 1) * (self._high_column - self._low_column + 1)
        self._totals.n_cells += spanned - self._spanned
        self._spanned = spanned
        if self._totals.n_cells > MOST_WORKBOOK_CELLS:
            raise WorkbookRefused(TOO_MANY)

    def _end_cell(self) -> None:
        if self._is_formula:
            self.facts.n_formulas += 1
            self.facts.n_uncached += not self._has_value
        self._is_formula = self._has_value = False
        self._parser.CharacterDataHandler = None
