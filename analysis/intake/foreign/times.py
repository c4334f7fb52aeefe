"""Calendar dates and times of an export, held only until they are days since the first session.

A time is two numbers: the day as it was written where it happened, counted from 1970-01-01, and the instant, in
days with the time of day (in UTC when the text gave an offset), unknown where only a date was written. Differences
are taken between instants when both are known, else between days.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..dates import SECONDS_A_DAY
from ..numbers import Numbers

YEARS = range(1900, 2101)  # a date outside is a slip of the pen
DAY_DECIMALS = 2  # a quarter of an hour, the finest that any page shows

_EPOCH = datetime(1970, 1, 1)
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d{1,9})?)?"
    r"(?P<offset>Z|[+-]\d\d:?\d\d)?)?"
)
_REORDERED = {
    "mdy": re.compile(r"(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})[-/.](?P<year>\d{4})(?P<rest>[ T].*)?"),
    "dmy": re.compile(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})(?P<rest>[ T].*)?"),
    "ymd": re.compile(r"(?P<year>\d{4})[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})(?P<rest>[ T].*)?"),
}


class Moment(NamedTuple):
    """One time: the local day, and the instant (nan when only a date is known). Both nan: not a day at all."""

    day: float
    instant: float


UNKNOWN = Moment(np.nan, np.nan)


def moment(text: object, order: str = "ymd") -> Moment:
    """The time that a text gives. ISO 8601 is read in any order; other texts as year, month and day in `order`.

    A year or a month alone is no day, and neither is a day that no calendar has.
    """
    if not isinstance(text, str):
        return UNKNOWN
    found = _ISO.fullmatch(text) or _ISO.fullmatch(_as_iso(text, order))
    if found is None:
        return UNKNOWN
    parts = found.groupdict()
    try:
        day = date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
        clock = None if parts["hour"] is None else _clock(parts)
    except ValueError:
        return UNKNOWN
    if day.year not in YEARS:
        return UNKNOWN
    number = float((day - _EPOCH.date()).days)
    return Moment(number, np.nan if clock is None else number + clock)


def _as_iso(text: str, order: str) -> str:
    found = _REORDERED[order].fullmatch(text)
    if found is None:
        return ""
    rest = (found["rest"] or "").strip("T ")
    return f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}" + (f" {rest}" if rest else "")


def _clock(parts: dict[str, str | None]) -> float:
    """The time of day as a fraction of a day, shifted to UTC. Raises ValueError for a time no clock shows."""
    second = min(int(parts["second"] or 0), 59)  # a leap second
    shown = timedelta(hours=int(parts["hour"] or 0), minutes=int(parts["minute"] or 0), seconds=second)
    if shown >= timedelta(days=1) or int(parts["minute"] or 0) > 59:
        raise ValueError
    return (shown - _offset(parts["offset"])).total_seconds() / SECONDS_A_DAY


def _offset(text: str | None) -> timedelta:
    if text is None or text == "Z":
        return timedelta(0)
    hours = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    timezone(hours)  # raises ValueError for a day or more
    return hours if text[0] == "+" else -hours


def moments(texts: Iterable[object], order: str = "ymd") -> pd.DataFrame:
    """The times of a column of texts, each text read once; columns at_day and at_instant."""
    cells = list(texts)
    read = {text: moment(text, order) for text in set(cells)}
    return pd.DataFrame([read[text] for text in cells], columns=["at_day", "at_instant"], dtype="float64")


def first_times(keys: pd.Series, times: pd.DataFrame) -> pd.DataFrame:
    """The earliest time of each key, index the key; a date without a time of day comes first on its day."""
    known = pd.DataFrame({"key": keys, "at_day": times["at_day"], "at_instant": times["at_instant"]})
    known = known[known["at_day"].notna()].sort_values(["at_day", "at_instant"], na_position="first", kind="stable")
    return known.drop_duplicates("key").set_index("key")


def days_since(times: pd.DataFrame, first: pd.DataFrame) -> Numbers:
    """Days from the first time to each, row by row; nan when either is unknown."""
    by_instant = times["at_instant"].to_numpy(dtype=float) - first["at_instant"].to_numpy(dtype=float)
    by_day = times["at_day"].to_numpy(dtype=float) - first["at_day"].to_numpy(dtype=float)
    days: Numbers = np.round(np.where(np.isnan(by_instant), by_day, by_instant), DAY_DECIMALS) + 0.0
    return days


def years(days: pd.Series) -> pd.Series:
    """The calendar year of each day, as whole numbers; missing where the day is."""
    stamps = pd.to_datetime(days, unit="D", origin="unix")
    return stamps.dt.year.astype("Int64")
