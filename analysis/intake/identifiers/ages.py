"""Ages over 89 in columns named after an age, and years of birth that tell one. 90 stands for 90 or over."""

from __future__ import annotations

import datetime

import pyarrow as arrow
import pyarrow.compute as compute

from ..dates import TOP_AGE
from ..findings import Mask
from ..numbers import Numbers
from .column import ColumnWords
from .names import name_words

OLDEST_POSSIBLE = 130  # what is larger is no age in years: a code, or another unit
FIRST_YEAR = 1800
PER_YEAR = {"day": 365.25, "days": 365.25, "week": 52.18, "weeks": 52.18, "month": 12.0, "months": 12.0, "mo": 12.0}


def old_age_words(column: ColumnWords) -> Mask:
    """The words of a column named after an age that hold a number over 90 (times the unit the name says)."""
    per_year = next((PER_YEAR[word] for word in name_words(column.name) if word in PER_YEAR), 1.0)
    largest = _largest_numbers(column)
    within = largest <= OLDEST_POSSIBLE * per_year
    return (largest > TOP_AGE * per_year) & within


def old_birth_year_words(column: ColumnWords) -> Mask:
    """The words of a column of birth years that lie 90 years or more before today: years that tell such an age."""
    year = _largest_numbers(column)
    return (year >= FIRST_YEAR) & (year <= datetime.date.today().year - TOP_AGE)


def _largest_numbers(column: ColumnWords) -> Numbers:
    """The last number written in each word, which is the larger one of a band; NaN without one."""
    found = compute.extract_regex(column.words, r"(?P<number>[0-9]+(?:\.[0-9]+)?)[^0-9]*$")
    numbers: Numbers = compute.cast(compute.struct_field(found, "number"), arrow.float64()).to_numpy(
        zero_copy_only=False
    )
    return numbers
