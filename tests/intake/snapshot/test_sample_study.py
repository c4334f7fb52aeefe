"""The sample study put into PostgreSQL comes out as the study that its files are."""

from __future__ import annotations

import csv
import resource
import sys
from pathlib import Path
from time import perf_counter

import pytest
from pandas.testing import assert_frame_equal

from analysis.intake import read_study
from analysis.study import Study
from analysis.vocabulary import TABLES
from sample_data.__main__ import main as simulate_files

from .conftest import ClinicDatabase, run_alone

FEW, MANY = 150, 68_000  # patients; the many have a million assessments
TYPES = {"integer": "integer", "number": "double precision", "yes_no": "boolean"}  # all else is text


def fill(clinic: ClinicDatabase, folder: Path) -> str:
    """Put the files of a study into tables of the same names, and return the mapping that reads them back."""
    mapping = []
    assert clinic.server is not None
    with clinic.server.connect(clinic.database) as connection:
        for table in TABLES.values():
            with (folder / f"{table.name}.csv").open(encoding="utf-8") as file:
                header = next(csv.reader(file))
            kinds = {column.name: TYPES.get(column.kind, "text") for column in table.columns}
            columns = ", ".join(f"{name} {kinds[name]}" for name in header)
            connection.execute(f"CREATE TABLE clinic.{table.name} ({columns})")
            with connection.cursor().copy(f"COPY clinic.{table.name} FROM STDIN (FORMAT csv, HEADER)") as copy:
                copy.write((folder / f"{table.name}.csv").read_bytes())
            mapping += [
                f'[sources.{table.name}]\ntable = "clinic.{table.name}"',
                f'[[{table.name}]]\nsource = "{table.name}"',
            ]
            mapping += [f"[{table.name}.columns]", *(f'{name} = "{name}"' for name in header)]
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA clinic TO reader")
    return "\n".join(mapping)


def taken(clinic: ClinicDatabase, n_patients: int) -> tuple[Study, Study]:
    """The study of simulated files, and of a snapshot of a database with the same rows. The figures are printed."""
    files = clinic.folder / "files"
    simulate_files(["--patients", str(n_patients), "--out", str(files)])
    (files / "truth.json").unlink()
    arguments = clinic.arguments(mapping=fill(clinic, files))
    started = perf_counter()
    done = run_alone(arguments, clinic.variables)
    seconds = perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    sys.stdout.write(f"{done.out}{seconds:.1f} s, {peak:,.0f} MB at most\n")
    assert done.code == 0, done.err
    return read_study(files), read_study(clinic.place)


def assert_same_rows(expected: Study, found: Study) -> None:
    """The same rows in every table; a database has no order, so a snapshot has its own."""
    for name, frame in expected.tables.items():
        by = [*TABLES[name].key, *(column for column in frame.columns if column not in TABLES[name].key)]
        sorted_frames = [study.tables[name].sort_values(by, ignore_index=True) for study in (expected, found)]
        assert_frame_equal(*sorted_frames)


def test_the_sample_study_goes_through_a_database_unchanged(postgresql_clinic: ClinicDatabase) -> None:
    assert_same_rows(*taken(postgresql_clinic, FEW))


@pytest.mark.slow
def test_a_million_assessments_go_through_a_database_unchanged(postgresql_clinic: ClinicDatabase) -> None:
    expected, found = taken(postgresql_clinic, MANY)
    assert len(found.assessments) > 1_000_000
    assert_same_rows(expected, found)
