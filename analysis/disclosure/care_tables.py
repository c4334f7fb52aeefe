"""What the page on care delivery counts, as tables for the gate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.outcomes.care import LAST_SESSION, Care
from analysis.outcomes.safety import ALL
from analysis.outcomes.who import STARTERS, STUDY, able, reached, seen

from .audience import Audience
from .care_staying import COARSE_SESSIONS
from .counted import CountColumn, CountedTable, Relations
from .counted_rows import COVERED, INTEGRATED, QUARTILES, charges, measured, shares
from .nested_tables import Nested, Rows, nested

REACHED = "reached session "
_SCORED = "beyond depression, with a baseline"
Counted = tuple[pd.DataFrame, Rows]


def care_counts(result: Care, audience: Audience, closed: Collection[str] = ()) -> Nested:
    """Everything the page counts, and who is among whom."""
    frames = {
        **_doses(result),
        **_courses(result, audience),
        **_visits(result, closed),
        **_charges(result),
        **_payers(result),
        "condition_changes": (
            _condition_changes(result.condition_changes),
            Rows(_SCORED, STARTERS, ("instrument",), ("window",), means=("mean", "ci_low", "ci_high")),
        ),
    }
    return nested(frames).and_also(*_rules(result))


def _doses(result: Care) -> dict[str, Counted]:
    return {
        "doses": (result.doses, measured("dose recorded", "molecule", "unit", means=QUARTILES)),
        "steps": (result.steps, shares("dose of nasal esketamine", by=("step",))),
        "steps_by_session": (result.steps_by_session, shares("step of nasal esketamine", "session", by=("step",))),
        "titration": (result.titration, measured("dose at a session", "molecule", "unit", "session", means=QUARTILES)),
    }


def _courses(result: Care, audience: Audience) -> dict[str, Counted]:
    """How far apart sessions were, and who came how far."""
    of_phases = Rows("two sessions", STARTERS, ("phase",), ("route",), values=("n_gaps",), means=QUARTILES)
    found = {
        "spacing": (result.spacing, of_phases),
        "spacing_by_session": (
            result.spacing_by_session,
            Rows("a session before", STARTERS, (), ("session",), values=("n_gaps",), means=QUARTILES),
        ),
        "induction": (result.induction, _part_of_starters("completed induction", "n_complete")),
        **_reached(result.reached, audience),
    }
    if result.reasons is not None:
        found["reasons"] = (result.reasons, Rows("reason for stopping", STARTERS, (), ("reason",)))
    return found


def _visits(result: Care, closed: Collection[str]) -> dict[str, Counted]:
    numbers = ("n_visits", "per_session", "low", "high", "share", "share_low", "share_high")
    of_kinds = _of_starters("visits", "kind", values=("n_sessions", *numbers), part="n_with_visit", part_values=numbers)
    minutes = Rows("length of a visit", STARTERS, ("kind",), (), values=("n_visits",), means=QUARTILES)
    return {
        "visits": (result.visits, of_kinds),
        "minutes": (result.minutes, minutes),
        "within": (result.within, shares(INTEGRATED)),
        "association": (_association(result, closed), _association_rows()),
    }


def _charges(result: Care) -> dict[str, Counted]:
    of_responders = _of_starters(
        "could respond, charges recorded", values=("cost",), part="n_responders",
        part_values=("cost", "per_responder", "ci_low", "ci_high"),
    )  # fmt: skip
    of_course = _of_starters("charges of a course", "course", means=QUARTILES)
    return {
        "cost_per_session": (result.cost_per_session, charges()),
        "cost_per_course": (result.cost_per_course.drop(columns="n_starters"), of_course),
        "cost_per_responder": (result.cost_per_responder, of_responders),
        "covered": (result.covered, shares(COVERED)),
    }


def _payers(result: Care) -> dict[str, Counted]:
    of_payer = _of_starters(
        "of a payer", by="payer", patients="n_starters", means=("sessions_median",), part="n_complete",
        values=("share_complete",), part_values=("share_complete",),
    )  # fmt: skip
    charged = _of_starters("of a payer, charge recorded", by="payer", values=("n_sessions",), means=("median",))
    covered = replace(shares("of a payer, coverage", by=("payer",)), partition=True)
    return {
        "by_payer": (result.by_payer, of_payer),
        "payer_cost": (result.payer_cost, charged),
        "payer_covered": (result.payer_covered, covered),
    }


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
        name = f"{REACHED}{number}"
        found[name] = (rows, _part_of_starters(name, "n_reached", before))
        before = name
    return found


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
