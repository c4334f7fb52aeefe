"""The safety of a cohort in cards, every number as it may be said."""

from __future__ import annotations

import pandas as pd

from analysis.outcomes import NOT_SHOWN, number_text
from analysis.outcomes.safety import ALL, SOLICITED, SPONTANEOUS
from analysis.outcomes.safety.event_rates import SERIOUS
from analysis.outcomes.safety.vital_signs import PEAK_OVER

from .cards import WITHHELD_VALUE, Card
from .gate import ReleasedTable
from .overview_lines import clinics_words
from .row_words import row_of, tenths
from .safety import ReleasedSafety
from .safety_words import KIND_NAMES


def cards(released: ReleasedSafety) -> tuple[Card, ...]:
    """At most five: events of each kind, serious ones, raised pressure, sessions stopped early."""
    made = [_kind_card(released, kind) for kind in released.kinds[:2]]
    if released.kinds:
        made.append(_serious_card(released))
    made += [
        _share_card(released["pressure_limits"], "Peak of 165/100 or more", "sessions with both peaks measured",
                    limit=PEAK_OVER, route=ALL),
        _share_card(released["stopped_early"], "Sessions stopped early", "sessions", route=ALL),
    ]  # fmt: skip
    return tuple(card for card in made if card is not None)


def _kind_card(released: ReleasedSafety, kind: str) -> Card | None:
    table = released["by_route"]
    found = row_of(table, kind=kind, route=ALL)
    if found is None:
        return None
    row, place = found
    clinics = f"{_where(kind)} {row['n_clinics']} of {clinics_words(released.n_clinics)}"
    name = f"{KIND_NAMES[kind]}, per 100 sessions"
    if pd.isna(row["per_100_sessions"]):
        return Card(name, WITHHELD_VALUE if row["n_clinics"] else "–", clinics, "")
    words = f"{table.words('n_events', place)} in {row['n_sessions']:,.0f} sessions; "
    words += f"{table.words('n_with_event', place)} of "
    words += f"{table.words('n_patients', place)} patients had any; {clinics}"
    return Card(name, number_text(row["per_100_sessions"]), words, "")


def _serious_card(released: ReleasedSafety) -> Card:
    value, words = _serious_value(released)
    return Card("Serious events, each kind apart" if len(released.kinds) > 1 else "Serious events", value, words, "")


def _serious_value(released: ReleasedSafety) -> tuple[str, str]:
    """Serious events of every kind side by side, never added up."""
    values, words = [], []
    table = released["by_seriousness"]
    for kind in released.kinds:
        found = row_of(table, kind=kind, seriousness=SERIOUS)
        if found is None:
            continue
        asked = found[0]["n_sessions"] != 0
        values.append(table.words("n_events", found[1]).replace("fewer than ", "<") if asked else NOT_SHOWN)
        words.append(f"{values[-1]} {_short(kind)}" if asked else f"nothing known of those {_short(kind)}")
    return (values[0] if len(values) == 1 else " and ".join(values)), ", ".join(words)


def _where(kind: str) -> str:
    return "staff asked at" if kind == SOLICITED else "sessions where staff are not known to ask, at"


def _short(kind: str) -> str:
    return {SOLICITED: "asked for", SPONTANEOUS: "mentioned unasked"}.get(kind, "not said how found")


def _share_card(table: ReleasedTable, label: str, of: str, **where: str) -> Card | None:
    found = row_of(table, **where)
    if found is None:
        return None
    row, place = found
    if pd.isna(row["share_sessions"]):
        return Card(label, WITHHELD_VALUE, of, "")
    patients = f"{table.words('n_patients_with', place)} of {table.words('n_patients', place)} patients ever"
    sessions = f"{row['n_sessions_with']:,.0f} of {row['n_sessions']:,.0f} {of}; {patients}"
    return Card(label, tenths(row["share_sessions"]), sessions, "")
