"""What the name of a column says: its words, and which columns of the study are called so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from analysis.vocabulary.column_names import BIRTH_DATES, COLUMN_NAMES, PATIENT_ID, UNIT_WORDS

Words = tuple[str, ...]

EXACT, PART = 2, 1  # the whole name is a known phrase; a known phrase is a part of the name

_BREAKS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@cache
def words_of(name: str) -> Words:
    """The words of a column name in lower case: "PHQ9_wk4" is phq, 9, wk, 4."""
    return tuple(part.lower() for part in _BREAKS.findall(name))


def name_match(name: str, table: str, column: str) -> int:
    """How well a name fits a column of the study: EXACT, PART, or 0."""
    phrases = PATIENT_ID if column == "patient_id" else COLUMN_NAMES.get((table, column), ())
    return phrase_match(name, (column.replace("_", " "), *phrases))


def is_birth_date(name: str) -> bool:
    """Whether a name says that a column holds birth dates."""
    return phrase_match(name, BIRTH_DATES) > 0


def phrase_match(name: str, phrases: Iterable[str]) -> int:
    """How well a name fits the best of some phrases. A unit at the end of the name does not count."""
    words = words_of(name)
    bare = _without_unit(words)
    best = 0
    for phrase in phrases:
        wanted = words_of(phrase)
        joined = "".join(wanted)
        if joined in ("".join(words), "".join(bare)):
            return EXACT
        if len(joined) > 2 and (_holds(words, wanted)):
            best = PART
    return best


def unit_in_name(name: str, own: str) -> str | None:
    """The unit that a name says, of those that convert to one of the study's own units."""
    words = words_of(name)
    for phrase, unit in UNIT_WORDS[own]:
        if _holds(words, words_of(phrase)):
            return unit
    return None


def _without_unit(words: Words) -> Words:
    for pairs in UNIT_WORDS.values():
        for phrase, _ in pairs:
            unit = words_of(phrase)
            if len(words) > len(unit) and words[-len(unit) :] == unit:
                return words[: -len(unit)]
    return words


def _holds(words: Words, wanted: Words) -> bool:
    """Whether some words hold others next to one another."""
    n = len(wanted)
    return any(words[start : start + n] == wanted for start in range(len(words) - n + 1))
