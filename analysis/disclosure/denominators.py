"""What all views of one cohort share: how many started, have a baseline, are evaluable, and by which route."""

from __future__ import annotations

import pandas as pd

from analysis.outcomes import Denominators
from analysis.outcomes.who import EVALUABLE, NESTING, PARTS, STARTERS, STUDY, WITH_BASELINE

from .audience import Audience
from .counted import CountColumn, CountedTable, Relations, Tables
from .gate import Release, release

DENOMINATORS = "denominators"
ROUTES = "routes"
SHARED = (DENOMINATORS, ROUTES)
RELATIONS = Relations(NESTING, PARTS)
STUDY_ROW, STARTERS_ROW, BASELINE_ROW, EVALUABLE_ROW = range(4)


def shared_tables(of: Denominators, routes: pd.DataFrame) -> Tables:
    """What every view of a cohort knows: its denominators, one row each in the order of what is given up last; and
    starters (n_patients) and those with a baseline (n_baseline) by route of the first session."""
    counts = [(STUDY, of.n_study), (STARTERS, of.n_starters), (WITH_BASELINE, of.n_with_baseline)]
    by_route = CountedTable(
        routes[["route", "n_patients", "n_baseline"]],
        (
            CountColumn("n_patients", STARTERS, ("route",), partition=True),
            CountColumn("n_baseline", WITH_BASELINE, ("route",), partition=True),
        ),
    )
    return {DENOMINATORS: _table([*counts, (EVALUABLE, of.n_evaluable)]), ROUTES: by_route}


def _table(counts: list[tuple[str, int]]) -> CountedTable:
    frame = pd.DataFrame(counts, columns=["who", "n_patients"])
    return CountedTable(frame, (CountColumn("n_patients", named_by="who"),))


def release_size(n_patients: int, n_study: int, audience: Audience) -> str:
    """How many patients a cohort keeps, of how many who started, in words."""
    if n_patients == n_study:
        return f"{_everyone(n_study, audience)} patients."
    found = release({DENOMINATORS: _table([(STUDY, n_study), (STARTERS, n_patients)])}, audience, RELATIONS)
    kept, of = found[DENOMINATORS].texts("n_patients")[::-1]
    return f"{kept} of {of} patients."


def _everyone(n_study: int, audience: Audience) -> str:
    found: Release = release({DENOMINATORS: _table([(STUDY, n_study)])}, audience)
    return found[DENOMINATORS].texts("n_patients")[0]
