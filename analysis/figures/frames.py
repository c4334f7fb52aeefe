"""Small frames walked through, and the routes in one order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis.vocabulary import ROUTES


def rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a small frame one after another, columns as attributes."""
    return frame.itertuples(index=False)


def routes_in_order(codes: pd.Series) -> list[str]:
    """The routes present, in the vocabulary's order, so that panels never change places."""
    present = {str(code) for code in codes.dropna().unique()}
    return [code for code in ROUTES if code in present] + sorted(present - set(ROUTES))
