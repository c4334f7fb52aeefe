"""The nearest known word, for messages that suggest a repair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches


def plain_spelling(word: str) -> str:
    """A word without case, spaces and punctuation, so that spellings of it can be compared."""
    return "".join(letter for letter in word.casefold() if letter.isalnum())


def nearest(word: str, known: Iterable[str], synonyms: Mapping[str, Iterable[str]] | None = None) -> str | None:
    """The known word most like `word`, or None when nothing is near.

    Case, spaces and punctuation do not count. `synonyms` gives other spellings of a known word;
    the known word, not the synonym, is returned.
    """
    spellings: dict[str, str] = {}
    for name in known:
        for spelling in (name, *(synonyms or {}).get(name, ())):
            spellings.setdefault(plain_spelling(spelling), name)
    found = get_close_matches(plain_spelling(word), list(spellings), n=1, cutoff=0.6)
    return spellings[found[0]] if found else None
