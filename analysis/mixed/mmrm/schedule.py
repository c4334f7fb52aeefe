"""Who attended which visit: the visit of every row, its place among the visits, and what the attendance allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..columns import IntArray, Labels, is_categorical, require_columns
from ..formula import ParsedFormula, parse_random_formula
from ..refusal import ModelRefused
from ..rows import ModelRows

FloatArray = npt.NDArray[np.float64]

MOST_VISITS = 40  # levels; with more, the second derivatives (visits to the fourth power) no longer fit in a cache


@dataclass(frozen=True)
class Schedule:
    """``visit`` is the position of each complete row's visit among ``levels``, which are the visits with a row.

    ``absent`` are declared visits that nobody attended; ``together`` (visits x visits) counts the patients who
    attended both, on its diagonal those who attended each.
    """

    column: str
    visit: IntArray
    levels: tuple[Any, ...]
    absent: tuple[Any, ...]
    together: IntArray


def visit_reader(visit: str) -> ParsedFormula:
    """The visit column as a part of a formula, so that it is read as a category along with the model's columns."""
    return parse_random_formula(f"0 + C(Q({visit!r}))")


def check_visit_column(data: pd.DataFrame, visit: str) -> None:
    """Raises ModelRefused when the column is absent or a row does not name its visit."""
    require_columns(data, [visit], "visit")
    missing = int(data[visit].isna().sum())
    if missing:
        raise ModelRefused(
            f"Column '{visit}' is missing in {missing} of {len(data)} rows.", "Every row must name its visit."
        )


def model_levels(rows: ModelRows, formula: ParsedFormula, data: pd.DataFrame, visit: str) -> dict[str, tuple[Any, ...]]:
    """Levels of the categories of the formula. A visit that is a number stays one in terms that use it as such."""
    coded = any(e.coded and e.column == visit for e in formula.expressions.values())
    as_number = not coded and not is_categorical(data[visit])
    return {name: levels for name, levels in rows.levels.items() if not (as_number and name == visit)}


def read_schedule(rows: ModelRows, visit: str) -> Schedule:
    """Attendance of the complete rows. Raises ModelRefused for repeated visits and where no covariance exists."""
    labels = rows.labels[visit]
    codes = labels.codes.astype(np.intp)
    _check_visits(labels, visit)
    size = len(labels.levels)
    attended = np.bincount(rows.patient * size + codes, minlength=len(rows.patient_labels) * size)
    table = attended.reshape(-1, size)
    _check_repeats(table, visit)
    together = (table.T @ table).astype(np.intp)
    if len(table) > 1 and not (table.sum(axis=1) > 1).any():
        raise ModelRefused(
            "No patient has rows at two visits, so nothing is known about the covariance between visits.",
            "Use an outcome that was measured more than once per patient.",
        )
    return Schedule(visit, codes, labels.levels, labels.absent, together)


def _check_visits(labels: Labels, visit: str) -> None:
    size = len(labels.levels)
    if size == 1:
        raise ModelRefused(
            f"All rows are at one visit ({labels.levels[0]}), so there is no covariance between visits.",
            "Keep at least two visits.",
        )
    if size > MOST_VISITS:
        raise ModelRefused(
            f"Column '{visit}' has {size} different visits; at most {MOST_VISITS} can be fitted.",
            "Use scheduled visits or windows of days, or fit_mixed_model with time as a number.",
        )


def _check_repeats(table: IntArray, visit: str) -> None:
    repeated = table > 1
    if repeated.any():
        patients, pairs = int(repeated.any(axis=1).sum()), int((table - 1)[repeated].sum())
        who = "1 patient has" if patients == 1 else f"{patients} patients have"
        what = "1 row" if pairs == 1 else f"{pairs} rows"
        raise ModelRefused(
            f"{who} more than one row at the same '{visit}' ({what} too many).",
            "Keep one row per patient and visit, for example the one nearest to the planned day.",
        )


def absent_visits_note(schedule: Schedule, in_design: bool) -> tuple[str, ...]:
    """One sentence about declared visits without rows; a visit in the formula is named with the other categories."""
    if in_design or not schedule.absent:
        return ()
    noun = "level" if len(schedule.absent) == 1 else "levels"
    return (f"{schedule.column}: no rows have the {noun} {', '.join(map(str, schedule.absent))}.",)
