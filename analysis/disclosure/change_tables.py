"""What the page of symptom change counts: its denominators, its routes, who is still assessed."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from analysis.outcomes import SymptomChange
from analysis.outcomes.who import (
    CHANGED_ROUTE,
    ELSEWHERE,
    IN_MODEL,
    NESTING,
    NOT_RECORDED,
    PARTS,
    STARTERS,
    WITH_BASELINE,
)

from .counted import CountColumn, CountedTable, Relations, Tables
from .denominators import shared_tables

STILL = "still assessed"
BALANCE_MEANS = {
    "n_patients": ("sessions_median",),
    "n_baseline": ("baseline_mean", "baseline_sd"),
    "n_age": ("age_mean",),
}
BALANCE_SHARES = {
    "share_female": ("n_female", "n_sex"),
    "share_esketamine": ("n_esketamine", "n_molecule"),
    "share_self_pay": ("n_self_pay", "n_payer"),
}
ESTIMATES = ("estimate", "std_error", "df", "ci_low", "ci_high")
FOLLOWED = "at each session"  # the route rule under which one patient may count under several routes


def change_tables(result: SymptomChange, every_point: bool = False) -> Tables:
    """Everything the page counts. A refused model has its denominators only. every_point: the numbers still assessed
    are shown at each point, so that the few at which a release gives them are not looked for."""
    tables = {**shared_tables(result.of, result.balance), "balance": _balance(result), **_points(result)}
    if result.status == "refused":
        return tables
    elsewhere = result.of.n_evaluable - result.n_model - result.n_not_recorded
    tables |= {
        "model": _one(result.n_model, IN_MODEL),
        "changed": _one(result.n_changed, CHANGED_ROUTE),
        "not recorded": _one(result.n_not_recorded, NOT_RECORDED),
        "elsewhere": _one(elsewhere, ELSEWHERE, printed=False),
    }
    return tables if every_point else {**tables, STILL: _still(result), "assessed": _assessed(result)}


def change_relations(result: SymptomChange) -> Relations:
    """Who is among whom: those still assessed later are among those still assessed earlier."""
    names = [_still_name(result, x) for x in spots(result)]
    nesting = dict(NESTING) | {later: (earlier,) for earlier, later in pairwise(names)}
    if names:
        total, in_model = _first_total(result), result.n_model
        if total <= in_model:
            nesting[names[0]] = (IN_MODEL,) if result.spec.route_rule == FOLLOWED else (IN_MODEL, WITH_BASELINE)
        else:
            nesting[IN_MODEL] = (*nesting[IN_MODEL], names[0])
    return Relations(nesting, PARTS)


def spots(result: SymptomChange) -> list[float]:
    """Where a release says how many are still assessed: at the start, at the decision point and at the end."""
    x = result.trajectory["x"]
    if x.empty:
        return []
    return sorted({float(x.min()), float(result.decision_x), float(x.max())})


def _one(count: int, what: str, printed: bool = True) -> CountedTable:
    return CountedTable(pd.DataFrame({"n_patients": [count]}), (CountColumn("n_patients", what, printed=printed),))


def _balance(result: SymptomChange) -> CountedTable:
    """Starters by route of the first session. What is recorded of them is counted too, but not printed."""
    counts = (
        CountColumn("n_patients", STARTERS, ("route",), partition=True, means=BALANCE_MEANS["n_patients"]),
        CountColumn("n_baseline", WITH_BASELINE, ("route",), partition=True, means=BALANCE_MEANS["n_baseline"]),
        CountColumn("n_age", "with an age", ("route",), means=BALANCE_MEANS["n_age"], printed=False),
        *(
            CountColumn(of, f"with {of}", ("route",), means=(share,), printed=False)
            for share, (_, of) in BALANCE_SHARES.items()
        ),
    )
    return CountedTable(result.balance, counts)


def _points(result: SymptomChange) -> Tables:
    """The points of the figure: a mean or an estimate goes where too few are behind it."""
    by = ("route", "x")
    return {
        "trajectory": CountedTable(
            result.trajectory,
            (
                CountColumn("n_behind", "behind an estimate", by, means=ESTIMATES, printed=False),
                CountColumn("n_patients", "still assessed at a point", by, printed=False),
            ),
        ),
        "observed": CountedTable(
            result.observed, (CountColumn("n_patients", "scored at a point", by, means=("mean",), printed=False),)
        ),
    }


def _still_name(result: SymptomChange, x: float) -> str:
    return f"still assessed at {x:g} {result.spec.time} or later"


def _still(result: SymptomChange) -> CountedTable:
    """Those still assessed by route, at few points."""
    rows = result.trajectory[result.trajectory["x"].isin(spots(result))]
    frame = rows[["route", "x", "n_patients"]].reset_index(drop=True)
    frame = frame.assign(who=[_still_name(result, x) for x in frame["x"]])
    return CountedTable(frame, (CountColumn("n_patients", named_by="who", by=("route",), partition=True),))


def _assessed(result: SymptomChange) -> CountedTable:
    """All routes together at the first point: nobody prints it, but it is the sum of what is printed."""
    where = spots(result)[:1]
    frame = pd.DataFrame({"n_patients": [_first_total(result)] * len(where)})
    what = _still_name(result, where[0]) if where else ""
    return CountedTable(frame, (CountColumn("n_patients", what, printed=False),))


def _first_total(result: SymptomChange) -> int:
    where = spots(result)[:1]
    return int(result.trajectory.loc[result.trajectory["x"].isin(where), "n_patients"].sum())
