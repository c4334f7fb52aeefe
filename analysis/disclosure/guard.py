"""The differencing guard: two cohorts that differ by a few patients are never both released.

What a viewer was shown of one cohort and is shown of another can be subtracted. Cohorts released in a study are kept as
bitmaps of its patients, in the order of a partition (route of the first session and the like), so that one pass gives
the number of patients by which a new cohort differs from every earlier one, as a whole and in each group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .cells import MIN_CELL, is_small

Mask = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int64]

WORD = 64  # patients in one word of a bitmap
REST = "\x00rest"  # the groups of a partition that are too small to be spoken of, together


@dataclass(frozen=True)
class Verdict:
    """Whether a cohort may be released. ``groups`` are those in which it differs by too few from an earlier cohort:
    what is said of them is withheld; ``others`` are such groups of other partitions (clinics, index years).
    ``sentence`` says why, without a number of patients; empty when all is well."""

    allowed: bool
    groups: tuple[str, ...] = ()
    sentence: str = ""
    others: tuple[str, ...] = ()


class ReleasedCohorts:
    """The cohorts of one study released so far, to anyone. ``groups`` holds every patient's group, in study order."""

    def __init__(self, groups: Sequence[str], min_cell: int = MIN_CELL) -> None:
        labels, codes = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
        self._labels = tuple(str(label) for label in labels)
        self._min_cell = min_cell
        sizes = np.bincount(codes, minlength=len(labels))
        words = -(-sizes // WORD)
        self._first_word = np.concatenate([[0], np.cumsum(words)]).astype(np.int64)
        order = np.argsort(codes, kind="stable")
        within = np.arange(len(codes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        self._bit = np.empty(len(codes), dtype=np.int64)
        self._bit[order] = np.repeat(self._first_word[:-1] * WORD, sizes) + within
        self._known = np.zeros((0, int(self._first_word[-1])), dtype=np.uint64)
        self._sizes = np.zeros((0, len(labels)), dtype=np.int64)
        self._used = 0

    def __len__(self) -> int:
        return self._used

    def judge(self, keep: Mask) -> Verdict:
        """Whether the cohort of the patients in ``keep`` may be released beside all earlier ones.

        It may not when it differs from one of them by 1 to min_cell - 1 patients. Where only a group does, the rest
        may be released and the group is named, unless it has so few patients in one of the two that nothing was said
        of it there.
        """
        if not self._used:
            return Verdict(True)
        bitmap = self._bitmap(keep)
        apart, mine = self._differences(bitmap), self._group_sizes(bitmap)
        spoken_of = (self._sizes[: self._used] >= self._min_cell) & (mine >= self._min_cell)
        smallest, largest = 1, self._min_cell - 1
        whole = apart.sum(axis=1)
        if ((whole >= smallest) & (whole <= largest)).any():
            return Verdict(False, (), self._refusal())
        near: Mask = np.asarray(((apart >= smallest) & (apart <= largest) & spoken_of).any(axis=0))
        near = self._closed_together(near, apart)
        named = tuple(label for label, close in zip(self._labels, near, strict=True) if close)
        return Verdict(True, named, sentence_about(named, self._min_cell))

    def _closed_together(self, near: Mask, apart: Counts) -> Mask:
        """The groups to close, with as many more as it takes that those closed differ together by nobody or by enough
        from every earlier cohort: what is left of a total when the open groups are taken off is theirs."""
        closed = near.copy()
        for row in apart if closed.any() else apart[:0]:
            while is_small(float(row[closed].sum()), self._min_cell):
                others = np.flatnonzero(~closed & (row > 0))
                if not len(others):
                    break  # the whole cohorts differ by as few, which was refused before
                closed[others[np.argmin(row[others])]] = True
        return closed

    def is_rest_near(self, keep: Mask) -> bool:
        """Whether the groups too small to be spoken of, in this cohort or in an earlier one, differ together by a few
        patients between the two: their sum is what is left of a total, or a row of its own."""
        bitmap = self._bitmap(keep)
        apart, mine = self._differences(bitmap), self._group_sizes(bitmap)
        small = (mine > 0) & (mine < self._min_cell)
        for row, sizes in zip(apart, self._sizes[: self._used], strict=True):
            theirs = (sizes > 0) & (sizes < self._min_cell)
            if any(is_small(float(row[some].sum()), self._min_cell) for some in (small, theirs)):
                return True
        return False

    def admit(self, keep: Mask) -> Verdict:
        """Judge a cohort and, when it may be released, remember it."""
        verdict = self.judge(keep)
        if verdict.allowed:
            self.remember(keep)
        return verdict

    def remember(self, keep: Mask) -> bool:
        """Remember a cohort that was released, whatever it differs by. False when it was known already."""
        bitmap = self._bitmap(keep)
        if (self._known[: self._used] == bitmap).all(axis=1).any():
            return False
        self._append(bitmap)
        return True

    def stored(self) -> Words:
        """The bitmaps, one row per released cohort, for keeping between runs."""
        return self._known[: self._used].copy()

    def restore(self, bitmaps: Words) -> None:
        """Take over the cohorts of an earlier run. Raises ValueError when they are of another study."""
        if bitmaps.ndim != 2 or bitmaps.shape[1] != self._known.shape[1]:
            raise ValueError("The released cohorts on record are of another study.")
        self._known, self._used = bitmaps.astype(np.uint64), len(bitmaps)
        sizes = [self._group_sizes(bitmap) for bitmap in self._known]
        self._sizes = np.array(sizes, dtype=np.int64).reshape(len(bitmaps), len(self._labels))

    def _append(self, bitmap: Words) -> None:
        if self._used == len(self._known):
            n = max(16, 2 * self._used)
            room, sizes = np.zeros((n, self._known.shape[1]), np.uint64), np.zeros((n, len(self._labels)), np.int64)
            room[: self._used], sizes[: self._used] = self._known[: self._used], self._sizes[: self._used]
            self._known, self._sizes = room, sizes
        self._known[self._used], self._sizes[self._used] = bitmap, self._group_sizes(bitmap)
        self._used += 1

    def _bitmap(self, keep: Mask) -> Words:
        bits = np.zeros(self._known.shape[1] * WORD, dtype=bool)
        bits[self._bit[keep]] = True
        packed: Words = np.packbits(bits, bitorder="little").view(np.uint64)
        return packed

    def _group_sizes(self, bitmap: Words) -> Counts:
        """Patients of a cohort in each group."""
        ends = zip(self._first_word[:-1], self._first_word[1:], strict=True)
        return np.array([np.bitwise_count(bitmap[first:last]).sum() for first, last in ends], dtype=np.int64)

    def _differences(self, bitmap: Words) -> Counts:
        """Patients in one of the two cohorts but not in both: earlier cohorts x groups."""
        apart = np.empty((self._used, len(self._labels)), dtype=np.int64)
        for place, (first, last) in enumerate(zip(self._first_word[:-1], self._first_word[1:], strict=True)):
            changed = self._known[: self._used, first:last] ^ bitmap[first:last]
            apart[:, place] = np.bitwise_count(changed).sum(axis=1, dtype=np.int64)
        return apart

    def _refusal(self) -> str:
        return (
            f"This cohort differs by fewer than {self._min_cell} patients from one that was released before, so the"
            " difference would show those patients. Widen or narrow it by more."
        )


def sentence_about(groups: Sequence[str], min_cell: int) -> str:
    """Why nothing is said of some groups; empty when there are none."""
    if not groups:
        return ""
    where = "there" if len(groups) == 1 else "in one or more of them"
    return (
        f"Withheld for {', '.join(groups)}: compared with a cohort released before, fewer than {min_cell} patients"
        f" differ {where}."
    )


def differs_by_few(one: Mask, other: Mask, min_cell: int = MIN_CELL) -> bool:
    """Whether two cohorts differ by 1 to min_cell - 1 patients: the plain form of what ``ReleasedCohorts`` does."""
    return is_small(float(np.sum(one != other)), min_cell)
