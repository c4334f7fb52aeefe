"""The number card of a page's head."""

from __future__ import annotations

from dataclasses import dataclass

WITHHELD_VALUE = "withheld"
NOTHING = "–"


@dataclass(frozen=True)
class Card:
    """One number card: what it is, its value as text, the denominator it stands on, a line of help."""

    label: str
    value: str
    denominator: str
    help: str
