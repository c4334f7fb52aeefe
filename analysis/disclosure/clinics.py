"""Clinics side by side as an audience may have them: every count through the gate, beside those of the overview."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.outcomes import Overview
from analysis.outcomes.clinics import POOLED, SHARE, Clinics, dispersion, limits

from . import clinic_tables as tables
from .audience import Audience
from .denominators import DENOMINATORS, STARTERS_ROW
from .gate import WITHHELD, ReleasedTable, release
from .guard import REST
from .nested_tables import Nested, closed_words, without_names
from .overview_tables import beside_overview
from .shares import is_share_of_few, whole_percent

SMALLER = "smaller clinics"
FEWEST_HIDDEN = 2  # clinics whose difference is missing: a single one is minus the sum of the others


@dataclass(frozen=True, eq=False)
class ReleasedFunnel:
    """One measure. whole: the row of `Clinics.measures`, with what its curves are made of; points: one row per clinic.
    sees_centre: whether the cohort's own rate may be shown, without which there is nothing to hold clinics against."""

    measure: str
    unit: str
    what: str
    n_clinics: int
    points: ReleasedTable
    of_all: ReleasedTable
    whole: pd.Series
    sees_centre: bool


@dataclass(frozen=True, eq=False)
class ReleasedClinics:
    """What may be shown of `Clinics`. groups: starters by clinic; adjusted: shrunken differences (points), withheld
    ones missing; starters is their number as it may be said; records_events: the study has any adverse event; sentence
    says what was withheld or marked."""

    audience: Audience
    result: Clinics
    instrument: str
    groups: ReleasedTable
    adjusted: ReleasedTable
    funnels: Mapping[str, ReleasedFunnel]
    starters: str
    n_model: str
    records_events: bool
    sentence: str


def release_clinics(
    result: Clinics,
    review: Overview,
    n_study: int,
    audience: Audience,
    closed: Collection[str] = (),
    others: Collection[str] = (),
) -> ReleasedClinics:
    """Release the page together with the overview of the same cohort. n_study counts everyone of the study who started.
    closed are routes: a model holds for all of them, so no difference is given while one is closed. others are groups
    of another kind of which nothing may be shown ("clinic C01")."""
    n_starters = int(review.attrition["n_patients"].iloc[0])
    own = Nested(tables.clinic_tables(result, n_starters), tables.relations())
    ready, stages = beside_overview(own, review, n_study)
    # Starters by clinic are decided on before events: where all but a few of a clinic are asked, those asked give way.
    stages = [*stages, (tables.GROUPS,)]
    found = without_names(
        release(ready.tables, audience, ready.relations, closed_words(closed) | _barred(result, others), stages)
    )
    mine = found.of(own.tables.keys())
    adjusted = without_rows(found[tables.ADJUSTED], tables.NO_CLINIC)
    if not audience.sees_small:
        adjusted = _without_what_follows(adjusted, result, bool(closed))
    return ReleasedClinics(
        audience,
        result,
        result.instrument,
        _in_words(without_rows(found[tables.GROUPS], tables.NO_CLINIC)),
        _in_words(adjusted),
        {str(row["measure"]): _funnel(row, found[tables.funnel_name(row["measure"])])
         for _, row in result.measures.iterrows()},
        found[DENOMINATORS].words("n_patients", STARTERS_ROW),
        found[tables.ADJUSTED].words("n_patients", 0) if len(found[tables.ADJUSTED].frame) else "0",
        review.safety.is_recorded and bool(len(review.safety.events)),
        mine.sentence,
    )  # fmt: skip


def _in_words(table: ReleasedTable) -> ReleasedTable:
    """The pooled clinics by the words they are shown under."""
    frame = table.frame.assign(clinic=table.frame["clinic"].replace({POOLED: SMALLER}))
    return ReleasedTable(frame, table.states, table.min_cell)


def _barred(result: Clinics, others: Collection[str]) -> set[str]:
    """The closed groups; the pooled clinics are closed with any of them, and when they differ by few together."""
    words = {tables.clinic_word(name) for name in result.groups["clinic"]}
    rest = tables.clinic_word(REST)
    pooled = {one for one in others if one.startswith(tables.clinic_word("")) and one not in words and one != rest}
    return {*others, tables.clinic_word(POOLED)} if pooled or rest in others else set(others)


