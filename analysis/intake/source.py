"""A file's columns with their names checked, and where each row came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from analysis.vocabulary import TABLES

from .findings import FindingLog, Mask, Origin, Problem, column_words, listed


@dataclass(frozen=True)
class SourceTable:
    """Cells of a file (or of a mapped table) before conversion; one row per row of `origin`.

    Columns from delimited text are text with blanks missing; columns from Parquet keep their type.
    """

    cells: arrow.Table
    origin: Origin

    def take(self, kept: Mask) -> SourceTable:
        """The rows that a mask keeps."""
        return SourceTable(self.cells.filter(arrow.array(kept)), self.origin.take(kept))


def named_columns(
    cells: arrow.Table, header: list[str], origin: Origin, table: str, log: FindingLog
) -> SourceTable | None:
    """Give the columns their names from the file and leave out rows that are blank throughout.

    None when a name occurs twice or a column with values has no name; unnamed empty columns,
    which spreadsheets like to add, are left out.
    """
    faults = _name_faults(cells, header, table)
    for fault in faults:
        log.add("error", table, f"{origin.labels[0]}: {fault}")
    if faults:
        return None
    named = [place for place, name in enumerate(header) if name]
    cells = cells.select(named).rename_columns([header[place] for place in named])
    return _without_blank_rows(SourceTable(cells, origin), table, log)


def names_columns(table: str, header: Iterable[str]) -> bool:
    """Whether row 1 can be trusted to hold column names and no patient: it names a required column.

    Nothing of row 1 may be shown otherwise. Of a file that a mapping reads ("") this is not known.
    """
    return table in TABLES and bool(set(TABLES[table].required_columns) & set(header))


def _name_faults(cells: arrow.Table, header: list[str], table: str) -> list[str]:
    faults = []
    repeated = [name for name, times in Counter(header).items() if name and times > 1]
    if repeated and names_columns(table, header):
        faults.append(f"the column names {listed(repeated)} occur more than once. Name each column once.")
    elif repeated:
        shared_places = [place for place, name in enumerate(header, 1) if name in repeated]
        shared = f"row 1 holds the same text more than once ({column_words(shared_places)})"
        faults.append(f"{shared}. Put the column names in row 1, each of them once.")
    unnamed = [place for place, name in enumerate(header) if not name]
    filled = [str(place + 1) for place in unnamed if cells.column(place).null_count < cells.num_rows]
    if filled:
        places = ", ".join(filled)
        faults.append(f"column number {places} has values but no name. Name it in row 1 or remove it.")
    return faults


def _without_blank_rows(source: SourceTable, table: str, log: FindingLog) -> SourceTable:
    blank: Any = np.ones(source.cells.num_rows, dtype=bool)
    for column in source.cells.columns:
        if not column.null_count:
            return source
        blank &= compute.is_null(column).to_numpy()
    if not blank.any():
        return source
    problem = Problem(blank, "blank row", "", "They were left out.", "note")
    log.report(table, source.origin, problem)
    return source.take(~blank)
