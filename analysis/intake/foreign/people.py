"""What becomes of a person in an export: a new code, an age in years, a sex. Nothing else of them is kept.

The number that a record system gives a person may be a medical record number, and a code derived from it (a
hash, an order of arrival) identifies as well as it does. So every patient gets a code from a shuffled row of
numbers, drawn from the system's randomness without a seed: nobody can draw it again, and the order of the file
is not in it. It follows that two readings of one export give different codes and so a different digest; a study
that is to stay the same is read once and saved, or the mapping keeps the codes with a written reason.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

import numpy as np
import pandas as pd

from ..dates import TOP_AGE

FEWEST_DIGITS = 4


def new_codes(keys: Iterable[str], keep: bool) -> dict[str, str]:
    """A new code for each distinct key, or the key itself when the mapping keeps it."""
    distinct = list(dict.fromkeys(keys))
    if keep:
        return {key: key for key in distinct}
    numbers = list(range(1, len(distinct) + 1))
    secrets.SystemRandom().shuffle(numbers)
    width = max(FEWEST_DIGITS, len(str(len(distinct))))
    return {key: f"P{number:0{width}}" for key, number in zip(distinct, numbers, strict=True)}


def ages(birth: pd.DataFrame, first_days: pd.Series) -> pd.Series:
    """Completed years at the first session, 90 at most; missing where either date is.

    birth has birth_year, birth_month and birth_day. Without a month and a day it is the difference of the years,
    which may be one too many.
    """
    first = pd.to_datetime(first_days.to_numpy(dtype=float), unit="D", origin="unix")
    year, month, day = (birth[f"birth_{part}"].to_numpy(dtype=float) for part in ("year", "month", "day"))
    first_month, first_day = first.month.to_numpy(dtype=float), first.day.to_numpy(dtype=float)
    not_yet = (first_month < month) | ((first_month == month) & (first_day < day))  # nan compares as false
    age = first.year.to_numpy(dtype=float) - year - not_yet
    return pd.Series(np.minimum(age, TOP_AGE), index=birth.index).astype("Int64")
