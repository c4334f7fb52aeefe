"""Everything that stops a snapshot, in the words an administrator meets, with nothing written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb
import pyarrow.parquet as arrow_parquet
import pytest

from analysis.intake import read_study
from analysis.intake.snapshot import duckdb_file, extract, postgresql
from analysis.intake.snapshot.address import address_from

from .conftest import MAPPING, PASSWORD, ClinicDatabase, Outcome

END = "No snapshot was taken.\n"


def errors(done: Outcome) -> list[str]:
    """The errors of a study that was not taken."""
    assert done.code == 1, done.out
    return [line.removeprefix("error: ") for line in done.err.splitlines() if line.startswith("error: ")]


def refusal(done: Outcome) -> str:
    assert done.code == 2, done.err
    assert done.err.endswith(END)
    return done.err.removesuffix(END).strip()


def add_column(clinic: ClinicDatabase, definition: str) -> None:
    """A column 'odd' in the register, which the mapping then reads."""
    clinic.execute(f"ALTER TABLE clinic.register ADD COLUMN odd {definition}")
    clinic.mapping = MAPPING.replace('clinic_id = "site"', 'clinic_id = "site"\nodd = "odd"')


def test_every_missing_table_and_column_is_told_at_once(clinic: ClinicDatabase) -> None:
    mapping = MAPPING.replace("clinic.register", "clinic.registry").replace('"phq_total"', '"phq_totl"')
    assert errors(clinic.snapshot(mapping=mapping)) == [
        "The mapping reads 'clinic.registry', which the database does not show to this user. "
        "Is 'clinic.register' meant?",
        "clinic.visits: the mapping of assessments reads the column 'phq_totl', which is not there or not this "
        "user's to read. Is 'phq_total' meant?",
    ]
    assert not clinic.place.exists()


def test_a_table_with_no_name_near_it(clinic: ClinicDatabase) -> None:
    assert errors(clinic.snapshot(mapping=MAPPING.replace("clinic.register", "q"))) == [
        f"The mapping reads '{'main' if clinic.kind == 'duckdb' else 'public'}.q', which the database does not show to "
        "this user."
    ]


def test_a_file_is_no_source_of_a_snapshot(clinic: ClinicDatabase) -> None:
    assert errors(clinic.snapshot(mapping=MAPPING.replace('table = "clinic.register"', 'file = "register.csv"'))) == [
        "The mapping's source 'register' is a file. A snapshot reads a database: name a table, as in "
        'table = "schema.name".'
    ]


def test_a_faulty_mapping_is_told_before_the_database_is_opened(clinic: ClinicDatabase) -> None:
    mapping = MAPPING.replace('table = "clinic.register"', 'table = "clinic.register"\nfile = "register.csv"')
    done = clinic.snapshot(mapping=mapping, url="postgresql://nowhere.invalid/x")
    assert errors(done) == [
        "clinic.toml, sources, register: the key 'file' means nothing here. Allowed: table, decimal, missing."
    ]


@pytest.mark.parametrize(
    "odd",
    [
        *("json", "jsonb", "xml", "bytea", "integer[]", "interval", "time without time zone", "bit varying(3)", "inet"),
        *("money", "point", "int4range", "clinic.pair", "clinic.boxed"),
    ],
)
def test_types_that_are_no_single_number_or_text_are_refused_by_name(
    postgresql_clinic: ClinicDatabase, odd: str
) -> None:
    postgresql_clinic.execute("CREATE TYPE clinic.pair AS (a int, b int); CREATE DOMAIN clinic.boxed AS json")
    add_column(postgresql_clinic, odd)
    assert errors(postgresql_clinic.snapshot()) == [
        f"clinic.register: column 'odd' is of the type {odd}, which is neither a number, a text, true or false, nor a "
        "date. Leave it out, or give a view that turns it into one of them."
    ]


@pytest.mark.parametrize("odd", ["INTEGER[]", "INTEGER[2]", "STRUCT(a INTEGER)", "BLOB", "TIME", "INTERVAL", "JSON"])
def test_types_of_duckdb_that_are_no_single_number_or_text(duckdb_clinic: ClinicDatabase, odd: str) -> None:
    add_column(duckdb_clinic, odd)
    assert errors(duckdb_clinic.snapshot())[0].startswith(f"clinic.register: column 'odd' is of the type {odd}, which")


@pytest.mark.parametrize(
    ("definition", "read"),
    [
        ("uuid DEFAULT '11111111-2222-3333-4444-555555555555'", ["11111111-2222-3333-4444-555555555555"] * 3),
        ("clinic.mood DEFAULT 'sad'", ["sad"] * 3),
        ("real DEFAULT 0.1", [0.1] * 3),
        ("boolean DEFAULT true", ["true"] * 3),
        ("smallint DEFAULT -3", [-3] * 3),
    ],
)
def test_types_that_are_read(clinic: ClinicDatabase, definition: str, read: list[object]) -> None:
    clinic.execute("CREATE TYPE clinic.mood AS ENUM ('sad', 'glad')")
    add_column(clinic, definition)
    clinic.mapping += '\n[[allow]]\ntable = "patients"\ncolumn = "odd"\nreason = "made up for a test"\n'
    done = clinic.snapshot()
    assert done.code == 0, done.err
    assert arrow_parquet.read_table(clinic.place / "patients.parquet")["odd"].to_pylist() == read


def test_a_domain_is_read_as_what_it_is_made_of(postgresql_clinic: ClinicDatabase) -> None:
    postgresql_clinic.execute("CREATE DOMAIN clinic.word AS text; CREATE DOMAIN clinic.said AS clinic.word")
    add_column(postgresql_clinic, "clinic.said DEFAULT 'yes'")
    assert postgresql_clinic.snapshot().code == 0


def test_moments_of_universal_time_need_a_zone(clinic: ClinicDatabase) -> None:
    add_column(clinic, "timestamp with time zone DEFAULT '2024-03-01 02:00:00+00'")
    assert errors(clinic.snapshot()) == [
        "clinic.register: column 'odd' holds moments of universal time. Say in which zone the clinic's days are "
        "counted, such as --time-zone America/New_York."
    ]


def test_a_zone_that_is_none(clinic: ClinicDatabase) -> None:
    told = refusal(clinic.snapshot("--time-zone", "Mars/Olympus'; DROP TABLE x"))
    assert told == "There is no such time zone. Give one such as America/New_York, or UTC."


@pytest.mark.parametrize("seconds", ["0", "-1"])
def test_a_time_limit_that_is_none(clinic: ClinicDatabase, seconds: str) -> None:
    told = refusal(clinic.snapshot("--timeout", seconds))
    assert told == "The limit of --timeout is a whole number of seconds, 1 or more."


def test_a_query_that_takes_longer_than_the_limit_is_stopped(clinic: ClinicDatabase) -> None:
    slow = {
        "postgresql": "SELECT *, pg_sleep(20)::text AS pause FROM clinic.register",
        "duckdb": "SELECT r.*, (SELECT sum(sin(a.range * b.range)) FROM range(10000000) a, range(100000) b "
        "WHERE (a.range + b.range + nr) % 7 > 1)::varchar AS pause FROM clinic.register r",
    }[clinic.kind]
    clinic.execute(f"CREATE VIEW clinic.slow AS {slow}")
    if clinic.kind == "postgresql":
        clinic.execute("GRANT SELECT ON clinic.slow TO reader")
    mapping = MAPPING.replace("clinic.register", "clinic.slow").replace('"site"', '"site"\npause = "pause"')
    assert refusal(clinic.snapshot("--timeout", "1", mapping=mapping)) == (
        "clinic.slow: a query took longer than the limit and was stopped. "
        "Raise it with --timeout, or read from a narrower view."
    )


def test_a_text_as_long_as_a_document_is_not_read(clinic: ClinicDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "LONGEST_CELL", 8)
    assert errors(clinic.snapshot()) == [
        "clinic.visits: a cell is longer than 8 bytes in 'visit'. No study needs such a text: leave the column out."
    ]


def test_more_cells_than_fit_are_not_read(clinic: ClinicDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "MOST_CELLS", 40)
    monkeypatch.setattr(extract, "MOST_TEXT", 50)
    assert errors(clinic.snapshot()) == [
        "clinic.visits: 8 rows of 6 columns are more than 40 cells. Read from a view with fewer rows or columns.",
        "clinic.visits: the columns to be read hold more than 50 bytes. Read from a view with fewer rows or columns.",
    ]


def test_more_columns_than_a_table_may_have(clinic: ClinicDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "MOST_COLUMNS", 5)
    assert errors(clinic.snapshot())[0] == "clinic.register: the mapping reads more than 5 columns. Map fewer."


def test_a_source_of_which_nothing_is_read(clinic: ClinicDatabase) -> None:
    clinic.mapping += """
