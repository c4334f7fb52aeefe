"""Tables, columns, routes, instruments, windows and published figures: declared once, as data."""

from .adverse_events import ADVERSE_EVENT_TERMS
from .benchmarks import BENCHMARKS, CONTROL_ARMS, Benchmark, control_change_sentence
from .column_names import COLUMN_NAMES
from .dictionary import allowed_values, data_dictionary, dictionary_markdown
from .instruments import INSTRUMENTS, Band, Instrument, RemissionRule, instrument
from .published_courses import (
    DURABILITY,
    SUICIDAL_THOUGHTS,
    TIME_TO_RESPONSE,
    PublishedDurability,
    PublishedSentence,
)
from .routes import ROUTE_SYNONYMS, ROUTES, Route, route_label
from .scoring import ITEM_SCORING, Domain, ItemScoring
from .spelling import nearest, plain_spelling
from .tables import MOLECULES, PAYERS, SEXES, TABLES, Column, Table
from .units import POUND_KG, UNITS, Unit, unit_named
from .windows import WINDOWS, Window
from .word_lists import LIST_OF_COLUMN, WORD_LISTS, meanings

__all__ = [
    "ADVERSE_EVENT_TERMS",
    "BENCHMARKS",
    "COLUMN_NAMES",
    "CONTROL_ARMS",
    "DURABILITY",
    "INSTRUMENTS",
    "ITEM_SCORING",
    "LIST_OF_COLUMN",
    "MOLECULES",
    "PAYERS",
    "POUND_KG",
    "ROUTES",
    "ROUTE_SYNONYMS",
    "SEXES",
    "SUICIDAL_THOUGHTS",
    "TABLES",
    "TIME_TO_RESPONSE",
    "UNITS",
    "WINDOWS",
    "WORD_LISTS",
    "Band",
    "Benchmark",
    "Column",
    "Domain",
    "Instrument",
    "ItemScoring",
    "PublishedDurability",
    "PublishedSentence",
    "RemissionRule",
    "Route",
    "Table",
    "Unit",
    "Window",
    "allowed_values",
    "control_change_sentence",
    "data_dictionary",
    "dictionary_markdown",
    "instrument",
    "meanings",
    "nearest",
    "plain_spelling",
    "route_label",
    "unit_named",
]
