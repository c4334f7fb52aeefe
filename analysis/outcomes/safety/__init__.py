"""Safety of a cohort: adverse events, blood pressure, oxygen, dissociation, observation, sessions stopped early."""

from .event_rates import NO_SESSION
from .event_rows import KINDS, SOLICITED, SPONTANEOUS, UNKNOWN_KIND, Recording, recording
from .result import Safety, safety
from .session_rows import ALL, NUMBERS

__all__ = [
    "ALL",
    "KINDS",
    "NO_SESSION",
    "NUMBERS",
    "SOLICITED",
    "SPONTANEOUS",
    "UNKNOWN_KIND",
    "Recording",
    "Safety",
    "recording",
    "safety",
]
