"""Which drawn numbers may be shown: nothing about one to ten patients leaves for a figure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis.disclosure import MIN_CELL, withhold_small
from analysis.vocabulary import ROUTES


def rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a small frame one after another, columns as attributes."""
    return frame.itertuples(index=False)


def enough(frame: pd.DataFrame, count_column: str = "n_patients") -> pd.DataFrame:
    """The rows about at least MIN_CELL patients: only these are drawn."""
    return frame[frame[count_column] >= MIN_CELL]


def released(frame: pd.DataFrame, values: list[str], count_column: str = "n_patients") -> pd.DataFrame:
    """Every row, with counts of one to ten as "<11" and their values missing, for tables and files."""
    return withhold_small(frame, count_column, [name for name in values if name in frame])


def routes_in_order(codes: pd.Series) -> list[str]:
    """The routes present, in the vocabulary's order, so that panels never change places."""
    present = {str(code) for code in codes.dropna().unique()}
    return [code for code in ROUTES if code in present] + sorted(present - set(ROUTES))
