"""What rows of sessions, events and measurements count, named the same on every page that shows them."""

from __future__ import annotations

from analysis.outcomes.safety.event_rates import COUNTS, RATES
from analysis.outcomes.who import STARTERS

from .nested_tables import Rows

ASKED = "at sessions where such events could be found"
CHARGED, COVERED, INTEGRATED = "charge recorded", "coverage recorded", "integration within 72 hours"
QUARTILES = ("q1", "median", "q3")
MEAN = ("mean", "ci_low", "ci_high")
_RATES = tuple(name for name in RATES if name not in COUNTS)
_SESSION_SHARES = ("n_sessions_with", "share_sessions", "sessions_low", "sessions_high", "exact_low", "exact_high")
_PATIENT_SHARES = ("share_patients", "patients_low", "patients_high")


def events(by: str, *more: str, of_everyone: bool = False) -> Rows:
    """Events in groups of sessions, or in groups of their own (of_everyone), whose patients are all of the kind."""
    return Rows(
        ASKED,
        STARTERS,
        ("kind",),
        (by, *more),
        values=("n_sessions", *_RATES),
        part="n_with_event",
        part_values=_RATES,
        other="n_events",
        of_everyone=of_everyone,
    )


def measured(name: str, *keys: str, by: tuple[str, ...] = ("route",), means: tuple[str, ...] = ()) -> Rows:
    """Patients in whom something was measured, and numbers that tell of them but not how many they are."""
    return Rows(name, STARTERS, keys, by, values=("n_sessions",), means=means)


def shares(name: str, *keys: str, by: tuple[str, ...] = ("route",)) -> Rows:
    """Patients and sessions with something, of those where it could be seen."""
    numbers = (*_SESSION_SHARES, *_PATIENT_SHARES)
    return Rows(name, STARTERS, keys, by, values=("n_sessions", *numbers), part="n_patients_with", part_values=numbers)


def charges() -> Rows:
    """Charges of sessions."""
    return measured(CHARGED, means=(*QUARTILES, *MEAN))
