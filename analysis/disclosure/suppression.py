"""Which counts to withhold so that no count of 1 to min_cell - 1 can be worked out from what is shown.

First the small counts themselves; then, as long as one of them could still be solved for, the smallest shown count
among the sums it stands in (complementary suppression). A difference that a reader could take, such as "started but
not scored", is a count like any other even though it is never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .cells import MIN_CELL, is_small
from .ranges import Key, Knowledge, Sum, possible_range


@dataclass(frozen=True)
class CountSystem:
    """Counts of patients and the sums that hold between them.

    ``unshown`` are the counts that nobody prints, differences above all: they need protection and can give none.
    ``precious`` are shown counts to give up last (the size of the cohort).
    """

    counts: Mapping[Key, int]
    sums: tuple[Sum, ...] = ()
    unshown: frozenset[Key] = field(default_factory=frozenset)
    precious: frozenset[Key] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Withheld:
    """``small`` counts, and ``complementary`` ones that would give a small one away.

    A small count is printed as "<11" and a complementary one as "withheld". Ten groups that are all "<11" and together
    "<11" are one each: small counts that even this gives away are in both sets, and are printed as "withheld".
    """

    small: frozenset[Key]
    complementary: frozenset[Key]

    def __contains__(self, key: Key) -> bool:
        return key in self.small or key in self.complementary


def withhold(system: CountSystem, min_cell: int = MIN_CELL) -> Withheld:
    """Choose what to withhold. Raises ValueError when a sum does not hold among the counts."""
    _check(system)
    small = frozenset(key for key, count in system.counts.items() if is_small(count, min_cell))
    hidden: set[Key] = set()
    while True:
        exposed = _exposed(system, small, hidden, min_cell)
        if exposed is None:
            return Withheld(small - system.unshown, frozenset(hidden))
        given_up = _to_give_up(exposed, system, small, hidden, min_cell)
        hidden.add(exposed if given_up is None else given_up)


def knowledge_of(system: CountSystem, withheld: Withheld, min_cell: int = MIN_CELL) -> Knowledge:
    """What a reader knows who sees everything that is not withheld."""
    limits: dict[Key, tuple[float, float]] = {}
    least = 0.0 if withheld.small & withheld.complementary else float(min_cell)
    for key in system.counts:
        if key in system.unshown:
            limits[key] = (0.0, float("inf"))
        elif key in withheld.complementary:
            limits[key] = (least, float("inf"))
        elif key in withheld.small:
            limits[key] = (1.0, min_cell - 1.0)
    shown = {key: count for key, count in system.counts.items() if key not in limits}
    return Knowledge(shown, system.sums, limits)


def _check(system: CountSystem) -> None:
    for one in system.sums:
        if system.counts[one.whole] != sum(system.counts[part] for part in one.parts):
            raise ValueError("the counts contradict the sums given for them")


def _exposed(system: CountSystem, small: frozenset[Key], hidden: set[Key], min_cell: int) -> Key | None:
    """A small count that what is still shown gives away; None when there is none."""
    known = knowledge_of(system, Withheld(small - system.unshown, frozenset(hidden)), min_cell)
    in_sums = {member for one in system.sums for member in one.members}
    for key in sorted(small & in_sums, key=str):
        low, high = possible_range(key, known)
        if low >= high:
            return key
    return None


def _to_give_up(
    exposed: Key, system: CountSystem, small: frozenset[Key], hidden: set[Key], min_cell: int
) -> Key | None:
    """The smallest count still shown that is linked to the exposed one, those that matter most last; None if none."""
    known = knowledge_of(system, Withheld(small - system.unshown, frozenset(hidden)), min_cell).about(exposed)
    candidates = {
        member
        for one in known.sums
        for member in one.members
        if member in known.shown and system.counts[member] >= min_cell
    }
    near = {member for one in system.sums if exposed in one.members for member in one.members if member in candidates}
    order = sorted(near or candidates, key=lambda key: (key in system.precious, system.counts[key], str(key)))
    return order[0] if order else None
