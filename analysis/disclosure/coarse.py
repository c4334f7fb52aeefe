"""Shares over time in coarse steps, so that no step of a curve counts a few patients.

A curve of Kaplan and Meier has a step for each event: with the number at risk beside it every step is a count. In steps
of five percent, of groups in which that is two patients and a half, a step is never one number of patients only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

STEP = 0.05
FEWEST = 50  # STEP of these is two and a half patients: every rounded share is one of two numbers or more


def coarse_share(values: pd.Series) -> pd.Series:
    """Shares of 1 in whole steps."""
    return (values / STEP).round() * STEP


def coarse_curve(frame: pd.DataFrame, shares: list[str], counts: list[str], n: int, min_cell: int) -> pd.DataFrame:
    """A curve of one group of n patients as somebody may have it who sees no small cells: in steps, without points at
    which one of the counts is small, and nothing at all of a small group. The counts themselves are missing."""
    values = frame[counts].to_numpy(dtype=float)
    small = np.asarray(((values > 0) & (values < min_cell)).any(axis=1), dtype=bool)
    gone = small if n >= FEWEST else np.ones(len(frame), dtype=bool)
    given = {name: coarse_share(frame[name]).mask(gone) for name in shares}
    return frame.assign(**given, **{name: np.nan for name in counts})
