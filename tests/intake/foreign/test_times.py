"""Calendar dates of records: what is a day, and how far apart two of them are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.intake.foreign.people import ages, new_codes
from analysis.intake.foreign.times import days_since, first_times, moment, moments, years

TIMES = st.datetimes(
    datetime(1950, 1, 1), datetime(2090, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5))])
)


@pytest.mark.parametrize(
    "text",
    ["2023", "2023-06", "2023-02-30", "2023-13-01", "1850-01-01", "2200-01-01", "2023-06-14T25:00:00Z", "June 2023",
     "2023-06-14T10:61:00Z", "2023-06-14T10:00:00+99:00", "14/06/2023", "", None, 20230614],
)  # fmt: skip
def test_what_is_no_full_date_is_no_day(text: object) -> None:
    assert np.isnan(moment(text)).all()


def test_a_date_without_a_time_has_a_day_and_no_instant() -> None:
    day, instant = moment("1970-01-11")
    assert day == 10
    assert np.isnan(instant)


def test_the_day_is_the_one_written_and_the_instant_is_universal() -> None:
    assert moment("1970-01-11T22:00:00-04:00") == (10, 10 + 26 / 24)
    assert moment("1970-01-11 06:00:30.5") == (10, 10 + (6 * 3600 + 30) / 86400)


@given(TIMES, TIMES)
def test_two_instants_are_as_far_apart_as_the_clock_says(first: datetime, later: datetime) -> None:
    found = moments([later.isoformat(timespec="seconds")])
    start = moments([first.isoformat(timespec="seconds")])
    apart = (later.replace(microsecond=0) - first.replace(microsecond=0)).total_seconds() / 86400
    assert abs(days_since(found, start)[0] - apart) <= 0.005 + 1e-9  # two decimals are kept


@given(st.dates(datetime(1950, 1, 1).date(), datetime(2090, 1, 1).date()), TIMES)
def test_a_date_and_a_time_are_whole_days_apart(first: object, later: datetime) -> None:
    days = days_since(moments([later.isoformat()]), moments([str(first)]))[0]
    assert days == (later.date() - first).days  # type: ignore[operator]


def test_the_first_time_of_a_day_is_the_one_without_a_clock() -> None:
    keys = pd.Series(["a", "a", "b", "a"])
    times = moments(["2023-01-02T08:00:00Z", "2023-01-02", "2023-05-01", "2023-01-03"])
    first = first_times(keys, times)
    assert np.isnan(first.loc["a", "at_instant"])
    assert first["at_day"].tolist() == [times.loc[1, "at_day"], times.loc[2, "at_day"]]
    assert years(first["at_day"]).tolist() == [2023, 2023]


def test_ages_are_completed_years_and_ninety_at_most() -> None:
    birth = pd.DataFrame(
        {
            "birth_year": [1980, 1980, 1980, 1900, np.nan],
            "birth_month": [6, 6, np.nan, 1, 1],
            "birth_day": [15, np.nan, np.nan, 1, 1],
        }
    )
    first = moments(["2023-06-14"] * 5)["at_day"]
    assert ages(birth, first).tolist() == [42, 43, 43, 90, pd.NA]


@given(st.lists(st.text(), unique=True, max_size=50))
def test_new_codes_are_distinct_and_hold_nothing_of_the_old(keys: list[str]) -> None:
    codes = new_codes(keys, keep=False)
    assert sorted(codes.values()) == [f"P{number:04}" for number in range(1, len(keys) + 1)]
    assert new_codes(keys, keep=True) == {key: key for key in keys}
