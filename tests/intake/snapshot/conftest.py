"""A clinic's database, as a DuckDB file and as a PostgreSQL server of the tests' own, and the command run on it."""

from __future__ import annotations

import io
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import psycopg
import pytest

from analysis.intake.__main__ import main

REPOSITORY = Path(__file__).parents[3]
PASSWORD = "Quince-7f3a-Marmalade"  # planted: no output may hold it, nor a part of it
CERTIFICATE = (  # Debian's PostgreSQL comes with openssl
    *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
    *("-days", "2", "-subj", "/CN=clinic", "-addext", "subjectAltName=IP:127.0.0.1"),
)
SERVER_USERS = ("postgres", "nobody")  # a PostgreSQL server refuses to run as root

CLINIC = """
CREATE SCHEMA clinic;
CREATE TABLE clinic.register (nr integer, site text, years numeric(4, 1), gender char(1), dx varchar(20), vip boolean);
INSERT INTO clinic.register VALUES
    (1, 'North', 44.0, 'f', 'MDD', true), (2, 'Süd', NULL, 'm', 'PTSD', false), (3, 'North', 51.5, 'f', 'MDD', NULL);
CREATE TABLE clinic.visits (
    nr integer, visit text, how text, mg double precision, phq_total smallint, phq_item9 bigint, remark text
);
INSERT INTO clinic.visits VALUES
    (1, 'screening', NULL, NULL, 19, 1, 'a, "b"'), (1, 'dose 1', 'drip', 40, NULL, NULL, NULL),
    (1, 'dose 2', 'drip', 0.1, NULL, NULL, ''), (1, 'week 4', NULL, NULL, 8, 0, 'two
lines'),
    (2, 'dose 1', 'shot', 60.5, NULL, NULL, NULL), (2, 'screening', NULL, NULL, 21, 2, NULL),
    (3, 'dose 1', 'drip', 1e2, NULL, NULL, NULL), (NULL, NULL, NULL, NULL, NULL, NULL, NULL);
"""

MAPPING = """\
name = "Two sites"

[sources.register]
table = "clinic.register"

[sources.visits]
table = "clinic.visits"

[[patients]]
source = "register"
[patients.columns]
patient_id = "nr"
clinic_id = "site"
age = { column = "years", values = { "51.5" = 51 }, unlisted = "keep" }
sex = { column = "gender", values = { f = "female", m = "male" } }
primary_diagnosis = "dx"
benzodiazepine = "vip"

[[sessions]]
source = "visits"
keep = [{ column = "how", blank = false }]
[sessions.columns]
patient_id = "nr"
session_number = { column = "visit", values = { "dose 1" = 1, "dose 2" = 2 } }
day = { column = "visit", values = { "dose 1" = 0, "dose 2" = 3.5 } }
route = { column = "how", values = { drip = "IV", shot = "IM" } }
dose_mg = "mg"

[[assessments]]
source = "visits"
keep = [{ column = "phq_total", blank = false }]
[assessments.columns]
patient_id = "nr"
day = { column = "visit", values = { screening = -3, "week 4" = 28 } }
instrument = { constant = "PHQ-9" }
score = "phq_total"
suicidality_item = "phq_item9"
"""


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server of this test run: its socket is a file in folder, and it also listens on the loopback."""

    folder: Path
    port: int

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def connect(self, database: str = "postgres") -> Any:
        return psycopg.connect(
            host=str(self.folder), port=self.port, user="owner", password=PASSWORD, dbname=database, autocommit=True,
            client_encoding="UTF8",
        )  # fmt: skip


@dataclass
class Outcome:
    """What the command did: its exit code and all that it said."""

    code: int
    out: str
    err: str


@dataclass
class ClinicDatabase:
    """A database with the tables of CLINIC, and the command run on it."""

    kind: str
    url: str
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    server: Server | None = None
    database: str = ""
    mapping: str = MAPPING

    def execute(self, statements: str) -> None:
        """Run SQL as the owner of the database."""
        if self.server is None:
            with duckdb.connect(self.url.removeprefix("duckdb:")) as connection:
                connection.execute(statements)
        else:
            with self.server.connect(self.database) as connection:
                connection.execute(statements)

    def snapshot(self, *options: str, mapping: str | None = None, url: str | None = None) -> Outcome:
        """Run the command on this database, with the password where the driver looks for it."""
        return run(self.arguments(*options, mapping=mapping, url=url), self.variables)

    def arguments(self, *options: str, mapping: str | None = None, url: str | None = None) -> list[str]:
        """The words of the command; the mapping is written to a file for it."""
        file = self.folder / "clinic.toml"
        file.write_text(mapping if mapping is not None else self.mapping, encoding="utf-8")
        where = [] if "--url-env" in options else ["--url", url or self.url]
        return ["snapshot", *where, "--mapping", str(file), "--out", str(self.place), *options]

    @property
    def place(self) -> Path:
        return self.folder / "study"


def run(arguments: list[str], variables: dict[str, str]) -> Outcome:
    """The command with these environment variables, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with patch.dict(os.environ, _environment(variables), clear=True), redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as end:
            code = int(str(end.code))
    return Outcome(code, out.getvalue(), err.getvalue())


