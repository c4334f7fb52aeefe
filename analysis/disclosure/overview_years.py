"""The last index year beside the one before it, as an audience may have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from statsmodels.stats.multitest import multipletests

from analysis.outcomes import Overview, YearChange, interval_text, number_text
from analysis.outcomes.overview.years import EVALUABLE_SHARE, MEAN_CHANGE, RESPONSE_SEEN, SHARES

from . import overview_tables as tables
from .gate import Release, ReleasedTable

WITHHELD = "withheld"
MEASURE, DIFFERENCE = "measure", "difference"
SCORED = ("n_scored",)
ENOUGH = 20  # patients of each year, before a difference is judged
JUDGED = (EVALUABLE_SHARE, MEAN_CHANGE, RESPONSE_SEEN)  # responders are judged once
Row = dict[Any, Any]


@dataclass(frozen=True, eq=False)
class ReleasedYears:
    """One row per measure in words: measure, before and last (each with its numbers of patients), difference with its
    interval. sentence names what is clear of chance."""

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
    rows, judged, n_withheld = [], [], 0
    for row in change.differences.to_dict("records"):
        columns = SHARES.get(row["measure"], SCORED)
        shown = _may_be_shown(row["measure"], table, columns)
        rows.append(_row(row, table, columns, shown, result.instrument))
        n_withheld += not shown
        enough = bool((change.years[columns[-1]][:2] >= ENOUGH).all())
        if shown and enough and row["measure"] in JUDGED and not pd.isna(row["p_value"]):
            judged.append(row)
    frame = pd.DataFrame(rows, columns=[MEASURE, "before", "last", DIFFERENCE])
    sentence = _sentence(change, judged, n_withheld, result.instrument)
    return ReleasedYears(change.before, change.last, frame, sentence)


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


def _sentence(change: YearChange, judged: list[Row], n_withheld: int, name: str) -> str:
    """What is clear of chance after Holm's adjustment for the measures judged."""
    start = f"Of those who started in {change.last} against {change.before}"
    end = f" Nothing is adjusted for, and those who started late in {change.last} may not have been scored yet."
    if not judged:
        return f"{start}: too few to judge a difference, each year by fewer than {ENOUGH} patients or withheld.{end}"
    clear = multipletests([row["p_value"] for row in judged], method="holm")[0].tolist()
    said = "; ".join(_clear(row, name) for row, yes in zip(judged, clear, strict=True) if yes)
    among = "of what is shown, " if n_withheld else ""
    n = f"{len(judged)} comparison" + ("s" if len(judged) > 1 else "")
    if said:
        return f"{start}, {among}clear of chance (Holm, {n}): {said}.{end}"
    return f"{start}, {among}no difference is clear of chance (Holm, {n}).{end}"
