"""Care delivery in sentences, every number as it may be said."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.outcomes import interval_text, number_text
from analysis.outcomes.care import FEWEST, INTEGRATION, PREPARATION
from analysis.outcomes.safety import ALL

from .care import ReleasedCare
from .gate import ReleasedTable
from .row_words import row_of, tenths

NO_VISITS = (
    "This study has no therapy_visits table, so nothing can be said about preparation and integration visits here."
)
NO_COST = "No charge of a session is recorded in this cohort."
NO_COVERAGE = "Whether sessions were covered is not recorded in this cohort."
NO_PAYER = "No payer is recorded in this study."
NO_DOSE = "No dose is recorded in this cohort."
NO_REASONS = (
    "The study gives no reasons for stopping; a kept column of patients called stop_reason would be counted here."
)
NO_CONDITION = "No score of anxiety, PTSD or pain is recorded in this cohort."
EXPLORATORY = (
    "Exploratory: visits attended come after treatment began and go with engagement, so patients with and without "
    "them differ in more than their visits, and this is no sign of what visits would bring."
)
COST_PER_RESPONDER = (
    "Induction charges of all patients who could respond and whose every induction session has a charge, over those "
    "who responded around day 28, no score counted as no. It rises with every score that is missing."
)
Row = dict[Any, Any]


def is_missing(row: Row, name: str) -> bool:
    """Withheld, or not there at all."""
    return bool(pd.isna(row[name]))


def row_of_everyone(released: ReleasedCare, name: str) -> tuple[ReleasedTable, Row, int] | None:
    found = row_of(released[name], route=ALL)
    if found is None:
        return None
    row, place = found
    return released[name], row, place


def induction_sentence(released: ReleasedCare) -> str:
    """The share who completed induction, with its interval."""
    found = row_of_everyone(released, "induction")
    if found is None or is_missing(found[1], "share"):
        return "The share of starters who completed induction is withheld."
    table, row, place = found
    return (
        f"{row['share']:.0%} of starters completed induction (95% interval "
        f"{interval_text(100 * row['ci_low'], 100 * row['ci_high'], 0)}%), {table.words('n_complete', place)} of "
        f"{released.starters}: six completed sessions, eight of nasal esketamine."
    )


def spacing_sentence(released: ReleasedCare) -> str:
    """How far apart sessions were, in both phases."""
    said = []
    for phase in ("induction", "maintenance"):
        found = row_of(released["spacing"], route=ALL, phase=phase)
        if found is not None and not is_missing(found[0], "median"):
            row, place = found
            n, half = released["spacing"].words("n_patients", place), interval_text(row["q1"], row["q3"], 0)
            said.append(f"{number_text(row['median'], 0)} days in {phase} (middle half {half}; {n} patients)")
    if not said:
        return "How far apart sessions were cannot be shown for this cohort."
    return f"Days between neighbouring sessions, median: {', '.join(said)}."


def visit_sentences(released: ReleasedCare) -> tuple[str, ...]:
    """Visits per session of each kind, and integration within 72 hours."""
    if not released.has_visits:
        return (NO_VISITS,)
    said = [_visits(released, kind) for kind in (PREPARATION, INTEGRATION)]
    found = row_of_everyone(released, "within")
    if found is not None and not is_missing(found[1], "share_sessions"):
        _, row, _ = found
        ends = ("exact_low", "exact_high") if is_missing(row, "sessions_low") else ("sessions_low", "sessions_high")
        low, high = (100 * row[name] for name in ends)
        said.append(
            f"Integration within 72 hours followed {tenths(row['share_sessions'])} of completed sessions (95% interval "
            f"{interval_text(low, high)}%), {row['n_sessions_with']:,.0f} "
            f"of {row['n_sessions']:,.0f}."
        )
    return tuple(said)


def _visits(released: ReleasedCare, kind: str) -> str:
    table, name = released["visits"], kind.capitalize()
    found = row_of(table, kind=kind, route=ALL)
    if found is None:
        return f"{name}: no clinic of this cohort recorded such visits."
    row, place = found
    if is_missing(row, "per_session"):
        return f"{name}: withheld, it would show fewer than {table.min_cell} patients."
    interval = "" if is_missing(row, "low") else f" (95% interval {interval_text(row['low'], row['high'], 2)})"
    return (
        f"{name}: {number_text(row['per_session'], 2)} visits per session{interval}, {row['n_visits']:,.0f} in "
        f"{row['n_sessions']:,.0f} sessions; "
        f"{row['share']:.0%} of patients had any, {table.words('n_with_visit', place)} of "
        f"{table.words('n_patients', place)}."
    )


def association_sentence(released: ReleasedCare) -> str:
    """The difference in change that goes with integration, or why none is given."""
    if not released.has_visits:
        return ""
    table = released["association"]
    row = table.frame.iloc[0].to_dict()
    if is_missing(row, "estimate"):
        return (
            f"Integration and change in {released.instrument}: not worked out or withheld; it needs {FEWEST} patients "
            f"with a score around day 28 who had integration early, and {FEWEST} who had none. {EXPLORATORY}"
        )
    interval = interval_text(row["ci_low"], row["ci_high"])
    who = f"{table.words('n_patients')} patients of whom {table.words('n_some')} had any"
    return (
        f"Integration within 72 hours and change in {released.instrument} around day 28: the difference associated "
        f"with having it after all sessions of the first 18 days, against after none, is "
        f"{number_text(row['estimate'])} points (95% interval {interval}; negative is more improvement), adjusted for "
        f"baseline, route and clinic, in {who}. {EXPLORATORY}"
    )


def responder_sentence(released: ReleasedCare) -> str:
    """The cost of a responder, with its interval."""
    found = row_of_everyone(released, "cost_per_responder")
    if found is None:
        return ""
    table, row, place = found
    if is_missing(row, "per_responder"):
        return (
            f"Induction charges per responder are not given: nobody responded, or too few to show. {COST_PER_RESPONDER}"
        )
    interval = ""
    if not is_missing(row, "ci_low"):
        interval = f" (95% interval {interval_text(row['ci_low'], row['ci_high'], 0)})"
    return (
        f"Induction charges per {released.instrument} responder: ${row['per_responder']:,.0f}{interval}, "
        f"{table.words('n_responders', place)} responders of {table.words('n_patients', place)} patients. "
        f"{COST_PER_RESPONDER}"
    )
