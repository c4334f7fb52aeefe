"""What may leave the analysis: small cells and everything computed from them are withheld."""

from .audience import RIGHTS, Audience, Right, holder, viewer
from .audit import AuditLog
from .cells import MIN_CELL, cell_text, is_small, small_cells, withhold_small
from .denominators import Shown, release_size
from .gate import CountColumn, CountedTable, Release, ReleasedTable, count_text, count_words, release
from .overview import ReleasedOverview, release_overview
from .overview_words import Card
from .sessions import ReleasedSessions, release_sessions
from .symptom_change import ReleasedChange, release_change

__all__ = [
    "MIN_CELL",
    "RIGHTS",
    "Audience",
    "AuditLog",
    "Card",
    "CountColumn",
    "CountedTable",
    "Release",
    "ReleasedChange",
    "ReleasedOverview",
    "ReleasedSessions",
    "ReleasedTable",
    "Right",
    "Shown",
    "cell_text",
    "count_text",
    "count_words",
    "holder",
    "is_small",
    "release",
    "release_change",
    "release_overview",
    "release_sessions",
    "release_size",
    "small_cells",
    "viewer",
    "withhold_small",
]
