"""The identifier gate: columns that tell who a patient is are refused, by their name and by what they hold.

Every table passes it, wherever it came from. What is found is named by table, column, kind, how many cells and
which rows, and never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.study import AllowedColumn
from analysis.vocabulary import TABLES, allowed_values

from ..conversion import ConvertedTable
from ..findings import FindingLog, Mask, Problem, shown_name
from .codes import differs_by_patient, hash_words, lies_close_together, record_words
from .column import ColumnWords, columns_of_words
from .dates import calendar_words, date_words
from .free_text import free_text_words
from .kinds import CODE_REPAIR, KINDS
from .names import kind_of_name
from .patterns import digit_words, written_words
from .people import person_words, place_words
from .under_names import words_under

CODES = ("patient_id", "clinic_id")
KEPT_CODES = ("patients", "patient_id")  # allowed so that an export's own codes are kept, not because of what they hold
MAY_ALLOW = "An administrator may allow the column in the mapping, under [[allow]], with a written reason."
HASH_REST = "with what looks like a hash, which whoever knows the hashed value can compute"
UNIQUE_NOTE = (
    "gives nearly every patient a code of its own. A code that stands for the same patient anywhere else identifies: "
    "remove the column unless the codes are random."
)
IN_ORDER_NOTE = (
    "holds plain numbers close together, as record numbers and numbers handed out in order are. "
    "Make sure that they are neither: a patient's code should be drawn at random."
)


@dataclass(frozen=True)
class _Table:
    """A converted table with the number of the patient in each of its rows (-1: none; None: no patient_id)."""

    table: ConvertedTable
    patients: npt.NDArray[np.int64] | None

    @cached_property
    def n_patients(self) -> int:
        if self.patients is None:
            return len(self.table.frame)
        return int(np.count_nonzero(np.bincount(self.patients[self.patients >= 0])))


def check_identifiers(
    tables: Mapping[str, ConvertedTable], log: FindingLog, allowed: tuple[AllowedColumn, ...] = ()
) -> None:
    """Report every column that identifies, as an error, or as a note when it is allowed by name.

    Columns of the dictionary that are numbers, true/false or of a closed set cannot hold an identifier.
    Hashes, and codes that differ from patient to patient, are notes.
    """
    permissions = {(one.table, one.column): one for one in allowed}
    for name, table in tables.items():
        known = _Table(table, _patient_numbers(table.frame))
        columns = [str(column) for column in table.frame]
        mine = {column: permissions.pop((name, column)) for column in columns if (name, column) in permissions}
        looked_at = columns_of_words(table.frame, (column for column in columns if _may_identify(name, column)))
        told = [column.name for column in looked_at if _check_column(known, column, mine.get(column.name), log)]
        for column, permission in mine.items():
            if column not in told and (name, column) != KEPT_CODES:
                _report_unused(permission, "in which nothing identifying was found", log)
    for permission in permissions.values() if tables else ():  # what was not read says nothing of its columns
        _report_unused(permission, "which is not there", log)


def _may_identify(table: str, column: str) -> bool:
    """Whether a column can hold an identifier. The codes of patients are looked at once, where they are declared."""
    declared = next((one for one in TABLES[table].columns if one.name == column), None)
    if declared is None:
        return True
    is_open = declared.kind in ("id", "text", "category") and not allowed_values(table, declared)
    return is_open and (column != "patient_id" or table == "patients")


def _patient_numbers(frame: pd.DataFrame) -> npt.NDArray[np.int64] | None:
    if "patient_id" not in frame:
        return None
    category = frame["patient_id"].array
    assert isinstance(category, pd.Categorical)
    return category.codes.astype(np.int64)


def _check_column(known: _Table, column: ColumnWords, permission: AllowedColumn | None, log: FindingLog) -> bool:
    """Report what one column tells; whether it told anything that is refused."""
    found = _found(known, column)
    for kind, (words, how) in found.items():
        repair = CODE_REPAIR if column.name in CODES else KINDS[kind].repair
        _report(known.table, column, words, how, (repair, permission), log)
    if not found:
        _note_codes(known, column, log)
    return bool(found)


def _found(known: _Table, column: ColumnWords) -> dict[str, tuple[Mask, str]]:
    """By kind, the words that identify, and in words how they were found out."""
    is_extra = column.name not in TABLES[known.table.name].column_names
    kind = kind_of_name(column.name) if is_extra else None
    if kind is not None:
        words = words_under(kind, column) & column.used
        if words.any():
            return {kind: (words, f"under a name that stands for {KINDS[kind].heading}")}
    found = _found_by_content(known, column)
    if is_extra and not found:
        found = {"record": record_words(column, known.patients)}
    return {kind: (words & column.used, KINDS[kind].cell) for kind, words in found.items() if words[column.used].any()}


def _found_by_content(known: _Table, column: ColumnWords) -> dict[str, Mask]:
    found = written_words(column)
    others = {
        "date": date_words(column),
        "month": calendar_words(column),
        "name": person_words(column, known.n_patients),
        "place": place_words(column),
        "text": free_text_words(column, known.n_patients),
        **({} if found else digit_words(column, known.n_patients)),
    }
    for kind, words in others.items():
        found[kind] = found.get(kind, np.zeros(len(column.words), dtype=bool)) | words
    return {kind: words for kind, words in found.items() if words.any()}


def _report(
    table: ConvertedTable,
    column: ColumnWords,
    words: Mask,
    how: str,
    answer: tuple[str, AllowedColumn | None],
    log: FindingLog,
) -> None:
    repair, permission = answer
    noun = "filled cell" if how.startswith("under") else "cell"
    cells = column.cells(words)
    if permission is None:
        problem = Problem(cells, noun, how, f"{repair} {MAY_ALLOW}")
    else:
        problem = Problem(cells, noun, how, f"The mapping allows the column: {permission.reason}", "note")
    log.report(table.name, table.origin, problem, column.name)


def _note_codes(known: _Table, column: ColumnWords, log: FindingLog) -> None:
    """Say what is doubtful about codes: hashes, numbers in order, a code of its own for every patient."""
    hashed = hash_words(column)
    label = ", ".join(known.table.origin.labels)
    subject = f"{label}: column '{shown_name(column.name)}'"
    if hashed.any():
        problem = Problem(column.cells(hashed), "cell", HASH_REST, CODE_REPAIR, "note")
        log.report(known.table.name, known.table.origin, problem, column.name)
    elif column.name == "patient_id" and lies_close_together(column):
        log.add("note", known.table.name, f"{subject} {IN_ORDER_NOTE}", column.name)
    elif column.name not in CODES and differs_by_patient(column, known.patients):
        log.add("note", known.table.name, f"{subject} {UNIQUE_NOTE}", column.name)


def _report_unused(permission: AllowedColumn, why: str, log: FindingLog) -> None:
    message = f"The mapping allows the column '{shown_name(permission.column)}' of {permission.table}, {why}."
    log.add("note", permission.table, f"{message} Take it out of [[allow]].", permission.column)
