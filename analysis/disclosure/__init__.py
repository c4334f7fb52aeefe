"""What may leave the analysis: small cells and everything computed from them are withheld."""

from .audience import RIGHTS, Audience, Right, holder, viewer
from .audit import AuditLog, Event
from .cards import Card
from .cells import MIN_CELL, cell_text, is_small, small_cells, withhold_small
from .cohort_record import CohortRecord
from .denominators import release_size
from .estimates import Estimates
from .gate import (
    CountColumn,
    CountedTable,
    Release,
    ReleasedTable,
    count_text,
    count_words,
    of_patients,
    release,
)
from .guard import Verdict, sentence_about
from .overview import ReleasedOverview, release_overview
from .overview_years import ReleasedYears
from .sessions import ReleasedSessions, release_sessions
from .settings import Settings, SettingsError, read_settings
from .shown import Shown, shown
from .symptom_change import ReleasedChange, release_change

__all__ = [
    "MIN_CELL",
    "RIGHTS",
    "Audience",
    "AuditLog",
    "Card",
    "CohortRecord",
    "CountColumn",
    "CountedTable",
    "Estimates",
    "Event",
    "Release",
    "ReleasedChange",
    "ReleasedOverview",
    "ReleasedSessions",
    "ReleasedTable",
    "ReleasedYears",
    "Right",
    "Settings",
    "SettingsError",
    "Shown",
    "Verdict",
    "cell_text",
    "count_text",
    "count_words",
    "holder",
    "is_small",
    "of_patients",
    "read_settings",
    "release",
    "release_change",
    "release_overview",
    "release_sessions",
    "release_size",
    "sentence_about",
    "shown",
    "small_cells",
    "viewer",
    "withhold_small",
]
