"""Numbers and names as they stand in a cell of a table."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.disclosure.row_words import tenths
from analysis.figures import interval_text, number_text, share_text
from analysis.figures.numbers import NOT_SHOWN
from analysis.outcomes.safety import ALL
from analysis.vocabulary import route_label


def with_route_names(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table by route, routes in words."""
    return frame.assign(route=["All" if code == ALL else route_label(code) for code in frame["route"]])


def middle_half(row: dict[str, Any], decimals: int = 0, suffix: str = "") -> str:
    """A median with its middle half; suffix is what the columns' names end in."""
    low, middle, high = (row[f"{name}{suffix}"] for name in ("q1", "median", "q3"))
    return NOT_SHOWN if pd.isna(middle) else f"{number_text(middle, decimals)} ({interval_text(low, high, decimals)})"


def percent_interval(row: dict[str, Any]) -> str:
    """The interval of a share of 1."""
    if pd.isna(row["ci_low"]):
        return NOT_SHOWN
    return interval_text(100 * row["ci_low"], 100 * row["ci_high"], 0) + "%"


def tenths_text(share: float) -> str:
    """A share with one decimal, or the sign for one that is not shown."""
    return share_text(share) if pd.isna(share) else tenths(share)


def whole(number: float) -> str:
    return number_text(number, 0)
