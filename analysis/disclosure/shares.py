"""Whether a share in whole percent can stay where its numbers of patients cannot.

"35% (31 to 40%)" of some four hundred patients is said just as well of one patient more or one fewer, so it gives no
number away; "60%" of fifty is not. A share of too few, or that leaves out too few, never stays.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from .cells import is_small

Z = 1.959963984540054  # the standard normal's 97.5 % point, as in the intervals that are read here
Percents = tuple[int, int, int]


def wilson_percents(numerator: int, denominator: int) -> Percents:
    """A share and its 95 % Wilson interval in whole percent."""
    share = numerator / denominator
    spread = Z**2 / denominator
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / denominator + spread / (4 * denominator)) / (1 + spread)
    return round(100 * share), round(100 * (middle - half)), round(100 * (middle + half))


def is_share_of_few(numerator: int, denominator: int, min_cell: int) -> bool:
    """Whether those who are in the share, those who are not, or all of them are 1 to min_cell - 1."""
    return any(is_small(count, min_cell) for count in (numerator, denominator - numerator, denominator))


def could_be_others(numerator: int, denominator: int, sees_numerator: bool, sees_denominator: bool) -> bool:
    """Whether one patient more, and one fewer, would give the same whole percents. A number that is seen stays."""
    said = wilson_percents(numerator, denominator)
    if sees_denominator:
        others = [[(numerator + step, denominator)] for step in (-1, 1)]
    else:
        near = (0,) if sees_numerator else (-1, 0, 1)
        others = [[(numerator + move, denominator + step) for move in near] for step in (-1, 1)]
    return all(any(0 <= k <= n and n > 0 and wilson_percents(k, n) == said for k, n in some) for some in others)


def whole_percent(share: float) -> float:
    """A share of 1 rounded to a whole percent."""
    return round(float(share), 2) if not pd.isna(share) else np.nan


def may_stay(numbers: tuple[int, int], sees: tuple[bool, bool], min_cell: int) -> bool:
    """Whether a share may stay in whole percent although one of its numbers does not."""
    k, n = numbers
    return n > 0 and not is_share_of_few(k, n, min_cell) and could_be_others(k, n, *sees)
