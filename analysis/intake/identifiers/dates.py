"""Calendar dates finer than a year: days, months, quarters and weeks, written in many ways.

A year alone is allowed. Months and days have to be possible ones, so that "120/80" and "13-14-15" are none.
"""

from __future__ import annotations

import numpy as np

from ..findings import Mask
from .column import ColumnWords

YEAR = r"(?:19|20)[0-9]{2}"
MONTH = r"(?:0?[1-9]|1[0-2])"
DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
MM, DD = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])"  # always two digits
PART = r"[-/. ]"
OPEN, SHUT = r"(?:^|[^0-9A-Za-z/.-])", r"(?:$|[^0-9A-Za-z/-])"  # a date stands apart from other digits and letters
TIME = r"(?:[T ][0-9]{1,2}:?[0-9]{2}.*)?"
FULL_MONTHS = "January|February|April|June|July|August|September|October|November|December"
AMBIGUOUS_MONTHS = "March|May"  # also plain words: only with a year, or alone in the cell with a day
SHORT_MONTHS = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
ANY_MONTH = rf"(?:{FULL_MONTHS}|{AMBIGUOUS_MONTHS}|{SHORT_MONTHS})\.?"
ORDINAL = r"(?:st|nd|rd|th)?"

# One cell is enough for these, also inside a longer text.
ANYWHERE = (
    rf"{OPEN}{YEAR}{PART}{MONTH}{PART}{DAY}(?:T[0-9]|{SHUT})",
    rf"{OPEN}(?:{DAY}{PART}{MONTH}|{MONTH}{PART}{DAY}){PART}{YEAR}(?:T[0-9]|{SHUT})",
    rf"{OPEN}(?:{DAY}/{MONTH}|{MONTH}/{DAY})/[0-9]{{2}}{SHUT}",
    rf"(?i:{OPEN}{DAY}{ORDINAL}[-/. ]?(?:of )?{ANY_MONTH}[-/., ]*(?:{YEAR}|'?[0-9]{{2}}){SHUT})",
    rf"(?i:\b{ANY_MONTH} ?{DAY}{ORDINAL},? ?{YEAR}\b)",
    rf"(?i:\b{ANY_MONTH}[-/., ]*{YEAR}\b)",
    rf"(?i:\b{YEAR}[-/., ]*{ANY_MONTH}(?:[-/., ]*{DAY})?{SHUT})",
    rf"(?i:\b(?:{FULL_MONTHS}) {DAY}{ORDINAL}\b|\b{DAY}{ORDINAL} (?:of )?(?:{FULL_MONTHS})\b)",
)
# One cell is enough for these when nothing else stands in it.
WHOLE = (
    rf"^{YEAR}[-/.]{MM}$",
    rf"^{MONTH}[-/]{YEAR}$",
    rf"^(?i:{YEAR}[- /]?Q[1-4]|Q[1-4][- /]?{YEAR})$",
    rf"^(?i:{YEAR}[- ]?W(?:0[1-9]|[1-4][0-9]|5[0-3])(?:-[1-7])?)$",
    rf"^(?i:{DAY}{ORDINAL}[- ]{ANY_MONTH}|{ANY_MONTH}[- ]{DAY}{ORDINAL})$",
    rf"^{YEAR}{MM}{DD}T[0-9]{{2,6}}",
)
# These could be something else: half of the column has to look so.
DIGITS_OF_A_DAY = (
    rf"^(?:{YEAR}{MM}{DD}|{MM}{DD}{YEAR}|{DD}{MM}{YEAR})"
    r"(?:[0-9]{4}|[0-9]{6})?(?:\.0*)?$"
)
SHORT_YEAR = rf"^(?:{DAY}[-.]{MONTH}|{MONTH}[-.]{DAY})[-.][0-9]{{2}}$"
EPOCH = r"^(?:1[2-9][0-9]{8}|20[0-4][0-9]{7})(?:[0-9]{3})?$"  # seconds or milliseconds since 1970, of 2008 to 2034
INSIDE_A_CODE = rf"(?:^|[^0-9]){YEAR}-?{MM}-?{DD}(?:$|[^0-9])|(?:^|[^0-9]){MM}{DD}{YEAR}(?:$|[^0-9])"
HALF = 0.5
NEARLY_ALL = 0.9  # a chance code of ten digits begins like an epoch in a tenth of the cells

_MONTHS = (
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec"
)
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun"
MONTH_WORDS, WEEKDAY_WORDS = frozenset(_MONTHS.split()), frozenset(_WEEKDAYS.split())
SEASON_WORDS = frozenset(("spring", "summer", "autumn", "fall", "winter"))


def date_words(column: ColumnWords) -> Mask:
    """The words of a column that are, or hold, a calendar date finer than a year."""
    found = np.zeros(len(column.words), dtype=bool)
    if not column.is_number:
        found |= column.matching("|".join(ANYWHERE + WHOLE))
    for pattern, share in ((DIGITS_OF_A_DAY, HALF), (SHORT_YEAR, HALF), (INSIDE_A_CODE, HALF), (EPOCH, NEARLY_ALL)):
        likely = column.matching(pattern)
        if likely.any() and column.share(likely) >= share:
            found |= likely
    return found


def calendar_words(column: ColumnWords) -> Mask:
    """The words when the whole column is made of months, of weekdays or of seasons, at least two different ones.

    "fall" alone is an adverse event, and "may" a verb.
    """
    for known in (MONTH_WORDS, WEEKDAY_WORDS, SEASON_WORDS):
        held = column.among(known)
        if (held | column.flags | ~column.used).all() and (held & column.used).sum() > 1:
            return held
    return np.zeros(len(column.words), dtype=bool)


def date_under_its_name(column: ColumnWords) -> Mask:
    """In a column named like a date: all that is neither a year nor a number too small for a spreadsheet's date."""
    digits = column.matching(r"[0-9]")
    year = column.matching(rf"^{YEAR}(?:\.0*)?$")
    small = column.matching(r"^[-+]?[0-9]{1,4}(?:\.[0-9]+)?$")  # 9999 is the spreadsheet's number of a day in 1927
    return (digits & ~year & ~small) | column.matching(rf"(?i)\b{ANY_MONTH}\b")
