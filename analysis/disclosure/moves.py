"""Another table that a reader could not tell from the true one: the quick proof that a count cannot be worked out.

A small count is safe when it could be one more or one less with every shown number unchanged. Such a table is looked
for directly, from the true one: change the count by one, then mend every sum that no longer holds by changing another
number that is not shown. Linear programming is only asked where this finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .ranges import Key, Sum

MOST_STEPS = 400  # a chain of more changes than a page has counts is not worth the search: the solver is asked then
Limits = Mapping[Key, tuple[float, float]]


class TableSearch:
    """Looks for tables beside the true one. ``limits`` are of the numbers not shown and may gain entries."""

    def __init__(self, counts: Mapping[Key, int], sums: Sequence[Sum], limits: Limits) -> None:
        self._counts, self._limits = counts, limits
        self._sums_of: dict[Key, list[Sum]] = {}
        for one in sums:
            for member in one.members:
                self._sums_of.setdefault(member, []).append(one)
        self._steps = 0

    def sums_of(self, key: Key) -> Sequence[Sum]:
        return self._sums_of.get(key, ())

    def is_alone(self, key: Key) -> bool:
        """Whether some sum has no other number that is hidden: the count is then known exactly."""
        return any(not any(self._hidden(one, key)) for one in self.sums_of(key))

    def has_another(self, key: Key) -> bool:
        """Whether the count could be one more or one less. False says only that no such table was found."""
        return any(self._settle({key: step}) for step in (1, -1) if self._fits(key, step))

    def _hidden(self, one: Sum, key: Key) -> Iterator[Key]:
        return (member for member in one.members if member != key and member in self._limits)

    def _fits(self, key: Key, change: int) -> bool:
        low, high = self._limits[key]
        return low <= self._counts[key] + change <= high

    def _settle(self, first: dict[Key, int]) -> bool:
        self._steps = 0
        return self._mended(first)

    def _mended(self, changes: dict[Key, int]) -> bool:
        self._steps += 1
        if self._steps > MOST_STEPS:
            return False
        broken = self._broken(changes)
        if broken is None:
            return True
        one, excess = broken
        for member in sorted(one.members, key=lambda name: len(self._sums_of[name])):
            change = -excess if member == one.whole else excess
            free = member in self._limits and member not in changes
            if free and self._fits(member, change) and self._mended({**changes, member: change}):
                return True
        return False

    def _broken(self, changes: Mapping[Key, int]) -> tuple[Sum, int] | None:
        """A sum that the changes break, and by how much its whole exceeds its parts."""
        for key in changes:
            for one in self._sums_of.get(key, ()):
                excess = changes.get(one.whole, 0) - sum(changes.get(part, 0) for part in one.parts)
                if excess:
                    return one, excess
        return None
