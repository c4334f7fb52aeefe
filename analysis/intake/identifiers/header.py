"""Column names that are themselves identifiers: a table with a column for each date, or for each person."""

from __future__ import annotations

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from analysis.vocabulary import TABLES

from ..findings import FindingLog, Mask
from ..source import SourceTable, names_columns
from .column import ColumnWords
from .dates import ANYWHERE, date_words
from .kinds import KINDS
from .look_alikes import as_seen
from .patterns import written_words
from .people import common_names

IN_STUDY_NAMES = ("email", "ssn", "phone", "record", "name")
IN_HEADERS = ("email", "ssn", "phone", "ip", "name", "date")
REPAIR = "Turn such columns into rows or remove them; a column's name says what it holds, not whose it is or when."


def without_telling_names(table: str, source: SourceTable, log: FindingLog) -> SourceTable:
    """A table whose column names can be shown: names that identify are reported and replaced by their number."""
    names = source.cells.column_names
    if not names_columns(table, names):  # row 1 may be a patient's: it is refused as a whole
        return source
    found = _found_in(names)
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


def _found_in(texts: list[str]) -> dict[str, Mask]:
    """By kind, the texts that identify; an underscore stands for a space, as in phq9_2021_03_04."""
    words = as_seen(arrow.array(texts, arrow.large_string()))
    places = np.arange(len(texts), dtype=np.int64)
    plain = ColumnWords("", words, places)
    spaced = ColumnWords("", compute.replace_substring(words, "_", " "), places)
    found = written_words(spaced)
    for kind, held in written_words(plain).items():
        found[kind] = found.get(kind, np.zeros(len(texts), dtype=bool)) | held
    found["date"] = date_words(plain) | spaced.matching("|".join(ANYWHERE))
    found["name"] = found.get("name", np.zeros(len(texts), dtype=bool)) | common_names(spaced)[1]
    return found


def telling_kind(text: str) -> str | None:
    """Which kind of identifier a name given to a whole study holds; None for none. A date is that of an export."""
    found = _found_in([text])
    return next((kind for kind in IN_STUDY_NAMES if kind in found and found[kind].any()), None)


def _free(name: str, taken: list[str]) -> str:
    while name in taken:
        name = f"{name}_"
    return name
