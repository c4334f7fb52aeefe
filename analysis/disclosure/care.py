"""Care delivery to a cohort as an audience may have it: every count through the gate, every table released together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from analysis.outcomes import Overview
from analysis.outcomes.care import Care

from .audience import Audience
from .care_access import released_access
from .care_staying import released_staying
from .care_tables import REACHED, care_counts
from .denominators import DENOMINATORS, STARTERS_ROW
from .gate import ReleasedTable, release
from .nested_tables import closed_words, without_names
from .overview_tables import beside_overview


@dataclass(frozen=True, eq=False)
class ReleasedCare:
    """What may be shown of a `Care`. tables are its frames by name with what is withheld missing; starters is their
    number as it may be said; sentence says what was withheld or marked (empty: nothing)."""

    audience: Audience
    instrument: str
    has_visits: bool
    has_reasons: bool
    conditions: tuple[str, ...]
    tables: Mapping[str, ReleasedTable]
    starters: str
    sentence: str

    def __getitem__(self, name: str) -> ReleasedTable:
        return self.tables[name]

    def frame(self, name: str) -> pd.DataFrame:
        return self.tables[name].frame


def release_care(
    result: Care,
    review: Overview,
    n_study: int,
    audience: Audience,
    closed: Collection[str] = (),
    others: Collection[str] = (),
) -> ReleasedCare:
    """Release everything of a page together. review is of the same cohort; n_study counts everyone of the study who
    started treatment. closed are routes of which nothing may be shown, others such groups of another kind ("payer
    VA")."""
    own = care_counts(result, audience, closed)
    ready, stages = beside_overview(own, review, n_study)
    found = without_names(release(ready.tables, audience, ready.relations, closed_words(closed) | set(others), stages))
    mine = found.of(own.tables.keys())
    access, staying = released_access(result.access, audience, {*closed, *others}), released_staying(result, audience)
    tables = {**mine.tables, "access": access, "staying": staying}
    return ReleasedCare(
        audience,
        result.instrument,
        result.has_visits,
        result.reasons is not None,
        result.conditions,
        tables,
        found[DENOMINATORS].words("n_patients", STARTERS_ROW),
        replace(mine, tables=tables).sentence,
    )


def reached_frame(released: ReleasedCare) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Everybody who reached each number of sessions in one frame, and its states."""
    names = [name for name in released.tables if name.startswith(REACHED)]
    frames = [released.tables[name].frame for name in names]
    states = [released.tables[name].states for name in names]
    return pd.concat(frames, ignore_index=True), pd.concat(states, ignore_index=True)
