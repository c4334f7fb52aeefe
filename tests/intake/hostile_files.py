"""Files that ask for far more memory than they are worth, each small on disk or written in a moment.

`python -m tests.intake.hostile_files FOLDER` reads every study in a folder in one process and prints, as
JSON, each one's first finding and the peak memory of the process after it.
"""

from __future__ import annotations

import json
import pickle
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as arrow_parquet

from .conftest import TABLES
from .drawn_archive import drawn_archive, with_declared_size, with_shared_bytes
from .drawn_workbook import drawn_workbook, rows_of, sheet_with

KILOBYTE = 1024
MEGABYTE = 1 << 20
SHEETS = {Path(name).stem: rows_of(text) for name, text in TABLES.items()}


@dataclass(frozen=True)
class Hostile:
    """A file by its name (of a table, or of a whole study), how it is written, and the sentence it is refused with."""

    file: str
    write: Callable[[Path], object]
    sentence: str

    @property
    def is_whole_study(self) -> bool:
        return self.file.startswith("study.")


def _bytes(content: Callable[[], bytes]) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content())


def _one_line(megabytes: int) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write(b"patient_id,day\n")
            for _ in range(megabytes):
                file.write(b"a" * MEGABYTE)

    return write


def _parquet(table: Callable[[], arrow.Table], **options: object) -> Callable[[Path], object]:
    return lambda path: arrow_parquet.write_table(table(), path, compression="zstd", **options)


def _sheet(data: Callable[[], str]) -> Callable[[Path], object]:
    return _bytes(lambda: drawn_workbook(SHEETS, {"xl/worksheets/sheet1.xml": sheet_with(data())}))


def _one_text_a_million_times() -> arrow.Table:
    places = arrow.array(np.zeros(1_000_000, dtype=np.int32))
    text = arrow.DictionaryArray.from_arrays(places, arrow.array(["x" * 10_000]))
    return arrow.table({"patient_id": text, "age": arrow.array(np.arange(1_000_000))})


def _shared_members() -> bytes:
    made = drawn_archive({"patients.csv": b"a" * MEGABYTE, **{f"{n}.csv": b"" for n in range(500)}})
    for place in range(500):
        made = with_shared_bytes(made, "patients.csv", f"{place}.csv")
    return made


def _noise(size: int) -> bytes:
    """Bytes that do not compress, all of them plain letters."""
    letters = np.random.default_rng(1).integers(ord("a"), ord("z") + 1, size, dtype=np.uint8)
    return letters.tobytes()


