"""What is suggested: values that a page shows and a person edits; nothing is applied by suggesting it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..column_rules import ColumnRule
from ..mapping import Mapping

Basis = Literal["name", "content", "name and content", "neither"]
Confidence = Literal["sure", "likely", "unsure"]


@dataclass(frozen=True)
class ColumnSuggestion:
    """What one column of a source could become.

    table and target are None for a column that is left out. why is a sentence without any cell's content;
    asks is what only a person can answer, "" when nothing is open.
    """

    source: str
    column: str
    table: str | None
    target: str | None
    rule: ColumnRule | None
    basis: Basis
    confidence: Confidence
    why: str
    asks: str = ""


@dataclass(frozen=True)
class Draft:
    """A mapping to start from, why each column is where it is, and what to answer before it is used."""

    mapping: Mapping
    columns: tuple[ColumnSuggestion, ...]
    questions: tuple[str, ...]
