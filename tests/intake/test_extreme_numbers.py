"""The largest, smallest and oddest numbers in every numeric column: read or reported, never a fault of the program."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as arrow_parquet
import pytest

from analysis.intake import StudyDataError, read_study, read_upload
from analysis.vocabulary import TABLES as DECLARED

from .conftest import TABLES, StudyFolder

NUMERIC = [(table.name, column.name) for table in DECLARED.values() for column in table.columns
           if column.kind in ("integer", "number")]  # fmt: skip
TOO_LARGE = {"int64": 2**62, "uint64": 2**64 - 1}
SPELLINGS = ("1e308", "-1e308", "1e309", "inf", "NaN", "-0.0", "1e-320", "9007199254740993", "0x1F", "0.1666666666667")


def parquet_of(name: str, column: str, cells: arrow.Array) -> bytes:
    """A table of the valid study with one column in place of its own."""
    header, *lines = TABLES[f"{name}.csv"].splitlines()
    rows = [line.split(",") for line in lines]
    columns = {each: arrow.array([row[place] for row in rows]) for place, each in enumerate(header.split(","))}
    text = {each: made for each, made in columns.items() if each in ("patient_id", "clinic_id", "primary_diagnosis")}
    made = io.BytesIO()
    arrow_parquet.write_table(arrow.table({**text, column: cells}), made)
    return made.getvalue()


@pytest.mark.parametrize("kind", TOO_LARGE)
@pytest.mark.parametrize("column", ["age", "bmi", "failed_antidepressants"])
def test_a_whole_number_too_long_for_a_float_is_a_finding(study_folder: StudyFolder, kind: str, column: str) -> None:
    cells = arrow.array([TOO_LARGE[kind], 20, None], getattr(arrow, kind)())
    study_folder.remove("patients.csv")
    study_folder.write("patients.parquet", parquet_of("patients", column, cells))
    [message] = study_folder.errors()
    assert message.startswith(f"patients.parquet: column '{column}' has 1 ")
    assert "(row 2)" in message
    assert str(TOO_LARGE[kind]) not in message


def test_such_a_number_in_a_column_of_your_own_is_kept_when_it_is_exact(study_folder: StudyFolder) -> None:
    study_folder.remove("patients.csv")
    cells = arrow.array([2**62, -(2**63), None], arrow.int64())
    study_folder.write("patients.parquet", parquet_of("patients", "arm", cells))
    assert read_study(study_folder.path).patients["arm"].tolist()[:2] == [2**62, -(2**63)]


@pytest.mark.parametrize(("table", "column"), NUMERIC)
def test_every_numeric_column_takes_or_reports_every_odd_number(table: str, column: str) -> None:
    n_rows = len(TABLES[f"{table}.csv"].splitlines()) - 1
    others = [(name, text.encode()) for name, text in TABLES.items() if name != f"{table}.csv"]
    for odd in (np.nan, np.inf, -np.inf, 1e308, -1e308, -0.0, 5e-324, 2.0**63):
        with contextlib.suppress(StudyDataError):
            cells = arrow.array(np.full(n_rows, odd))
            read_upload([(f"{table}.parquet", parquet_of(table, column, cells)), *others])


@pytest.mark.parametrize("spelt", SPELLINGS)
def test_every_odd_spelling_of_a_dose_is_taken_or_reported_without_being_shown(
    study_folder: StudyFolder, spelt: str
) -> None:
    study_folder.change("sessions.csv", "P1,1,0,IV,racemic,40", f"P1,1,0,IV,racemic,{spelt}")
    if spelt in ("-0.0", "1e-320", "0.1666666666667"):
        assert read_study(study_folder.path).sessions["dose_mg"].iloc[0] == float(spelt)
        return
    [message] = study_folder.errors()
    assert message.startswith("sessions.csv: column 'dose_mg' has 1 ")
    assert spelt not in message
