"""What PostgreSQL and its driver report, in sentences that hold nothing of the address."""

from __future__ import annotations

REACH = "Check the host and port of the address, and that the database runs and lets this machine in."
SIGNS: tuple[tuple[tuple[str, ...], str], ...] = (  # in this order: the first sign found in the driver's text decides
    (
        ("bad value for", 'value: "', "invalid integer value"),
        "An option after ? in the address has a value that PostgreSQL does not take. Check them one by one.",
    ),
    (
        ("no password supplied",),
        "The database asks for a password. Put it in ~/.pgpass (readable by you alone), or give the address with "
        "--url-env.",
    ),
    (
        ("authentication failed", "SASL"),
        "The database does not accept this user with this password. Check both, and which line of ~/.pgpass applies.",
    ),
    (
        ("no pg_hba.conf entry", "pg_hba.conf rejects"),
        "The database does not let this user in from this machine (its pg_hba.conf decides). Ask its administrator.",
    ),
    (
        ("certificate", "does not support SSL", "SSL error", "SSL SYSCALL", "sslmode"),
        "No encrypted connection that meets the wanted sslmode could be made. Check the sslmode and sslrootcert of "
        "the address, and that the server offers encryption.",
    ),
    (("does not exist",), "The database server has no such database or no such user. Check the address."),
    (
        ("translate host name", "resolve host", "Name or service not known", "name resolution", "getaddrinfo"),
        "The host of the address is not known to this machine. Check its spelling.",
    ),
    (("timeout", "timed out"), f"The database did not answer in time. {REACH}"),
    (("onnection refused", "No such file", "No route", "unreachable"), f"Nothing answers at the address. {REACH}"),
)
ELSEWHERE = f"No connection to the database could be made. {REACH}"

NOT_TEXT = "it holds text that is not valid in the encoding of the database. Correct that text."
LOST = "the connection was lost. Try again."
STATES: tuple[tuple[str, str], ...] = (  # the start of a SQLSTATE, and what it means for a snapshot
    (
        "57014",
        "a query took longer than the limit and was stopped. Raise it with --timeout, or read from a narrower view.",
    ),
    ("55P03", "the table is locked by somebody else. Try again when they have finished."),
    ("42501", "this user may not read all that it is made of. Grant it SELECT there."),
    ("22021", NOT_TEXT),
    ("22P05", "it holds text that cannot be written as UTF-8. Correct that text."),
    ("25006", "reading it would change the database, which a snapshot never does. Give a table or a plain view."),
    ("08", LOST),
    ("57P", LOST),
)


def connection_fault(failure: Exception, what: str) -> str:
    """Why there is no connection. The driver's text is searched for known signs and not shown."""
    del what
    said = str(failure)
    return next((sentence for signs, sentence in SIGNS if any(sign in said for sign in signs)), ELSEWHERE)


def statement_fault(failure: Exception, what: str) -> str:
    """Why something could not be read: by its SQLSTATE, a code of five signs that holds nothing of the data."""
    if isinstance(failure, ValueError):  # bytes came that are not UTF-8
        return f"{what}: {NOT_TEXT}"
    state = getattr(failure, "sqlstate", None)
    if state is None:
        return f"{what}: {LOST}"
    meaning = next((sentence for start, sentence in STATES if state.startswith(start)), None)
    return f"{what}: {meaning or f'the database reports SQLSTATE {state}. Its own log says more.'}"
