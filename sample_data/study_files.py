"""Write a simulated study to a folder: five tables as CSV or Parquet, and truth.json."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from functools import reduce
from operator import add
from pathlib import Path
from typing import Literal

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from analysis.vocabulary import TABLES

from .outcome_parameters import OutcomeTruth
from .simulator import simulate_parts
from .truth import ChangeSums, truth_document

Format = Literal["csv", "parquet"]
_TYPES = {"integer": pa.int64(), "number": pa.float64(), "yes_no": pa.bool_()}


def write_study(
    folder: Path,
    n_patients: int,
    seed: int,
    arm_difference: float = 1.0,
    file_format: Format = "csv",
    truth_file: Path | None = None,
) -> Path:
    """Simulate a study straight to files, part by part, and return the path of its truth.

    Tables go into `folder`; the truth goes to `truth_file`, by default truth.json in the same folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    truth_path = truth_file or folder / "truth.json"
    sums: list[ChangeSums] = []
    with ExitStack() as open_files:
        writers = {name: open_files.enter_context(_writer(folder, name, file_format)) for name in TABLES}
        for part in simulate_parts(n_patients, seed, arm_difference):
            for name, table in part.tables.items():
                writers[name].write_table(_arrow(name, table))
            sums.append(part.sums)
    truth = OutcomeTruth().with_arm_difference(arm_difference)
    document = truth_document(reduce(add, sums), truth, seed, arm_difference)
    truth_path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return truth_path


def schema(name: str) -> pa.Schema:
    """The Arrow schema of one table, from the vocabulary."""
    fields = [pa.field(column.name, _TYPES.get(column.kind, pa.string())) for column in TABLES[name].columns]
    return pa.schema(fields)


def _arrow(name: str, table: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(table, schema=schema(name), preserve_index=False)


def _writer(folder: Path, name: str, file_format: Format) -> pa.csv.CSVWriter | pa.parquet.ParquetWriter:
    makers: dict[Format, Callable[[], object]] = {
        "csv": lambda: pa.csv.CSVWriter(
            folder / f"{name}.csv", schema(name), write_options=pa.csv.WriteOptions(
                quoting_style="none", quoting_header="none")
        ),
        "parquet": lambda: pa.parquet.ParquetWriter(folder / f"{name}.parquet", schema(name), compression="zstd"),
    }  # fmt: skip
    return makers[file_format]()
