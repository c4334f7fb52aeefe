"""A mapping changed by pointing: which column fills what, its unit, its words, its day. Every edit is a new mapping."""

from .edits import added, left_out, moved, scored, with_constant, with_missing, with_rule
from .uses import Use, column_of, uses
from .words import Word, choices_of, translated, words_in

__all__ = [
    "Use",
    "Word",
    "added",
    "choices_of",
    "column_of",
    "left_out",
    "moved",
    "scored",
    "translated",
    "uses",
    "with_constant",
    "with_missing",
    "with_rule",
    "words_in",
]