[[therapy_visits]]
source = "nothing"
columns = { patient_id = { constant = 1 }, day = { constant = 0 }, kind = { constant = "integration" } }
[sources.nothing]
table = "clinic.register"
"""
    assert errors(clinic.snapshot()) == ["clinic.register: the mapping reads no column of it. Map at least one."]


def test_an_error_of_the_study_names_the_table_the_column_and_the_rows(clinic: ClinicDatabase) -> None:
    clinic.execute("UPDATE clinic.visits SET phq_total = 99 WHERE phq_total = 21")
    done = clinic.snapshot()
    assert errors(done) == [
        "clinic.visits (as assessments): column 'score' has 1 PHQ-9 value outside 0-27 (row 8). "
        "Correct them or leave them blank."
    ]
    assert done.err.endswith("No snapshot was taken: 1 error and 7 notes.\n")
    assert "99" not in done.err


def test_an_identifier_is_refused_as_from_any_file(clinic: ClinicDatabase) -> None:
    clinic.execute("ALTER TABLE clinic.register ADD COLUMN mail text DEFAULT 'ann.featherstone@example.org'")
    clinic.mapping = MAPPING.replace('clinic_id = "site"', 'clinic_id = "site"\nmail = "mail"')
    done = clinic.snapshot()
    assert [told for told in errors(done) if "'mail'" in told]
    assert "featherstone" not in done.err
    assert not clinic.place.exists()


# PostgreSQL alone


def test_a_table_that_the_user_may_not_read_is_not_there(postgresql_clinic: ClinicDatabase) -> None:
    postgresql_clinic.execute("REVOKE SELECT ON clinic.register FROM reader")
    assert errors(postgresql_clinic.snapshot()) == [
        "The mapping reads 'clinic.register', which the database does not show to this user. Is 'clinic.visits' meant?"
    ]


def test_a_column_that_the_user_may_not_read_is_not_there(postgresql_clinic: ClinicDatabase) -> None:
    postgresql_clinic.execute("REVOKE SELECT ON clinic.register FROM reader")
    postgresql_clinic.execute("GRANT SELECT (nr, site, years, gender, vip) ON clinic.register TO reader")
    assert errors(postgresql_clinic.snapshot()) == [
        "clinic.register: the mapping of patients reads the column 'dx', which is not there or not this user's to read."
    ]


def test_a_view_of_what_its_owner_may_not_read(postgresql_clinic: ClinicDatabase) -> None:
    postgresql_clinic.execute("CREATE VIEW clinic.seen WITH (security_invoker) AS SELECT * FROM clinic.register")
    postgresql_clinic.execute("GRANT SELECT ON clinic.seen TO reader; REVOKE SELECT ON clinic.register FROM reader")
    told = refusal(postgresql_clinic.snapshot(mapping=MAPPING.replace("clinic.register", "clinic.seen")))
    assert told == "clinic.seen: this user may not read all that it is made of. Grant it SELECT there."


def test_a_view_that_writes_is_stopped_and_changes_nothing(postgresql_clinic: ClinicDatabase) -> None:
    postgresql_clinic.execute(
        "CREATE TABLE clinic.trace (n int); GRANT INSERT ON clinic.trace TO reader;"
        "CREATE FUNCTION clinic.note(int) RETURNS int LANGUAGE sql "
        "AS 'INSERT INTO clinic.trace VALUES ($1) RETURNING n';"
        "CREATE VIEW clinic.writing AS SELECT clinic.note(nr) AS nr, site, years, gender, dx, vip FROM clinic.register;"
        "GRANT SELECT ON clinic.writing TO reader"
    )
    told = refusal(postgresql_clinic.snapshot(mapping=MAPPING.replace("clinic.register", "clinic.writing")))
    assert told == (
        "clinic.writing: reading it would change the database, which a snapshot never does. "
        "Give a table or a plain view."
    )
    assert postgresql_clinic.server is not None
    with postgresql_clinic.server.connect(postgresql_clinic.database) as connection:
        assert connection.execute("SELECT count(*) FROM clinic.trace").fetchone() == (0,)


def test_rows_that_the_database_hides_are_noted(postgresql_clinic: ClinicDatabase) -> None:
    postgresql_clinic.execute(
        "ALTER TABLE clinic.register ENABLE ROW LEVEL SECURITY; ALTER TABLE clinic.visits ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY north ON clinic.register FOR SELECT USING (nr = 1);"
        "CREATE POLICY north ON clinic.visits FOR SELECT USING (nr = 1)"
    )
    done = postgresql_clinic.snapshot()
    assert done.code == 0
    assert done.err.startswith(
        "note: clinic.register: the database hides rows of it from this user. They are not in the snapshot.\n"
    )
    assert "Rows: patients 1, sessions 2, assessments 2." in done.out


def test_all_tables_are_seen_as_of_one_moment(postgresql_clinic: ClinicDatabase) -> None:
    server = postgresql_clinic.server
    assert server is not None
    variables = {"A": postgresql_clinic.url.replace("reader@", f"reader:{PASSWORD}@")}
    with postgresql.open_postgresql(address_from(None, "A", variables), 60, None) as database:
        register = next(table for table in database.tables() if table.name == "register")
        columns = database.columns(register)
        postgresql_clinic.execute("INSERT INTO clinic.register VALUES (4, 'North', 30, 'f', 'MDD', NULL)")
        assert database.size(register, columns).n_rows == 3
        assert database.rows(register, columns).num_rows == 3


def test_a_locked_table_is_not_waited_for(postgresql_clinic: ClinicDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "LOCK_SECONDS", 1)
    assert postgresql_clinic.server is not None
    with postgresql_clinic.server.connect(postgresql_clinic.database) as connection, connection.transaction():
        connection.execute("LOCK TABLE clinic.register")
        told = refusal(postgresql_clinic.snapshot())
    assert told == "clinic.register: the table is locked by somebody else. Try again when they have finished."


def test_a_connection_that_is_cut_off(postgresql_clinic: ClinicDatabase) -> None:
    postgresql_clinic.execute("CREATE VIEW clinic.slow AS SELECT *, pg_sleep(20)::text AS pause FROM clinic.register")
    postgresql_clinic.execute("GRANT SELECT ON clinic.slow TO reader")
    mapping = MAPPING.replace("clinic.register", "clinic.slow").replace('"site"', '"site"\npause = "pause"')
    with cut_off_soon(postgresql_clinic):
        told = refusal(postgresql_clinic.snapshot(mapping=mapping))
    assert told == "clinic.slow: the connection was lost. Try again."


@contextmanager
def cut_off_soon(clinic: ClinicDatabase) -> Iterator[None]:
    """End every session of the reader a second from now."""
    ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'"
    timer = threading.Timer(1, clinic.execute, [ending])
    timer.start()
    yield
    timer.join()


def test_text_of_another_encoding_arrives_as_it_was_written(server_in: Callable[[str], ClinicDatabase]) -> None:
    clinic = server_in("LATIN1")
    done = clinic.snapshot()
    assert done.code == 0, done.err
    assert read_study(clinic.place).patients["clinic_id"].tolist() == ["North", "Süd", "North"]


def test_bytes_that_are_no_text_are_refused(server_in: Callable[[str], ClinicDatabase]) -> None:
    clinic = server_in("SQL_ASCII")
    assert clinic.snapshot().code == 0  # UTF-8 by luck
    clinic.execute(r"UPDATE clinic.register SET site = E'S\\xFCd' WHERE nr = 2".replace(r"\\", "\\"))
    assert refusal(clinic.snapshot()) == (
        "clinic.register: it holds text that is not valid in the encoding of the database. Correct that text."
    )


# DuckDB alone


def test_a_file_that_is_no_database(duckdb_clinic: ClinicDatabase) -> None:
    (duckdb_clinic.folder / "records.duckdb").write_text("patient,surname\n1,Featherstonehaugh\n" * 1000)
    assert refusal(duckdb_clinic.snapshot()) == (
        "The DuckDB file cannot be opened: it is no database of DuckDB, or a newer version wrote it. "
        "Look at it in DuckDB itself."
    )


def test_a_view_of_another_file_stays_closed(duckdb_clinic: ClinicDatabase) -> None:
    other = duckdb_clinic.folder / "register.csv"
    other.write_text("nr,site,years,gender,dx,vip\n1,North,44,f,MDD,true\n")
    duckdb_clinic.execute(f"CREATE VIEW clinic.outside AS SELECT * FROM read_csv('{other}')")
    told = refusal(duckdb_clinic.snapshot(mapping=MAPPING.replace("clinic.register", "clinic.outside")))
    assert told == "clinic.outside: it is a view of another file, which a snapshot does not open. Make it a table."


def test_a_view_that_fails(duckdb_clinic: ClinicDatabase) -> None:
    duckdb_clinic.execute("CREATE VIEW clinic.failing AS SELECT * REPLACE (site::integer AS site) FROM clinic.register")
    told = refusal(duckdb_clinic.snapshot(mapping=MAPPING.replace("clinic.register", "clinic.failing")))
    assert told == "clinic.failing: DuckDB could not read it. Look at it in DuckDB itself."


def test_a_view_that_fails_in_postgresql_is_told_by_its_code(postgresql_clinic: ClinicDatabase) -> None:
    postgresql_clinic.execute(
        "CREATE VIEW clinic.failing AS SELECT nr, site::integer::text AS site, years, gender, dx, vip "
        "FROM clinic.register; GRANT SELECT ON clinic.failing TO reader"
    )
    told = refusal(postgresql_clinic.snapshot(mapping=MAPPING.replace("clinic.register", "clinic.failing")))
    assert told == "clinic.failing: the database reports SQLSTATE 22P02. Its own log says more."


def test_a_file_open_for_writing_elsewhere(duckdb_clinic: ClinicDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object, **__: object) -> None:
        raise duckdb.IOException('Could not set lock on file "/x": Conflicting lock is held')

    monkeypatch.setattr(duckdb, "connect", locked)
    assert refusal(duckdb_clinic.snapshot()) == (
        "The DuckDB file cannot be opened: another program has it open for writing. Close that first."
    )


@pytest.mark.parametrize(
    ("module", "name", "told"),
    [
        (postgresql, "psycopg", "Reading PostgreSQL needs one more package: pip install -r requirements-sql.txt"),
        (duckdb_file, "duckdb", "Reading DuckDB needs one more package: pip install -r requirements-sql.txt"),
    ],
)
def test_a_driver_that_is_not_installed(
    duckdb_clinic: ClinicDatabase, monkeypatch: pytest.MonkeyPatch, module: object, name: str, told: str
) -> None:
    def missing(wanted: str) -> None:
        raise ImportError(wanted)

    monkeypatch.setattr(module, "import_module", missing)
    url = duckdb_clinic.url if name == "duckdb" else "postgresql://localhost/x"
    assert refusal(duckdb_clinic.snapshot(url=url)) == told
