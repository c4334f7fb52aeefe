"""Records of an export that do not become rows, counted by reason and told at the end with their first rows."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass

import numpy as np

from analysis.vocabulary.codes import shown_code

from ..findings import FindingLog, Level, counted, row_words

MOST_CODES = 12  # codes named in one sentence, the most frequent first


@dataclass(frozen=True)
class Reason:
    """Why records are left out or wrong: "has 3 <noun>s <rest> (rows ...). <repair>"."""

    table: str
    noun: str
    rest: str
    repair: str
    level: Level = "note"


class LeftOut:
    """Counts records by reason and file while an export is read."""

    def __init__(self, labels: tuple[str, ...], log: FindingLog) -> None:
        self._labels = labels
        self._log = log
        self._rows: dict[Reason, dict[int, array[int]]] = {}

    def add(self, reason: Reason, part: int, row: int) -> None:
        """One record, by the place of its file in the labels and its row there."""
        self._rows.setdefault(reason, {}).setdefault(part, array("q")).append(row)

    def add_many(self, reason: Reason, parts: object, rows: object) -> None:
        """Many records at once: the places of their files and their rows."""
        for part, row in zip(np.asarray(parts), np.asarray(rows), strict=True):
            self.add(reason, int(part), int(row))

    def report(self) -> None:
        """One finding for each reason and file."""
        for reason, by_part in self._rows.items():
            for part, rows in sorted(by_part.items()):
                numbers = np.asarray(rows, dtype=np.int64)
                fact = f"has {counted(len(rows), reason.noun)} {reason.rest}"
                shown = row_words(np.unique(numbers))
                message = f"{self._labels[part]}: {fact} ({shown}). {reason.repair}".rstrip()
                self._log.add_rows(reason.level, reason.table, message, numbers)


class CodeCount:
    """How often each code that no rule names was met."""

    def __init__(self) -> None:
        self._count: Counter[tuple[str, str]] = Counter()

    def __bool__(self) -> bool:
        return bool(self._count)

    def add(self, system: str, code: str) -> None:
        self._count[system, code] += 1

    def words(self) -> str:
        """The codes in words, the most frequent first; those that may not be shown are only counted."""
        shown = [(name, n) for (system, code), n in self._count.most_common() if (name := shown_code(system, code))]
        first = [f"{name} ({counted(n, 'time')})" for name, n in shown[:MOST_CODES]]
        more = len(self._count) - len(first)
        if not first:
            return f"{counted(more, 'code')} of vocabularies that are not shown" if more else "no code"
        return ", ".join(first) + (f" and {counted(more, 'other code')}" if more else "")