def run_alone(arguments: list[str], variables: dict[str, str]) -> Outcome:
    """The command as an administrator runs it, in a process of its own whose every output is seen."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "dev", "-m", "analysis.intake", *arguments],
        cwd=REPOSITORY, env=_environment(variables), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout, done.stderr)


def _environment(variables: dict[str, str]) -> dict[str, str]:
    """The environment of the tests without anything that would lead to another database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "HOME": "/nonexistent", **variables}


def server_programs() -> Path | None:
    """The folder with initdb and pg_ctl: Debian keeps them out of the search path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name.split(".")[0]))
    found = shutil.which("initdb")
    folders = [*reversed(debian), *([Path(found).parent] if found else [])]
    return next((path for path in folders if (path / "pg_ctl").exists() and (path / "initdb").exists()), None)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server with passwords, started once; skipped with the reason where PostgreSQL is not installed."""
    programs = server_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="kat-pg-"))  # a short path: that of a socket has at most 107 letters
    user = _server_user(folder)
    secret = folder / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o644)
    data = folder / "data"
    port = _free_port()
    options = (
        f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c lc_messages=C -c log_connections=on "
        f"-c ssl=on -c ssl_cert_file={folder}/certificate.pem -c ssl_key_file={folder}/key.pem"
    )
    try:
        initdb = [programs / "initdb", "-D", data, "-U", "owner", "-A", "scram-sha-256", "--pwfile", secret]
        _as(user, [*initdb, "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"])
        _as(user, [*CERTIFICATE, "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"])
        _as(user, [programs / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start"])
        yield Server(folder, port)
        _as(user, [programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(folder)


def _server_user(folder: Path) -> str | None:
    """Whom the server runs as: this user, or somebody else when this is root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    user = next(name for name in SERVER_USERS if name in known)
    shutil.chown(folder, user)
    return user


def _as(user: str | None, command: list[str | Path]) -> None:
    subprocess.run(
        [str(part) for part in command], user=user, cwd="/", check=True, timeout=60,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def duckdb_clinic(tmp_path: Path) -> ClinicDatabase:
    clinic = ClinicDatabase("duckdb", f"duckdb:{tmp_path / 'records.duckdb'}", tmp_path)
    clinic.execute(CLINIC)
    return clinic


@pytest.fixture
def postgresql_clinic(server: Server, tmp_path: Path) -> Iterator[ClinicDatabase]:
    """A database of its own; its reader may read and nothing else."""
    with _clinic_database(server, tmp_path) as clinic:
        yield clinic


@pytest.fixture
def server_in(server: Server, tmp_path: Path) -> Iterator[Callable[[str], ClinicDatabase]]:
    """Databases of other encodings, made when asked for."""
    with ExitStack() as databases:
        yield lambda encoding: databases.enter_context(_clinic_database(server, tmp_path, encoding))


@contextmanager
def _clinic_database(server: Server, folder: Path, encoding: str = "UTF8") -> Iterator[ClinicDatabase]:
    name = f"clinic_{os.urandom(4).hex()}"
    locale = "C" if encoding != "UTF8" else "C.UTF-8"
    with server.connect() as connection:
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE '{locale}' LC_CTYPE '{locale}'"
        )
    url = f"postgresql://reader@/{name}?host={server.folder}".replace("@/", f"@:{server.port}/")
    clinic = ClinicDatabase("postgresql", url, folder, {"PGPASSWORD": PASSWORD}, server, name)
    clinic.execute(f"DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
    clinic.execute(CLINIC)
    clinic.execute("GRANT USAGE ON SCHEMA clinic TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA clinic TO reader")
    yield clinic
    with server.connect() as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["duckdb", "postgresql"])
def clinic(request: pytest.FixtureRequest) -> ClinicDatabase:
    """The same clinic in either database."""
    found: ClinicDatabase = request.getfixturevalue(f"{request.param}_clinic")
    return found
