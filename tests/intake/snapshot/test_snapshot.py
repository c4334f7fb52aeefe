"""What a snapshot holds: the rows of the database as the mapping makes them, the same from either database."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from hashlib import sha256

import pandas as pd

from analysis.intake import read_study

from .conftest import MAPPING, ClinicDatabase

MANY_COLUMNS = 600  # more than are measured by one query
READ = (
    "note: clinic.register: 3 rows read; rows are counted from 2, in the order of "
    "'nr', 'dx', 'gender', 'site', 'vip', 'years', blanks first.\n"
    "note: clinic.visits: 8 rows read; rows are counted from 2, in the order of "
    "'nr', 'visit', 'how', 'mg', 'phq_item9', 'phq_total', blanks first.\n"
    "note: clinic.visits: has 1 blank row (row 2). They were left out.\n"
)


def test_the_tables_of_a_database_become_a_study_that_reads_back_with_the_digest_told(clinic: ClinicDatabase) -> None:
    done = clinic.snapshot()
    assert done.code == 0, done.err
    study = read_study(clinic.place)
    rows = "patients 3, sessions 4, assessments 3"
    assert done.out == f"Snapshot {study.digest} in {clinic.place}. Rows: {rows}.\n"
    assert study.patients.astype(object).where(study.patients.notna(), None).to_numpy().tolist() == [
        ["1", "North", 44, "female", "MDD", True],
        ["2", "Süd", None, "male", "PTSD", False],
        ["3", "North", 51, "female", "MDD", None],
    ]
    assert study.sessions.to_numpy().tolist() == [
        ["1", 1, 0.0, "IV", 40.0],
        ["1", 2, 3.5, "IV", 0.1],
        ["2", 1, 0.0, "IM", 60.5],
        ["3", 1, 0.0, "IV", 100.0],
    ]
    assert study.assessments.to_numpy().tolist() == [
        ["1", -3.0, "PHQ-9", 19.0, 1],
        ["1", 28.0, "PHQ-9", 8.0, 0],
        ["2", -3.0, "PHQ-9", 21.0, 2],
    ]


def test_every_table_read_and_everything_left_out_is_told(clinic: ClinicDatabase) -> None:
    assert clinic.snapshot().err.startswith(READ)


def test_both_databases_give_the_same_study(duckdb_clinic: ClinicDatabase, postgresql_clinic: ClinicDatabase) -> None:
    told = []
    for clinic in (duckdb_clinic, postgresql_clinic):
        clinic.mapping = MAPPING.replace('dose_mg = "mg"', 'dose_mg = "mg"\nas_given = "mg"\nhow_told = "how"')
        done = clinic.snapshot("--replace")
        assert done.code == 0, done.err
        told.append(done.out)
    assert told[0] == told[1]


def test_the_order_of_rows_in_the_database_changes_nothing(clinic: ClinicDatabase) -> None:
    first = clinic.snapshot()
    clinic.execute("CREATE TABLE kept AS SELECT * FROM clinic.visits ORDER BY phq_total DESC, mg")
    clinic.execute("DELETE FROM clinic.visits; INSERT INTO clinic.visits SELECT * FROM kept")
    assert clinic.snapshot().out == first.out != ""


def test_a_snapshot_says_what_it_is_and_nothing_of_where_it_is_from(clinic: ClinicDatabase) -> None:
    before = datetime.now(UTC).date()
    done = clinic.snapshot()
    record = (clinic.place / "snapshot.toml").read_text(encoding="utf-8")
    content = tomllib.loads(record)
    taken = content.pop("taken")
    assert before <= taken <= datetime.now(UTC).date()
    assert content == {
        "digest": done.out.split()[1],
        "version": "0.1.0",
        "mapping_sha256": sha256(MAPPING.encode()).hexdigest(),
        "rows": {"patients": 3, "sessions": 4, "assessments": 3},
    }
    assert not [word for word in ("reader", "clinic_", "host", "duckdb", "postgres") if word in record.split("#")[-1]]


def test_a_table_without_a_schema_is_that_of_the_default_schema(clinic: ClinicDatabase) -> None:
    clinic.execute("CREATE VIEW people AS SELECT * FROM clinic.register")
    if clinic.kind == "postgresql":
        clinic.execute("GRANT SELECT ON people TO reader")
    done = clinic.snapshot(mapping=MAPPING.replace("clinic.register", "people"))
    assert done.code == 0, done.err


def test_names_with_quotation_marks_and_capitals_are_names_and_no_sql(clinic: ClinicDatabase) -> None:
    odd = '''"clinic"."Re""g; DROP TABLE clinic.visits; -- %s"'''
    clinic.execute(f'CREATE TABLE {odd} AS SELECT *, nr AS "N""r; %s 1" FROM clinic.register')
    if clinic.kind == "postgresql":
        clinic.execute(f"GRANT SELECT ON {odd} TO reader")
    mapping = MAPPING.replace('"clinic.register"', """'clinic.Re"g; DROP TABLE clinic.visits; -- %s'""").replace(
        'patient_id = "nr"\nclinic_id', """patient_id = 'N"r; %s 1'\nclinic_id"""
    )
    done = clinic.snapshot(mapping=mapping)
    assert done.code == 0, done.err
    assert clinic.snapshot().code == 0


def test_a_schema_may_bear_the_name_of_its_duckdb_file(duckdb_clinic: ClinicDatabase) -> None:
    expected = duckdb_clinic.snapshot().out
    (duckdb_clinic.folder / "records.duckdb").rename(duckdb_clinic.folder / "clinic.duckdb")
    done = duckdb_clinic.snapshot(url=duckdb_clinic.url.replace("records", "clinic"))
    assert done.out == expected != ""


def test_a_database_holds_the_same_rows_after_a_snapshot(clinic: ClinicDatabase) -> None:
    assert clinic.snapshot().out == clinic.snapshot().out


def test_columns_that_the_mapping_does_not_read_stay_in_the_database(clinic: ClinicDatabase) -> None:
    clinic.execute("ALTER TABLE clinic.register ADD COLUMN contact json")
    clinic.execute("ALTER TABLE clinic.register ADD COLUMN surname text DEFAULT 'Featherstonehaugh'")
    done = clinic.snapshot()
    assert done.code == 0, done.err
    assert not [file for file in clinic.place.iterdir() if b"Featherstonehaugh" in file.read_bytes()]


def test_empty_required_tables_are_an_error_and_nothing_is_written(clinic: ClinicDatabase) -> None:
    clinic.execute("DELETE FROM clinic.visits")
    done = clinic.snapshot()
    assert done.code == 1
    assert "error: clinic.visits (as sessions): has no rows. A required table needs at least one.\n" in done.err
    assert done.err.endswith("No snapshot was taken: 2 errors and 5 notes.\n")
    assert not clinic.place.exists()


def test_a_very_wide_table_is_read_where_the_mapping_reads_it(clinic: ClinicDatabase) -> None:
    names = [f"c{number}" for number in range(MANY_COLUMNS)]
    clinic.execute(f"CREATE TABLE clinic.wide (nr integer, {', '.join(f'{name} smallint' for name in names)})")
    clinic.execute(f"INSERT INTO clinic.wide SELECT nr, {', '.join(['7'] * MANY_COLUMNS)} FROM clinic.register")
    if clinic.kind == "postgresql":
        clinic.execute("GRANT SELECT ON clinic.wide TO reader")
    wide = '[sources.wide]\ntable = "clinic.wide"\n\n[[therapy_visits]]\nsource = "wide"\n[therapy_visits.columns]\n'
    given = 'patient_id = "nr"\nday = { constant = 1 }\nkind = { constant = "integration" }\n'
    done = clinic.snapshot(mapping=MAPPING + wide + given + "".join(f'x_{name} = "{name}"\n' for name in names))
    assert done.code == 0, done.err
    visits = read_study(clinic.place).therapy_visits
    assert visits is not None
    assert visits.shape == (3, MANY_COLUMNS + 3)
    assert (visits.filter(like="x_") == 7).all(axis=None)


def test_a_missing_cell_and_an_empty_text_are_both_missing(clinic: ClinicDatabase) -> None:
    clinic.mapping = MAPPING.replace('dose_mg = "mg"', 'dose_mg = "mg"\nremark = "remark"')
    done = clinic.snapshot()
    assert done.code == 0, done.err
    assert read_study(clinic.place).sessions["remark"].isna().all()


def test_integers_beyond_32_bits_and_exact_decimals_lose_no_digit(clinic: ClinicDatabase) -> None:
    clinic.execute("ALTER TABLE clinic.visits ADD COLUMN exact numeric(20, 4) DEFAULT 12345678.9001")
    clinic.execute("ALTER TABLE clinic.visits ADD COLUMN big bigint DEFAULT 9007199254740")
    clinic.mapping = MAPPING.replace('dose_mg = "mg"', 'dose_mg = "mg"\nexact = "exact"\nbig = "big"')
    done = clinic.snapshot()
    assert done.code == 0, done.err
    sessions = read_study(clinic.place).sessions
    assert set(sessions["exact"]) == {12345678.9001}
    assert set(sessions["big"]) == {9007199254740}
    assert pd.api.types.is_integer_dtype(sessions["big"])
