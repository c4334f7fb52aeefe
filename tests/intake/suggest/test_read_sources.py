"""Files are read before any mapping is there, and the rule that reads them again comes with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.intake.findings import FindingLog
from analysis.intake.mapping import SourceRule
from analysis.intake.opening import open_upload
from analysis.intake.suggest import read_sources


def read(*uploads: tuple[str, bytes]) -> tuple[dict[str, list[str]], dict[str, SourceRule], list[str]]:
    log = FindingLog()
    with open_upload(uploads, log) as files:
        assert files is not None
        tables, rules = read_sources(files, log)
        columns = {name: table.cells.column_names for name, table in tables.items()}
    return columns, rules, [str(finding) for finding in log.findings]


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("a.csv", b"x,y\n1,2\n", SourceRule("a.csv")),
        ("a.csv", b"x;y\n1,5;2\n", SourceRule("a.csv", ";")),
        ("a.csv", b'"x,z";y\n1;2\n', SourceRule("a.csv", ";")),
        ("a.tsv", b"x\ty\n1\t2\n", SourceRule("a.tsv")),
        ("a.txt", b"x|y\n1|2\n", SourceRule("a.txt", "|")),
        ("a.csv", "x,y\n1,é\n".encode("cp1252"), SourceRule("a.csv", ",", "cp1252")),
        ("a.csv", "x;y\n1;é\n".encode("utf-16"), SourceRule("a.csv", ";", "utf-16")),
    ],
)
def test_how_text_is_written_is_told_by_its_first_line_and_its_bytes(
    name: str, content: bytes, rule: SourceRule
) -> None:
    columns, rules, findings = read((name, content))
    assert findings == []
    assert rules == {"a": rule}
    assert len(columns["a"]) == 2


def test_every_file_is_a_source_with_a_name_of_its_own() -> None:
    columns, _, findings = read(("A b.csv", b"x\n1\n"), ("ab.csv", b"y\n1\n"), ("notes.docx", b"hello"))
    assert columns == {"ab": ["x"], "ab_1": ["y"]}
    assert findings == ["Not read, because the ending is not that of a table: 'notes.docx'."]


def test_nothing_to_read_is_an_error() -> None:
    assert read(("notes.docx", b"hello"))[2] == [
        "Not read, because the ending is not that of a table: 'notes.docx'.",
        "No file can be read as a table. Give files that end in .csv, .tsv, .txt, .parquet or .xlsx.",
    ]


def test_a_file_with_a_fault_is_reported_and_the_others_are_read(tmp_path: Path) -> None:
    columns, rules, findings = read(("good.csv", b"x\n1\n"), ("bad.csv", b"x,y\n1\n2,3\n"))
    assert list(columns) == list(rules) == ["good"]
    assert len(findings) == 1
    assert findings[0].startswith("bad.csv: ")
