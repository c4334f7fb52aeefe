"""Whom the counts of the page on response count, and who is among whom, so that nothing is left to subtract."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.outcomes.induction import END_OF_INDUCTION
from analysis.outcomes.who import EVALUABLE, STARTERS, WITH_BASELINE, able, reached, seen

from .counted import Relations

AROUND = {"24 hours": "day 1", "7 days": "day 7"}  # the windows that hold the first days' times
RESPONSE = "Response"
RESPONDERS = reached(RESPONSE)  # at the end of induction
FOLLOWED = "responders with a later score"
RELAPSED = "responders with a relapse first"
BOOSTED = "responders with a booster first"
LEFT = "responders not followed further"
ITEM_BEFORE = "item answered before treatment"
ITEM_BOTH = "item answered before and after"
ITEM_PRESENT, ITEM_ABSENT = "thoughts before, item answered after", "no thoughts before, item answered after"
STAYED_ABSENT, NEW = "no thoughts before or at the latest answer", "thoughts at the latest answer only"
LOWER, SAME_PRESENT, HIGHER_PRESENT = "thoughts, lower at the latest", "thoughts, the same", "thoughts, higher"
HIGHER, EVER = "item higher at the latest answer", "no thoughts before, some at any later answer"


def at(name: str, window: str) -> str:
    """A name in a window; the end of induction, which the overview shows, bears none."""
    return name if window == END_OF_INDUCTION else f"{name}, {window}"


def later(outcome: str, window: str) -> str:
    return f"{outcome}: could reach it, scored by the end of {window}"


def last_reached(outcome: str, window: str) -> str:
    return f"{outcome}: reached it by the last score up to {window}"


def timed(outcome: str) -> str:
    return f"{outcome}: could reach it, scored later"


def ever_reached(outcome: str) -> str:
    return f"{outcome}: ever reached it"


def not_yet(outcome: str, axis: str, x: float) -> str:
    return f"{outcome}: followed to {x:g} {axis} without it"


def early(time: str) -> str:
    return f"scored {time} after the first session"


def early_able(time: str) -> str:
    return f"{early(time)}, could respond"


def early_reached(time: str) -> str:
    return f"{early(time)}, responded"


def answered(window: str) -> str:
    return f"item answered, {window}"


def present(window: str) -> str:
    return f"thoughts at {window}"


def rate_nesting(outcomes: Iterable[str], windows: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Windows and rules of each outcome."""
    nesting: dict[str, tuple[str, ...]] = {}
    windows = tuple(windows)
    for outcome in outcomes:
        nesting[able(outcome)] = (WITH_BASELINE,)
        nesting[timed(outcome)] = (able(outcome), EVALUABLE)
        nesting[ever_reached(outcome)] = (timed(outcome),)
        for window in windows:
            nesting[later(outcome, window)] = (timed(outcome),)
            nesting[at(seen(outcome), window)] = (later(outcome, window),)
            nesting[at(reached(outcome), window)] = (at(seen(outcome), window), ever_reached(outcome))
            nesting[last_reached(outcome, window)] = (later(outcome, window), ever_reached(outcome))
    return nesting


def early_nesting(times: Iterable[str]) -> dict[str, tuple[str, ...]]:
    nesting: dict[str, tuple[str, ...]] = {}
    for time in times:
        inside = (at(seen(RESPONSE), AROUND[time]),) if time in AROUND else (timed(RESPONSE),)
        nesting[early(time)] = (EVALUABLE,)
        nesting[early_able(time)] = (early(time), *inside)
        nesting[early_reached(time)] = (early_able(time), ever_reached(RESPONSE))
    return nesting


AFTER_NESTING: dict[str, tuple[str, ...]] = {
    FOLLOWED: (RESPONDERS,),
    RELAPSED: (FOLLOWED,),
    BOOSTED: (FOLLOWED,),
}
AFTER_PARTS: dict[str, tuple[str, ...]] = {FOLLOWED: (RELAPSED, BOOSTED, LEFT)}


def item_nesting(windows: Iterable[str]) -> dict[str, tuple[str, ...]]:
    nesting: dict[str, tuple[str, ...]] = {ITEM_BEFORE: (STARTERS,), ITEM_BOTH: (ITEM_BEFORE,)}
    nesting |= {present("baseline"): (ITEM_BEFORE,), ITEM_PRESENT: (present("baseline"),)}
    nesting |= {EVER: (ITEM_ABSENT,), NEW: (EVER,)}
    for window in windows:
        nesting[answered(window)] = (ITEM_BOTH,)
        nesting[present(window)] = (answered(window),)
    return nesting


ITEM_PARTS: dict[str, tuple[str, ...]] = {
    ITEM_BOTH: (ITEM_ABSENT, ITEM_PRESENT),
    ITEM_ABSENT: (STAYED_ABSENT, NEW),
    ITEM_PRESENT: (LOWER, SAME_PRESENT, HIGHER_PRESENT),
    HIGHER: (NEW, HIGHER_PRESENT),
}


def joined(*several: Relations) -> Relations:
    """All relations together; who is among several groups is among all of them."""
    nesting: dict[str, tuple[str, ...]] = {}
    parts: dict[str, tuple[str, ...]] = {}
    for one in several:
        for name, wholes in one.nesting.items():
            nesting[name] = tuple(dict.fromkeys((*nesting.get(name, ()), *wholes)))
        parts |= one.parts
    return Relations(nesting, parts)
