"""Parquet files whose table of contents or pages claim more than they may, or something else than they hold."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as arrow_parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake import StudyDataError, parquet, read_study, read_upload
from analysis.intake.formats import PICKLE
from analysis.intake.limits import LONGEST_PAGE_HEADER, MOST_PAGES
from analysis.intake.parquet_pages import DamagedPages, PageLimits, unpacked_bytes

from .conftest import TABLES, StudyFolder

PATIENTS = {"patient_id": ["P1", "P2", "P3"], "clinic_id": ["A", "A", "B"], "primary_diagnosis": ["MDD"] * 3}
UNREADABLE = "patients.parquet: the file is not readable as Parquet. Export it again, or use CSV."


@pytest.fixture
def folder(study_folder: StudyFolder) -> StudyFolder:
    study_folder.remove("patients.csv")
    return study_folder


def written(table: dict[str, Any] | arrow.Table, **options: Any) -> bytes:
    made = io.BytesIO()
    arrow_parquet.write_table(table if isinstance(table, arrow.Table) else arrow.table(table), made, **options)
    return made.getvalue()


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd", "gzip", "brotli", "lz4"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_plain_file_is_read_however_it_is_packed(folder: StudyFolder, compression: str, version: str) -> None:
    packed = written(PATIENTS, compression=compression, data_page_version=version, row_group_size=2)
    folder.write("patients.parquet", packed)
    assert read_study(folder.path).patients["clinic_id"].tolist() == ["A", "A", "B"]


@pytest.mark.parametrize("text", [arrow.string(), arrow.large_string(), arrow.string_view()])
def test_text_of_any_width_is_text(folder: StudyFolder, text: arrow.DataType) -> None:
    columns = {name: arrow.array(cells).cast(text) for name, cells in PATIENTS.items()}
    folder.write("patients.parquet", written(columns))
    assert read_study(folder.path).patients["clinic_id"].tolist() == ["A", "A", "B"]


@pytest.mark.parametrize(("content", "what"), [(b"%PDF-1.4", "a PDF document"), (b"\x80\x04.", PICKLE)])
def test_another_format_named_parquet(folder: StudyFolder, content: bytes, what: str) -> None:
    folder.write("patients.parquet", content)
    assert folder.errors() == [f"patients.parquet: the file is {what}, not Parquet. Export it again, or use CSV."]


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"PAR1PAR1", b"PAR1\xff\xff\xff\xffPAR1", b"PAR1" + bytes(20) + b"PAR1"]
)
def test_a_file_without_a_table_of_contents(folder: StudyFolder, content: bytes) -> None:
    folder.write("patients.parquet", content)
    assert folder.errors() == [UNREADABLE]


def test_a_table_of_contents_longer_than_the_limit(folder: StudyFolder) -> None:
    length = 5 * (1 << 20)
    folder.write("patients.parquet", b"PAR1" + bytes(length) + length.to_bytes(4, "little") + b"PAR1")
    assert folder.errors() == ["patients.parquet: the file's list of columns is longer than 4,194,304 bytes. Use CSV."]


def test_columns_within_columns_without_end(folder: StudyFolder) -> None:
    kind: arrow.DataType = arrow.int32()
    for _ in range(100):
        kind = arrow.struct([("a", kind)])
    folder.write("patients.parquet", written({**PATIENTS, "a": arrow.nulls(3, kind)}))
    assert folder.errors() == [UNREADABLE]


def test_records_whose_names_are_those_of_columns(folder: StudyFolder) -> None:
    folder.write("patients.parquet", written({**PATIENTS, "a.b": [1, 2, 3], "a": [{"b": 1}] * 3}))
    assert folder.errors() == [
        "patients.parquet: the file holds lists or records whose names are those of columns. Remove them."
    ]


def test_lists_beside_columns_are_refused_by_their_type_and_the_rest_is_checked(folder: StudyFolder) -> None:
    folder.write("patients.parquet", written({**PATIENTS, "x": [[1], [], None], "clinic_id": ["A", None, "B"]}))
    assert folder.errors() == [
        "patients.parquet: column 'x' holds lists, records or bytes. A cell holds one number or one text.",
        "patients.parquet: column 'clinic_id' has 1 blank cell (row 3). Fill them in; every row needs a value here.",
    ]


def test_text_that_is_not_utf_8(folder: StudyFolder) -> None:
    made = written({**PATIENTS, "x": ["Zürich"] * 3}, compression="none", use_dictionary=False)
    folder.write("patients.parquet", made.replace("Zürich".encode(), b"Z\xfc\xfcrich"))
    assert folder.errors() == [
        "patients.parquet: the file holds text that is not UTF-8, or is damaged. Export it again, or use CSV."
    ]


def test_a_column_whose_text_was_stored_once_for_all_rows(folder: StudyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "MOST_TEXT", 100)
    folder.write("patients.parquet", written({**PATIENTS, "x": ["a" * 40] * 3}))
    assert folder.errors() == [
        "patients.parquet: a column holds more than 1e-07 GB of text. Remove it, or split the study."
    ]


@dataclass(frozen=True)
class Column:
    """What a table of contents says of a column."""

    data_page_offset: int
    total_compressed_size: int
    has_dictionary_page: bool = False
    dictionary_page_offset: int | None = None


class Claims:
    """A table of contents with one column."""

    num_row_groups = num_columns = 1

    def __init__(self, column: Column) -> None:
        self._column = column

    def row_group(self, _: int) -> Claims:
        return self

    def column(self, _: int) -> Column:
        return self._column


def pages(tmp_path: Path, data: bytes) -> int:
    (tmp_path / "pages").write_bytes(data)
    return unpacked_bytes(tmp_path / "pages", Claims(Column(0, len(data))), PageLimits(LONGEST_PAGE_HEADER, MOST_PAGES))


def page(unpacked: int, content: bytes) -> bytes:
    """A page header (type, unpacked size, packed size) in Thrift's compact protocol, and the page."""
    return b"\x15\x00" + b"\x15" + varint(unpacked * 2) + b"\x15" + varint(len(content) * 2) + b"\x00" + content


