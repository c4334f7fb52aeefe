"""Care delivery to a cohort as an audience may have it: every count through the gate, every table released together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.outcomes import Overview
from analysis.outcomes.care import LAST_SESSION, Care
from analysis.outcomes.safety import ALL
from analysis.outcomes.who import STARTERS, STUDY, able, reached, seen

from .audience import Audience
from .cells import is_small
from .counted import CountColumn, CountedTable, Relations
from .counted_rows import COVERED, INTEGRATED, QUARTILES, charges, measured, shares
from .denominators import DENOMINATORS, STARTERS_ROW
from .gate import WITHHELD, ReleasedTable, release
from .nested_tables import Rows, closed_words, nested, without_names
from .overview_tables import beside_overview
from .ranges import Sum
from .suppression import CountSystem, withhold

COARSE_SESSIONS = (
    1,
    3,
    6,
    9,
    12,
    18,
    LAST_SESSION,
)  # fewer steps of the curve, so that few of them are of few patients
_SCORED = "beyond depression, with a baseline"


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
    result: Care, review: Overview, n_study: int, audience: Audience, closed: Collection[str] = ()
) -> ReleasedCare:
    """Release everything of a page together. review is of the same cohort; n_study counts everyone of the study who
    started treatment."""
    own = nested(_frames(result, audience, closed)).and_also(*_rules(result))
    ready, stages = beside_overview(own, review, n_study)
    found = without_names(release(ready.tables, audience, ready.relations, closed_words(closed), stages))
    mine = found.of(own.tables.keys())
    tables = {**mine.tables, "access": _access(result.access, audience, closed), "staying": _staying(result, audience)}
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


def _of_starters(name: str, *keys: str, by: str = "route", **more: object) -> Rows:
    """Starters by the route of their first session (or by payer): groups that do not overlap and are everyone."""
    return Rows(name, STARTERS, keys, (by,), partition=True, **more)  # type: ignore[arg-type]


def _part_of_starters(name: str, column: str, among: str = "") -> Rows:
    """Starters who did something, by the route of their first session; their numbers are those of every other page."""
    numbers = ("share", "ci_low", "ci_high")
    return Rows(
        STARTERS, STUDY, (), ("route",), "n_starters", numbers, part=column, part_values=numbers, partition=True,
        part_name=name, part_among=among,
    )  # fmt: skip


def _frames(result: Care, audience: Audience, closed: Collection[str] = ()) -> dict[str, tuple[pd.DataFrame, Rows]]:
    visit_shares = ("n_visits", "per_session", "low", "high", "share", "share_low", "share_high")
    sessions = ("n_sessions",)
    found = {
        "doses": (result.doses, measured("dose recorded", "molecule", "unit", means=QUARTILES)),
        "steps": (result.steps, shares("dose of nasal esketamine", by=("step",))),
        "steps_by_session": (result.steps_by_session, shares("step of nasal esketamine", "session", by=("step",))),
        "titration": (result.titration, measured("dose at a session", "molecule", "unit", "session", means=QUARTILES)),
        "spacing": (
            result.spacing,
            Rows("two sessions", STARTERS, ("phase",), ("route",), values=("n_gaps",), means=QUARTILES),
        ),
        "spacing_by_session": (
            result.spacing_by_session,
            Rows("a session before", STARTERS, (), ("session",), values=("n_gaps",), means=QUARTILES),
        ),
        "induction": (
            result.induction,
            _part_of_starters("completed induction", "n_complete"),
        ),
        "visits": (
            result.visits,
            _of_starters(
                "visits", "kind", values=(*sessions, *visit_shares), part="n_with_visit", part_values=visit_shares
            ),
        ),
        "minutes": (
            result.minutes,
            Rows("length of a visit", STARTERS, ("kind",), (), values=("n_visits",), means=QUARTILES),
        ),
        "within": (result.within, shares(INTEGRATED)),
        "association": (_association(result, closed), _association_rows()),
        "cost_per_session": (
            result.cost_per_session,
            charges(),
        ),
        "cost_per_course": (
            result.cost_per_course.drop(columns="n_starters"),
            _of_starters("charges of a course", "course", means=QUARTILES),
        ),
        "cost_per_responder": (
            result.cost_per_responder,
            _of_starters(
                "could respond, charges recorded", values=("cost",), part="n_responders",
                part_values=("cost", "per_responder", "ci_low", "ci_high"),
            ),
        ),
        "covered": (result.covered, shares(COVERED)),
        "by_payer": (
            result.by_payer,
            _of_starters(
                "of a payer", by="payer", patients="n_starters", means=("sessions_median",), part="n_complete",
                values=("share_complete",), part_values=("share_complete",),
            ),
        ),
        "payer_cost": (
            result.payer_cost,
            _of_starters("of a payer, charge recorded", by="payer", values=sessions, means=("median",)),
        ),
        "payer_covered": (result.payer_covered, replace(shares("of a payer, coverage", by=("payer",)), partition=True)),
        "condition_changes": (
            _condition_changes(result.condition_changes),
            Rows(_SCORED, STARTERS, ("instrument",), ("window",), means=("mean", "ci_low", "ci_high")),
        ),
        **_reached(result.reached, audience),
    }  # fmt: skip
    if result.reasons is not None:
        found["reasons"] = (result.reasons, Rows("reason for stopping", STARTERS, (), ("reason",)))
    return found


def _association(result: Care, closed: Collection[str]) -> pd.DataFrame:
    """One row; those without any integration are the difference of the two counts. A coefficient holds for all routes,
    so there is none while one of them is closed."""
    found = dict(vars(result.association))
    if closed:
        found |= dict.fromkeys(("estimate", "ci_low", "ci_high"), np.nan)
    columns = ["n_patients", "n_some", "estimate", "ci_low", "ci_high"]
    return pd.DataFrame([{name: found[name] for name in columns}])


def _association_rows() -> Rows:
    numbers = ("estimate", "ci_low", "ci_high")
    return Rows(
        "in the association with integration", STARTERS, values=numbers, means=numbers, part="n_some",
        part_values=numbers,
    )  # fmt: skip


def _condition_changes(changes: pd.DataFrame) -> pd.DataFrame:
    """The changes, and for each instrument a row of those with a baseline, among whom the others are."""
    base = changes.drop_duplicates("instrument")
    base = base.assign(
        window=ALL, day=np.nan, n_patients=base["n_baseline"], mean=np.nan, ci_low=np.nan, ci_high=np.nan
    )
    frame = pd.concat([base, changes], ignore_index=True) if len(changes) else changes
    return frame.drop(columns="n_baseline")


def _reached(frame: pd.DataFrame, audience: Audience) -> dict[str, tuple[pd.DataFrame, Rows]]:
    """A table per number of sessions, each among those of the one before, so that a step down is a count too."""
    numbers = range(1, LAST_SESSION + 1) if audience.sees_small else COARSE_SESSIONS
    found, before = {}, ""
    for number in numbers:
        rows = frame[frame["sessions"] == number].reset_index(drop=True)
        name = f"reached session {number}"
        found[name] = (rows, _part_of_starters(name, "n_reached", before))
        before = name
    return found


def reached_frame(released: ReleasedCare) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Everybody who reached each number of sessions in one frame, and its states."""
    names = [name for name in released.tables if name.startswith("reached session ")]
    frames = [released.tables[name].frame for name in names]
    states = [released.tables[name].states for name in names]
    return pd.concat(frames, ignore_index=True), pd.concat(states, ignore_index=True)


