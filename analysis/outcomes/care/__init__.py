"""How care was delivered: dose, sessions, therapy visits, cost and coverage, and conditions beyond depression."""

from .conditions import conditions_present
from .integration_change import FEWEST, IntegrationChange
from .result import Care, care
from .staying import LAST_SESSION, STOPPED_AFTER_DAYS
from .therapy import INTEGRATION, PREPARATION, VisitRecording, visit_recording

__all__ = [
    "FEWEST",
    "INTEGRATION",
    "LAST_SESSION",
    "PREPARATION",
    "STOPPED_AFTER_DAYS",
    "Care",
    "IntegrationChange",
    "VisitRecording",
    "care",
    "conditions_present",
    "visit_recording",
]
