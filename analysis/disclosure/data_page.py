"""What a study holds, how complete it is and how alike its patients are, as an audience may have it."""

from __future__ import annotations

import pandas as pd

from analysis.intake.identifiers.k_anonymity import FEW, KAnonymity
from analysis.outcomes.completeness import ALL, Completeness
from analysis.study.holdings import PATIENTS, STARTERS, Holdings
from analysis.vocabulary import WINDOWS

from .audience import Audience
from .counted import CountColumn, CountedTable, Relations
from .gate import Release, ReleasedTable, release

GROUPS = ("route", "clinic")
PEOPLE, TABLES, COMBINATIONS = "people", "tables", "combinations"
_NESTED = Relations({STARTERS: (PATIENTS,), **{window.name: (STARTERS,) for window in WINDOWS}})


def release_completeness(result: Completeness, held: Holdings, audience: Audience) -> Release:
    """The tables "people", "route" and "clinic". Both divide the same starters, so they go together; how many people
    there are is decided on first, so that every instrument shows the same of it."""
    counts = (
        CountColumn("n_starters", STARTERS, by=("by", "group"), values=("share",), partition=True),
        CountColumn("n_scored", by=("by", "group"), named_by="window", values=("share",), partition=True),
    )
    scored = result.scored
    tables = {by: CountedTable(scored[scored["by"].isin([ALL, by])].reset_index(drop=True), counts) for by in GROUPS}
    return release({PEOPLE: _people(held), **tables}, audience, _NESTED, stages=[{PEOPLE}])


def release_holdings(held: Holdings, audience: Audience) -> Release:
    """The tables "people" and "tables". Rows are counted like patients: few rows are rows of few."""
    present = held.tables[held.tables["n_rows"].notna() & (held.tables["table"] != PATIENTS)].reset_index(drop=True)
    rows = CountedTable(present, (CountColumn("n_rows", named_by="table"),))
    return release({PEOPLE: _people(held), TABLES: rows}, audience, _NESTED, stages=[{PEOPLE}])


def _people(held: Holdings) -> CountedTable:
    frame = pd.DataFrame({"who": [PATIENTS, STARTERS], "n_patients": [held.n_patients, held.n_starters]})
    return CountedTable(frame, (CountColumn("n_patients", named_by="who"),))


def release_combinations(report: KAnonymity, audience: Audience) -> ReleasedTable:
    """How many patients share their traits with how many: by size of the combination for whoever sees small counts,
    and else only whether they are fewer than eleven."""
    classes = report.classes[["size", "n_combinations", "n_patients", "share"]]
    if not audience.sees_small:
        few = classes["size"] != classes["size"].iloc[-1]
        pooled = classes.assign(size=[f"1 to {FEW - 1}" if one else f"{FEW} or more" for one in few])
        classes = pooled.groupby("size", sort=False, as_index=False)[["n_combinations", "n_patients", "share"]].sum()
    everyone = pd.DataFrame([(ALL, classes["n_combinations"].sum(), report.n_patients, 1.0)], columns=classes.columns)
    counted = CountColumn("n_patients", PATIENTS, ("size",), ("n_combinations", "share"), partition=True)
    table = CountedTable(pd.concat([classes, everyone], ignore_index=True), (counted,))
    return release({COMBINATIONS: table}, audience)[COMBINATIONS]