HOSTILE: dict[str, Hostile] = {
    "zip_bomb": Hostile(
        "study.zip",
        _bytes(lambda: drawn_archive({**TABLES, "patients.csv": b"a" * (300 * MEGABYTE)})),
        "study.zip: has 1 member growing more than 100 times when unpacked ('patients.csv'). No table does.",
    ),
    "zip_with_shared_members": Hostile(
        "study.zip",
        _bytes(_shared_members),
        "study.zip: has 500 members sharing bytes with the next ('patients.csv', '0.csv', '1.csv' and 497 more). "
        "Make it again.",
    ),
    "zip_of_too_many": Hostile(
        "study.zip",
        _bytes(lambda: drawn_archive({f"{place:06d}": b"" for place in range(25_000)})),
        "study.zip: its list of members is longer than 1,048,576 bytes. "
        "Make it again with the files of the study alone.",
    ),
    "zip_that_lies": Hostile(
        "study.zip",
        _bytes(lambda: with_declared_size(drawn_archive({"patients.csv": b"a" * (99 * MEGABYTE)}), "patients.csv", 99)),
        "study.zip: the member 'patients.csv' is damaged, or is not what the list of members says. Make it again.",
    ),
    "workbook_that_inflates": Hostile(
        "study.xlsx",
        _bytes(lambda: drawn_workbook(SHEETS, {"xl/sharedStrings.xml": b"<sst>" + b"<si/>" * 40_000_000})),
        "study.xlsx: has 1 member growing more than 100 times when unpacked ('xl/sharedStrings.xml'). No table does.",
    ),
    "workbook_with_two_cells_far_apart": Hostile(
        "study.xlsx",
        _sheet(lambda: '<row><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>'),
        "study.xlsx: spans more than 3,000,000 cells, the most for a workbook. Save its sheets as 'CSV UTF-8'.",
    ),
    "workbook_with_an_endless_tag": Hostile(
        "study.xlsx",
        _sheet(lambda: f'<row note="{_noise(4 * MEGABYTE).decode()}"/>'),
        "study.xlsx: holds one XML tag longer than 1,048,576 bytes. No workbook does.",
    ),
    "workbook_with_entities": Hostile(
        "study.xlsx",
        _bytes(
            lambda: drawn_workbook(
                SHEETS,
                {"xl/sharedStrings.xml": b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><sst><t>&b;</t></sst>'},
            )
        ),
        "study.xlsx: holds XML that is damaged or is not Excel's. Save it again as 'Excel Workbook (.xlsx)'.",
    ),
    "parquet_rows": Hostile(
        "patients.parquet",
        _parquet(lambda: arrow.table({"patient_id": arrow.array(np.zeros(100_000_000, dtype=np.int8))})),
        "patients.parquet: the file claims 100,000,000 rows in 373,402 bytes, more than 100 times its size in memory. "
        "Use CSV.",
    ),
    "parquet_columns": Hostile(
        "patients.parquet",
        _parquet(lambda: arrow.table({f"c{place}": [1] for place in range(10_000)})),
        "patients.parquet: the file has 10,000 columns, and a table at most 4,000. Split the table.",
    ),
    "parquet_page": Hostile(
        "patients.parquet",
        _parquet(lambda: arrow.table({"patient_id": ["x" * 50_000_000] * 4}), use_dictionary=False),
        "patients.parquet: the file unpacks to 200,000,022 bytes, more than 100 times its size. Use CSV.",
    ),
    "parquet_dictionary": Hostile(
        "patients.parquet",
        _parquet(_one_text_a_million_times),
        "patients.parquet: a column holds more than 4 GB of text. Remove it, or split the study.",
    ),
    "parquet_lists": Hostile(
        "patients.parquet",
        _parquet(
            lambda: arrow.table(
                {"patient_id": ["P1"], "x": arrow.array([np.zeros(40_000_000)], arrow.list_(arrow.float64()))}
            )
        ),
        "patients.parquet: column 'x' holds lists, records or bytes. A cell holds one number or one text.",
    ),
    "columns": Hostile(
        "patients.csv",
        _bytes(lambda: b"patient_id," + b",".join(b"c%d" % place for place in range(9_999)) + b"\n" + b"," * 9_999),
        "patients.csv: row 1 has 10,000 cells, and a table at most 4,000 columns. Split the table.",
    ),
    "one_line": Hostile(
        "patients.csv",
        _one_line(64),
        "patients.csv: the file has a line longer than 1,048,576 bytes (line 2), which no row of a table is. "
        "Look for missing line ends, or export it again.",
    ),
    "one_line_in_row_1": Hostile(
        "patients.csv",
        _bytes(lambda: b'"a\n",' * (8 * MEGABYTE)),
        "patients.csv: the rows could not be told apart. Look for a quotation mark without its partner.",
    ),
    "quotation_mark_that_does_not_end": Hostile(
        "patients.csv",
        _bytes(lambda: b'patient_id,clinic_id\n"' + b"a,b\n" * (16 * MEGABYTE)),
        "patients.csv: the rows could not be told apart. Look for a quotation mark without its partner.",
    ),
    "ragged_rows": Hostile(
        "patients.csv",
        _bytes(lambda: b"patient_id,clinic_id\n" + b"a,b,c\n" * 3_000_000),
        "patients.csv: has at least 100,001 rows without exactly 2 cells (rows 2, 3, 4 and 99,998 more). "
        "Look for a delimiter or a quotation mark inside a cell.",
    ),
    "blank_lines": Hostile(
        "patients.csv",
        _bytes(lambda: b",".join(b"c%d" % place for place in range(4000)) + b"\n" * 1_000_000),
        "patients.csv: 4,000 columns in 1,000,000 lines are more than 1,000,000,000 cells (8 GB of memory). "
        "Split the study.",
    ),
    "nul_bytes": Hostile(
        "patients.csv",
        _bytes(lambda: b"patient_id,clinic_id\n" + bytes(64 * MEGABYTE)),
        "patients.csv: the file holds NUL bytes (first in line 2), so it is damaged or not text. Export it again.",
    ),
    "pickle": Hostile(
        "patients.csv",
        _bytes(lambda: pickle.dumps(list(range(1_000_000)))),
        "patients.csv: the file is a Python pickle, which is never opened because it can run programs, "
        "not delimited text. Save it as 'CSV UTF-8' or give it its own file ending.",
    ),
}


def lay_out(folder: Path, hostile: Hostile) -> Path:
    """Write a hostile file, with valid tables beside it when it is one of them; the path of the study."""
    folder.mkdir(parents=True)
    if not hostile.is_whole_study:
        for name, text in TABLES.items():
            if Path(name).stem != Path(hostile.file).stem:
                (folder / name).write_text(text, encoding="utf-8")
    hostile.write(folder / hostile.file)
    return folder / hostile.file if hostile.is_whole_study else folder


def refuse_all(folder: Path) -> dict[str, tuple[str, int]]:
    """Each study's first finding, and the peak of this process's memory in bytes once it was refused; first before."""
    from analysis.intake import StudyDataError, read_study

    found = {"": ("", peak_memory())}
    for study in sorted(folder.iterdir()):
        whole = [path for path in study.iterdir() if path.stem == "study"]
        first = "nothing"
        try:
            read_study(whole[0] if whole else study)
        except StudyDataError as error:
            first = str(error.findings[0])
        found[study.name] = (first, peak_memory())
    return found


def peak_memory() -> int:
    """The peak of this process's memory in bytes; on Linux without that of the process it was started from."""
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * KILOBYTE
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE


if __name__ == "__main__":
    sys.stdout.write(json.dumps(refuse_all(Path(sys.argv[1]))))
