"""Every sentence of the gate, read in full: where, how many, of what kind, what to do, and never the cell."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.intake.identifiers.kinds import KINDS

from .conftest import gate, gate_columns, refused
from .planted import PLANTED

ALLOW = "An administrator may allow the column in the mapping, under [[allow]], with a written reason."
PATIENT_CODE = "Remove the column: patients are told apart by patient_id, a random code."
DAYS = "Turn it into days since the first ketamine session (day 0) or into the year, or remove the column."
PLACE = "Remove the column, or turn it into the state; call clinics by an opaque code."
ZIP = "Remove the column, or keep the first three digits (000 where 20,000 people or fewer live)."
AGE = "Write 90 for everyone aged 90 or over."
# One cell of each kind, told by what it holds.
BY_CONTENT = [
    ("name", "James Smith", f"1 cell with what looks like a person's name (row 2). {PATIENT_CODE}"),
    ("record", "MRN 12345", f"1 cell with what looks like a record number (row 2). {PATIENT_CODE}"),
    ("ssn", "123-45-6789", f"1 cell with what looks like a social security number (row 2). {PATIENT_CODE}"),
    ("phone", "(212) 555-0123", "1 cell with a telephone or fax number (row 2). Remove the column."),
    ("email", "jo@mail.example", "1 cell with an e-mail address (row 2). Remove the column."),
    ("address", "12 Elm Street", "1 cell with a street or postal address (row 2). Remove the column, or turn it into "
     "the state."),
    ("place", "40.7128, -74.0060", f"1 cell with a place smaller than a state (row 2). {PLACE}"),
    ("zip", "78701-1234", f"1 cell with more of a postal code than its first three digits (row 2). {ZIP}"),
    ("date", "2021-04-05", f"1 cell with a calendar date finer than a year (row 2). {DAYS}"),
    ("age", "93-year-old", f"1 cell with an age over 89 (row 2). {AGE}"),
    ("account", "acct 123456", "1 cell with an account or card number (row 2). Remove the column."),
    ("plan", "member no 123456", "1 cell with a health-plan or member number (row 2). Remove the column."),
    ("licence", "NPI 1234567893", "1 cell with a certificate or licence number (row 2). Remove the column."),
    ("vehicle", "plate: ABC1234", "1 cell with a vehicle number (row 2). Remove the column."),
    ("device", "00:1A:2B:3C:4D:5E", "1 cell with a device or lot number (row 2). Remove the column."),
    ("url", "https://example.org", "1 cell with a web address (row 2). Remove the column."),
    ("ip", "10.20.30.40", "1 cell with an internet (IP) address (row 2). Remove the column."),
    ("image", "IMG_0123.jpg", "1 cell with a picture, a recording or the name of such a file (row 2). Remove the "
     "column."),
    ("text", "x " * 120, "1 cell with free text (row 2). Remove the column, or turn it into a category of a few fixed "
     "words."),
]  # fmt: skip
# One filled cell of each kind, told by the column's name.
BY_NAME = [
    ("last_name", "Zz", f"names or initials of people (row 2). {PATIENT_CODE}"),
    ("mrn", "1234", f"record numbers (row 2). {PATIENT_CODE}"),
    ("ssn", "1234", f"social security or tax numbers (row 2). {PATIENT_CODE}"),
    ("phone", "555-0123", "telephone or fax numbers (row 2). Remove the column."),
    ("email", "a@b", "e-mail addresses (row 2). Remove the column."),
    ("addr1", "Elm 5", "addresses (row 2). Remove the column, or turn it into the state."),
    ("city", "Q", f"places smaller than a state (row 2). {PLACE}"),
    ("zip", "78701", f"postal codes (row 2). {ZIP}"),
    ("dob", "1/2", f"calendar dates (row 2). {DAYS}"),
    ("birth_month", "4", f"months or weekdays of the calendar (row 2). {DAYS}"),
    ("current_age", "93", f"ages (row 2). {AGE}"),
    ("yob", "1930", "years of birth (row 2). Turn it into the age at the first session, with 90 for everyone aged 90 "
     "or over."),
    ("account_no", "123", "account, card or claim numbers (row 2). Remove the column."),
    ("member_id", "A12345", "health-plan, policy or member numbers (row 2). Remove the column."),
    ("npi", "12345", "certificate or licence numbers (row 2). Remove the column."),
    ("vin", "A1B2C3", "vehicles or their plates (row 2). Remove the column."),
    ("device_id", "A12345", "device, serial or lot numbers (row 2). Remove the column."),
    ("website", "example.org", "web addresses or accounts (row 2). Remove the column."),
    ("ip", "10.0.0.1", "internet (IP) addresses (row 2). Remove the column."),
    ("photo", "a/b.bin", "photos, recordings or body marks (row 2). Remove the column."),
    ("notes", "a b c", "free text (row 2). Remove the column, or turn it into a category of a few fixed words."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "cell", "fact"), BY_CONTENT, ids=[kind for kind, _, _ in BY_CONTENT])
def test_what_is_said_of_cells(kind: str, cell: str, fact: str) -> None:
    assert refused("item_a", [cell, "home", None]) == [f"patients.csv: column 'item_a' has {fact} {ALLOW}"]


@pytest.mark.parametrize(("name", "cell", "fact"), BY_NAME, ids=[name for name, _, _ in BY_NAME])
def test_what_is_said_of_a_name(name: str, cell: str, fact: str) -> None:
    assert refused(name, [cell, None]) == [
        f"patients.csv: column '{name}' has 1 filled cell under a name that stands for {fact} {ALLOW}"
    ]


def test_months_are_said_to_be_told_by_the_whole_column() -> None:
    assert refused("item_a", ["April", "June", "June"]) == [
        "patients.csv: column 'item_a' has 3 cells with a month or a weekday of the calendar (rows 2, 3 and 4). "
        f"{DAYS} {ALLOW}"
    ]


def test_every_kind_is_read_by_a_test() -> None:
    told = {kind for kind, _, _ in BY_CONTENT} | {"month"}
    assert told | {"birth_year"} == set(KINDS)


def test_all_kinds_in_one_column_are_reported() -> None:
    messages = refused("item_a", ["jo@mail.example", "2021-04-05", "123-45-6789", "home"])
    assert len(messages) == 3


@pytest.mark.parametrize(
    ("header", "what"),
    [
        ("2021-04-05", "a calendar date finer than a year"),
        ("James Smith", "what looks like a person's name"),
        ("jo@mail.example", "an e-mail address"),
        ("123-45-6789", "what looks like a social security number"),
        ("(212) 555-0123", "a telephone or fax number"),
        ("10.20.30.40", "an internet (IP) address"),
    ],
)
def test_a_column_name_that_identifies_is_told_by_its_number(header: str, what: str) -> None:
    findings = gate_columns({"patient_id": ["a", "b"], "arm": ["x", "y"], header: ["1", "2"]})
    assert [finding.message for finding in findings] == [
        f"patients.csv: column number 3 has a name with {what}. Turn such columns into rows or remove them; "
        "a column's name says what it holds, not whose it is or when."
    ]


MADE = [
    (kind, written, draw) for kind, written, draw in PLANTED if written not in ("James", "Austin", "April", "Tuesday")
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(MADE), min_size=1, max_size=4), st.integers(0, 10_000), st.booleans())
def test_no_sentence_holds_what_was_planted(kinds: list, seed: int, under_a_name: bool) -> None:
    import numpy as np

    rng = np.random.default_rng(seed)
    columns: dict = {"patient_id": [f"q{place}z" for place in range(30)]}
    for place, (_, _, draw) in enumerate(kinds):
        columns[f"mrn_{'abcd'[place]}" if under_a_name else f"item_{'abcd'[place]}"] = draw(rng, 30)
    said = " ".join(finding.message + str(finding.as_row()) for finding in gate_columns(columns))
    planted = {str(cell) for name, cells in columns.items() if name != "patient_id" for cell in cells}
    assert not [cell for cell in planted if len(cell) > 4 and cell in said]


def test_permission_and_reason_are_said_in_place_of_the_refusal() -> None:
    from analysis.study import AllowedColumn

    allowed = [AllowedColumn("patients", "city_code", "codes of the registry, no key exists")]
    assert [finding.message for finding in gate("city_code", [4, 5, None], allowed=allowed)] == [
        "patients.csv: column 'city_code' has 2 filled cells under a name that stands for places smaller than a state "
        "(rows 2 and 3). The mapping allows the column: codes of the registry, no key exists"
    ]
