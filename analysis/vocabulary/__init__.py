"""Tables, columns, routes, instruments, windows and published figures: declared once, as data."""

from .adverse_events import ADVERSE_EVENT_TERMS
from .benchmarks import BENCHMARKS, CONTROL_ARMS, CONTROL_CHANGE_SENTENCE, Benchmark
from .dictionary import allowed_values, data_dictionary, dictionary_markdown
from .instruments import INSTRUMENTS, Band, Instrument, RemissionRule, instrument
from .routes import ROUTE_SYNONYMS, ROUTES, Route, route_label
from .spelling import nearest
from .tables import MOLECULES, PAYERS, SEXES, TABLES, Column, Table
from .windows import WINDOWS, Window

__all__ = [
    "ADVERSE_EVENT_TERMS",
    "BENCHMARKS",
    "CONTROL_ARMS",
    "CONTROL_CHANGE_SENTENCE",
    "INSTRUMENTS",
    "MOLECULES",
    "PAYERS",
    "ROUTES",
    "ROUTE_SYNONYMS",
    "SEXES",
    "TABLES",
    "WINDOWS",
    "Band",
    "Benchmark",
    "Column",
    "Instrument",
    "RemissionRule",
    "Route",
    "Table",
    "Window",
    "allowed_values",
    "data_dictionary",
    "dictionary_markdown",
    "instrument",
    "nearest",
    "route_label",
]
