"""One row of a released table, to be said in words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .gate import ReleasedTable

LEAST_SAID = 0.0005


def tenths(share: float) -> str:
    """A share with one decimal; one that would be rounded to nought is not written as nought."""
    return "under 0.1%" if 0 < share < LEAST_SAID else f"{share:.1%}"


def row_of(table: ReleasedTable, **where: str) -> tuple[dict[Any, Any], int] | None:
    """The one row of a table with the values asked for, and its place; None without one."""
    chosen = pd.Series(True, index=table.frame.index)
    for column, value in where.items():
        chosen &= table.frame[column] == value
    places = [place for place, yes in enumerate(chosen.tolist()) if yes]
    return (table.frame.iloc[places[0]].to_dict(), places[0]) if places else None
