"""The overview as an audience may have it: every count through the gate, every sentence with released numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.outcomes import Denominators, Overview
from analysis.outcomes.who import AROUND_DAY_28, EVENTS, SAFETY_ASKED, SERIOUS, STARTERS, WITH_EVENT

from .audience import Audience
from .counted import CountColumn, CountedTable, Tables
from .denominators import DENOMINATORS, EVALUABLE_ROW, RELATIONS, ROUTES, SHARED, STARTERS_ROW, shared_tables
from .gate import Release, ReleasedTable, release
from .overview_words import Card, cards, change_words, safety_words
from .shares import could_be_others, is_share_of_few, whole_percent

OUTCOMES = ("Response", "Remission")  # those that a page shows


@dataclass(frozen=True, eq=False)
class ReleasedOverview:
    """What may be shown of an `Overview`. attrition and rates are its frames with what is withheld missing; starters
    and evaluable are counts as they may be said; sentence says what was withheld or marked (empty: nothing)."""

    instrument: str
    audience: Audience
    cards: tuple[Card, ...]
    attrition: ReleasedTable
    rates: ReleasedTable
    benchmarks: pd.DataFrame
    change: str
    safety: tuple[str, ...]
    remission_rule: str
    starters: str
    evaluable: str
    sentence: str


def release_overview(
    result: Overview, n_study: int, audience: Audience, closed: Collection[str] = ()
) -> ReleasedOverview:
    """Release everything of an overview together. n_study counts everyone of the study who started treatment."""
    found = release(_tables(result, n_study), audience, RELATIONS, closed, [SHARED])
    attrition, rates = _with_shares(result, found, closed)
    rule = result.remission
    denominators = found[DENOMINATORS]
    return ReleasedOverview(
        result.instrument,
        audience,
        cards(result, found, attrition, rates),
        attrition,
        rates,
        result.benchmarks,
        change_words(result, found),
        safety_words(result.safety, found),
        f"{rule.label} ({rule.used_by})" if rule else "",
        denominators.words("n_patients", STARTERS_ROW),
        denominators.words("n_patients", EVALUABLE_ROW),
        found.of(found.tables.keys() - {ROUTES}).sentence,
    )


def shown_rates(result: Overview) -> pd.DataFrame:
    """The rows of the outcomes that a page shows."""
    return result.rates[result.rates["outcome"].isin(OUTCOMES)].reset_index(drop=True)


def _tables(result: Overview, n_study: int) -> Tables:
    attrition = CountedTable(result.attrition, (CountColumn("n_patients", named_by="who", values=("share",)),))
    values = ("share", "ci_low", "ci_high")
    rates = CountedTable(
        shown_rates(result),
        (
            CountColumn("denominator", named_by="who_could", by=("route",), values=values, partition=True),
            CountColumn("numerator", named_by="who_reached", by=("route",), values=values, partition=True),
        ),
    )
    steps = result.attrition["n_patients"].tolist()
    change = pd.DataFrame([vars(result.change)])
    return {
        **shared_tables(Denominators(n_study, *steps[:3]), result.routes),
        "attrition": attrition,
        "change": CountedTable(
            change, (CountColumn("n_patients", AROUND_DAY_28, means=("mean", "ci_low", "ci_high")),)
        ),
        "rates": rates,
        **_safety_tables(result),
    }


def _safety_tables(result: Overview) -> Tables:
    """Patients and events per way of asking; without any event, only how many patients and sessions there were."""
    safety = result.safety
    rates = ("per_100_sessions", "share")
    by_kind = CountedTable(
        safety.events,
        (
            CountColumn("n_patients", SAFETY_ASKED, ("kind",), values=(*rates, "n_sessions")),
            CountColumn("n_with_event", WITH_EVENT, ("kind",), values=rates),
            CountColumn("n_events", EVENTS, ("kind",), values=rates),
        ),
    )
    whole = pd.DataFrame({"n_patients": [safety.n_patients], "n_serious": [safety.n_serious or 0]})
    counts = (CountColumn("n_patients", STARTERS), CountColumn("n_serious", SERIOUS))
    return {"safety": by_kind, "all events": CountedTable(whole, counts)}


def _with_shares(result: Overview, found: Release, closed: Collection[str]) -> tuple[ReleasedTable, ReleasedTable]:
    """The tables of steps and of rates, with the shares that can stay although their numbers cannot."""
    if found.audience.sees_small:
        return found["attrition"], found["rates"]
    steps, table = result.attrition, found["attrition"]
    n = int(steps["n_patients"].iloc[0])
    seen = table.is_seen("n_patients").tolist()
    kept = [
        _share(int(k), n, share, (sees, seen[0]), found.audience.min_cell)
        for k, share, sees in zip(steps["n_patients"], steps["share"], seen, strict=True)
    ]
    attrition = ReleasedTable(table.frame.assign(share=kept), table.states, table.min_cell)
    return attrition, _with_rate_shares(shown_rates(result), found, closed)


def _with_rate_shares(raw: pd.DataFrame, found: Release, closed: Collection[str]) -> ReleasedTable:
    table = found["rates"]
    frame = table.frame.copy()
    sees = zip(table.is_seen("numerator"), table.is_seen("denominator"), strict=True)
    for place, (row, seen) in enumerate(zip(raw.to_dict("records"), sees, strict=True)):
        if row["route"] in closed or all(seen):
            continue
        k, n = int(row["numerator"]), int(row["denominator"])
        if not np.isnan(_share(k, n, row["share"], seen, found.audience.min_cell)):
            for column in ("share", "ci_low", "ci_high"):
                frame.loc[frame.index[place], column] = whole_percent(row[column])
    return ReleasedTable(frame, table.states, table.min_cell)


def _share(k: int, n: int, share: float, sees: tuple[bool, bool], min_cell: int) -> float:
    """A share as it may be shown: exact with its numbers, in whole percent where these cannot be read off, or not."""
    if all(sees):
        return share
    if n == 0 or is_share_of_few(k, n, min_cell) or not could_be_others(k, n, *sees):
        return np.nan
    return whole_percent(share)
