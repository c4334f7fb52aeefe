"""Care delivery in cards, every number as it may be said."""

from __future__ import annotations

from .cards import WITHHELD_VALUE, Card
from .care import ReleasedCare
from .care_words import is_missing, row_of_everyone
from .gate import of_patients


def cards(released: ReleasedCare) -> tuple[Card, ...]:
    """At most five: induction, visits, charge and coverage, cost of a responder."""
    made = [
        _induction_card(released),
        _within_card(released),
        _cost_card(released),
        _covered_card(released),
        _responder_card(released),
    ]
    return tuple(card for card in made if card is not None)


def _induction_card(released: ReleasedCare) -> Card | None:
    found = row_of_everyone(released, "induction")
    if found is None:
        return None
    table, row, place = found
    label = "Completed induction"
    of = f"{table.words('n_complete', place)} of {released.starters} starters (6 sessions, nasal esketamine 8)"
    return Card(label, WITHHELD_VALUE if is_missing(row, "share") else f"{row['share']:.0%}", of, "")


def _within_card(released: ReleasedCare) -> Card | None:
    found = row_of_everyone(released, "within")
    if found is None:
        return None
    table, row, place = found
    label = "Sessions with integration within 72 h"
    if is_missing(row, "share_sessions"):
        return Card(label, WITHHELD_VALUE, "completed sessions at clinics that record it", "")
    sessions = f"{row['n_sessions_with']:,.0f} of {row['n_sessions']:,.0f} completed sessions; "
    patients = f"{table.words('n_patients_with', place)} of {table.words('n_patients', place)} patients ever"
    return Card(label, f"{row['share_sessions']:.0%}", sessions + patients, "")


def _cost_card(released: ReleasedCare) -> Card | None:
    found = row_of_everyone(released, "cost_per_session")
    if found is None:
        return None
    table, row, place = found
    label = "Charge of a session, median"
    if is_missing(row, "median"):
        return Card(label, WITHHELD_VALUE, "sessions with a charge recorded", "")
    sessions = "sessions" if is_missing(row, "n_sessions") else f"{row['n_sessions']:,.0f} sessions"
    return Card(label, f"${row['median']:,.0f}", f"{sessions} of {of_patients(table.words('n_patients', place))}", "")


def _covered_card(released: ReleasedCare) -> Card | None:
    found = row_of_everyone(released, "covered")
    if found is None:
        return None
    _, row, _ = found
    label = "Sessions covered"
    if is_missing(row, "share_sessions"):
        return Card(label, WITHHELD_VALUE, "sessions with coverage recorded", "")
    of = f"{row['n_sessions_with']:,.0f} of {row['n_sessions']:,.0f} sessions with coverage recorded"
    return Card(label, f"{row['share_sessions']:.0%}", of, "")


def _responder_card(released: ReleasedCare) -> Card | None:
    found = row_of_everyone(released, "cost_per_responder")
    if found is None:
        return None
    table, row, place = found
    label = f"Induction charges per {released.instrument} responder"
    of = f"{table.words('n_responders', place)} responders of {table.words('n_patients', place)} who could respond"
    return Card(label, "–" if is_missing(row, "per_responder") else f"${row['per_responder']:,.0f}", of, "")
