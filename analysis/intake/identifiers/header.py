"""Column names that are themselves identifiers: a table with a column for each date, or for each person."""

from __future__ import annotations

import numpy as np
import pyarrow as arrow

from analysis.vocabulary import TABLES

from ..findings import FindingLog
from ..source import SourceTable, names_columns
from .column import ColumnWords
from .dates import date_words
from .kinds import KINDS
from .patterns import written_words
from .people import common_names

IN_HEADERS = ("email", "ssn", "phone", "ip", "name", "date")
REPAIR = "Turn such columns into rows or remove them; a column's name says what it holds, not whose it is or when."


def without_telling_names(table: str, source: SourceTable, log: FindingLog) -> SourceTable:
    """A table whose column names can be shown: names that identify are reported and replaced by their number."""
    names = source.cells.column_names
    if not names_columns(table, names):  # row 1 may be a patient's: it is refused as a whole
        return source
    column = ColumnWords("", arrow.array(names, arrow.large_string()), np.arange(len(names), dtype=np.int64))
    found = {**written_words(column), "date": date_words(column)}
    found["name"] = found.get("name", np.zeros(len(names), dtype=bool)) | common_names(column)[1]
    declared = TABLES[table].column_names
    shown = list(names)
    for kind in IN_HEADERS:
        for place in np.flatnonzero(found.get(kind, ())):
            if names[place] not in declared and shown[place] == names[place]:
                shown[place] = _free(f"column {place + 1}", names)
                label = ", ".join(source.origin.labels)
                message = f"{label}: column number {place + 1} has a name {KINDS[kind].cell}. {REPAIR}"
                log.add("error", table, message)
    return SourceTable(source.cells.rename_columns(shown), source.origin) if shown != names else source


def _free(name: str, taken: list[str]) -> str:
    while name in taken:
        name = f"{name}_"
    return name
