"""Excel workbooks written part by part, so that a test can break any of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = f"{RELATIONS}/worksheet"
DATE_STYLE = 1


@dataclass(frozen=True)
class Xml:
    """A cell as it stands in the file; {place} is where it is."""

    text: str


Cell = str | float | bool | None | Xml
Rows = Sequence[Sequence[Cell]]


def formula(value: str, text: str = "1+1", kind: str = "") -> Xml:
    """A formula with the result that was stored with it."""
    return Xml(f'<c r="{{place}}"{kind}><f>{text}</f><v>{value}</v></c>')


def rows_of(csv: str) -> list[list[Cell]]:
    """The rows of a small CSV text, numbers as numbers."""
    return [[_typed(cell) for cell in line.split(",")] for line in csv.splitlines()]


def drawn_workbook(sheets: Mapping[str, Rows], more: Mapping[str, bytes] | None = None) -> bytes:
    """The bytes of a workbook with these sheets, and with more parts (or others in place of its own)."""
    parts = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(list(sheets)),
        "xl/_rels/workbook.xml.rels": _relations(
            [*(("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)), ("styles", "styles.xml")]
        ),
        "xl/styles.xml": _styles(),
        **{f"xl/worksheets/sheet{n}.xml": sheet_xml(rows) for n, rows in enumerate(sheets.values(), 1)},
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**parts, **(more or {})}.items():
            archive.writestr(name, part)
    return made.getvalue()


def sheet_xml(rows: Rows) -> bytes:
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(_cell(cell, f"{_letters(place)}{number}") for place, cell in enumerate(row))
        lines.append(f'<row r="{number}">{cells}</row>')
    return sheet_with("".join(lines))


def sheet_with(data: str, before: str = "") -> bytes:
    """A sheet around what stands between <sheetData> and </sheetData>."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>{before}'
    return f'{head}<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData></worksheet>'.encode()


def _cell(cell: Cell, place: str) -> str:
    if cell is None or cell == "":
        return ""
    if isinstance(cell, Xml):
        return cell.text.format(place=place)
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    return f'<c r="{place}"><v>{cell!r}</v></c>'


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _typed(cell: str) -> Cell:
    if cell in ("true", "false"):
        return cell == "true"
    try:
        return float(cell)
    except ValueError:
        return cell


def _workbook(names: list[str]) -> str:
    sheets = "".join(f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1))
    return f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets></workbook>'


def _relations(targets: list[tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'


def _content_types(n_sheets: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>'
        for n in range(1, n_sheets + 1)
    )
    return (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{sheets}</Types>'
    )


def _styles() -> str:
    """Two looks of a cell: plain, and a calendar date (DATE_STYLE)."""
    return f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