def _without_what_follows(adjusted: ReleasedTable, result: Clinics, barred: bool) -> ReleasedTable:
    """The differences without those from which a withheld one would follow: over all clinics they sum to nought, so a
    single one that is missing is minus the rest, and of two that are pooled the mean says the other thing. Clinics are
    hidden, the smallest first, until two or more with enough patients together are."""
    frame, numbers = adjusted.frame.copy(), [name for name in tables.DIFFERENCE if name in adjusted.frame]
    sizes = result.adjusted["n_patients"].to_numpy(dtype=float)
    hidden = (frame["fixed"].isna() & frame["estimate"].isna()).to_numpy() | barred
    hidden |= ((frame["clinic"] == POOLED) & (result.n_pooled <= FEWEST_HIDDEN)).to_numpy()
    left_out = result.n_model - sizes.sum()

    def follows() -> bool:
        n = int(hidden.sum()) + result.n_left_out
        return n > 0 and (n < FEWEST_HIDDEN or sizes[hidden].sum() + left_out < adjusted.min_cell)

    while follows() and not hidden.all():
        hidden[np.argmin(np.where(hidden, np.inf, sizes))] = True
    frame.loc[hidden, numbers] = np.nan
    return ReleasedTable(frame, adjusted.states, adjusted.min_cell)


def without_rows(table: ReleasedTable, clinics: Collection[str]) -> ReleasedTable:
    """The rows of clinics only: neither everyone nor those in no group."""
    keep = ~table.frame["clinic"].isin(clinics)
    return ReleasedTable(
        table.frame[keep].drop(columns="group").reset_index(drop=True),
        table.states[keep].reset_index(drop=True),
        table.min_cell,
    )


def _funnel(row: pd.Series, table: ReleasedTable) -> ReleasedFunnel:
    """The points and the curves. Where something is withheld the factor for overdispersion is that of the clinics
    shown, the centre may be a whole percent, and who is outside is judged by the curves shown."""
    points = _consistent(without_rows(table, tables.NO_CLINIC))
    seen = points.frame["value"].notna()
    of_all = without_rows(table, set(table.frame["clinic"]) - {tables.ALL})
    whole = row.copy()
    whole["centre"] = _centre(row, of_all)
    if points.frame["value"].isna().any() or pd.isna(of_all.frame["value"].iloc[0]):
        whole["dispersion"] = dispersion(points.frame.loc[seen, "z"].to_numpy(dtype=float))
        sees_centre = not pd.isna(whole["centre"])
        outside = _outside(points.frame, whole) if sees_centre else ""
        points = ReleasedTable(points.frame.assign(outside=outside), points.states, points.min_cell)
    return ReleasedFunnel(
        str(row["measure"]), str(row["unit"]), str(row["what"]), int(row["n_clinics"]), _in_words(points), of_all,
        whole, not pd.isna(whole["centre"]),
    )  # fmt: skip


def _centre(row: pd.Series, of_all: ReleasedTable) -> float:
    """The cohort's own rate as it may be shown. Of a share whose numerator is withheld a whole percent, if one patient
    more or fewer would give the same; of anything else that is withheld, none."""
    shown = of_all.frame["value"].iloc[0]
    if not pd.isna(shown) or row["unit"] != SHARE or not of_all.is_seen("n_patients").iloc[0]:
        return float(shown)
    k, n = int(row["n_with"]), int(row["n_patients"])
    near = {whole_percent(count / n) for count in (k - 1, k, k + 1)}
    return near.pop() if len(near) == 1 and not is_share_of_few(k, n, of_all.min_cell) else float("nan")


def _consistent(points: ReleasedTable) -> ReleasedTable:
    """Counts whose row lost its rate are not printed beside it either."""
    if "numerator" not in points.states:
        return points
    lost = points.frame["numerator"].isna() & points.is_seen("numerator")
    states = points.states.assign(numerator=points.states["numerator"].mask(lost, WITHHELD))
    return ReleasedTable(points.frame, states, points.min_cell)


def _outside(points: pd.DataFrame, whole: pd.Series) -> list[str]:
    """The widest limits that each shown point is beyond."""
    words = []
    for point in points.to_dict("records"):
        found = ""
        if not pd.isna(point["value"]):
            curve = limits(whole, str(whole["measure"]), [float(point["denominator"])]).iloc[0]
            for level, name in (("95", "95"), ("99.8", "998")):
                if not curve[f"low_{name}"] <= point["value"] <= curve[f"high_{name}"]:
                    found = level
        words.append(found)
    return words
