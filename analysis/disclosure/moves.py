"""Another table that a reader could not tell from the true one: the proof that a count cannot be worked out.

A small count is safe when it could be one more or one less with every shown number unchanged. Such a table is looked
for directly, from the true one: change the count by one, then mend every sum that no longer holds by changing another
number that is not shown. A difference that nobody prints and that stands in one sum only (most of them) takes up
whatever that sum is short of, as long as it stays a count; the others are tried one after another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from .ranges import Key, Sum

MOST_STEPS = 200  # numbers changed in one search; a page takes a few, and what is not found by then is not near
Limits = Mapping[Key, tuple[float, float]]


class TableSearch:
    """Looks for tables beside the true one. ``limits`` are of the numbers not shown and may gain entries."""

    def __init__(self, counts: Mapping[Key, int], sums: Sequence[Sum], limits: Limits) -> None:
        self._counts, self._limits, self._sums = counts, limits, sums
        self._places: dict[Key, list[tuple[int, int]]] = {}
        for number, one in enumerate(sums):
            for member in one.members:
                self._places.setdefault(member, []).append((number, 1 if member == one.whole else -1))
        self._slack = [next((key for key in one.members if self._is_slack(key)), None) for one in sums]
        self._steps = 0
        self._changed: set[Key] = set()
        self._ahead: dict[int, int] = {}  # by how much the whole of a sum is ahead of its parts
        self._broken: dict[int, None] = {}  # the sums that do not hold, in the order in which they broke

    def _is_slack(self, key: Key) -> bool:
        return len(self._places[key]) == 1 and key in self._limits

    def sums_of(self, key: Key) -> list[Sum]:
        return [self._sums[number] for number, _ in self._places.get(key, ())]

    def is_alone(self, key: Key) -> bool:
        """Whether some sum has no other number that is hidden: the count is then known exactly."""
        return any(not any(self._others(number, key)) for number, _ in self._places.get(key, ()))

    def pins(self, hidden: Collection[Key]) -> set[Key]:
        """The shown numbers of sums in which one of these stands alone: they say exactly what it is."""
        found: set[Key] = set()
        for key in hidden:
            for number, _ in self._places.get(key, ()):
                if not any(self._others(number, key)):
                    found.update(self._sums[number].members)
        return found

    def _others(self, number: int, key: Key) -> Iterator[bool]:
        return (True for member in self._sums[number].members if member != key and member in self._limits)

    def has_another(self, key: Key) -> bool:
        """Whether the count could be one more or one less. False says only that no such table was found."""
        return any(self._starts(key, step) for step in (1, -1) if self._fits(key, step))

    def _starts(self, key: Key, step: int) -> bool:
        self._steps = 0
        self._changed, self._ahead, self._broken = set(), {}, {}
        return self._mended(key, step)

    def _fits(self, key: Key, change: int) -> bool:
        low, high = self._limits[key]
        return low <= self._counts[key] + change <= high

    def _mended(self, key: Key, change: int) -> bool:
        """Whether every sum can be made to hold after one more change; what was tried in vain is taken back."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            return False
        self._changed.add(key)
        self._move(key, change)
        broken = next(iter(self._broken), None)
        if broken is None:
            return True
        one, ahead = self._sums[broken], self._ahead[broken]
        for member in one.members:
            mend = -ahead if member == one.whole else ahead
            free = member in self._limits and member not in self._changed and member != self._slack[broken]
            if free and self._fits(member, mend) and self._mended(member, mend):
                return True
        self._changed.discard(key)
        self._move(key, -change)
        return False

    def _move(self, key: Key, change: int) -> None:
        """Change a number, and note which of its sums hold now. Only these can have changed."""
        for number, sign in self._places.get(key, ()):
            ahead = self._ahead.get(number, 0) + sign * change
            self._ahead[number] = ahead
            if ahead == 0 or self._takes_up(number, ahead):
                self._broken.pop(number, None)
            else:
                self._broken.setdefault(number)

    def _takes_up(self, number: int, ahead: int) -> bool:
        """Whether the number of this sum that stands in no other can take up what is missing."""
        slack = self._slack[number]
        if slack is None or slack in self._changed:
            return False
        return self._fits(slack, -ahead if slack == self._sums[number].whole else ahead)
