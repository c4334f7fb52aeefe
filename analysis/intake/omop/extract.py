"""The tables of an OMOP CDM extract (v5.4), read as text with the columns that a study needs and no others.

Column names are those of the CDM, in any case. Names, addresses and source identifiers of persons
(person_source_value, location_id, provider_id) are never looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from ..files import StudyFile, StudyFiles
from ..findings import FindingLog, listed
from ..numbers import trim
from ..source import SourceTable
from ..table_files import read_file

ENDINGS = (".csv", ".tsv", ".parquet")


@dataclass(frozen=True)
class CdmTable:
    """One table of the model: the columns it must have, and those that are read when they are there."""

    name: str
    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    required: bool = False


PERSON = CdmTable(
    "person",
    ("person_id", "year_of_birth", "gender_concept_id"),
    ("month_of_birth", "day_of_birth", "care_site_id"),
    required=True,
)
DRUG_EXPOSURE = CdmTable(
    "drug_exposure",
    ("person_id", "drug_concept_id", "drug_exposure_start_date"),
    (
        "drug_exposure_id",
        "drug_exposure_start_datetime",
        "drug_source_value",
        "route_concept_id",
        "route_source_value",
        "quantity",
    ),
    required=True,
)
MEASUREMENT = CdmTable(
    "measurement",
    ("person_id", "measurement_concept_id", "measurement_date", "value_as_number"),
    ("measurement_id", "measurement_datetime", "measurement_source_value"),
)
OBSERVATION = CdmTable(
    "observation",
    ("person_id", "observation_concept_id", "observation_date", "value_as_number"),
    ("observation_id", "observation_datetime", "observation_source_value"),
)
CONDITION = CdmTable(
    "condition_occurrence", ("person_id", "condition_concept_id"), ("condition_source_value",)
)  # fmt: skip
CDM = (PERSON, DRUG_EXPOSURE, MEASUREMENT, OBSERVATION, CONDITION)


def cdm_files(files: StudyFiles) -> dict[str, list[StudyFile]]:
    """The files (or sheets) of an extract that are named after tables of the model, by table."""
    found: dict[str, list[StudyFile]] = {}
    names = {table.name for table in CDM}
    for file in files.top:
        name = file.stem.lower()
        if name in names and (file.sheet is not None or file.ending in ENDINGS):
            found.setdefault(name, []).append(file)
    return found


def read_table(files: StudyFiles, table: CdmTable, log: FindingLog) -> tuple[pd.DataFrame, str] | None:
    """The columns of one table as text, with `row`, its row in the file; and the file's label. None when not there."""
    found = cdm_files(files).get(table.name, [])
    if len(found) > 1:
        names = listed(file.name for file in found)
        log.add("error", "", f"The table {table.name} is in more than one file: {names}. Keep one of them.")
    if table.required and not found:
        log.add(
            "error", "", f"The OMOP extract has no table {table.name}. Add {table.name}.csv or {table.name}.parquet."
        )
    source = read_file(found[0], "", log) if len(found) == 1 else None
    return None if source is None else _columns(source, table, log)


def _columns(source: SourceTable, table: CdmTable, log: FindingLog) -> tuple[pd.DataFrame, str] | None:
    label = source.origin.labels[0]
    present = {name.lower(): name for name in source.cells.column_names}
    absent = [name for name in table.needed if name not in present]
    for name in absent:
        log.add("error", "", f"{label}: the column '{name}' of the OMOP table {table.name} is missing. Export it too.")
    if absent:
        return None
    columns = {
        name: _text(source.cells.column(present[name])) for name in (*table.needed, *table.optional) if name in present
    }
    n_rows = source.cells.num_rows
    rows = source.origin.rows if source.origin.rows is not None else range(2, n_rows + 2)
    blank = {name: pd.Series([None] * n_rows, dtype="str") for name in table.optional if name not in columns}
    return pd.DataFrame({**columns, **blank, "row": pd.Series(rows, dtype="int64")}), label


def _text(cells: arrow.ChunkedArray) -> pd.Series:
    """A column as text, whatever its type in a Parquet file: whole numbers and dates as they are written."""
    kind = cells.type
    if arrow.types.is_floating(kind):  # ids that were written as 8507.0 because some are missing
        whole = compute.all(compute.equal(compute.fill_null(cells, 0.0), compute.round(compute.fill_null(cells, 0.0))))
        cells = compute.cast(cells, arrow.int64()) if whole.as_py() else cells
    if arrow.types.is_timestamp(kind):
        cells = compute.strftime(compute.cast(cells, arrow.timestamp("s"), safe=False), format="%Y-%m-%d %H:%M:%S")
    return pd.Series(trim(compute.cast(cells, arrow.large_string())).to_pandas(), dtype="str")
