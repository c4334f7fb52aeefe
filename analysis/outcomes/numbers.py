"""How a number is written in every sentence, figure and table: typographic minus, fixed decimals."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

MINUS = "\u2212"
NOT_SHOWN = "\u2013"


def number_text(value: Any, decimals: int = 1) -> str:
    """A number with a typographic minus; a dash where there is none. Negative zero is written 0."""
    if pd.isna(value) or math.isinf(float(value)):
        return NOT_SHOWN
    text = f"{float(value):,.{decimals}f}"
    if text.startswith("-"):
        bare = text[1:]
        return bare if not bare.strip("0.,") else MINUS + bare
    return text


def interval_text(low: Any, high: Any, decimals: int = 1) -> str:
    """An interval in words, so that two minus signs never meet a dash."""
    return f"{number_text(low, decimals)} to {number_text(high, decimals)}"
