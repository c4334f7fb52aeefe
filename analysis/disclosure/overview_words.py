"""The overview in words: its cards and sentences, every number as it may be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.outcomes import AS_NON_RESPONSE, OBSERVED, Overview, SafetyLine, interval_text, number_text
from analysis.vocabulary import instrument

from .denominators import DENOMINATORS, EVALUABLE_ROW, STARTERS_ROW
from .gate import Release, ReleasedTable, of_patients

WITHHELD_VALUE = "withheld"
NOTHING = "–"
EVALUABLE_STEP = 2  # of the attrition
_FOUND_BY = {
    "solicited": "Where staff asked after each session",
    "spontaneous": "Where events were noted when patients mentioned them",
}
_NOT_SAID_HOW = "Where it is not recorded how events were found"


@dataclass(frozen=True)
class Card:
    """One number card: what it is, its value as text, the denominator it stands on, a line of help."""

    label: str
    value: str
    denominator: str
    help: str


def cards(result: Overview, found: Release, attrition: ReleasedTable, rates: ReleasedTable) -> tuple[Card, ...]:
    """The head of the overview: who started, who is evaluable, the change, response and remission."""
    item, rule = instrument(result.instrument), result.remission
    denominators = found[DENOMINATORS]
    starters = denominators.words("n_patients", STARTERS_ROW)
    evaluable = denominators.words("n_patients", EVALUABLE_ROW)
    scored = found.words("change")
    made: list[Card | None] = [
        Card(
            "Started treatment", denominators.texts("n_patients")[STARTERS_ROW],
            "patients with at least one session", "Starters of this cohort.",
        ),
        Card(
            "Evaluable", _percent(attrition.frame["share"].iloc[EVALUABLE_STEP], _n(result, 0)),
            f"{evaluable} of {starters} starters",
            f"A {item.name} baseline and at least one later score after a session.",
        ),
        Card(
            f"Change in {item.name}, around day 28", _points(found, result.change.n_patients),
            f"{scored} of {starters} starters",
            "Observed mean change from baseline, not adjusted. Negative is improvement.",
        ),
        _rate_card(
            result, rates, "Response", "baseline above 0",
            f"A fall of {item.response_fraction or 0:.0%} or more from baseline.",
        ),
        _rate_card(
            result, rates, "Remission", f"baseline above {rule.at_most:g}" if rule else "",
            f"A score {rule.label} (used by {rule.used_by})." if rule else "",
        ),
    ]  # fmt: skip
    return tuple(card for card in made if card is not None)


def _n(result: Overview, step: int) -> int:
    return int(result.attrition["n_patients"].iloc[step])


def _percent(share: float, of: int) -> str:
    if not of:
        return NOTHING
    return WITHHELD_VALUE if pd.isna(share) else f"{share:.0%}"


def _points(found: Release, n: int) -> str:
    if n < 2:
        return NOTHING
    mean = found["change"].frame["mean"].iloc[0]
    return WITHHELD_VALUE if pd.isna(mean) else f"{number_text(mean)} points"


def _rate_card(result: Overview, rates: ReleasedTable, outcome: str, who: str, words: str) -> Card | None:
    """The share of those scored, and beneath it the share when no score counts as a no; none without anyone able."""
    table = rates.frame
    everyone = (table["outcome"] == outcome) & (table["route"] == "all")
    rows = {table["rule"].iloc[place]: int(place) for place in everyone.to_numpy().nonzero()[0]}
    if OBSERVED not in rows or table["denominator"].iloc[rows[OBSERVED]] == 0:
        return None
    seen, able = rows[OBSERVED], rows[AS_NON_RESPONSE]
    shares = [_percent(table["share"].iloc[place], 1) for place in (seen, able)]
    if shares[0] == WITHHELD_VALUE:
        return Card(f"{outcome}, around day 28", WITHHELD_VALUE, _why_withheld(rates), words)
    return Card(
        f"{outcome}, around day 28",
        shares[0],
        f"{rates.words('numerator', seen)} of {rates.words('denominator', seen)} scored, {who}; "
        f"{shares[1]} of {rates.words('denominator', able)} if no score is a no",
        words,
    )


def _why_withheld(rates: ReleasedTable) -> str:
    return f"it would show fewer than {rates.min_cell} patients"


def change_words(result: Overview, found: Release) -> str:
    """The observed mean change with its interval and denominator."""
    name, row = result.instrument, found["change"].frame.iloc[0]
    if result.change.n_patients < 2:
        return f"Too few patients have both a baseline and a score around day 28 to state a change in {name}."
    starters = found[DENOMINATORS].words("n_patients", STARTERS_ROW)
    if pd.isna(row["mean"]):
        return (
            f"The observed mean change in {name} from baseline to around day 28 is withheld: {found.words('change')} "
            f"of {starters} starters have both scores."
        )
    return (
        f"Observed mean change in {name} from baseline to around day 28: {number_text(row['mean'])} points "
        f"(95% interval {interval_text(row['ci_low'], row['ci_high'])}), in {found.words('change')} of {starters} "
        "starters."
    )


def safety_words(safety: SafetyLine, found: Release) -> tuple[str, ...]:
    """Sentences on adverse events of the cohort; one that says so when there is no table of them."""
    if not safety.is_recorded:
        return ("This study has no adverse_events table, so nothing can be said about safety here.",)
    if safety.n_sessions == 0:
        return ("No sessions in this cohort.",)
    if not len(safety.events):
        return (_no_event(safety, found),)
    table = found["safety"]
    said = [_one_kind(row, table, place) for place, row in enumerate(table.frame.to_dict("records"))]
    return (*said, _serious(safety, found))


def _no_event(safety: SafetyLine, found: Release) -> str:
    if not found["all events"].is_seen("n_patients").iloc[0]:
        return f"No adverse event was recorded among {of_patients(found.words('all events'))}."
    return f"No adverse event was recorded in {safety.n_sessions:,} sessions of {found.words('all events')} patients."


def _one_kind(row: dict[Any, Any], table: ReleasedTable, place: int) -> str:
    start = f"{_FOUND_BY.get(str(row['kind']), _NOT_SAID_HOW)} ({row['n_clinics']} of {row['of_clinics']} clinics)"
    if pd.isna(row["share"]) or pd.isna(row["n_sessions"]):
        return f"{start}: withheld, it would show fewer than {table.min_cell} patients or events."
    return (
        f"{start}: {row['per_100_sessions']:.1f} events per 100 of their {row['n_sessions']:,.0f} sessions, in "
        f"{table.words('n_with_event', place)} of their {table.words('n_patients', place)} patients "
        f"({row['share']:.0%})."
    )


def _serious(safety: SafetyLine, found: Release) -> str:
    if safety.n_serious is None:
        return "Seriousness was not recorded."
    said = found.words("all events", "n_serious")
    if found["all events"].is_seen("n_serious").iloc[0]:
        return f"Serious events: {said}."
    return f"Serious events: {said}, but not none."
