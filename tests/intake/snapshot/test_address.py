"""An address is read by fixed rules, or refused in words that repeat none of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.intake.snapshot.address import CONNECTION_OPTIONS, EXPOSED, MISREAD, DatabaseAddress, address_from
from analysis.intake.snapshot.refusal import SnapshotRefused

from .conftest import PASSWORD

TIMEOUT = {"connect_timeout": "15"}
URL = f"postgresql://kat:{PASSWORD}@db.clinic.example:5433/records"


def settings(url: str, **environment: str) -> dict[str, str]:
    """What the driver is given for an address from a variable."""
    return address_from(None, "KAT", {"KAT": url, **environment}).settings


def refusal(url: str | None, variable: str | None = None, **environment: str) -> str:
    with pytest.raises(SnapshotRefused) as caught:
        address_from(url, variable, environment)
    assert caught.value.__context__ is None
    return str(caught.value)


def test_an_address_in_a_variable_may_hold_everything() -> None:
    assert settings(URL) == {
        "host": "db.clinic.example",
        "port": "5433",
        "user": "kat",
        "password": PASSWORD,
        "dbname": "records",
        "sslmode": "require",
        **TIMEOUT,
    }


def test_signs_written_with_percent_are_read_as_meant() -> None:
    assert settings("postgres://k%40t:a%2Fb%3A%25@/re%20cords") == {
        "user": "k@t",
        "password": "a/b:%",
        "dbname": "re cords",
        "sslmode": "require",
        **TIMEOUT,
    }


def test_tls_options_reach_the_driver_as_they_are() -> None:
    tls = "sslmode=verify-full&sslrootcert=/etc/ssl/clinic.pem&sslcert=/c.pem&sslkey=/k.pem&channel_binding=require"
    found = settings(f"postgresql://kat@db.example/records?{tls}")
    expected = dict(pair.split("=") for pair in tls.split("&"))
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_encryption_is_not_asked_of_this_machine(host: str) -> None:
    assert "sslmode" not in settings(f"postgresql://{host}/records")


def test_encryption_is_asked_of_every_other_machine_unless_the_administrator_says_otherwise() -> None:
    assert settings("postgresql://db.example/records")["sslmode"] == "require"
    assert settings("postgresql://db.example/records?sslmode=disable")["sslmode"] == "disable"
    assert "sslmode" not in settings("postgresql://db.example/records", PGSSLMODE="verify-ca")


def test_a_time_limit_for_connecting_can_be_set() -> None:
    assert settings("postgresql://localhost/records?connect_timeout=3") == {
        "host": "localhost", "dbname": "records", "connect_timeout": "3",
    }  # fmt: skip


@pytest.mark.parametrize("start", ["duckdb:", "duckdb://"])
def test_a_duckdb_file_is_a_path(tmp_path: Path, start: str) -> None:
    file = tmp_path / "with space?.duckdb"
    file.touch()
    assert address_from(f"{start}{file}", None, {}) == DatabaseAddress("duckdb", file=file)


@pytest.mark.parametrize("path", ["", "nowhere.duckdb", ":memory:", "md:clinic", "s3://bucket/x", "a\0b", "/"])
def test_a_duckdb_file_that_is_not_there(path: str) -> None:
    assert refusal(f"duckdb:{path}") == "There is no DuckDB file at the path of the address. Check the path."


@pytest.mark.parametrize("kind", ["mysql://h/d", "sqlite:x.db", "records", "host=h dbname=d", "https://h/d"])
def test_another_kind_of_database(kind: str) -> None:
    assert refusal(kind) == (
        "The address names no kind of database that is known here. "
        "Its form is postgresql://USER@HOST:PORT/DATABASE or duckdb:FILE."
    )


@pytest.mark.parametrize("given", [{}, {"KAT": ""}, {"OTHER": URL}])
def test_a_variable_that_is_not_set(given: dict[str, str]) -> None:
    expected = "The environment variable that --url-env names is not set. Put the address in it."
    assert refusal(None, "KAT", **given) == expected


@pytest.mark.parametrize(
    "url",
    [
        URL,
        f"postgresql://kat:{PASSWORD}/x@h/d",
        f"postgresql://:{PASSWORD}@h/d",
        f"postgresql://kat@h/d?password={PASSWORD}",
        f"postgresql://kat@h/d?sslPassword={PASSWORD}",
        f"postgresql://kat@h/d?pass%77ord={PASSWORD}",
        f"host=h password={PASSWORD}",
        f"mysql://kat:{PASSWORD}@h/d",
    ],
)
def test_a_password_on_the_command_line_is_refused(url: str) -> None:
    assert refusal(url) == EXPOSED
    assert EXPOSED == (
        "The address given with --url holds a password, which every user of this machine could read in the list of "
        "processes. Change that password, then put it in ~/.pgpass, or put the whole address in an environment "
        "variable and name that with --url-env."
    )


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://kat:a/b@h/d",
        "postgresql://kat:a?b@h/d",
        "postgresql://kat:a#b@h/d",
        "postgresql://kat:a%00b@h/d",
        "postgresql://kat:12/b@h/d",
        "postgresql://h:port/d",
        "postgresql://h:0/d",
        "postgresql://h:70000/d",
        "postgresql://[::1/d",
        "postgresql://h1:1,h2:2/d",
        "postgresql:records",
        "postgresql:///d/e",
    ],
)
def test_an_address_that_cannot_be_taken_apart_without_a_guess(url: str) -> None:
    assert refusal(None, "KAT", KAT=url) == MISREAD
    assert MISREAD == (
        "The address cannot be read. Its form is postgresql://USER@HOST:PORT/DATABASE or duckdb:FILE; in a user name "
        "or password, each of : / ? # [ ] @ % is written as % and two digits (%40 for @)."
    )


def test_an_option_that_is_not_known_is_not_repeated() -> None:
    known = ", ".join(CONNECTION_OPTIONS)
    for option in ("options=-crow_security%3Doff", "service=x", f"{PASSWORD}=1", "dbname=e"):
        told = refusal(f"postgresql://h/d?{option}")
        assert told == f"The address holds an option after ? that is not known here. Known: {known}."


@given(st.text(min_size=1).filter(lambda text: len(text) > 3))
def test_no_refusal_and_no_printed_address_repeats_a_password(password: str) -> None:
    url = f"postgresql://kat:{password}@db.example/records"
    for arguments in ((url, None, {}), (None, "KAT", {"KAT": url})):
        try:
            shown = repr(address_from(*arguments))
        except SnapshotRefused as told:
            shown = str(told)
        assert shown in {"DatabaseAddress(kind='postgresql')", EXPOSED, MISREAD} or "option after ?" in shown
