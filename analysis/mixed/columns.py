"""Data columns as the engine wants them: numbers as float64, categories as codes with their levels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.vocabulary import nearest

from .refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

NUMBER_OBJECTS = {"integer", "floating", "mixed-integer-float", "decimal"}  # what pandas calls numbers kept as objects
# Sums of squares are multiplied with one another, three of them at most: sizes to the sixth power must stay a float64.
LARGEST, SMALLEST = 1e50, 1e-50


@dataclass(frozen=True)
class Labels:
    """A categorical column: one code per row into ``levels``, -1 where missing.

    ``absent`` holds declared levels that no row has; the first of ``levels`` is the reference.
    """

    codes: npt.NDArray[Any]
    levels: tuple[Any, ...]
    absent: tuple[Any, ...] = ()


Values = FloatArray | Labels


def require_columns(data: pd.DataFrame, names: Iterable[str], place: str) -> None:
    """Raise ModelRefused for every name that is not a column, with the nearest one that is, or is two columns."""
    names = list(dict.fromkeys(names))
    known = [str(column) for column in data.columns]
    missing = [name for name in names if name not in data.columns]
    if not missing:
        _check_named_once(data, names)
        return
    hints = [(name, nearest(name, known)) for name in missing]
    spelled = "; ".join(f"did you mean '{hint}' for '{name}'?" for name, hint in hints if hint)
    listed = ", ".join(f"'{name}'" for name in missing)
    noun = "a column" if len(missing) == 1 else "columns"
    remedy = spelled[0].upper() + spelled[1:] if spelled else f"The columns are: {', '.join(known)}."
    raise ModelRefused(f"The data has no {listed} ({noun} that {place} uses).", remedy)


def _check_named_once(data: pd.DataFrame, names: Iterable[str]) -> None:
    if data.columns.is_unique:
        return
    for name in names:
        count = int(np.sum(data.columns == name))
        if count > 1:
            raise ModelRefused(
                f"The data has {count} columns named '{name}'.", "Rename them, or leave out all but one."
            )


def is_categorical(column: pd.Series[Any]) -> bool:
    """Text, pandas categories and yes/no columns are categories; everything else must be a number.

    Numbers kept as Python objects (a column that once held None, or decimals) are numbers.
    """
    if column.dtype == object:
        return pd.api.types.infer_dtype(column, skipna=True) not in NUMBER_OBJECTS
    return not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype)


def as_numbers(column: pd.Series[Any], name: str) -> FloatArray:
    """Numbers with NaN where missing. Raises ModelRefused on infinite values, and on sizes whose squares overflow."""
    if is_categorical(column):
        raise ModelRefused(
            f"Column '{name}' is used as a number but holds categories.", "Use it as a category or convert it."
        )
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    _check_sizes(numbers, name)
    return numbers


def _check_sizes(numbers: FloatArray, name: str) -> None:
    largest = max(float(np.fmax.reduce(numbers, initial=0.0)), -float(np.fmin.reduce(numbers, initial=0.0)))
    if largest == 0.0 or SMALLEST <= largest <= LARGEST:
        return
    if np.isinf(largest):
        count = int(np.isinf(numbers).sum())
        raise ModelRefused(
            f"Column '{name}' has {count} infinite values.", "Correct them or leave them blank; blanks are left out."
        )
    if largest > LARGEST:
        count = int(np.sum(np.abs(numbers) > LARGEST))
        raise ModelRefused(
            f"Column '{name}' has {count} values beyond {LARGEST:.0e} in size.",
            "Correct them, or write the column in a larger unit.",
        )
    raise ModelRefused(
        f"Column '{name}' has no value above {SMALLEST:.0e} in size.", "Write the column in a smaller unit."
    )


def as_labels(column: pd.Series[Any]) -> Labels:
    """Codes and levels: the order of a pandas Categorical, else sorted."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        levels = tuple(column.cat.categories.tolist())
        return Labels(column.cat.codes.to_numpy(), levels)
    codes, found = pd.factorize(column, sort=False)
    levels = tuple(found.tolist() if hasattr(found, "tolist") else found)
    order = sorted(range(len(levels)), key=lambda position: _sort_key(levels[position]))
    place = np.full(len(levels) + 1, -1, dtype=np.int16 if len(levels) < 2**15 else np.int32)
    place[order] = np.arange(len(levels))
    return Labels(place[codes], tuple(levels[position] for position in order))


def _sort_key(level: Any) -> tuple[int, Any]:
    return (0, level) if isinstance(level, (int, float, np.number, bool)) else (1, str(level))


def present_only(labels: Labels) -> Labels:
    """Drop the levels that no row has; ``absent`` names them."""
    counts = np.bincount(labels.codes, minlength=len(labels.levels))
    if counts.all():
        return labels
    keep = np.flatnonzero(counts)
    place = np.full(len(labels.levels), -1, dtype=labels.codes.dtype)
    place[keep] = np.arange(len(keep))
    absent = tuple(level for level, count in zip(labels.levels, counts, strict=True) if not count)
    return Labels(place[labels.codes], tuple(labels.levels[position] for position in keep), absent)


def take_rows(values: Values, rows: Any) -> Values:
    """The given rows of a column."""
    if isinstance(values, Labels):
        return Labels(values.codes[rows], values.levels, values.absent)
    taken: FloatArray = values[rows]
    return taken


def missing_rows(values: Values) -> npt.NDArray[np.bool_]:
    """True where a column has no value."""
    return values.codes < 0 if isinstance(values, Labels) else np.isnan(values)
