"""Studies in Excel workbooks: what a cell becomes, and every reason to read none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis.intake import StudyDataError, read_study, sheet, workbook_scan
from analysis.intake.findings import FindingLog
from analysis.intake.opening import open_study

from .conftest import TABLES
from .drawn_archive import drawn_archive
from .drawn_workbook import DATE_STYLE, Cell, Rows, Xml, drawn_workbook, formula, rows_of, sheet_with

SHEETS: dict[str, Rows] = {Path(name).stem: rows_of(text) for name, text in TABLES.items()}
FIRST_SHEET = "xl/worksheets/sheet1.xml"
COPY_WITHOUT = "Save a copy as 'Excel Workbook (.xlsx)' without them, or each sheet as 'CSV UTF-8'."


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "clinic.xlsx"


def changed(table: str, row: int, column: int, cell: Cell) -> dict[str, Rows]:
    """The valid workbook with one cell put in place of another (row 1 holds the names)."""
    rows = [list(cells) for cells in SHEETS[table]]
    rows[row - 1][column - 1] = cell
    return {**SHEETS, table: rows}


def findings(path: Path, content: bytes) -> list[str]:
    path.write_bytes(content)
    with pytest.raises(StudyDataError) as caught:
        read_study(path)
    return [str(finding) for finding in caught.value.findings]


def test_a_workbook_with_a_sheet_for_each_table_is_the_study_of_the_same_csv_files(book: Path, tmp_path: Path) -> None:
    book.write_bytes(drawn_workbook(SHEETS))
    study = read_study(book)
    folder = tmp_path / "csv"
    folder.mkdir()
    for name, text in TABLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert study.digest == read_study(folder).digest
    assert study.name == "clinic"
    assert study.notes == ()


def test_sheets_of_other_names_are_noted_and_missing_tables_are_sheets(book: Path) -> None:
    sheets = {name: rows for name, rows in SHEETS.items() if name != "sessions"}
    assert findings(book, drawn_workbook({**sheets, "Session": SHEETS["sessions"], "Codes": [["a"]]})) == [
        "The required table sessions is missing: the workbook needs a sheet sessions. Is it 'Session'? Rename it.",
        "Not read, because the name is no table's: 'Codes', 'Session'.",
    ]


def test_names_of_sheets_are_read_in_any_case(book: Path) -> None:
    book.write_bytes(drawn_workbook({name.upper(): rows for name, rows in SHEETS.items()}))
    assert len(read_study(book).patients) == 3


def test_a_mapping_reads_sheets_by_their_names(book: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        '[sources.people]\nfile = "Register"\n[[patients]]\nsource = "people"\n[patients.columns]\n'
        'patient_id = "a"\nclinic_id = "b"\nprimary_diagnosis = "c"\n'
        '[sources.other]\nfile = "Registre"\n[[sessions]]\nsource = "other"\n[sessions.columns]\npatient_id = "a"\n'
        'session_number = "b"\nday = "c"\nroute = "c"\n',
        encoding="utf-8",
    )
    book.write_bytes(drawn_workbook({"Register": [["a", "b", "c"], ["P1", "A", "MDD"]]}))
    with pytest.raises(StudyDataError) as caught:
        read_study(book, mapping)
    assert str(caught.value.findings[0]) == (
        "The mapping reads 'Registre', which is not in the workbook. Is it 'Register'?"
    )


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (7.0, "7"),
        (-2.5, "-2.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-7, "0.0000001"),
        (1e20, "100000000000000000000"),
        (True, "true"),
        (False, "false"),
        ("007", "007"),
        (" a ", " a "),
        ("", None),
        (None, None),
        (formula("8"), "8"),
        (formula("abc", kind=' t="str"'), "abc"),
        (formula("", kind=' t="str"'), None),
        (Xml(f'<c r="{{place}}" s="{DATE_STYLE}"><v>45356</v></c>'), "2024-03-05"),
    ],
)
def test_a_cell_is_the_text_that_csv_would_hold(book: Path, cell: Cell, text: str | None) -> None:
    book.write_bytes(drawn_workbook({"one": [["a", "b"], [cell, "x"]]}))
    log = FindingLog()
    with open_study(book, log) as files:
        assert files is not None
        read = sheet.read_sheet(files.files[0], "", log)
    assert read is not None
    assert read.cells.column("a").to_pylist() == [text]


def test_rows_are_numbered_as_excel_shows_them(book: Path) -> None:
    assert findings(book, drawn_workbook(changed("sessions", 5, 4, "drip")))[0].startswith(
        "sheet sessions: column 'route' has 1 value"
    )
    assert "(row 5)" in findings(book, drawn_workbook(changed("sessions", 5, 4, "drip")))[0]


def test_a_calendar_date_in_a_sheet_is_reported_as_one(book: Path) -> None:
    date = Xml(f'<c r="{{place}}" s="{DATE_STYLE}"><v>45356</v></c>')
    [message] = findings(book, drawn_workbook(changed("sessions", 3, 3, date)))
    assert message.startswith("sheet sessions: column 'day' has 1 calendar date in place of a number (row 3).")


def test_formulas_are_read_as_their_stored_values_and_counted(book: Path) -> None:
    book.write_bytes(drawn_workbook(changed("sessions", 2, 6, formula("40", "SUM(A1:A9)"))))
    study = read_study(book)
    assert study.sessions["dose_mg"].tolist()[0] == 40
    assert study.notes == (
        "sheet sessions: has 1 cell with a formula. The values that Excel stored with them were read.",
    )


@pytest.mark.parametrize("kind", ["<c r='{place}'><f>A1</f></c>", "<c r='{place}'><f>A1</f><v></v></c>"])
def test_a_formula_without_a_stored_value_is_no_value(book: Path, kind: str) -> None:
    assert findings(book, drawn_workbook(changed("sessions", 2, 6, Xml(kind))))[0] == (
        "sheet sessions: has 1 formula without a stored value. Open it in Excel and save it, or save it as 'CSV UTF-8'."
    )


def test_error_values_are_not_blanks(book: Path) -> None:
    broken = Xml('<c r="{place}" t="e"><v>#N/A</v></c>')
    assert findings(book, drawn_workbook(changed("sessions", 3, 6, broken))) == [
        "sheet sessions: has 1 cell with an Excel error such as #N/A (row 3). Correct them or leave them blank."
    ]


def test_an_empty_sheet_and_one_that_begins_below_row_1(book: Path) -> None:
    low: Rows = [[], ["patient_id", "day"]]
    assert findings(book, drawn_workbook({**SHEETS, "sessions": [], "assessments": low})) == [
        "sheet sessions: the sheet is empty. Fill it, or remove it when there is nothing to tell.",
        "sheet assessments: the first row holds no column names. Put the column names in row 1.",
    ]


def test_a_sheet_with_too_many_columns(book: Path) -> None:
    wide: Rows = [[f"c{place}" for place in range(4001)]]
    assert findings(book, drawn_workbook({**SHEETS, "sessions": wide})) == [
        "sheet sessions: has 4,001 columns, and a table at most 4,000. Split the table."
    ]


@pytest.mark.parametrize(
    ("part", "what"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/macrosheets/sheet1.xml", "macros"),
        ("xl/externalLinks/externalLink1.xml", "links to other files or programs"),
        ("xl/connections.xml", "connections to databases or web pages"),
        ("xl/embeddings/oleObject1.bin", "embedded objects"),
        ("XL/ActiveX/activeX1.xml", "embedded objects"),
    ],
)
def test_what_can_run_fetch_or_carry_something(book: Path, part: str, what: str) -> None:
    assert findings(book, drawn_workbook(SHEETS, {part: b"<x/>"})) == [
        f"clinic.xlsx: the workbook holds {what} ('{part}'). {COPY_WITHOUT}"
    ]


def test_two_cells_far_apart(book: Path) -> None:
    far = sheet_with('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    assert findings(book, drawn_workbook(SHEETS, {FIRST_SHEET: far})) == [
        "clinic.xlsx: spans more than 3,000,000 cells, the most for a workbook. Save its sheets as 'CSV UTF-8'."
    ]


def test_cells_far_apart_without_a_place_of_their_own(book: Path) -> None:
    far = sheet_with('<row><c><v>1</v></c></row><row r="1048576"><c/><c/><c/><c><v>1</v></c></row>')
    assert "spans more than 3,000,000 cells" in findings(book, drawn_workbook(SHEETS, {FIRST_SHEET: far}))[0]


def test_a_blank_cell_far_away_spans_nothing(book: Path) -> None:
    rows = rows_of(TABLES["patients.csv"])
    rows[1] = [*rows[1], Xml('<c r="XFD1048576" s="1"/>')]
    book.write_bytes(drawn_workbook({**SHEETS, "patients": rows}))
    assert len(read_study(book).patients) == 3


@pytest.mark.parametrize("place", ["a1", "A0", "A12345678", "ABCD1", "1", "A1 ", "\uff211"])
def test_a_cell_at_a_place_that_excel_does_not_have(book: Path, place: str) -> None:
    odd = sheet_with(f'<row r="1"><c r="{place}"><v>1</v></c></row>')
    assert findings(book, drawn_workbook(SHEETS, {FIRST_SHEET: odd})) == [
        "clinic.xlsx: holds XML that is damaged or is not Excel's. Save it again as 'Excel Workbook (.xlsx)'."
    ]


@pytest.mark.parametrize(
    "xml",
    [
        sheet_with("<row r='1'><c r='A1'><v>1</v></c>"),
        sheet_with("<row r='x'/>"),
        sheet_with("", '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>'),
        sheet_with("<row r='1'><c r='A1'><v>1</v></c></row>").decode().encode("utf-16"),
        b"",
    ],
)
def test_xml_that_excel_does_not_write(book: Path, xml: bytes) -> None:
    assert findings(book, drawn_workbook(SHEETS, {FIRST_SHEET: xml})) == [
        "clinic.xlsx: holds XML that is damaged or is not Excel's. Save it again as 'Excel Workbook (.xlsx)'."
    ]


def test_a_tag_that_does_not_end(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_scan, "LONGEST_XML_TOKEN", 1000)
    monkeypatch.setattr("analysis.intake.archive.COPY_CHUNK", 1000)
    long = sheet_with(f'<row r="1" note="{"x" * 9000}"/>')
    assert findings(book, drawn_workbook(SHEETS, {FIRST_SHEET: long})) == [
        "clinic.xlsx: holds one XML tag longer than 1,000 bytes. No workbook does."
    ]


def test_more_elements_than_the_limit(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_scan, "MOST_XML_ELEMENTS", 50)
    assert findings(book, drawn_workbook(SHEETS)) == [
        "clinic.xlsx: holds more than 20,000,000 XML elements. Save its sheets as 'CSV UTF-8'."
    ]


def test_more_sheets_than_the_limit(book: Path) -> None:
    many = "".join(f'<sheet name="s{place}"/>' for place in range(1001))
    assert findings(book, drawn_workbook(SHEETS, {"xl/workbook.xml": f"<workbook>{many}</workbook>".encode()})) == [
        "clinic.xlsx: holds XML that is damaged or is not Excel's. Save it again as 'Excel Workbook (.xlsx)'."
    ]


def test_another_archive_named_xlsx(book: Path) -> None:
    assert findings(book, drawn_archive(TABLES)) == [
        "clinic.xlsx: is a ZIP archive but not an Excel workbook (.xlsx). "
        "Give it its own file ending, or save it again."
    ]


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"\xd0\xcf\x11\xe0\xa1\xb1", "is an old Excel file, not"), (b"<html>", "is a web page, not"), (b"a,b", "is not")],
)
def test_another_file_named_xlsx(book: Path, content: bytes, what: str) -> None:
    assert findings(book, content) == [
        f"clinic.xlsx: the file {what} an Excel workbook. Save it as 'Excel Workbook (.xlsx)' without a password, "
        "or each sheet as 'CSV UTF-8'."
    ]


def test_a_workbook_in_a_folder_stands_for_one_table(tmp_path: Path) -> None:
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "sessions.csv").unlink()
    (tmp_path / "sessions.xlsx").write_bytes(drawn_workbook({"Export": SHEETS["sessions"]}))
    assert len(read_study(tmp_path).sessions) == 5
    (tmp_path / "sessions.xlsx").write_bytes(drawn_workbook({"Export": SHEETS["sessions"], "Notes": [["a"]]}))
    with pytest.raises(StudyDataError) as caught:
        read_study(tmp_path)
    assert [str(finding) for finding in caught.value.findings] == [
        "sessions.xlsx: the workbook has 2 sheets in place of one ('Export', 'Notes'). Save the table alone."
    ]


def test_a_workbook_that_its_reader_refuses(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: Any, **__: Any) -> None:
        raise sheet.calamine.CalamineError("its own words")

    monkeypatch.setattr(sheet.calamine.CalamineWorkbook, "from_path", refuses, raising=False)
    messages = findings(book, drawn_workbook(SHEETS))
    assert messages[0] == "sheet patients: the sheet is not readable. Save it as 'CSV UTF-8'."
