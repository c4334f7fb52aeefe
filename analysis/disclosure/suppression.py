"""Which counts to withhold so that no count of 1 to min_cell - 1 can be worked out from what is shown.

First the small counts themselves; then, as long as no other table agrees with what is still shown, the smallest shown
count among the sums it stands in (complementary suppression). A difference that a reader could take, such as "started
but not scored", is a count like any other even though it is never shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from .cells import MIN_CELL, is_small
from .moves import TableSearch
from .ranges import Key, Knowledge, Sum

Limits = dict[Key, tuple[float, float]]


@dataclass(frozen=True)
class CountSystem:
    """Counts of patients and the sums that hold between them.

    ``unshown`` are the counts that nobody prints, differences above all: they need protection and can give none.
    ``precious`` are shown counts to give up last, the most precious first (the size of the cohort).
    ``closed`` are counts that nobody may have for another reason than their size.
    ``fixed`` are shown elsewhere already and ``given_up`` are withheld already, whatever happens here.
    """

    counts: Mapping[Key, int]
    sums: tuple[Sum, ...] = ()
    unshown: frozenset[Key] = field(default_factory=frozenset)
    precious: Collection[Key] = ()
    closed: frozenset[Key] = field(default_factory=frozenset)
    fixed: frozenset[Key] = field(default_factory=frozenset)
    given_up: frozenset[Key] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Withheld:
    """``small`` counts, and ``complementary`` ones that would give a small one away.

    A small count is printed as "<11" and a complementary one as "withheld". Ten groups that are all "<11" and together
    "<11" are one each: small counts that even this gives away are in both sets, and are printed as "withheld".
    Closed counts are printed as "withheld" too, whatever their size.
    """

    small: frozenset[Key]
    complementary: frozenset[Key]
    closed: frozenset[Key] = field(default_factory=frozenset)

    def __contains__(self, key: Key) -> bool:
        return key in self.small or key in self.complementary or key in self.closed


def withhold(system: CountSystem, min_cell: int = MIN_CELL) -> Withheld:
    """Choose what to withhold. Raises ValueError when a sum does not hold among the counts."""
    _check(system)
    small = frozenset(key for key, count in system.counts.items() if is_small(count, min_cell))
    printed, hidden = small - system.unshown - system.closed, set(system.given_up)
    limits = _limits(system, Withheld(printed, frozenset(hidden), system.closed), min_cell)
    search = TableSearch(system.counts, system.sums, limits)
    in_sums = {member for one in system.sums for member in one.members}
    # Once safe a count stays safe: giving up another one only leaves the reader with more tables to choose from.
    for key in sorted((small | system.closed) & in_sums, key=str):
        while search.is_alone(key) or not search.has_another(key):
            given_up = _to_give_up(key, system, limits, search, min_cell)
            given_up = key if given_up is None else given_up
            if given_up in hidden or given_up in system.unshown:
                break  # nothing that is shown is left to give up
            hidden.add(given_up)
            limits.update(_limits(system, Withheld(printed, frozenset(hidden), system.closed), min_cell))
    return Withheld(printed, frozenset(hidden), system.closed)


def knowledge_of(system: CountSystem, withheld: Withheld, min_cell: int = MIN_CELL) -> Knowledge:
    """What a reader knows who sees everything that is not withheld."""
    limits = _limits(system, withheld, min_cell)
    shown = {key: count for key, count in system.counts.items() if key not in limits}
    return Knowledge(shown, system.sums, limits)


def _limits(system: CountSystem, withheld: Withheld, min_cell: int) -> Limits:
    """What a reader knows of each number that is not shown."""
    limits: Limits = dict.fromkeys(system.unshown | withheld.closed, (0.0, float("inf")))
    least = 0.0 if withheld.closed or withheld.small & withheld.complementary else float(min_cell)
    for key in withheld.small - limits.keys():
        limits[key] = (1.0, min_cell - 1.0)
    for key in withheld.complementary - system.unshown - withheld.closed:
        limits[key] = (least, float("inf"))
    return limits


def _check(system: CountSystem) -> None:
    for one in system.sums:
        if system.counts[one.whole] != sum(system.counts[part] for part in one.parts):
            raise ValueError("the counts contradict the sums given for them")


def _to_give_up(exposed: Key, system: CountSystem, limits: Limits, search: TableSearch, min_cell: int) -> Key | None:
    """The smallest count still shown that is linked to the exposed one, those that matter most last; None if none.

    First among the sums it stands in, and those that pin down a number withheld there; else anywhere it is linked to.
    """

    def can_go(members: set[Key]) -> list[Key]:
        return [key for key in members - limits.keys() - system.fixed if system.counts[key] >= min_cell]

    own = {member for one in search.sums_of(exposed) for member in one.members}
    near = can_go(own | search.pins(own & limits.keys()))
    if not near:
        linked = Knowledge({}, system.sums, limits).about(exposed)
        near = can_go({member for one in linked.sums for member in one.members})
    rank = {key: place for place, key in enumerate(reversed(list(system.precious)), 1)}
    return min(near, key=lambda key: (rank.get(key, 0), key not in own, system.counts[key], str(key)), default=None)
