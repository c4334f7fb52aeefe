"""How calendar dates are written, as a closed set of forms turned into patterns; a form is never guessed."""

from __future__ import annotations

import re
from functools import cache

LONGEST_FORM = 60  # letters; a weekday, a month and a time with all their words between have fewer
FORMATS = ("iso", "us", "european")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# Groups without a name are non-capturing throughout: Arrow takes named groups only.
_TIME = r"(?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,][0-9]+)?)?(?: ?(?P<p>[AaPp])\.?[Mm]\.?)?"
TIME_OF_DAY = f"^{_TIME}$"
_AFTER = f"(?:[T ]+{_TIME})?"
_ISO = f"^(?P<Y>[0-9]{{4}})-(?P<m>[0-9]{{1,2}})-(?P<d>[0-9]{{1,2}}){_AFTER} ?(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?$"
_US = f"^(?P<m>[0-9]{{1,2}})[-/.](?P<d>[0-9]{{1,2}})[-/.](?P<Y>[0-9]{{4}}|[0-9]{{2}}){_AFTER}$"
_EUROPEAN = f"^(?P<d>[0-9]{{1,2}})[-/.](?P<m>[0-9]{{1,2}})[-/.](?P<Y>[0-9]{{4}}|[0-9]{{2}}){_AFTER}$"
EITHER_ORDER = r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.]([0-9]{4}|[0-9]{2})([T ].*)?$"

_DIRECTIVES = {
    "Y": "(?P<Y>[0-9]{4})",
    "y": "(?P<Y>[0-9]{2})",
    "m": "(?P<m>[0-9]{1,2})",
    "b": "(?P<b>[A-Za-z]{3})[A-Za-z]*",
    "B": "(?P<b>[A-Za-z]{3})[A-Za-z]*",
    "d": "(?P<d>[0-9]{1,2})",
    "H": "(?P<H>[0-9]{1,2})",
    "I": "(?P<H>[0-9]{1,2})",
    "M": "(?P<M>[0-9]{2})",
    "S": "(?P<S>[0-9]{2})",
    "p": r"(?P<p>[AaPp])\.?[Mm]\.?",
}
_NEEDED = ("Yy", "mbB", "d")
SHOWN = {"iso": "year-month-day", "us": "month/day/year", "european": "day/month/year"}


@cache
def date_pattern(form: str) -> str:
    """The pattern of one form; its groups are named Y, m or b (month name), d, H, M, S and p."""
    if form in FORMATS:
        return {"iso": _ISO, "us": _US, "european": _EUROPEAN}[form]
    parts = re.split("%(.)", form)
    pattern = [_DIRECTIVES[part] if place % 2 else re.escape(part) for place, part in enumerate(parts)]
    return f"^{''.join(pattern)}$"


def format_fault(form: str) -> str | None:
    """What is wrong with directives such as "%d.%m.%Y", as a sentence; None when nothing is."""
    choices = '"iso", "us" (month first), "european" (day first)'
    if len(form) > LONGEST_FORM:
        return (
            f"'format' is longer than {LONGEST_FORM} letters. Write the directives of a date and what is between them."
        )
    used = re.findall("%(.)", form)
    unknown = [letter for letter in used if letter not in _DIRECTIVES] or form.count("%") != len(used)
    kinds = ["".join(letter for letter in used if letter in group) for group in (*_NEEDED, "HI", "M", "S", "p")]
    if unknown or any(len(kind) > 1 for kind in kinds) or not all(kinds[: len(_NEEDED)]):
        return (
            f"'format' should be {choices} or one each of the directives for year (%Y or %y), month (%m or %b) and "
            'day (%d), with %H, %I, %M, %S and %p for the time, such as "%d.%m.%Y".'
        )
    return None


def shown_form(form: str) -> str:
    """A form in a sentence."""
    return SHOWN.get(form, form)
