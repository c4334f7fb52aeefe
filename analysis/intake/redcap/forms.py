"""One source of a mapping from one form of a REDCap project, or several that are filled in together.

An export has one line per record, event and instance of a repeating form, with the columns of all forms; a form
is filled in some of them. Its source holds those lines, and of their columns the form's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as arrow

from analysis.vocabulary import nearest, plain_spelling

from ..findings import FindingLog, Mask, Problem, counted, listed, shown_name
from ..numbers import trim
from ..source import SourceTable
from ..source_rows import without_words
from .dictionary import Dictionary, Field
from .header import EVENT, GROUP, INSTANCE, INSTRUMENT
from .values import Written, how_written, is_ticked, translated

KEY = (EVENT, INSTRUMENT, INSTANCE)
CARRIED = (EVENT, INSTANCE, GROUP)  # columns of REDCap's own that a mapping may read


@dataclass(frozen=True)
class Export:
    """A REDCap export whose columns bear the names of variables, and how its choices are written."""

    table: SourceTable
    dictionary: Dictionary
    written: Written
    readable: frozenset[str]

    @property
    def label(self) -> str:
        return self.table.origin.labels[0]


def as_export(
    table: SourceTable, dictionary: Dictionary, missing: tuple[str, ...], dates: tuple[str, ...], log: FindingLog
) -> Export:
    """Look at an export as a whole: which columns may be read, which are not known, which lines repeat another.

    missing are words for a missing value everywhere; dates are fields marked as identifiers that may be counted from.
    """
    cells = arrow.table(
        {name: without_words(trim(table.cells.column(name)), missing) for name in table.cells.column_names}
    )
    table = SourceTable(cells, table.origin)
    _check_marks(table, dictionary, dates, log)
    _check_lines(table, dictionary, log)
    fields = dictionary.fields.values()
    readable = {name for item in fields if not item.is_identifier or item.name in dates for name in item.columns}
    return Export(
        table, dictionary, how_written(table, fields), frozenset(readable | {dictionary.record.name, *CARRIED})
    )


def _check_marks(table: SourceTable, dictionary: Dictionary, dates: tuple[str, ...], log: FindingLog) -> None:
    label, present = table.origin.labels[0], table.cells.column_names
    marked = [item for item in dictionary.fields.values() if item.is_identifier and item is not dictionary.record]
    held = [item.name for item in marked if item.name not in dates and set(item.columns) & set(present)]
    if held:
        what = f"{counted(len(held), 'field')} that the dictionary marks as identifiers"
        log.add("note", "", f"{label}: {what} {'was' if len(held) == 1 else 'were'} not read: {listed(held)}.")
    for name in dates:
        if name not in dictionary.fields or not dictionary.fields[name].validation.startswith("date"):
            text = f"'identifier_dates' names '{shown_name(name)}', which is no date field of the dictionary."
            log.add("error", "", f"{text} Name date fields that the dictionary marks as identifiers.")
    known = {name for item in dictionary.fields.values() for name in item.columns}
    known |= {dictionary.record.name, *KEY, *CARRIED, *(f"{form}_complete" for form in dictionary.forms)}
    others = [name for name in present if name not in known]
    if others:
        log.add(
            "note",
            "",
            f"{label}: {counted(len(others), 'column')} that the dictionary does not name: {listed(others)}.",
        )


def _check_lines(table: SourceTable, dictionary: Dictionary, log: FindingLog) -> None:
    """No record has two lines for the same event, form and instance."""
    names = [name for name in (dictionary.record.name, *KEY) if name in table.cells.column_names]
    repeat = table.cells.select(names).to_pandas().duplicated().to_numpy()
    rest = "with the record, event, form and instance of an earlier row"
    log.report("", table.origin, Problem(repeat, "row", rest, "Export the project again; REDCap writes each once."))
    if INSTRUMENT in table.cells.column_names:
        forms = {plain_spelling(form) for form in dictionary.forms}
        cells = table.cells.column(INSTRUMENT).to_pylist()
        known = {word: plain_spelling(word) in forms for word in set(cells) if word is not None}
        other = np.array([word is not None and not known[word] for word in cells], dtype=bool)
        rest = "of a repeating form that the dictionary does not name"
        log.report("", table.origin, Problem(other, "row", rest, "Export raw data, or download the dictionary again."))


def form_source(export: Export, forms: tuple[str, ...], numbers: frozenset[str], log: FindingLog) -> SourceTable | None:
    """The lines in which one of the forms is filled, with the columns of all of them; None for an unknown form.

    numbers are the columns of choices that are wanted as codes, the others come as labels.
    """
    unknown = [form for form in forms if form not in export.dictionary.forms]
    for form in unknown:
        near = nearest(form, export.dictionary.forms)
        hint = f" Is '{shown_name(near)}' meant?" if near else ""
        log.add(
            "error", "", f"The mapping reads the form '{shown_name(form)}', which the dictionary does not name.{hint}"
        )
    if unknown:
        return None
    fields = [item for form in forms for item in export.dictionary.of_form(form)]
    kept = _lines(export, forms, fields)
    table = export.table.take(kept)
    names = [export.dictionary.record.name, *(name for name in CARRIED if name in table.cells.column_names)]
    columns = {name: table.cells.column(name) for name in names}
    for item in fields:
        for name in item.columns:
            if name in export.readable and name in table.cells.column_names:
                columns[name] = _column(table, name, item, export.written, name in numbers, log)
    return SourceTable(arrow.table(columns), table.origin)


def _column(
    table: SourceTable, name: str, item: Field, written: Written, as_code: bool, log: FindingLog
) -> arrow.ChunkedArray:
    cells, problem = translated(table.cells.column(name), item, written, as_code)
    if problem is not None:
        log.report("", table.origin, problem, name)
    return cells if isinstance(cells, arrow.ChunkedArray) else arrow.chunked_array([cells])


def _lines(export: Export, forms: tuple[str, ...], fields: list[Field]) -> Mask:
    """The lines that belong to one of the forms and hold something of it."""
    cells = export.table.cells
    filled = np.zeros(cells.num_rows, dtype=bool)
    for item in fields:
        for name in item.columns:
            if name in cells.column_names and item.kind != "calc":  # REDCap calculates where nobody has written
                is_box = item.kind == "checkbox"
                filled |= (
                    is_ticked(cells.column(name), export.written)
                    if is_box
                    else cells.column(name).is_valid().to_numpy()
                )
    return filled & _of_forms(export, forms)


def _of_forms(export: Export, forms: tuple[str, ...]) -> Mask:
    """Lines of the forms' own instances, and lines that belong to no repeating form."""
    cells = export.table.cells
    if INSTRUMENT not in cells.column_names:
        return np.ones(cells.num_rows, dtype=bool)
    wanted = {plain_spelling(form) for form in forms}
    words = cells.column(INSTRUMENT).to_pylist()
    mine = {word: word is None or plain_spelling(word) in wanted for word in set(words)}
    return np.array([mine[word] for word in words], dtype=bool)
