"""Columns of a file to the types a study holds, with the cells that do not convert."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute
import pyarrow.types as arrow_types

from analysis.vocabulary import TABLES, allowed_values

from .findings import FindingLog, Mask, Origin, Problem, shown_name
from .numbers import (
    DATE_REPAIR,
    LARGEST_WHOLE,
    MISSING_REPAIR,
    TEXT_REPAIR,
    Numbers,
    as_floats,
    is_plain_number,
    text_to_numbers,
    trim,
)
from .source import SourceTable
from .words import without_controls, words_column

Series = Any  # a pandas column of any type
Converted = tuple[Series, list[Problem]]

TRUE_FALSE = ("true", "false")


@dataclass(frozen=True)
class ConvertedTable:
    """A table with the types of a study, not yet checked. spoiled marks cells already reported, by column."""

    name: str
    frame: pd.DataFrame
    origin: Origin
    spoiled: dict[str, Mask]

    def take(self, kept: Mask) -> ConvertedTable:
        """The rows that a mask keeps."""
        spoiled = {column: mask[kept] for column, mask in self.spoiled.items()}
        frame = self.frame[kept].reset_index(drop=True)
        return ConvertedTable(self.name, frame, self.origin.take(kept), spoiled)


class WrongType(Exception):
    """A whole column has a type that its meaning excludes; the text says which."""


def convert_table(name: str, source: SourceTable, log: FindingLog) -> ConvertedTable:
    """Give every column its type: whole numbers Int64, numbers float64, yes/no boolean, text a category of words.

    Cells that do not convert become missing and are reported. Columns outside the vocabulary are
    kept as numbers when every filled cell is a plain number, else as text.
    """
    kinds = _kinds(name)
    columns: dict[str, Series] = {}
    spoiled: dict[str, Mask] = {}
    for column in source.cells.column_names:
        cells = source.cells.column(column)
        convert = _CONVERTERS[kinds.get(column, "extra")]
        try:
            columns[column], problems = convert(_plain(cells))
        except WrongType as fault:
            label = ", ".join(source.origin.labels)
            log.add("error", name, f"{label}: column '{shown_name(column)}' {fault}", column)
            columns[column], problems = convert(arrow.chunked_array([arrow.nulls(len(cells), arrow.large_string())]))
            spoiled[column] = np.ones(len(cells), dtype=bool)
        for problem in problems:
            log.report(name, source.origin, problem, column)
            if problem.level == "error":
                spoiled[column] = spoiled.get(column, False) | problem.mask
    frame = pd.DataFrame(columns, copy=False)  # the arrays are new already: no second copy
    return ConvertedTable(name, frame, source.origin, spoiled)


def _kinds(table: str) -> dict[str, str]:
    """How each declared column converts; a closed set is checked later, so it is plain text here."""
    columns = TABLES[table].columns
    return {column.name: "text" if allowed_values(table, column) else column.kind for column in columns}


def _plain(cells: Any) -> Any:
    """Encoded and small types as their plain counterparts (encoded text stays); types no table holds are refused."""
    kind = cells.type
    if arrow_types.is_dictionary(kind):
        return cells if _is_text(kind) else _plain(compute.cast(cells, kind.value_type))
    if _is_text(kind) or arrow_types.is_null(kind):
        return compute.cast(cells, arrow.large_string())
    if arrow_types.is_temporal(kind):
        raise WrongType(f"holds calendar dates or times. {DATE_REPAIR}")
    if arrow_types.is_decimal(kind):
        return compute.cast(cells, arrow.float64())
    if arrow_types.is_boolean(kind) or arrow_types.is_integer(kind) or arrow_types.is_floating(kind):
        return cells
    raise WrongType("holds lists, records or bytes. A cell holds one number or one text.")


def _is_text(kind: Any) -> bool:
    """Whether a type is text, encoded or not."""
    if arrow_types.is_dictionary(kind):
        kind = kind.value_type
    return bool(arrow_types.is_string(kind) or arrow_types.is_large_string(kind) or arrow_types.is_string_view(kind))


def _decoded(cells: Any) -> Any:
    return compute.cast(cells, arrow.large_string())


def _to_code(cells: Any) -> Converted:
    """Codes of patients and clinics: text, or whole numbers written as text."""
    if arrow_types.is_integer(cells.type):
        return _to_text(compute.cast(cells, arrow.large_string()))
    column, problems, _ = _words(cells)
    return _printable(column, problems)


def _to_text(cells: Any) -> Converted:
    column, padded, _ = _words(cells)
    return pd.Series(column), padded


def _to_category(cells: Any) -> Converted:
    column, problems, missing = _words(cells)
    if missing.any():
        rest = "with a word for 'missing' (such as NA, n/a or unknown), kept as text"
        problems.append(Problem(missing, "cell", rest, MISSING_REPAIR, "note"))
    return _printable(column, problems)


def _printable(column: pd.Categorical, problems: list[Problem]) -> Converted:
    column, broken = without_controls(column)
    if broken.any():
        rest = "with a line end, a tab or another control or invisible character inside"
        problems.append(Problem(broken, "cell", rest, "Remove it; codes and categories are one line of plain text."))
    return pd.Series(column), problems


def _words(cells: Any) -> tuple[pd.Categorical, list[Problem], Mask]:
    if not _is_text(cells.type):
        raise WrongType("holds numbers or true/false in place of text.")
    column, padded, missing = words_column(cells)
    note = Problem(padded, "cell", "with spaces around the text", "The spaces were removed.", "note")
    return column, [note] if padded.any() else [], missing


def _to_number(cells: Any) -> Converted:
    values, problems = _floats(cells)
    return pd.Series(values, copy=False), problems


def _to_integer(cells: Any) -> Converted:
    if arrow_types.is_integer(cells.type) and not arrow_types.is_uint64(cells.type):
        missing = compute.is_null(cells).to_numpy()
        whole = compute.cast(compute.fill_null(cells, 0), arrow.int64()).to_numpy()
        return pd.Series(pd.arrays.IntegerArray(whole, missing), copy=False), []
    values, problems = _floats(cells)
    broken = np.isfinite(values) & ((values != np.floor(values)) | (np.abs(values) >= LARGEST_WHOLE))
    if broken.any():
        rest = "with a fraction (or too long to be exact) in place of a whole number"
        problems.append(Problem(broken, "number", rest, TEXT_REPAIR))
        values = np.where(broken, np.nan, values)
    return _integer_series(values), problems


def _to_yes_no(cells: Any) -> Converted:
    if arrow_types.is_boolean(cells.type):
        return _boolean_series(cells), []
    if not _is_text(cells.type):
        raise WrongType(
            "holds numbers in place of true and false. Write true or false, or translate them in a mapping."
        )
    text = compute.utf8_lower(trim(_decoded(cells)))
    known = compute.is_in(text, value_set=arrow.array(TRUE_FALSE, text.type)).to_numpy()
    bad = compute.is_valid(text).to_numpy() & ~known
    answers = compute.if_else(arrow.array(known), compute.equal(text, "true"), None)
    repair = "Write true or false, leave missing cells blank, or translate the words in a mapping."
    return _boolean_series(answers), [Problem(bad, "cell", "with neither true nor false", repair)] if bad.any() else []


def _to_extra(cells: Any) -> Converted:
    if arrow_types.is_boolean(cells.type):
        return _boolean_series(cells), []
    if not _is_text(cells.type):
        return (_to_integer if arrow_types.is_integer(cells.type) else _to_number)(cells)
    series, problems = _to_text(cells)
    trimmed = trim(_decoded(cells))
    if not is_plain_number(trimmed):
        return series, problems
    values = as_floats(trimmed)
    whole = not bool(compute.any(compute.match_substring(trimmed, ".")).as_py())
    return (_integer_series(values) if whole else pd.Series(values, copy=False)), problems


def _floats(cells: Any) -> tuple[Numbers, list[Problem]]:
    if _is_text(cells.type):
        return text_to_numbers(_decoded(cells))
    if arrow_types.is_boolean(cells.type):
        raise WrongType("holds true and false in place of numbers.")
    values = as_floats(cells)
    infinite = np.isinf(values)
    if not infinite.any():
        return values, []
    problem = Problem(infinite, "infinite number", "", TEXT_REPAIR)
    return np.where(infinite, np.nan, values), [problem]


def _integer_series(values: Numbers) -> Series:
    missing = np.isnan(values)
    return pd.Series(pd.arrays.IntegerArray(np.where(missing, 0, values).astype(np.int64), missing))


def _boolean_series(cells: Any) -> Series:
    missing = compute.is_null(cells).to_numpy()
    values = compute.fill_null(cells, False).to_numpy()
    return pd.Series(pd.arrays.BooleanArray(np.array(values), np.array(missing)))


_CONVERTERS: dict[str, Callable[[Any], Converted]] = {
    "id": _to_code,
    "text": _to_text,
    "category": _to_category,
    "integer": _to_integer,
    "number": _to_number,
    "yes_no": _to_yes_no,
    "extra": _to_extra,
}
