"""Where a database is: one address, taken apart by fixed rules, and never shown again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from .refusal import SnapshotRefused

POSTGRESQL = ("postgresql", "postgres")
SECRET_OPTIONS = ("password", "sslpassword")
CONNECTION_OPTIONS = (
    "host",
    "hostaddr",
    "connect_timeout",
    "passfile",
    "require_auth",
    "channel_binding",
    "sslmode",
    "sslnegotiation",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslcrl",
    "gssencmode",
    "krbsrvname",
    "target_session_attrs",
)
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
SECONDS_TO_ANSWER = 15  # a database that does not answer by then is down, or the address is wrong

FORMS = "postgresql://USER@HOST:PORT/DATABASE or duckdb:FILE"
EXPOSED = (
    "The address given with --url holds a password, which every user of this machine could read in the list of "
    "processes. Change that password, then put it in ~/.pgpass, or put the whole address in an environment variable "
    "and name that with --url-env."
)
MISREAD = (
    f"The address cannot be read. Its form is {FORMS}; in a user name or password, each of : / ? # [ ] @ % is "
    "written as % and two digits (%40 for @)."
)


@dataclass(frozen=True)
class DatabaseAddress:
    """What is needed to open a database. It may hold a password, so nothing of it is ever printed."""

    kind: Literal["postgresql", "duckdb"]
    file: Path | None = field(default=None, repr=False)
    settings: dict[str, str] = field(default_factory=dict, repr=False)


def address_from(url: str | None, variable: str | None, environment: Mapping[str, str]) -> DatabaseAddress:
    """The address given on the command line, or by the environment variable that is named there.

    A password is taken from the variable only (or by the driver itself from ~/.pgpass or PGPASSWORD).

    Raises SnapshotRefused.
    """
    if url is not None and _shows_password(url):
        raise SnapshotRefused(EXPOSED)
    text = url if url is not None else environment.get(variable or "", "")
    if url is None and not text:
        raise SnapshotRefused("The environment variable that --url-env names is not set. Put the address in it.")
    scheme, separator, rest = text.partition(":")
    if separator and scheme == "duckdb":
        return DatabaseAddress("duckdb", file=_database_file(rest.removeprefix("//")))
    if scheme not in POSTGRESQL:
        raise SnapshotRefused(f"The address names no kind of database that is known here. Its form is {FORMS}.")
    return DatabaseAddress("postgresql", settings=_with_encryption(_settings(text), environment))


def _shows_password(url: str) -> bool:
    """Whether an address seems to hold a password; one that is misspelt counts too."""
    _, _, rest = url.partition("//")
    user, at, _ = rest.rpartition("@")
    return (bool(at) and ":" in user) or any(option in unquote(url).lower() for option in SECRET_OPTIONS)


def _database_file(text: str) -> Path:
    if not text or "\0" in text or not Path(text).is_file():
        raise SnapshotRefused("There is no DuckDB file at the path of the address. Check the path.")
    return Path(text)


def _settings(url: str) -> dict[str, str]:
    """The parts of a PostgreSQL address by the names that its driver gives them."""
    parts = _split(url)
    if parts is None:
        raise SnapshotRefused(MISREAD)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not set(options) <= {*CONNECTION_OPTIONS, *SECRET_OPTIONS}:
        known = ", ".join(CONNECTION_OPTIONS)
        raise SnapshotRefused(f"The address holds an option after ? that is not known here. Known: {known}.")
    named = {
        "host": unquote(parts.hostname or ""),
        "port": str(parts.port or ""),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": unquote(parts.path.removeprefix("/")),
    }
    given = {name: value for name, value in named.items() if value}
    return {"connect_timeout": str(SECONDS_TO_ANSWER), **given, **options}


def _split(url: str) -> SplitResult | None:
    """The parts of an address; None when a sign that has to be written with % stands in it as it is."""
    try:
        parts = urlsplit(url)
        sound = parts.port != 0 and parts.scheme in POSTGRESQL
    except ValueError:
        return None
    loose = "@" in parts.path + parts.query or "#" in url or "\0" in unquote(url) or "/" in parts.path[1:]
    return parts if sound and url.partition(":")[2].startswith("//") and not loose else None


def _with_encryption(settings: dict[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """Settings that do not fall back to an unencrypted connection over a network unless that was asked for."""
    if "sslmode" in settings or "PGSSLMODE" in environment or settings.get("host") in THIS_MACHINE:
        return settings
    return {**settings, "sslmode": "require"}  # sockets of this machine ignore it
