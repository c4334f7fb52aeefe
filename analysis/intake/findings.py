"""What was found wrong or notable in the files of a study, as sentences that never hold a patient's value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Level = Literal["error", "note"]
Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]

FIRST_ROWS = 3
LONGEST_NAME = 40
LONGEST_PATH = 120  # its end is shown: that is what tells folders apart


@dataclass(frozen=True)
class Finding:
    """One fact about the files of a study.

    An error stops the study, a note does not. rows are the first rows concerned, counted as a
    spreadsheet shows them: the header is row 1. message is the whole sentence.
    """

    level: Level
    table: str
    column: str | None
    message: str
    count: int | None = None
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        return self.message

    def as_row(self) -> dict[str, object]:
        """The finding as one row of a table for a screen."""
        rows = ", ".join(str(row) for row in self.rows)
        more = "" if self.count is None or self.count <= len(self.rows) or not rows else ", ..."
        return {
            "level": self.level,
            "table": self.table,
            "column": self.column or "",
            "count": self.count,
            "rows": rows + more,
            "message": self.message,
        }


class StudyDataError(Exception):
    """The files cannot become a study. `findings` holds every error and every note, errors first."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(findings, key=lambda finding: finding.level != "error"))
        super().__init__(self._text())

    def _text(self) -> str:
        n_errors = sum(finding.level == "error" for finding in self.findings)
        n_notes = len(self.findings) - n_errors
        notes = f" and {counted(n_notes, 'note')}" if n_notes else ""
        head = f"The study was not loaded: {counted(n_errors, 'error')}{notes}."
        return "\n".join([head, *(f"- {finding.level}: {finding.message}" for finding in self.findings)])


def findings_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """One row per finding: level, table, column, count, rows, message."""
    columns = ["level", "table", "column", "count", "rows", "message"]
    frame = pd.DataFrame([finding.as_row() for finding in findings], columns=columns)
    return frame.astype({"count": "Int64"})


@dataclass(frozen=True)
class Origin:
    """Which file and which row of it each row of a table came from.

    labels name the files; parts gives each row's place in labels (None: one file);
    rows gives each row's file row (None: the rows of the file in order, from row 2).
    """

    labels: tuple[str, ...]
    parts: Positions | None = None
    rows: Positions | None = None

    def by_file(self, positions: Positions) -> list[tuple[str, int, Positions]]:
        """For each file concerned: its label, the number of positions, their distinct file rows in order."""
        found = []
        for part, label in enumerate(self.labels):
            mine = positions if self.parts is None else positions[self.parts[positions] == part]
            if mine.size:
                numbers = mine + 2 if self.rows is None else self.rows[mine]
                found.append((label, int(mine.size), np.unique(numbers)))
        return found

    def take(self, kept: Mask) -> Origin:
        """The origin of the rows that a mask keeps."""
        positions = np.flatnonzero(kept)
        rows = positions + 2 if self.rows is None else self.rows[positions]
        return Origin(self.labels, None if self.parts is None else self.parts[positions], rows)


@dataclass(frozen=True)
class Problem:
    """Rows of one column (or of the table) that share a fact: "has 14 <noun>s <rest> (rows ...). <repair>"."""

    mask: Mask
    noun: str
    rest: str
    repair: str
    level: Level = "error"


class FindingLog:
    """Collects findings while a study is read, so that all of them can be shown at once."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(self._findings)

    @property
    def has_errors(self) -> bool:
        return any(finding.level == "error" for finding in self._findings)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(str(finding) for finding in self._findings if finding.level == "note")

    def add(self, level: Level, table: str, message: str, column: str | None = None) -> None:
        """Record a fact about a file or a whole column."""
        self._findings.append(Finding(level, table, column, message))

    def add_rows(self, level: Level, table: str, message: str, rows: Positions) -> None:
        """Record a fact about rows of a file that never became rows of a table."""
        first = tuple(int(row) for row in rows[:FIRST_ROWS])
        self._findings.append(Finding(level, table, None, message, len(rows), first))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Record what another log holds."""
        self._findings.extend(findings)

    def report(self, table: str, origin: Origin, problem: Problem, column: str | None = None) -> None:
        """Record a fact about rows, one finding for each file they came from; nothing when no row is concerned."""
        subject = f"column '{shown_name(column)}' has" if column else "has"
        for label, count, rows in origin.by_file(np.flatnonzero(problem.mask)):
            fact = " ".join([subject, counted(count, problem.noun), problem.rest]).rstrip()
            message = f"{label}: {fact} ({row_words(rows)}). {problem.repair}".rstrip()
            first = tuple(int(row) for row in rows[:FIRST_ROWS])
            self._findings.append(Finding(problem.level, table, column, message, count, first))


def counted(count: int, noun: str) -> str:
    """A number and its noun: "1 row", "1,204 rows", "2 entries", "2 days"."""
    if count == 1:
        return f"1 {noun}"
    plural = noun[:-1] + "ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else noun + "s"
    return f"{count:,} {plural}"


def row_words(rows: Positions | Sequence[int]) -> str:
    """File rows in words: "row 12", "rows 12 and 45", "rows 12, 45, 46 and 11 more"."""
    first = [str(int(row)) for row in rows[:FIRST_ROWS]]
    more = len(rows) - len(first)
    if len(rows) == 1:
        return f"row {first[0]}"
    if more:
        return f"rows {', '.join(first)} and {more:,} more"
    return f"rows {', '.join(first[:-1])} and {first[-1]}"


def column_words(places: Sequence[int], most: int = 12) -> str:
    """Columns by their position in the file, from 1: "columns 2 and 5", "columns 1, 2 and 3 more"."""
    first = [str(place) for place in places[:most]]
    if len(places) > most:
        return f"columns {', '.join(first)} and {len(places) - most:,} more"
    return f"columns {', '.join(first[:-1])} and {first[-1]}" if len(first) > 1 else f"column {first[0]}"


def listed(words: Iterable[str], most: int = 12) -> str:
    """Names in a sentence, quoted, at most `most` of them: "'a', 'b' and 3 more"."""
    names = [f"'{shown_name(word)}'" for word in words]
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most:,} more"
    return ", ".join(names)


def shown_name(name: str) -> str:
    """A name from a file made safe for a sentence: printable, and cut when it is very long."""
    clean = "".join(letter if letter.isprintable() else " " for letter in name)
    return clean if len(clean) <= LONGEST_NAME else clean[: LONGEST_NAME - 3] + "..."


def shown_path(path: Path) -> str:
    """A path made safe for a sentence: printable, and only its end when it is very long."""
    clean = "".join(letter if letter.isprintable() else " " for letter in str(path))
    return clean if len(clean) <= LONGEST_PATH else "..." + clean[3 - LONGEST_PATH :]


def unreadable(what: str, failure: OSError) -> str:
    """Why the system does not give a file or folder out, as a sentence with the repair."""
    reason = failure.strerror or "the system gives no reason"
    return f"{what} cannot be read ({reason}). Check that it is there, not locked, and yours to read."
