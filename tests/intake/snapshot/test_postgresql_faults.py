"""What PostgreSQL's driver says, and the sentence that takes its place."""

from __future__ import annotations

import psycopg
import pytest

from analysis.intake.snapshot.postgresql_faults import connection_fault, statement_fault

REACH = "Check the host and port of the address, and that the database runs and lets this machine in."
OPTION = "An option after ? in the address has a value that PostgreSQL does not take. Check them one by one."
SAID = {
    "bad value for connect_timeout: 'soon'": OPTION,
    'connection is bad: invalid sslmode value: "x"': OPTION,
    'invalid integer value "x" for connection option "port"': OPTION,
    "connection failed: fe_sendauth: no password supplied": (
        "The database asks for a password. Put it in ~/.pgpass (readable by you alone), or give the address with "
        "--url-env."
    ),
    'connection to server at "h" failed: FATAL:  password authentication failed for user "kat"': (
        "The database does not accept this user with this password. Check both, and which line of ~/.pgpass applies."
    ),
    'FATAL:  no pg_hba.conf entry for host "10.0.0.7", user "kat", database "d", SSL encryption': (
        "The database does not let this user in from this machine (its pg_hba.conf decides). Ask its administrator."
    ),
    "server does not support SSL, but SSL was required": (
        "No encrypted connection that meets the wanted sslmode could be made. Check the sslmode and sslrootcert of "
        "the address, and that the server offers encryption."
    ),
    'FATAL:  database "nowhere" does not exist': (
        "The database server has no such database or no such user. Check the address."
    ),
    "failed to resolve host 'nowhere.invalid': [Errno -2] Name or service not known": (
        "The host of the address is not known to this machine. Check its spelling."
    ),
    "connection timeout expired": f"The database did not answer in time. {REACH}",
    "connection to server on socket failed: Connection refused": f"Nothing answers at the address. {REACH}",
    "FATAL:  sorry, too many clients already": f"No connection to the database could be made. {REACH}",
}
STATES = {
    "57014": "a query took longer than the limit and was stopped. Raise it with --timeout, or read from a narrower "
    "view.",
    "55P03": "the table is locked by somebody else. Try again when they have finished.",
    "42501": "this user may not read all that it is made of. Grant it SELECT there.",
    "22021": "it holds text that is not valid in the encoding of the database. Correct that text.",
    "22P05": "it holds text that cannot be written as UTF-8. Correct that text.",
    "25006": "reading it would change the database, which a snapshot never does. Give a table or a plain view.",
    "08006": "the connection was lost. Try again.",
    "57P01": "the connection was lost. Try again.",
    "XX000": "the database reports SQLSTATE XX000. Its own log says more.",
}


@pytest.mark.parametrize("said", SAID)
def test_each_reason_for_no_connection_has_its_sentence(said: str) -> None:
    assert connection_fault(psycopg.OperationalError(said), "") == SAID[said]


@pytest.mark.parametrize("state", STATES)
def test_each_state_has_its_sentence_and_the_server_s_words_are_dropped(state: str) -> None:
    failure = psycopg.DatabaseError("invalid input: Featherstonehaugh")
    failure.sqlstate = state  # type: ignore[misc]
    assert statement_fault(failure, "clinic.visits") == f"clinic.visits: {STATES[state]}"


def test_a_failure_without_a_state_is_a_lost_connection() -> None:
    told = statement_fault(psycopg.OperationalError("consuming input failed"), "clinic.visits")
    assert told == "clinic.visits: the connection was lost. Try again."
