"""Estimates, shares, p values and axis ticks in words, in the product's one number format."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.outcomes import MINUS, NOT_SHOWN, interval_text, number_text

__all__ = [
    "MINUS",
    "NOT_SHOWN",
    "estimate_text",
    "interval_text",
    "nice_ticks",
    "number_text",
    "p_text",
    "share_text",
    "tick_texts",
]


def estimate_text(estimate: Any, low: Any, high: Any, decimals: int = 1) -> str:
    return f"{number_text(estimate, decimals)} ({interval_text(low, high, decimals)})"


def share_text(share: Any, decimals: int = 0) -> str:
    """A share of 1 as a percentage."""
    return NOT_SHOWN if pd.isna(share) else f"{number_text(100 * float(share), decimals)}%"


def p_text(value: Any) -> str:
    """A p value with three decimals, never written as zero."""
    if pd.isna(value):
        return NOT_SHOWN
    return "<0.001" if float(value) < 0.001 else f"{float(value):.3f}"


def nice_ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round tick positions inside low to high, 1, 2 or 5 times a power of ten apart."""
    span = max(high - low, 1e-9)
    raw = span / max(about, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= raw)
    first = math.ceil(low / step)
    last = math.floor(high / step)
    return [round(index * step, 10) for index in range(first, last + 1)]


def tick_texts(values: list[float]) -> list[str]:
    decimals = 0 if all(float(value).is_integer() for value in values) else 1
    return [number_text(value, decimals) for value in values]