def _rules(result: Care) -> tuple[Mapping[str, CountedTable], Relations]:
    """Outcomes of the other conditions: who reached one is among who was scored, among who could."""
    values = ("share", "ci_low", "ci_high")
    rules = result.condition_rules
    table = CountedTable(
        rules,
        (
            CountColumn("denominator", named_by="who_could", values=values),
            CountColumn("numerator", named_by="who_reached", values=values),
        ),
    )
    nesting: dict[str, tuple[str, ...]] = {}
    for name, outcome in dict.fromkeys(zip(rules["instrument"], rules["outcome"], strict=True)):
        nesting[f"{name}: {reached(outcome)}"] = (f"{name}: {seen(outcome)}",)
        nesting[f"{name}: {seen(outcome)}"] = (f"{name}: {able(outcome)}",)
        nesting[f"{name}: {able(outcome)}"] = (f"{_SCORED}, {name}",)
    return {"condition_rules": table}, Relations(nesting)


def _staying(result: Care, audience: Audience) -> ReleasedTable:
    """The curve of staying. Whoever sees no small counts has it at fewer numbers of sessions, in whole percent and
    without counts, and only where those who stopped since the last point, and those lost sight of, are not few."""
    frame = result.staying
    if audience.sees_small:
        counts = ["n_at_risk", "n_stopped", "n_not_known"]
        small = frame[counts].map(lambda count: "small" if is_small(count, audience.min_cell) else "shown")
        return ReleasedTable(frame, small, audience.min_cell)
    kept, stopped, not_known = [], 0, 0
    for place, row in enumerate(frame.to_dict("records")):
        stopped, not_known = stopped + int(row["n_stopped"]), not_known + int(row["n_not_known"])
        few = any(is_small(count, audience.min_cell) for count in (stopped, not_known, row["n_at_risk"]))
        if row["sessions"] in COARSE_SESSIONS and not few:
            kept.append(place)
            stopped = not_known = 0
    shown = frame.loc[frame.index[kept], ["sessions", "share", "ci_low", "ci_high"]].reset_index(drop=True)
    return ReleasedTable(shown.round(2), pd.DataFrame(index=shown.index), audience.min_cell)


