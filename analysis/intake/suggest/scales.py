"""Columns named after an instrument: totals, items, and the time point that a wide column is for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from analysis.vocabulary import INSTRUMENTS, ITEM_SCORING
from analysis.vocabulary.column_names import (
    BASELINE_WORDS,
    INSTRUMENT_NAMES,
    ITEM_WORDS,
    NO_SCORE_WORDS,
    SCORE_WORDS,
    SCREENING_WORDS,
    SUICIDALITY_WORDS,
    TIME_UNITS,
)

from .names import Words, words_of

BASELINE_DAY, SCREENING_DAY = 0.0, -7.0  # a baseline is on or before the first session; a screening a week before
DECIMALS = 2  # an hour is 0.04 of a day


@dataclass(frozen=True)
class TimePoint:
    """When a wide column is for: its words, and the day they say (None when they say none)."""

    words: Words = ()
    day: float | None = None


@dataclass
class ScaleColumns:
    """The columns of one instrument at one time point. items are by number from 1."""

    instrument: str
    time: TimePoint
    total: str | None = None
    items: dict[int, str] = field(default_factory=dict)
    suicidality: str | None = None

    @property
    def has_all_items(self) -> bool:
        scoring = ITEM_SCORING.get(self.instrument)
        return scoring is not None and sorted(self.items) == list(range(1, scoring.n_items + 1))

    def columns(self) -> tuple[str, ...]:
        """Every column of the group, the total first."""
        named = (self.total, *(self.items[number] for number in sorted(self.items)), self.suicidality)
        return tuple(dict.fromkeys(name for name in named if name is not None))


def scale_columns(names: Iterable[str]) -> list[ScaleColumns]:
    """The columns that an instrument's name is in, grouped by instrument and time point, in the order of the file."""
    groups: dict[tuple[str, Words], ScaleColumns] = {}
    for name in names:
        read = _read(name)
        if read is not None:
            group = groups.setdefault((read.instrument, read.time.words), ScaleColumns(read.instrument, read.time))
            _place(group, read, name)
    return [_settled(group) for group in groups.values()]


def time_of(words: Words) -> tuple[TimePoint | None, Words]:
    """The time point that some words say, and the words left over; None when they say none.

    "wk 4" is looked for before "4 wk", so that the item number in "phq9 1 wk 4" stays one.
    """
    for place, word in enumerate(words):
        if word in (*BASELINE_WORDS, *SCREENING_WORDS):
            day = BASELINE_DAY if word in BASELINE_WORDS else SCREENING_DAY
            return TimePoint((word,), day), words[:place] + words[place + 1 :]
    for unit, number in ((0, 1), (1, 0)):
        for place in range(len(words) - 1):
            pair = words[place : place + 2]
            if pair[unit] in TIME_UNITS and pair[number].isdigit():
                day = round(TIME_UNITS[pair[unit]] * int(pair[number]), DECIMALS)
                return TimePoint((pair[unit], pair[number]), day), words[:place] + words[place + 2 :]
    return None, words


def date_time_words(name: str) -> Words | None:
    """The time point of a column of dates that belongs to wide scores ("wk4_date"), () for none; None: no such name."""
    words = words_of(name)
    if "date" not in words and "dt" not in words:
        return None
    point, _ = time_of(tuple(word for word in words if word not in ("date", "dt")))
    return point.words if point else ()


@dataclass(frozen=True)
class _Read:
    instrument: str
    time: TimePoint
    item: int | None
    is_suicidality: bool


@cache
def _instrument_words() -> list[tuple[Words, str]]:
    """Every name of an instrument as words, the longest first: "phq 9" before "phq"."""
    pairs = [(words_of(phrase), name) for name, phrases in INSTRUMENT_NAMES.items() for phrase in phrases]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def _read(name: str) -> _Read | None:
    words = words_of(name)
    for wanted, instrument in _instrument_words():
        for start in range(len(words) - len(wanted) + 1):
            if words[start : start + len(wanted)] == wanted:
                return _rest(instrument, words[:start] + words[start + len(wanted) :])
    return None


def _rest(instrument: str, words: Words) -> _Read | None:
    """What the words beside an instrument's name say; None when they say something else than its score."""
    item, words = _item_of(words)
    time, words = time_of(words)
    numbers = [int(word) for word in words if word.isdigit()]
    is_total = any(word in SCORE_WORDS for word in words)
    is_suicidality = any(word in SUICIDALITY_WORDS for word in words)
    known = (*SCORE_WORDS, *ITEM_WORDS, *SUICIDALITY_WORDS)
    others = tuple(word for word in words if not word.isdigit() and word not in known)
    of_another = is_total and bool(numbers)  # "phq2 total" is the total of the PHQ-2
    if of_another or len(numbers) > 1 or len(others) > (time is None) or set(others) & set(NO_SCORE_WORDS):
        return None
    if item is None and numbers:
        item = numbers[0]
    return _Read(instrument, time or TimePoint(others), item, is_suicidality)


def _item_of(words: Words) -> tuple[int | None, Words]:
    """The item that "item 9" or "q 9" names, and the words left over."""
    for place in range(len(words) - 1):
        if words[place] in ITEM_WORDS and words[place + 1].isdigit():
            return int(words[place + 1]), words[:place] + words[place + 2 :]
    return None, words


def _place(group: ScaleColumns, read: _Read, name: str) -> None:
    if read.is_suicidality:
        group.suicidality = name
    elif read.item is not None:
        group.items.setdefault(read.item, name)
    elif group.total is None:
        group.total = name


def _settled(group: ScaleColumns) -> ScaleColumns:
    """ "phq9" beside phq1 to phq8 is the ninth item; a lone ninth item beside a total is the suicidality item."""
    scoring = ITEM_SCORING.get(group.instrument)
    if scoring is not None and group.total is not None and words_of(group.total)[-1] == str(scoring.n_items):
        others = set(range(1, scoring.n_items))
        if set(group.items) == others:
            group.items[scoring.n_items], group.total = group.total, None
    item = INSTRUMENTS[group.instrument].suicidality_item
    if item in group.items and not group.has_all_items and group.suicidality is None:
        group.suicidality = group.items.pop(item)
    return group
