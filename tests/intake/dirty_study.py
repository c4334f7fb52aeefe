"""A copy of the sample study with faults seeded at random places, each with the finding that has to name it.

Cells that are put in differ from anything a sentence could say, so that a test can look for them in every message.
"""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

SAMPLE = Path(__file__).parents[2] / "sample_data" / "study"
N_PATIENTS = 80
FEWEST_SESSIONS = 4
N_RESERVED = 4  # patients whose sessions are put out of order: their other rows must not be touched by other faults
FIRST_ROWS = 3  # as many rows as a finding names

Row = dict[str, str]


@dataclass(frozen=True)
class Fault:
    """One seeded fault, and what its finding says: level, table, column, and a piece of the sentence with its number.

    rows are the rows of the table concerned; none for a fact about a whole column. secrets are the cells put in.
    """

    kind: str
    level: str
    table: str
    column: str | None
    says: str
    rows: list[Row] = field(default_factory=list)
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cells:
    """Cells to be put into one column, each into another row, and what is said about them."""

    kind: str
    table: str
    column: str
    cells: tuple[str, ...]
    says: str
    level: str = "error"


class DirtyStudy:
    """The tables under change, and the faults seeded so far."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.tables = clean_tables()
        self.faults: list[Fault] = []
        self.reserved = reserved_patients(self.tables)
        self._free = {
            name: self._shuffled(row for row in rows if row["patient_id"] not in self.reserved)
            for name, rows in self.tables.items()
        }

    def _shuffled(self, rows: Iterable[Row]) -> list[Row]:
        drawn = list(rows)
        self._random.shuffle(drawn)
        return drawn

    def draw(self, table: str, fits: Callable[[Row], bool] = lambda row: True) -> Row:
        """A row that no fault has touched yet."""
        place = next(place for place, row in enumerate(self._free[table]) if fits(row))
        return self._free[table].pop(place)

    def put(self, seed: Cells, fits: Callable[[Row], bool] = lambda row: True) -> None:
        """Put each cell of a seed into a row of its own."""
        rows = [self.draw(seed.table, fits) for _ in seed.cells]
        for row, cell in zip(rows, seed.cells, strict=True):
            row[seed.column] = cell
        self.add(Fault(seed.kind, seed.level, seed.table, seed.column, seed.says, rows, seed.cells))

    def append(self, table: str, row: Row) -> Row:
        """One more row at the end of a table."""
        self.tables[table].append(row)
        return row

    def add(self, fault: Fault) -> None:
        self.faults.append(fault)

    def row_number(self, table: str, row: Row) -> int:
        """Where a row stands in its file: the header is row 1."""
        return next(number for number, other in enumerate(self.tables[table], 2) if other is row)

    def sessions_of(self, place: int) -> list[Row]:
        """The sessions of one of the reserved patients."""
        return [row for row in self.tables["sessions"] if row["patient_id"] == self.reserved[place]]

    def write(self, folder: Path) -> None:
        for name, rows in self.tables.items():
            (folder / f"{name}.csv").write_text(as_csv(rows), encoding="utf-8")


def clean_tables() -> dict[str, list[Row]]:
    """The rows of the first patients of the sample study; without the events of the reserved ones."""
    tables = {}
    for path in sorted(SAMPLE.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    by_patient = {row["patient_id"] for row in tables["patients"][:N_PATIENTS]}
    kept = {name: [row for row in rows if row["patient_id"] in by_patient] for name, rows in tables.items()}
    reserved = reserved_patients(kept)
    kept["adverse_events"] = [row for row in kept["adverse_events"] if row["patient_id"] not in reserved]
    return kept


def reserved_patients(tables: dict[str, list[Row]]) -> list[str]:
    """The first patients with sessions enough to be put out of order."""
    n_sessions = Counter(row["patient_id"] for row in tables["sessions"])
    return [id_ for id_, n in n_sessions.items() if n >= FEWEST_SESSIONS][:N_RESERVED]


def as_csv(rows: list[Row]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
