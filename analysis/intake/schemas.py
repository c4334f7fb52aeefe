"""Pandera schemas generated from the vocabulary, and their failures as findings.

Every check is over whole columns and keeps only its mask of rows: pandera's own messages hold
values of patients and are never shown.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pandera
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from analysis.vocabulary import INSTRUMENTS, ROUTE_SYNONYMS, TABLES, Column, allowed_values, nearest

from .conversion import ConvertedTable
from .findings import FindingLog, Mask, Problem, shown_name
from .numbers import TEXT_REPAIR
from .words import places_in

BLANK_ALLOWED = {("assessments", "score")}  # the column must be there, but an instrument may be left unscored
TOP_CODED = {("patients", "age")}
DTYPES = {"id": "str", "text": "str", "category": "str", "integer": "Int64", "number": "float64", "yes_no": "boolean"}
MOST_SUGGESTIONS = 5
MOST_WORDS = 50  # distinct unknown words looked at for a suggestion
LONGEST_WORD = 60  # letters of a word compared: comparing takes time with the square of the length


def check_table(table: ConvertedTable, log: FindingLog) -> None:
    """Report every missing column, blank required cell, impossible value, unknown word and repeated patient."""
    try:
        _schema(table.name).validate(table.frame, lazy=True, inplace=True)
    except SchemaErrors as failure:
        for error in failure.schema_errors:
            _report(table, error, log)


@cache
def _schema(name: str) -> Any:
    declared = TABLES[name]
    columns = {
        column.name: pandera.Column(
            None, _column_checks(name, column), nullable=True, required=column.required, coerce=False
        )
        for column in declared.columns
    }
    return pandera.DataFrameSchema(columns, checks=_table_checks(name))


def _check(name: str, passes: Callable[[Any], Any]) -> Any:
    return pandera.Check(passes, name=name, ignore_na=False, n_failure_cases=1)


def _column_checks(table: str, column: Column) -> list[Any]:
    checks = []
    if column.required and (table, column.name) not in BLANK_ALLOWED:
        checks.append(_check("blank", lambda cells: cells.notna()))
    if column.minimum is not None or column.maximum is not None:
        low = -np.inf if column.minimum is None else column.minimum
        high = np.inf if column.maximum is None else column.maximum
        checks.append(_check("range", lambda cells: _within(cells, low, high)))
    allowed = allowed_values(table, column)
    if allowed:
        checks.append(_check("choice", lambda cells: cells.isin(allowed) | cells.isna()))
    return checks


def _table_checks(table: str) -> list[Any]:
    if table == "patients":
        return [_check("repeated patient", lambda frame: _first_of_patient(frame))]
    if table == "assessments":
        return [
            _check("score", lambda frame: _item_within(frame, "score", _score_limits())),
            _check("suicidality", lambda frame: _item_within(frame, "suicidality_item", _suicidality_limits())),
        ]
    return []


def _numbers(cells: Any) -> Any:
    return cells.to_numpy(dtype=np.float64, na_value=np.nan)


def _within(cells: Any, low: Any, high: Any) -> Any:
    values = _numbers(cells)
    return pd.Series(~((values < low) | (values > high)), index=cells.index)


def _first_of_patient(frame: Any) -> Any:
    ids = frame.get("patient_id")
    if ids is None:
        return pd.Series(True, index=frame.index)
    return ~ids.duplicated() | ids.isna()


def _score_limits() -> dict[str, tuple[float, float]]:
    return {name: (item.minimum, item.maximum) for name, item in INSTRUMENTS.items()}


def _suicidality_limits() -> dict[str, tuple[float, float]]:
    limits = {name: item.suicidality_max for name, item in INSTRUMENTS.items()}
    return {name: (0, top) for name, top in limits.items() if top is not None}


def _item_within(frame: Any, column: str, limits: dict[str, tuple[float, float]]) -> Any:
    """Whether each value is possible on the instrument of its row; unknown instruments pass (reported elsewhere)."""
    if "instrument" not in frame or column not in frame:
        return pd.Series(True, index=frame.index)
    names = list(limits)
    codes = places_in(frame["instrument"], names)  # -1 reads the last, unlimited entry
    low = np.array([*(limits[name][0] for name in names), -np.inf])[codes]
    high = np.array([*(limits[name][1] for name in names), np.inf])[codes]
    return _within(frame[column], low, high)


def _report(table: ConvertedTable, error: SchemaError, log: FindingLog) -> None:
    if error.reason_code is SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME:
        _report_missing_column(table, str(error.failure_cases), log)
        return
    if error.check_output is None:  # a check that could not run is a fault of this program, not of the file
        raise error
    column = str(error.schema.name) if isinstance(error.schema, pandera.Column) else None
    failed = ~error.check_output.to_numpy(dtype=bool)
    column, problems = _problems(table, error.check.name, column, failed)
    for problem in problems:
        log.report(table.name, table.origin, problem, column)


def _problems(table: ConvertedTable, check: str, column: str | None, failed: Mask) -> tuple[str | None, list[Problem]]:
    if check == "repeated patient":
        return "patient_id", [_repeated_patient(failed)]
    if check == "score":
        return "score", _outside_instrument(table.frame, failed, _score_limits(), "value")
    if check == "suicidality":
        return "suicidality_item", _outside_instrument(table.frame, failed, _suicidality_limits(), "item value")
    assert column is not None
    if check == "blank":
        unreported = failed & ~table.spoiled.get(column, np.zeros(len(failed), dtype=bool))
        return column, [Problem(unreported, "blank cell", "", "Fill them in; every row needs a value here.")]
    declared = TABLES[table.name].column(column)
    if check == "range":
        return column, [_outside_range(table.name, declared, failed)]
    return column, [_unknown_word(table, declared, failed)]


def _repeated_patient(failed: Mask) -> Problem:
    repair = "Keep one row per patient."
    return Problem(failed, "row", "with a patient_id that an earlier row already has", repair)


def _outside_range(table: str, column: Column, failed: Mask) -> Problem:
    unit = f" {column.unit}" if column.unit not in (None, "count") else ""
    rest = f"outside {column.minimum:g} to {column.maximum:g}{unit}"
    repair = TEXT_REPAIR
    if (table, column.name) in TOP_CODED:
        repair = f"Write {column.maximum:g} for everyone aged {column.maximum:g} or over; correct the others."
    elif column.name == "day":
        repair = "Days count from the first ketamine session, which is day 0."
    return Problem(failed, "value", rest, repair)


def _outside_instrument(
    frame: pd.DataFrame, failed: Mask, limits: dict[str, tuple[float, float]], what: str
) -> list[Problem]:
    problems = []
    instruments = places_in(frame["instrument"], list(limits))
    for place, (name, (low, high)) in enumerate(limits.items()):
        mask = failed & (instruments == place)
        if mask.any():
            problems.append(Problem(mask, f"{name} {what}", f"outside {low:g}-{high:g}", TEXT_REPAIR))
    return problems


def _unknown_word(table: ConvertedTable, column: Column, failed: Mask) -> Problem:
    """Words outside a closed set. The nearest known ones are named, the words themselves are not."""
    allowed = allowed_values(table.name, column)
    synonyms = ROUTE_SYNONYMS if column.name == "route" else None
    words = table.frame.loc[failed, column.name].drop_duplicates().head(MOST_WORDS).astype(str)
    close = {nearest(word[:LONGEST_WORD], allowed, synonyms) for word in words} - {None}
    near = [word for word in allowed if word in close][:MOST_SUGGESTIONS]
    suggestion = f"Nearest known: {', '.join(near)}. " if near else ""
    repair = f"{suggestion}Allowed: {', '.join(allowed)}. Correct them, or translate them in a mapping."
    return Problem(failed, "value", f"outside the known words for {column.name}", repair)


def _report_missing_column(table: ConvertedTable, column: str, log: FindingLog) -> None:
    declared = TABLES[table.name].column_names
    others = [str(name) for name in table.frame.columns if name not in declared]
    near = nearest(column, others)
    hint = (
        f" Is it the column '{shown_name(near)}'? Rename it, or map it." if near else " Add it, or map it from another."
    )
    for label in table.origin.labels:
        log.add("error", table.name, f"{label}: the required column '{column}' is missing.{hint}", column)
