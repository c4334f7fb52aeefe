"""The table that all views of one cohort share: how many started, have a baseline, are evaluable."""

from __future__ import annotations

import pandas as pd

from analysis.outcomes import Denominators
from analysis.outcomes.who import EVALUABLE, NESTING, PARTS, STARTERS, STUDY, WITH_BASELINE

from .audience import Audience
from .counted import CountColumn, CountedTable, Relations
from .gate import Release, release

DENOMINATORS = "denominators"
RELATIONS = Relations(NESTING, PARTS)
STUDY_ROW, STARTERS_ROW, BASELINE_ROW, EVALUABLE_ROW = range(4)


def denominators_table(of: Denominators) -> CountedTable:
    """One row each, in the order of what is given up last."""
    counts = [(STUDY, of.n_study), (STARTERS, of.n_starters), (WITH_BASELINE, of.n_with_baseline)]
    return _table([*counts, (EVALUABLE, of.n_evaluable)])


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
