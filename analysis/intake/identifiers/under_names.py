"""What a column holds that its own name gives away: a number under "ssn", letters under "last_name".

The name alone refuses nothing: "phone_visit" with true and false, "licence_type" with letters, "start_date" with
days since the first session and "zip3" with three digits are no identifiers.
"""

from __future__ import annotations

from ..findings import Mask
from .ages import old_age_words, old_birth_year_words
from .column import ColumnWords
from .dates import date_under_its_name
from .letters import LETTER

ANY = r"\S"
THREE_DIGITS = r"[0-9](?:\D?[0-9]){2}"
# What a word has to hold to be what the column's name says.
HOLDS: dict[str, str] = {
    "name": LETTER,
    "record": r"[0-9]{2}",
    "ssn": r"[0-9](?:\D?[0-9]){3}",
    "phone": r"[0-9](?:\D{0,3}[0-9]){6}",
    "email": r"@|(?i: at .* dot )",
    "address": f"{LETTER}{LETTER}|[0-9]",
    "place": ANY,
    "zip": r"[0-9](?:[ -]?[0-9]){3}|^(?i:[A-Z][0-9][A-Z] ?[0-9]|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2})",
    "month": ANY,
    "account": THREE_DIGITS,
    "plan": THREE_DIGITS,
    "licence": THREE_DIGITS,
    "vehicle": f"[0-9]|{LETTER} {LETTER}",
    "device": THREE_DIGITS,
    "url": r"[./@]",
    "ip": r"[0-9]\.[0-9]|:",
    "image": rf"[./]|^\S{{20,}}$|{LETTER} {LETTER}",
    "text": r"\S+\s+\S+\s+\S+",
}
STATE_NUMBER = r"^[0-9]{1,2}(?:\.0*)?$"  # of a FIPS code, the first two digits are the state
COORDINATE = r"^[-+]?[0-9]{1,3}\.[0-9]{2,}$"
COORDINATE_NAMES = ("lat", "lon", "lng")


def words_under(kind: str, column: ColumnWords) -> Mask:
    """The words of a column that are what its name stands for."""
    if kind == "age":
        return old_age_words(column)
    if kind == "birth_year":
        return old_birth_year_words(column) | (date_under_its_name(column) & ~column.flags)
    if kind == "date":
        return date_under_its_name(column)
    held = column.matching(HOLDS[kind]) & ~column.flags
    lowered = column.name.lower()
    if kind == "place" and "fips" in lowered:
        held &= ~column.matching(STATE_NUMBER)
    elif kind == "place" and any(word in lowered.split("_") for word in COORDINATE_NAMES):
        held &= column.matching(COORDINATE)
    return held
