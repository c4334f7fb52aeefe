"""The three views by number of sessions as an audience may have them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from analysis.outcomes import SessionCount, SymptomChange, landmark_words
from analysis.outcomes.who import COUNTED_BY_SESSIONS
from analysis.vocabulary import INSTRUMENTS

from .audience import Audience
from .cells import is_small
from .change_tables import change_relations, change_tables
from .counted import CountColumn, CountedTable, Tables
from .denominators import SHARED
from .gate import SHOWN, SMALL, count_words, release

FEW = "Withheld: it would rest on fewer than {min_cell} patients."


@dataclass(frozen=True, eq=False)
class ReleasedSessions:
    """What may be shown of a `SessionCount`. pattern has n_state as in `ReleasedChange`; groups has the patients of
    each pattern as text."""

    audience: Audience
    pattern: pd.DataFrame
    groups: pd.DataFrame
    within_between: str
    landmark: str
    sentence: str


def release_sessions(
    result: SessionCount, change: SymptomChange, audience: Audience, closed: Collection[str] = ()
) -> ReleasedSessions:
    """Release the three views together, beside the model of the same page, which they may not give away."""
    model = change_tables(change)
    stages = [SHARED, tuple(model)]
    found = release({**model, **_tables(result)}, audience, change_relations(change), closed, stages)
    pattern = found["pattern points"].frame
    if audience.sees_small:
        pattern = pattern.assign(n_state=found["pattern points"].states["n_patients"])
    else:
        pattern = pattern.assign(n_patients=float("nan"), n_state="")
    withheld = FEW.format(min_cell=audience.min_cell)
    n_landmark = count_words(result.landmark.n_patients, _state(result, audience)) if audience.sees_small else ""
    few = not audience.sees_small and is_small(result.n_within, audience.min_cell)
    return ReleasedSessions(
        audience,
        pattern,
        found["groups"].as_text(),
        withheld if few else result.within_between,
        landmark_words(result.landmark, INSTRUMENTS[change.spec.instrument].name, n_landmark),
        found.of(_tables(result).keys()).sentence,
    )


def _state(result: SessionCount, audience: Audience) -> str:
    """How many were scored after the landmark is for the holder: other pages count those still assessed then."""
    return SMALL if is_small(result.landmark.n_patients, audience.min_cell) else SHOWN


def _tables(result: SessionCount) -> Tables:
    def one(count: int, what: str, printed: bool) -> CountedTable:
        return CountedTable(pd.DataFrame({"n_patients": [count]}), (CountColumn("n_patients", what, printed=printed),))

    return {
        "counted": one(result.n_patients, COUNTED_BY_SESSIONS, printed=False),
        "groups": CountedTable(
            result.groups, (CountColumn("n_patients", COUNTED_BY_SESSIONS, ("pattern",), partition=True),)
        ),
        "pattern points": CountedTable(
            result.pattern,
            (
                CountColumn(
                    "n_patients", "scored in a group at a point", ("pattern", "x"), means=("mean",), printed=False
                ),
            ),
        ),
    }
