"""The overview as an audience may have it: every count through the gate, every sentence with released numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from analysis.outcomes import Overview

from . import overview_tables as tables
from .audience import Audience
from .cards import Card
from .denominators import DENOMINATORS, EVALUABLE_ROW, ROUTES, SHARED, STARTERS_ROW
from .gate import Release, ReleasedTable, release
from .nested_tables import closed_words, without_names
from .outcome_rates import released_rates
from .overview_lines import care_words, first_words, safety_words
from .overview_words import board_words, cards, change_words
from .overview_years import ReleasedYears, released_years
from .shares import may_stay, whole_percent


@dataclass(frozen=True, eq=False)
class ReleasedOverview:
    """What may be shown of an `Overview`. attrition and rates are its frames with what is withheld missing; board is
    three sentences to read out; change, first, safety and care say a line each; years compares the last index year with
    the one before (None without two). starters and evaluable are counts as they may be said; sentence says what was
    withheld or marked (empty: nothing)."""

    instrument: str
    audience: Audience
    cards: tuple[Card, ...]
    board: tuple[str, ...]
    attrition: ReleasedTable
    rates: ReleasedTable
    benchmarks: pd.DataFrame
    change: str
    first: str
    safety: tuple[str, ...]
    care: str
    years: ReleasedYears | None
    remission_rule: str
    starters: str
    evaluable: str
    sentence: str


def release_overview(
    result: Overview,
    n_study: int,
    audience: Audience,
    closed: Collection[str] = (),
    others: Collection[str] = (),
) -> ReleasedOverview:
    """Release everything of an overview together. n_study counts everyone of the study who started treatment. closed
    are routes of which nothing may be shown, others such groups of another kind ("year 2024")."""
    ready = tables.overview_counts(result, n_study)
    barred = closed_words(closed) | set(others)
    found = without_names(release(ready.tables, audience, ready.relations, barred, [SHARED]))
    attrition = _attrition(result.attrition, found)
    rates = released_rates(result.rates, found[tables.RATES], audience.sees_small, closed)
    rule = result.remission
    denominators = found[DENOMINATORS]
    safety = safety_words(result.safety, found)
    return ReleasedOverview(
        result.instrument,
        audience,
        cards(result, found, attrition, rates),
        board_words(result, found, attrition, rates),
        attrition,
        rates,
        result.benchmarks,
        change_words(result, found),
        first_words(result, found),
        safety,
        care_words(result.care, found),
        released_years(result, found),
        f"{rule.label} ({rule.used_by})" if rule else "",
        denominators.words("n_patients", STARTERS_ROW),
        denominators.words("n_patients", EVALUABLE_ROW),
        found.of(found.tables.keys() - {ROUTES}).sentence,
    )


def _attrition(steps: pd.DataFrame, found: Release) -> ReleasedTable:
    """The steps, with the shares that can stay in whole percent although their numbers cannot."""
    table = found[tables.ATTRITION]
    if found.audience.sees_small:
        return table
    frame, n = table.frame.copy(), int(steps["n_patients"].iloc[0])
    seen = table.is_seen("n_patients").tolist()
    for place, row in enumerate(steps.to_dict("records")):
        sees = (seen[place], seen[0])
        if not all(sees):
            stays = may_stay((int(row["n_patients"]), n), sees, table.min_cell)
            for column in ("share", "ci_low", "ci_high"):
                frame.loc[frame.index[place], column] = whole_percent(row[column]) if stays else float("nan")
    return ReleasedTable(frame, table.states, table.min_cell)
