"""Calendar dates of a source turned into days, ages and one year; no date leaves this module's callers.

Dates are the clinic's own clock: an offset after an ISO time is not applied, so that a day stays the day
the clinic saw. A time of exactly midnight is what exports write for "no time".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from .date_formats import EITHER_ORDER, MONTHS, TIME_OF_DAY, date_pattern, shown_form
from .distinct import distinct_texts, marks, numbers
from .findings import Mask, Positions, Problem
from .numbers import Numbers, matches

NO_DATE = np.iinfo(np.int64).min
TWO_DIGIT_PIVOT = 69  # as POSIX reads two-digit years: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068
SECONDS_A_DAY = 86_400
DECIMALS = 6  # a tenth of a second as a fraction of a day
OLDEST = 120  # years; nobody has been older at a first session, so the birth date is a placeholder
TOP_AGE = 90  # everyone aged 90 or over is 90 (45 CFR 164.514(b)(2)(i)(C))


@dataclass(frozen=True)
class Moments:
    """When something was: days since 1970 (NO_DATE when unknown) and the fraction of the day (NaN: no time given)."""

    day: Positions
    fraction: Numbers

    @property
    def known(self) -> Mask:
        known: Mask = self.day != NO_DATE
        return known

    def take(self, places: Positions) -> Moments:
        """The moments at some places; unknown where a place is -1."""
        day = np.append(self.day, NO_DATE)[places]
        return Moments(day, np.append(self.fraction, np.nan)[places])


def parse_dates(text: Any, form: str) -> tuple[Moments, list[Problem]]:
    """Dates from an Arrow column of text, each distinct text once, and the cells that are none."""
    words, places = distinct_texts(text)
    day, fraction, fits = _parsed(words, form)
    moments = Moments(np.append(day, NO_DATE)[places], numbers(fraction, places))
    if bool((day != NO_DATE).all()):
        return moments, []
    unclear = ~fits & (form == "iso") & matches(arrow.chunked_array([words]), EITHER_ORDER)
    kinds = {"absent": fits & (day == NO_DATE), "unclear": unclear, "other": ~fits & ~unclear}
    return moments, _problems({name: marks(mask, places) for name, mask in kinds.items()}, form)


def with_times(moments: Moments, text: Any) -> tuple[Moments, list[Problem]]:
    """Dates with the time of day from a column of its own (14:30, 14:30:05 or 2:30 PM)."""
    words, places = distinct_texts(text)
    parts = _parts(words, TIME_OF_DAY)
    seconds = _clock(parts)
    wrong = marks(~np.asarray(parts["fits"], dtype=bool) | (seconds == NO_DATE), places)
    rest = "with no time of day such as 14:30 or 2:30 PM"
    problem = Problem(wrong, "cell", rest, "Correct them or leave them blank.")
    return Moments(moments.day, numbers(_fraction(seconds), places)), [problem] if wrong.any() else []


def _problems(masks: dict[str, Mask], form: str) -> list[Problem]:
    shown = shown_form(form)
    found = [
        Problem(
            masks["unclear"],
            "date",
            "that can be read month first or day first",
            'Say format = "us" (month first) or format = "european" (day first) in the mapping.',
        ),
        Problem(
            masks["absent"],
            "date",
            f"that the calendar does not have when read as {shown}",
            "Correct them, leave them blank, or change 'format' in the mapping.",
        ),
        Problem(
            masks["other"],
            "cell",
            f"with no date written as {shown}",
            "Correct them, leave them blank, or change 'format' in the mapping.",
        ),
    ]
    return [problem for problem in found if problem.mask.any()]


def _parsed(words: Any, form: str) -> tuple[Positions, Numbers, Mask]:
    """Day and time of each distinct text, and whether it has the form (the date may still not exist)."""
    parts = _parts(words, date_pattern(form))
    fits: Mask = np.asarray(parts["fits"], dtype=bool)
    year, month, day = _number(parts["Y"]), _month(parts), _number(parts["d"])
    short = _lengths(parts["Y"]) == 2
    year = np.where(short, year + np.where(year >= TWO_DIGIT_PIVOT, 1900, 2000), year)
    seconds = _clock(parts)
    possible = fits & (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1) & (seconds != NO_DATE)
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    after = (months + 1).astype("datetime64[D]").astype(np.int64)
    date = first + day - 1
    return np.where(possible & (date < after), date, NO_DATE), _fraction(seconds), fits


def _parts(words: Any, pattern: str) -> dict[str, Any]:
    """The named parts of each text as Arrow text ("" where a part is absent), and which texts match."""
    found = compute.extract_regex(words, pattern)
    fits = found.is_valid().to_numpy(zero_copy_only=False)
    names = [field.name for field in found.type]
    parts = {name: compute.fill_null(compute.struct_field(found, name), "") for name in names}
    blank = arrow.repeat(arrow.scalar("", words.type), len(words))
    return {"fits": fits, **{name: parts.get(name, blank) for name in ("Y", "m", "b", "d", "H", "M", "S", "p")}}


def _number(part: Any) -> Positions:
    """A part of digits as whole numbers; 0 where it is absent."""
    digits = compute.if_else(compute.equal(part, ""), "0", part)
    values: Positions = compute.cast(digits, arrow.int64()).to_numpy()
    return values


def _lengths(part: Any) -> Positions:
    lengths: Positions = compute.utf8_length(part).to_numpy()
    return lengths


def _month(parts: dict[str, Any]) -> Positions:
    named = compute.index_in(compute.utf8_lower(parts["b"]), value_set=arrow.array(MONTHS, parts["b"].type))
    places = compute.fill_null(named, -1).to_numpy(zero_copy_only=False) + 1
    return np.where(places > 0, places, _number(parts["m"]))


def _clock(parts: dict[str, Any]) -> Positions:
    """Seconds of the day: -1 when no time is given, NO_DATE when the time does not exist."""
    hour, minute, second = _number(parts["H"]), _number(parts["M"]), _number(parts["S"])
    half = compute.utf8_lower(parts["p"])
    is_half = compute.not_equal(half, "").to_numpy(zero_copy_only=False)
    late = compute.equal(half, "p").to_numpy(zero_copy_only=False)
    exists = (hour < 24) & (minute < 60) & (second < 60) & (~is_half | ((hour >= 1) & (hour <= 12)))
    hour = np.where(is_half, hour % 12 + np.where(late, 12, 0), hour)
    seconds = hour * 3600 + minute * 60 + second
    return np.where(~exists, NO_DATE, np.where(_lengths(parts["H"]) == 0, -1, seconds))


def _fraction(seconds: Positions) -> Numbers:
    return np.where(seconds > 0, seconds / SECONDS_A_DAY, np.nan)


def days_between(first: Moments, later: Moments) -> Numbers:
    """Days from one moment to another; whole days unless both have a time; NaN when one is unknown."""
    known = first.known & later.known
    whole = np.where(known, later.day - np.where(known, first.day, 0), 0).astype(np.float64)
    timed = np.isfinite(first.fraction) & np.isfinite(later.fraction)
    parts = np.where(timed, later.fraction - first.fraction, 0)
    return np.where(known, np.round(whole + parts, DECIMALS), np.nan)


def years_of(moments: Moments) -> Numbers:
    """Calendar years; NaN when unknown."""
    dates = np.where(moments.known, moments.day, 0).astype("datetime64[D]")
    return np.where(moments.known, dates.astype("datetime64[Y]").astype(np.int64) + 1970, np.nan)


def ages_at(first: Moments, birth: Moments) -> tuple[Numbers, list[Problem]]:
    """Full years from birth to the first session, 90 for everyone of 90 or over; impossible ones are reported."""
    known = first.known & birth.known
    age = _full_years(np.where(known, birth.day, 0), np.where(known, first.day, 0))
    repair = "Correct them or leave them blank; years of birth need four digits."
    rest = f"after the first session or more than {OLDEST} years before it"
    wrong = known & ((age < 0) | (age > OLDEST))
    problem = Problem(wrong, "birth date", rest, repair)
    kept = np.where(known & ~wrong, np.minimum(age, TOP_AGE), np.nan)
    return kept, [problem] if wrong.any() else []


def _full_years(birth: Positions, first: Positions) -> Positions:
    born, seen = birth.astype("datetime64[D]"), first.astype("datetime64[D]")
    years: Positions = seen.astype("datetime64[Y]").astype(np.int64) - born.astype("datetime64[Y]").astype(np.int64)
    return years - (_month_and_day(seen) < _month_and_day(born))


def _month_and_day(dates: Any) -> Positions:
    month = dates.astype("datetime64[M]")
    months: Positions = month.astype(np.int64) % 12
    days: Positions = (dates - month.astype("datetime64[D]")).astype(np.int64)
    return months * 32 + days
