"""A planted password is looked for in everything that the command leaves behind, whatever goes wrong."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.intake.snapshot.address import DatabaseAddress, address_from
from analysis.intake.snapshot.postgresql import open_postgresql
from analysis.intake.snapshot.refusal import SnapshotRefused

from .conftest import MAPPING, PASSWORD, REPOSITORY, ClinicDatabase, Outcome, run, run_alone

WRONG = "Damson-9d1e-Chutney"
SECRETS = tuple(part for word in (PASSWORD, WRONG) for part in (word, *word.split("-")))


def leaks(outcome: Outcome, folder: Path) -> list[str]:
    """Parts of a password in what was said or in any file below a folder."""
    said = (outcome.out + outcome.err).encode()
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "pgpass")
    return [secret for secret in SECRETS if secret.encode() in said + written]


def with_password(clinic: ClinicDatabase, password: str = PASSWORD) -> dict[str, str]:
    """The whole address, password included, in a variable."""
    return {"KAT_DB": clinic.url.replace("reader@", f"reader:{password}@")}


@pytest.mark.parametrize("way", ["PGPASSWORD", "pgpass", "variable"])
def test_every_way_to_give_a_password_works_and_none_leaves_it_behind(
    postgresql_clinic: ClinicDatabase, tmp_path: Path, way: str
) -> None:
    file = tmp_path / "pgpass"
    file.write_text(f"*:*:*:reader:{PASSWORD}\n", encoding="utf-8")
    file.chmod(0o600)
    variables = {
        "PGPASSWORD": {"PGPASSWORD": PASSWORD},
        "pgpass": {"PGPASSFILE": str(file)},
        "variable": with_password(postgresql_clinic),
    }[way]
    options = ["--url-env", "KAT_DB"] if way == "variable" else []
    done = run_alone(postgresql_clinic.arguments(*options), variables)
    assert done.code == 0, done.err
    assert leaks(done, tmp_path) == []
    assert not [word for word in ("reader", postgresql_clinic.database) if word in done.out + done.err]


RIGHT = f"postgresql://reader:{PASSWORD}@:{{port}}/{{database}}?host={{folder}}"
LOOPBACK = f"postgresql://reader:{PASSWORD}@127.0.0.1:{{port}}/{{database}}"
FAILURES = {
    "wrong password": (RIGHT.replace(PASSWORD, WRONG), MAPPING, "The database does not accept this user with this"),
    "no such user": (RIGHT.replace("reader", "nobody"), MAPPING, "The database does not accept this user with this"),
    "no such database": (RIGHT.replace("{database}", "no"), MAPPING, "The database server has no such database or no"),
    "unreachable host": (LOOPBACK.replace("{port}", "1"), MAPPING, "Nothing answers at the address."),
    "no socket": (RIGHT.replace("{folder}", "/nowhere"), MAPPING, "Nothing answers at the address."),
    "unknown host": (RIGHT.replace("{folder}", "nowhere.invalid"), MAPPING, "The host of the address is not known to"),
    "not that server": (f"{LOOPBACK}?sslmode=verify-full&sslrootcert=system", MAPPING, "No encrypted connection that"),
    "no such option": (f"{RIGHT}&connect_timeout=soon", MAPPING, "An option after ? in the address has a value that"),
    "no such mode": (f"{LOOPBACK}?sslmode={PASSWORD}", MAPPING, "An option after ? in the address has a value that"),
    "no text": (
        RIGHT.replace(PASSWORD, "%ff\udcff" + PASSWORD),
        MAPPING,
        "No connection to the database could be made.",
    ),
    "no certificates": (f"{LOOPBACK}?sslmode=verify-full&sslrootcert=/no", MAPPING, "No encrypted connection that"),
    "broken address": (RIGHT.replace(PASSWORD, f"a/b?{PASSWORD}"), MAPPING, "The address cannot be read."),
    "unknown option": (f"{RIGHT}&{PASSWORD}=x", MAPPING, "The address holds an option after ? that is not known here."),
    "missing table": (RIGHT, MAPPING.replace("clinic.visits", "clinic.vists"), "Is 'clinic.visits' meant?"),
    "faulty study": (RIGHT, MAPPING.replace("= 0, ", "= 0.5, "), "first session"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_no_failure_repeats_a_password(
    postgresql_clinic: ClinicDatabase, tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    form, mapping, expected = FAILURES[name]
    server = postgresql_clinic.server
    assert server is not None
    url = form.format(port=server.port, database=postgresql_clinic.database, folder=server.folder)
    arguments = postgresql_clinic.arguments(
        "--url-env", "KAT_DB", "--findings", str(tmp_path / "findings.csv"), mapping=mapping
    )  # fmt: skip
    with caplog.at_level(logging.DEBUG):
        done = run(arguments, {"KAT_DB": url})
    assert done.code in (1, 2)
    assert expected in done.err
    assert leaks(Outcome(0, done.out, done.err + caplog.text + server.log), tmp_path) == []
    assert not postgresql_clinic.place.exists()


def test_a_connection_over_a_network_is_encrypted_to_the_server_whose_certificate_is_known(
    postgresql_clinic: ClinicDatabase,
) -> None:
    server = postgresql_clinic.server
    assert server is not None
    seen = len(server.log)
    url = LOOPBACK.format(port=server.port, database=postgresql_clinic.database)
    tls = f"?sslmode=verify-full&sslrootcert={server.folder}/certificate.pem"
    done = run(postgresql_clinic.arguments("--url-env", "KAT_DB"), {"KAT_DB": url + tls})
    assert done.code == 0, done.err
    assert "user=reader" in server.log[seen:]
    assert "SSL enabled" in server.log[seen:]


@pytest.mark.parametrize("name", ["wrong password", "unreachable host"])
def test_a_refusal_does_not_carry_the_driver_s_own_exception(postgresql_clinic: ClinicDatabase, name: str) -> None:
    server = postgresql_clinic.server
    assert server is not None
    url = FAILURES[name][0].format(port=server.port, database=postgresql_clinic.database, folder=server.folder)
    with pytest.raises(SnapshotRefused) as caught, open_postgresql(address_from(None, "A", {"A": url}), 60, None):
        pass
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["snapshot", "--url", f"postgresql://kat:{PASSWORD}@h/d", "--mapping", "m", "--out", "o"],
        ["snapshot", "--ur", f"postgresql://kat:{PASSWORD}@h/d", "--mapping", "m", "--out", "o"],
        ["snapshot", f"postgresql://kat:{PASSWORD}@h/d"],
        ["snapshot", "--url-env", f"postgresql://kat:{PASSWORD}@h/d", "--mapping", "m", "--out", "o"],
        ["snapshot", "--url", "duckdb:x", "--mapping", "m", "--out", "o", "--timeout", PASSWORD],
        [PASSWORD],
    ],
)
def test_a_password_in_the_wrong_place_is_not_repeated(arguments: list[str], tmp_path: Path) -> None:
    done = run(arguments, {})
    assert done.code == 2
    assert done.err
    assert leaks(done, tmp_path) == []


def test_words_that_are_no_command_are_answered_without_repeating_them() -> None:
    assert run(["snapshot", "--pasword", PASSWORD], {}).err == (
        "The command cannot be understood as it was given. See: python -m analysis.intake snapshot --help\n"
    )


def test_an_address_does_not_print_its_settings() -> None:
    address = DatabaseAddress("postgresql", settings={"password": PASSWORD, "user": "kat"})
    assert repr(address) == "DatabaseAddress(kind='postgresql')"


def test_reading_files_never_loads_what_connects() -> None:
    """What a web process imports of this floor; import-linter keeps every other floor from the command."""
    code = (
        "import importlib, pkgutil, sys, analysis.intake as intake\n"
        "for module in pkgutil.walk_packages(intake.__path__, 'analysis.intake.'):\n"
        "    if '.snapshot' not in module.name and not module.name.endswith('__main__'):\n"
        "        importlib.import_module(module.name)\n"
        "print([name for name in sys.modules if name in ('psycopg', 'duckdb') or '.snapshot.' in name])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=120)
    assert done.stdout == "[]\n", done.stderr
