"""The page on response as an audience may have it: all of its counts pass the gate together, after the overview's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.outcomes import Overview
from analysis.outcomes.durability import Durability, TimeToOutcome
from analysis.outcomes.response import Response
from analysis.outcomes.suicidality import Suicidality

from . import response_tables as tables
from . import suicidality_tables as thoughts
from .audience import Audience
from .cells import is_small
from .coarse import FEWEST, coarse_curve
from .counted import CountedTable, Relations
from .denominators import EVALUABLE_ROW, SHARED, STARTERS_ROW
from .gate import Release, ReleasedTable, release
from .nested_tables import closed_words, without_names
from .outcome_rates import released_rates
from .overview_tables import overview_counts
from .response_names import joined
from .shares import may_stay, whole_percent

SHARES = ("share", "ci_low", "ci_high")


@dataclass(frozen=True, eq=False)
class ReleasedTimes:
    """How soon an outcome is reached. followed: one row per axis and route, with medians. curves: one row per axis,
    route and point; whoever sees no small cells has them in steps of 5 % and without counts. at_risk: how many are left
    at few points. log_rank and ratios: by axis; sentences say why there is no ratio."""

    outcome: str
    followed: ReleasedTable
    curves: pd.DataFrame
    at_risk: ReleasedTable
    time: TimeToOutcome
    ratios: dict[str, pd.DataFrame]


@dataclass(frozen=True, eq=False)
class ReleasedResponse:
    """What may be shown on the page on response. rates, bins and rapid are the frames of a `Response` with what is
    withheld missing; points are single patients, None for whoever may not see them one by one. after, left and
    incidence are of a `Durability`; answers, changes and shift of a `Suicidality` (None without one). starters and
    evaluable are counts as they may be said."""

    audience: Audience
    result: Response
    durability: Durability
    suicidality: Suicidality
    starters: str
    evaluable: str
    rates: ReleasedTable
    bins: ReleasedTable
    rapid: ReleasedTable
    points: pd.DataFrame | None
    times: tuple[ReleasedTimes, ...]
    after: ReleasedTable | None
    left: ReleasedTable | None
    incidence: pd.DataFrame
    answers: ReleasedTable | None
    changes: ReleasedTable | None
    shift: ReleasedTable | None
    sentence: str


@dataclass(frozen=True, eq=False)
class ResponseResults:
    """What the page is made of, of one cohort, before its release. review is the overview on the same instrument, whose
    counts everyone knows; n_study counts everyone of the study who started treatment."""

    review: Overview
    n_study: int
    response: Response
    durability: Durability
    suicidality: Suicidality


def page_tables(raw: ResponseResults, audience: Audience) -> tuple[dict[str, CountedTable], Relations]:
    """Everything the page and the overview count, and who is among whom."""
    every, overview = audience.sees_small, overview_counts(raw.review, raw.n_study)
    counted = {
        **overview.tables,
        **tables.response_tables(raw.response, every),
        **tables.durability_tables(raw.durability),
        **thoughts.suicidality_tables(raw.suicidality, every),
    }
    relations = joined(
        overview.relations,
        tables.response_relations(raw.response),
        tables.durability_relations(raw.durability),
        thoughts.suicidality_relations(raw.suicidality),
    )
    return counted, relations


def release_response(
    raw: ResponseResults, audience: Audience, closed: Collection[str] = (), individual: bool = False
) -> ReleasedResponse:
    """Release the whole page together. individual: whether the reader may see single patients; it takes an audience
    that sees small cells too, because single patients are cells of one."""
    counted, relations = page_tables(raw, audience)
    known = tuple(overview_counts(raw.review, raw.n_study).tables)
    found = without_names(release(counted, audience, relations, closed_words(closed), [SHARED, known]))
    own = found.of(found.tables.keys() - set(known))
    denominators = found["denominators"]
    after = raw.durability.after
    return ReleasedResponse(
        audience=audience,
        result=raw.response,
        durability=raw.durability,
        suicidality=raw.suicidality,
        starters=denominators.words("n_patients", STARTERS_ROW),
        evaluable=denominators.words("n_patients", EVALUABLE_ROW),
        rates=_rates(raw.response, found, closed),
        bins=found[tables.BINS],
        rapid=found[tables.RAPID],
        points=raw.response.changes if individual and audience.sees_small and not closed else None,
        times=tuple(_times(time, found, closed) for time in raw.durability.times),
        after=found.tables.get(tables.AFTER),
        left=found.tables.get("left at points"),
        incidence=_incidence(raw.durability, audience) if after is not None and not closed else pd.DataFrame(),
        answers=_answers(raw.suicidality, found),
        changes=found.tables.get(thoughts.ITEMS),
        shift=found.tables.get(thoughts.SHIFT),
        sentence=own.sentence,
    )


def _rates(result: Response, found: Release, closed: Collection[str]) -> ReleasedTable:
    raw = tables.shown_rates(result, found.audience.sees_small)
    return released_rates(raw, found[tables.RATES], found.audience.sees_small, closed)


def _answers(result: Suicidality, found: Release) -> ReleasedTable | None:
    if result.shift is None:
        return None
    table = found[thoughts.ANSWERS]
    frame = table.frame.drop(columns=["of", "of_present"])
    if not found.audience.sees_small:
        sees = zip(table.is_seen("n_present"), table.is_seen("n_patients"), strict=True)
        for place, (row, seen) in enumerate(zip(result.presence.to_dict("records"), sees, strict=True)):
            if not all(seen) and may_stay((row["n_present"], row["n_patients"]), seen, table.min_cell):
                for name in SHARES:
                    frame.loc[frame.index[place], name] = whole_percent(row[name])
    return ReleasedTable(frame, table.states, table.min_cell)


def _times(time: TimeToOutcome, found: Release, closed: Collection[str]) -> ReleasedTimes:
    audience = found.audience
    timed, at_risk = (found[name] for name in tables.time_table_names(time.outcome))
    curves, ratios = time.curves, {axis: one.ratios for axis, one in time.cox.items()}
    frame = timed.frame
    if not audience.sees_small:
        curves = _coarse_curves(time, audience.min_cell, closed)
        ratios = {axis: _of_enough(one, audience.min_cell, bool(closed)) for axis, one in ratios.items()}
        few = (time.medians["n_patients"] < FEWEST) | time.medians["route"].isin(closed)
        frame = frame.assign(**{name: frame[name].mask(few) for name in ("median", "ci_low", "ci_high")})
    followed = ReleasedTable(frame, timed.states, timed.min_cell)
    return ReleasedTimes(time.outcome, followed, curves, at_risk, time, ratios)


def _coarse_curves(time: TimeToOutcome, min_cell: int, closed: Collection[str]) -> pd.DataFrame:
    parts = []
    for (_, route), curve in time.curves.groupby(["axis", "route"], sort=False):
        n = 0 if route in closed else int(curve["n_at_risk"].iloc[0])
        parts.append(coarse_curve(curve, list(SHARES), ["n_at_risk", "n_reached"], n, min_cell))
    return pd.concat(parts, ignore_index=True)


def _of_enough(ratios: pd.DataFrame, min_cell: int, barred: bool) -> pd.DataFrame:
    """Ratios of levels with enough patients who reached the outcome, and who did not."""
    n, k = ratios["n_patients"].astype(int), ratios["n_events"].astype(int)
    few = [barred or any(is_small(count, min_cell) for count in (a, b, a - b)) for a, b in zip(n, k, strict=True)]
    numbers = ["hazard_ratio", "ci_low", "ci_high", "p_value"]
    given = {name: ratios[name].mask(np.array(few, dtype=bool)) for name in numbers}
    return ratios.assign(**given, n_patients=np.nan, n_events=np.nan)


def _incidence(result: Durability, audience: Audience) -> pd.DataFrame:
    """What became of responders week by week; in steps for whoever sees no small cells."""
    after = result.after
    assert after is not None
    if audience.sees_small:
        return after.incidence
    shares = [f"{name}{end}" for name in ("relapsed", "boosted", "kept") for end in ("", "_low", "_high")]
    counts = ["n_at_risk", "n_relapsed", "n_boosted"]
    return coarse_curve(after.incidence, shares, counts, after.n_followed, audience.min_cell)
