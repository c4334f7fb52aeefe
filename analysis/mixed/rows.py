"""Rows of a data frame that a model uses: columns read once, patients numbered, incomplete rows counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .columns import (
    FloatArray,
    IntArray,
    Labels,
    Values,
    as_labels,
    as_numbers,
    is_categorical,
    missing_rows,
    present_only,
    require_columns,
    take_rows,
)
from .design import numeric_columns
from .errors.options import PLAIN, ErrorOptions
from .errors.residual_columns import ResidualColumns, read_residual_columns
from .formula import Expression, ParsedFormula
from .refusal import ModelRefused


@dataclass(frozen=True)
class ModelRows:
    """One entry per complete row. ``patient`` numbers the rows' patients in order of first appearance.

    ``incomplete`` maps a column to the patient labels of the rows it made incomplete, ``left_out`` holds the patient
    label of every row left out (once per row). ``residual`` are the columns that the residuals depend on.
    """

    outcome: FloatArray
    numbers: dict[str, FloatArray]
    labels: dict[str, Labels]
    patient: IntArray
    patient_labels: pd.Index[Any]
    incomplete: dict[str, pd.Index[Any]]
    left_out: pd.Index[Any]
    residual: ResidualColumns

    @property
    def levels(self) -> dict[str, tuple[Any, ...]]:
        """The levels that occur, per category column."""
        return {name: labels.levels for name, labels in self.labels.items()}


def read_rows(
    data: pd.DataFrame, fixed: ParsedFormula, random: ParsedFormula, groups: str, errors: ErrorOptions = PLAIN
) -> ModelRows:
    """Read the columns of a model. Raises ModelRefused for absent columns, missing patients and infinite values."""
    assert fixed.outcome is not None
    require_columns(data, [groups], "groups")
    require_columns(data, [*fixed.outcome.variables, *fixed.variables()], "the formula")
    require_columns(data, random.variables(), "the random part")
    patients = data[groups]
    absent = int(patients.isna().sum())
    if absent:
        raise ModelRefused(
            f"Column '{groups}' is missing in {absent} of {len(data)} rows.", "Every row must name its patient."
        )
    outcome = {name: as_numbers(data[name], name) for name in fixed.outcome.variables}
    numbers, labels = _read_columns(data, [*fixed.expressions.values(), *random.expressions.values()])
    residual = read_residual_columns(data, errors)
    keep, incomplete = _complete(len(data), {**labels, **numbers, **outcome, **residual.by_name(errors)}, patients)
    left_out: pd.Index[Any] = pd.Index([]) if keep is None else pd.Index(patients[~keep])
    if keep is not None:
        outcome = {name: values[keep] for name, values in outcome.items()}
        numbers = {name: values[keep] for name, values in numbers.items()}
        labels = {name: _labels(take_rows(values, keep)) for name, values in labels.items()}
        residual = residual.taken(keep)
        patients = patients[keep]
    if not len(patients):
        raise ModelRefused(
            f"No rows are left to fit: {len(left_out)} rows had a missing value." if keep is not None
            else "There are no rows to fit.",
            "Widen the cohort or choose a model with fewer columns.",
        )  # fmt: skip
    response = numeric_columns(fixed.outcome, outcome)[0]
    codes, found = pd.factorize(patients, sort=False)
    present = {name: present_only(values) for name, values in labels.items()}
    return ModelRows(
        response, numbers, present, codes, pd.Index(found, name=groups), incomplete, left_out, residual.present()
    )


def _labels(values: Values) -> Labels:
    assert isinstance(values, Labels)
    return values


def _read_columns(data: pd.DataFrame, expressions: list[Expression]) -> tuple[dict[str, FloatArray], dict[str, Labels]]:
    """A column is read as numbers, as labels, or (``x + C(x)``) as both."""
    numbers: dict[str, FloatArray] = {}
    labels: dict[str, Labels] = {}
    for expression in expressions:
        column = expression.column
        if column is not None and (expression.coded or is_categorical(data[column])):
            if column not in labels:
                labels[column] = as_labels(data[column])
            continue
        for name in expression.variables:
            if name not in numbers:
                numbers[name] = as_numbers(data[name], name)
    return numbers, labels


def _complete(
    n_rows: int, columns: dict[str, Values], patients: pd.Series[Any]
) -> tuple[npt.NDArray[np.bool_] | None, dict[str, pd.Index[Any]]]:
    """Which rows have every value (None: all of them), and whose rows each column made incomplete."""
    incomplete: dict[str, pd.Index[Any]] = {}
    keep = np.ones(n_rows, dtype=bool)
    for name, values in columns.items():
        gone = missing_rows(values)
        if gone.any():
            incomplete[name] = pd.Index(patients[gone])
            keep &= ~gone
    return (keep if incomplete else None), incomplete


def left_out_note(
    left_out: pd.Index[Any], incomplete: dict[str, pd.Index[Any]], patients: pd.Index[Any] | None
) -> tuple[str, ...]:
    """One sentence about rows with missing values, of everyone or of some patients; none when there are none."""

    def count(labels: pd.Index[Any]) -> int:
        return len(labels) if patients is None or not len(labels) else int(labels.isin(patients).sum())

    total = count(left_out)
    if not total:
        return ()
    parts = [(name, count(labels)) for name, labels in incomplete.items()]
    named = ", ".join(f"{name} in {number}" for name, number in parts if number)
    noun = "row was" if total == 1 else "rows were"
    return (f"{total} {noun} left out because a value is missing ({named}).",)
