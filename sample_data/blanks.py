"""Cells left blank at random, as in a real clinic's export."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd


def blank(rng: np.random.Generator, rows: pd.DataFrame, shares: Mapping[str, float]) -> pd.DataFrame:
    """A copy of the rows in which each named column misses its share of cells, completely at random."""
    columns = {name: rows[name].mask(rng.random(len(rows)) < share) for name, share in shares.items()}
    return rows.assign(**columns)
