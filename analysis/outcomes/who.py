"""Whom the counts of a result count, named once, and who is among whom: what a reader may subtract."""

from __future__ import annotations

STUDY = "starters of the study"
STARTERS = "starters"
WITH_BASELINE = "with a baseline score"
EVALUABLE = "evaluable"
FROM_DAY_28 = "still assessed around day 28 or later"
FROM_DAY_90 = "still assessed around day 90 or later"
AROUND_DAY_28 = "scored around day 28"
IN_MODEL = "in the model"
NOT_RECORDED = "evaluable, an adjustment not recorded"
ELSEWHERE = "evaluable, not in the model for another reason"
CHANGED_ROUTE = "evaluable, changed route later"
COUNTED_BY_SESSIONS = "in the views by number of sessions"
SAFETY_ASKED = "at clinics that recorded adverse events"
WITH_EVENT = "with an adverse event"
EVENTS = "adverse events"
SERIOUS = "serious adverse events"


def able(outcome: str) -> str:
    """Those whose baseline lets them reach an outcome."""
    return f"{outcome}: could reach it"


def seen(outcome: str) -> str:
    """Those of them who had a score in the window."""
    return f"{outcome}: could reach it, scored"


def reached(outcome: str) -> str:
    """Those of them who reached it."""
    return f"{outcome}: reached it"


# For whom is counted, whom they are among. Events and scores are not among patients: their difference counts nobody.
NESTING: dict[str, tuple[str, ...]] = {
    STARTERS: (STUDY,),
    WITH_BASELINE: (STARTERS,),
    EVALUABLE: (WITH_BASELINE,),
    FROM_DAY_28: (EVALUABLE,),
    FROM_DAY_90: (FROM_DAY_28,),
    AROUND_DAY_28: (FROM_DAY_28,),
    able("Response"): (WITH_BASELINE,),
    seen("Response"): (able("Response"), AROUND_DAY_28),
    reached("Response"): (seen("Response"),),
    able("Remission"): (able("Response"),),
    seen("Remission"): (able("Remission"), seen("Response")),
    reached("Remission"): (seen("Remission"),),
    COUNTED_BY_SESSIONS: (EVALUABLE,),
    IN_MODEL: (COUNTED_BY_SESSIONS,),
    NOT_RECORDED: (EVALUABLE,),
    CHANGED_ROUTE: (EVALUABLE,),
    SAFETY_ASKED: (STARTERS,),
    WITH_EVENT: (SAFETY_ASKED,),
}
# Who falls apart into whom, without overlap.
PARTS: dict[str, tuple[str, ...]] = {EVALUABLE: (IN_MODEL, NOT_RECORDED, ELSEWHERE)}
