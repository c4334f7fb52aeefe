"""The last index year beside the one before it, as an audience may have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.outcomes import Overview, interval_text, number_text
from analysis.outcomes.overview.years import MEAN_CHANGE, SHARES

from . import overview_tables as tables
from .gate import Release, ReleasedTable

WITHHELD = "withheld"
MEASURE, DIFFERENCE = "measure", "difference"
SCORED = ("n_scored",)
Row = dict[Any, Any]


@dataclass(frozen=True, eq=False)
class ReleasedYears:
    """One row per measure in words: measure, before and last (each with its numbers of patients), difference with its
    interval. sentence names what differs beyond chance."""

    before: int
    last: int
    frame: pd.DataFrame
    sentence: str


def released_years(result: Overview, found: Release) -> ReleasedYears | None:
    """The comparison in words; None where the cohort has no two index years. A measure of which one of the numbers is
    withheld in either year is withheld, and so is its difference."""
    change = result.years
    if change is None:
        return None
    table = found[tables.YEARS]
    rows, clear = [], []
    for row in change.differences.to_dict("records"):
        columns = SHARES.get(row["measure"], SCORED)
        shown = _may_be_shown(row["measure"], table, columns)
        rows.append(_row(row, table, columns, shown, result.instrument))
        if shown and (row["ci_low"] > 0 or row["ci_high"] < 0):
            clear.append(_clear(row, result.instrument))
    frame = pd.DataFrame(rows, columns=[MEASURE, "before", "last", DIFFERENCE])
    return ReleasedYears(change.before, change.last, frame, _sentence(change.before, change.last, clear))


def _may_be_shown(measure: str, table: ReleasedTable, columns: tuple[str, ...]) -> bool:
    """Shares stand on numbers that are seen; a mean of enough patients says nothing of how many they are."""
    if measure == MEAN_CHANGE:
        return bool(table.frame["mean"].iloc[:2].notna().all())
    return all(bool(table.is_seen(column).iloc[place]) for column in columns for place in (0, 1))


def _row(row: Row, table: ReleasedTable, columns: tuple[str, ...], shown: bool, name: str) -> tuple[str, ...]:
    measure = f"Change in {name}, end of induction" if row["measure"] == MEAN_CHANGE else str(row["measure"])
    if not shown:
        return measure, WITHHELD, WITHHELD, WITHHELD
    values = (
        f"{_value(row['measure'], row[year])} ({' of '.join(table.words(column, place) for column in columns)})"
        for place, year in enumerate(("before", "last"))
    )
    return measure, *values, _difference(row)


def _value(measure: str, value: Any) -> str:
    if pd.isna(value):
        return "–"
    return f"{number_text(value)} points" if measure == MEAN_CHANGE else f"{value:.0%}"


def _difference(row: Row) -> str:
    if bool(pd.isna(row["difference"])):
        return "–"
    scale, unit = (1, "points") if row["measure"] == MEAN_CHANGE else (100, "percentage points")
    numbers = [scale * row[name] for name in ("difference", "ci_low", "ci_high")]
    interval = interval_text(numbers[1], numbers[2])
    return f"{number_text(numbers[0])} {unit} ({interval})"


def _clear(row: Row, name: str) -> str:
    measure = f"change in {name}" if row["measure"] == MEAN_CHANGE else str(row["measure"])
    return f"{measure[0].lower()}{measure[1:]} {_difference(row)}"


def _sentence(before: int, last: int, clear: list[str]) -> str:
    start = f"Of those who started in {last} against {before}, "
    said = f"beyond chance, each interval by itself: {'; '.join(clear)}." if clear else "nothing differs beyond chance."
    return f"{start}{said} Nothing is adjusted for, and those who started late in {last} may not have been scored yet."
