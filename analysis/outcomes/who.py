"""Whom the counts of a result count, named once, and who is among whom: what a reader may subtract."""

from __future__ import annotations

STUDY = "starters of the study"
STARTERS = "starters"
WITH_BASELINE = "with a baseline score"
EVALUABLE = "evaluable"
FROM_END = "still assessed at the end of induction or later"
FROM_DAY_90 = "still assessed around day 90 or later"
AT_END = "scored at the end of induction"
IN_MODEL = "in the model"
NOT_RECORDED = "evaluable, an adjustment not recorded"
ELSEWHERE = "evaluable, not in the model for another reason"
CHANGED_ROUTE = "evaluable, changed route later"
COUNTED_BY_SESSIONS = "in the views by number of sessions"


def able(outcome: str) -> str:
    """Those whose baseline lets them reach an outcome."""
    return f"{outcome}: could reach it"


def seen(outcome: str) -> str:
    """Those of them who had a score in the window."""
    return f"{outcome}: could reach it, scored"


def reached(outcome: str) -> str:
    """Those of them who reached it."""
    return f"{outcome}: reached it"


# For whom is counted, whom they are among.
NESTING: dict[str, tuple[str, ...]] = {
    STARTERS: (STUDY,),
    WITH_BASELINE: (STARTERS,),
    EVALUABLE: (WITH_BASELINE,),
    FROM_END: (EVALUABLE,),
    FROM_DAY_90: (FROM_END,),
    AT_END: (FROM_END,),
    able("Response"): (WITH_BASELINE,),
    seen("Response"): (able("Response"), AT_END),
    reached("Response"): (seen("Response"),),
    able("Remission"): (able("Response"),),
    seen("Remission"): (able("Remission"), seen("Response")),
    reached("Remission"): (seen("Remission"),),
    COUNTED_BY_SESSIONS: (EVALUABLE,),
    IN_MODEL: (COUNTED_BY_SESSIONS,),
    NOT_RECORDED: (EVALUABLE,),
    CHANGED_ROUTE: (EVALUABLE,),
}
# Who falls apart into whom, without overlap.
PARTS: dict[str, tuple[str, ...]] = {EVALUABLE: (IN_MODEL, NOT_RECORDED, ELSEWHERE)}
