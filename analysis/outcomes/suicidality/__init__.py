"""Suicidal thoughts by the item of an instrument: counted, never averaged, and no alerting tool."""

from .item import PRESENT, has_item, item_study, item_words, items_present
from .presence import presence
from .result import NO_ALARM, WINDOW_NAMES, Suicidality, suicidality
from .shift import Shift, shift

__all__ = [
    "NO_ALARM",
    "PRESENT",
    "WINDOW_NAMES",
    "Shift",
    "Suicidality",
    "has_item",
    "item_study",
    "item_words",
    "items_present",
    "presence",
    "shift",
    "suicidality",
]