def _access(access: pd.DataFrame, audience: Audience, closed: Collection[str]) -> ReleasedTable:
    """Payers by routes: a table with both its margins known, in which no small cell may be worked out."""
    small = [is_small(n, audience.min_cell) for n in access["n_patients"]]
    if audience.sees_small:
        states = ["small" if one else "shown" for one in small]
        return ReleasedTable(access, pd.DataFrame({"n_patients": states}, index=access.index), audience.min_cell)
    hidden = withhold(_margins(access), audience.min_cell)
    cells = list(zip(access["payer"], access["route"], strict=True))
    states = [
        WITHHELD if cell in hidden.complementary or cell[1] in closed
        else f"<{audience.min_cell}" if cell in hidden.small else "shown"
        for cell in cells
    ]  # fmt: skip
    gone = pd.Series([state != "shown" for state in states], index=access.index, dtype=bool)
    gone |= access["n_starters"].between(1, audience.min_cell - 1)
    frame = access.drop(columns="n_starters")
    frame = frame.assign(n_patients=frame["n_patients"].astype(float).mask(gone), share=frame["share"].mask(gone))
    words = pd.Series(states, index=access.index).where(
        ~gone | pd.Series(states, index=access.index).ne("shown"), WITHHELD
    )
    return ReleasedTable(frame, pd.DataFrame({"n_patients": words}), audience.min_cell)


def _margins(access: pd.DataFrame) -> CountSystem:
    counts: dict[object, int] = {}
    sums = []
    for column in ("payer", "route"):
        for name, rows in access.groupby(column, sort=False):
            whole = (column, name, "all of them")
            members = tuple(zip(rows["payer"], rows["route"], strict=True))
            counts |= dict(zip(members, (int(n) for n in rows["n_patients"]), strict=True))
            counts[whole] = int(rows["n_patients"].sum())
            sums.append(Sum(whole, members))
    margins = frozenset(key for key in counts if len(key) == 3)  # type: ignore[arg-type]
    return CountSystem(counts, tuple(sums), fixed=margins)