def varint(value: int) -> bytes:
    groups = []
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*groups, value])


def test_the_sizes_that_pages_claim_are_added_up(tmp_path: Path) -> None:
    assert pages(tmp_path, page(2_000_000_000, b"abc") + page(5, b"")) == 2_000_000_005


def test_a_page_that_claims_more_than_its_table_of_contents_is_not_unpacked(folder: StudyFolder) -> None:
    made = written({"x": ["a" * 1_100_000] * 3, **PATIENTS}, compression="zstd", use_dictionary=False)
    start = len(b"PAR1\x15\x00\x15")  # the type of the first page stands before its unpacked size
    claim = varint(2 * 134_217_727)
    assert len(claim) == 4
    assert made[start + 3] < 0x80 <= made[start + 2], "the size that is replaced has four bytes"
    folder.write("patients.parquet", made[:start] + claim + made[start + 4 :])
    assert folder.errors() == [
        "patients.parquet: the file unpacks to 134,217,799 bytes, more than 100 times its size. Use CSV."
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"\x15",
        b"\x15\x00\x00",
        page(-1 % 2**31, b"abc")[:-4],
        b"\x1c" * 20,
        b"\x15" + b"\xff" * 20,
        b"\x18\xff\x7f\x00",
        b"\x1b\x00\x00",
    ],
)
def test_page_headers_that_are_none(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DamagedPages):
        pages(tmp_path, data)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_file_with_changed_bytes_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    made = bytearray(written(PATIENTS, compression="snappy"))
    for _ in range(data.draw(st.integers(1, 4))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    tables = [(name, text.encode()) for name, text in TABLES.items() if name != "patients.csv"]
    with contextlib.suppress(StudyDataError):
        read_upload([("patients.parquet", bytes(made)), *tables])
