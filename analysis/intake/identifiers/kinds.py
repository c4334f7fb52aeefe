"""What identifies a person, kind by kind: the identifiers of 45 CFR 164.514(b)(2), and what to do about each.

A kind is named in messages by what a cell of it holds; the cell itself is never shown.
"""

from __future__ import annotations

from dataclasses import dataclass

CODE_REPAIR = "Give every patient or clinic a new code drawn at random, kept nowhere in the study beside the old one."
PATIENT_CODE = "Remove the column: patients are told apart by patient_id, a random code."


@dataclass(frozen=True)
class Kind:
    """One kind of identifier: what a cell holds, what a column of that name stands for, and the repair."""

    cell: str
    heading: str
    repair: str


KINDS: dict[str, Kind] = {
    "name": Kind("with what looks like a person's name", "names or initials of people", PATIENT_CODE),
    "record": Kind("with what looks like a record number", "record numbers", PATIENT_CODE),
    "ssn": Kind("with what looks like a social security number", "social security or tax numbers", PATIENT_CODE),
    "phone": Kind("with a telephone or fax number", "telephone or fax numbers", "Remove the column."),
    "email": Kind("with an e-mail address", "e-mail addresses", "Remove the column."),
    "address": Kind("with a street or postal address", "addresses", "Remove the column, or turn it into the state."),
    "place": Kind(
        "with a place smaller than a state",
        "places smaller than a state",
        "Remove the column, or turn it into the state; call clinics by an opaque code.",
    ),
    "zip": Kind(
        "with more of a postal code than its first three digits",
        "postal codes",
        "Remove the column, or keep the first three digits (000 where 20,000 people or fewer live).",
    ),
    "date": Kind(
        "with a calendar date finer than a year",
        "calendar dates",
        "Turn it into days since the first ketamine session (day 0) or into the year, or remove the column.",
    ),
    "month": Kind(
        "with a month or a weekday of the calendar",
        "months or weekdays of the calendar",
        "Turn it into days since the first ketamine session (day 0) or into the year, or remove the column.",
    ),
    "age": Kind("with an age over 89", "ages", "Write 90 for everyone aged 90 or over."),
    "birth_year": Kind(
        "with a year of birth that tells an age over 89",
        "years of birth",
        "Turn it into the age at the first session, with 90 for everyone aged 90 or over.",
    ),
    "account": Kind("with an account or card number", "account, card or claim numbers", "Remove the column."),
    "plan": Kind("with a health-plan or member number", "health-plan, policy or member numbers", "Remove the column."),
    "licence": Kind("with a certificate or licence number", "certificate or licence numbers", "Remove the column."),
    "vehicle": Kind("with a vehicle number", "vehicles or their plates", "Remove the column."),
    "device": Kind("with a device or lot number", "device, serial or lot numbers", "Remove the column."),
    "url": Kind("with a web address", "web addresses or accounts", "Remove the column."),
    "ip": Kind("with an internet (IP) address", "internet (IP) addresses", "Remove the column."),
    "image": Kind(
        "with a picture, a recording or the name of such a file",
        "photos, recordings or body marks",
        "Remove the column.",
    ),
    "text": Kind(
        "with free text",
        "free text",
        "Remove the column, or turn it into a category of a few fixed words.",
    ),
}
