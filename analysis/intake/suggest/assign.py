"""Which column of a source could fill which column of each table, and which tables the source feeds at all."""

from __future__ import annotations

from analysis.vocabulary import TABLES

from .fit import Fit, fit_of
from .profile import SourceProfile

Targets = dict[str, Fit]  # target column: the column that fits it best

PATIENT_FACTS = ("age", "sex", "primary_diagnosis", "payer", "bmi", "clinic_id", "failed_antidepressants")


def fitted(source: SourceProfile, table: str, taken: set[str]) -> Targets:
    """The best column for each target of a table; a column fills one target only, the one it fits best.

    taken are columns that hold scores or items. Ties go to the column that comes first in the file.
    """
    free = [profile for name, profile in source.columns.items() if name not in taken]
    fits = [
        (fit, target)
        for target in TABLES[table].column_names
        for profile in free
        if (fit := fit_of(profile, table, target)).is_usable
    ]
    chosen: Targets = {}
    used: set[str] = set()
    for fit, target in sorted(fits, key=lambda pair: pair[0].rank, reverse=True):
        if target not in chosen and fit.column not in used:
            chosen[target] = fit
            used.add(fit.column)
    return chosen


def patient_facts(targets: Targets) -> int:
    """How many facts about a patient a source holds."""
    return sum(target in targets for target in PATIENT_FACTS)


def feeds(table: str, targets: Targets, has_scales: bool) -> bool:
    """Whether what fits says that rows of a table are in the source."""
    if "patient_id" not in targets:
        return False
    if table == "sessions":
        return "day" in targets and ("route" in targets or "dose_mg" in targets)
    if table == "assessments":
        return has_scales or {"instrument", "score"} <= set(targets)
    if table == "therapy_visits":
        return "day" in targets and "kind" in targets and targets["kind"].content > 0
    return "term" in targets
