"""What the page on care delivery counts, as tables for the gate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.outcomes.care import INTEGRATION, LAST_SESSION, PREPARATION, Care
from analysis.outcomes.care.dose import MG, MG_PER_KG
from analysis.outcomes.safety import ALL
from analysis.outcomes.who import STARTERS, STUDY, able, reached, seen

from .audience import Audience
from .care_staying import COARSE_SESSIONS
from .counted import CountColumn, CountedTable, Relations
from .counted_rows import CHARGED, COVERED, INTEGRATED, QUARTILES, charges, measured, shares
from .nested_tables import Nested, Rows, nested
from .response_names import joined

REACHED = "reached session "
_SCORED = "beyond depression, with a baseline"
_OF_RULES = "day 28"  # the window in which the outcomes of other conditions are judged
_INDUCTION, _VISITS, _MINUTES = "completed induction", "visits", "length of a visit"
_DOSE, _DOSE_AT = "dose recorded", "dose at a session"
_BY_ROUTE = ", in groups of route"
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
            Rows(_SCORED, STARTERS, ("instrument", "window"), means=("mean", "ci_low", "ci_high")),
        ),
    }
    own, (rules, of_rules) = nested(frames), _rules(result)
    return Nested({**own.tables, **rules}, joined(own.relations, of_rules, _links(result)))


def _links(result: Care) -> Relations:
    """Who is among whom from one table to another: a reader could subtract there too."""
    nesting: dict[str, tuple[str, ...]] = {
        f"{_MINUTES}, {INTEGRATION}": (f"{_VISITS}, {INTEGRATION}, with it",),
        f"{_MINUTES}, {PREPARATION}": (f"{_VISITS}, {PREPARATION}, with it",),
        INTEGRATED: (f"{_VISITS}, {INTEGRATION}",),
        f"{INTEGRATED}, with it": (f"{_VISITS}, {INTEGRATION}, with it",),
    }
    for name in dict.fromkeys(result.condition_changes["instrument"]):
        for window in dict.fromkeys(result.condition_changes["window"]):
            nesting[_scored(name, window)] = (_scored(name, ALL),)
    for molecule in dict.fromkeys(result.doses["molecule"]):
        per_kg, in_mg = (f"{_DOSE}, {molecule}, {unit}" for unit in (MG_PER_KG, MG))
        nesting |= {per_kg: (in_mg,), per_kg + _BY_ROUTE: (in_mg + _BY_ROUTE,)}
    for molecule, session in result.titration[["molecule", "session"]].drop_duplicates().itertuples(index=False):
        per_kg, in_mg = (f"{_DOSE_AT}, {molecule}, {unit}, {session}" for unit in (MG_PER_KG, MG))
        nesting |= {per_kg: (in_mg,), per_kg + _BY_ROUTE: (in_mg + _BY_ROUTE,)}
    return Relations(nesting)


def _scored(instrument: str, window: str) -> str:
    return f"{_SCORED}, {instrument}, {window}"


def _doses(result: Care) -> dict[str, Counted]:
    return {
        "doses": (result.doses, measured(_DOSE, "molecule", "unit", means=QUARTILES)),
        "steps": (result.steps, _of_steps("dose of nasal esketamine")),
        "steps_by_session": (result.steps_by_session, _of_steps("step of nasal esketamine", "session")),
        "titration": (result.titration, measured(_DOSE_AT, "molecule", "unit", "session", means=QUARTILES)),
    }


def _of_steps(name: str, *keys: str) -> Rows:
    """Every step is a share of the same patients."""
    return replace(shares(name, *keys, by=("step",)), of_everyone=True)


def _courses(result: Care, audience: Audience) -> dict[str, Counted]:
    """How far apart sessions were, and who came how far."""
    of_phases = Rows("two sessions", STARTERS, ("phase",), ("route",), values=("n_gaps",), means=QUARTILES)
    found = {
        "spacing": (result.spacing, of_phases),
        "induction": (result.induction, _part_of_starters(_INDUCTION, "n_complete")),
        **_reached(result.reached, audience),
    }
    if result.reasons is not None:
        found["reasons"] = (result.reasons, Rows("reason for stopping", STARTERS, (), ("reason",)))
    return found


def _visits(result: Care, closed: Collection[str]) -> dict[str, Counted]:
    numbers = ("n_visits", "per_session", "low", "high", "share", "share_low", "share_high")
    of_kinds = _of_starters(_VISITS, "kind", values=("n_sessions", *numbers), part="n_with_visit", part_values=numbers)
    minutes = Rows(_MINUTES, STARTERS, ("kind",), (), values=("n_visits",), means=QUARTILES)
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
    """By payer; everyone of every payer is counted elsewhere on the page, under the same names."""
    of_payer = Rows(
        STARTERS, STUDY, (), ("payer",), "n_starters", ("share_complete",), ("sessions_median",), "n_complete",
        ("share_complete",), partition=True, part_name=_INDUCTION,
    )  # fmt: skip
    charged = _of_starters(CHARGED, by="payer", values=("n_sessions",), means=("median",))
    covered = replace(shares(COVERED, by=("payer",)), partition=True)
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
        nesting[f"{name}: {seen(outcome)}"] = (f"{name}: {able(outcome)}", _scored(name, _OF_RULES))
        nesting[f"{name}: {able(outcome)}"] = (_scored(name, ALL),)
    return {"condition_rules": table}, Relations(nesting)
