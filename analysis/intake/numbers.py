"""Text to numbers, with every cell that is no number sorted by what it seems to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as arrow
import pyarrow.compute as compute

from .findings import Mask, Problem

Numbers = npt.NDArray[np.float64]

NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
DECIMAL_COMMA = r"^[+-]?[0-9]+(,[0-9]+)+(\.[0-9]+)?$"
DATE = (
    r"^([0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}|[0-9]{1,2}[- /][A-Za-z]{3,9}[- /,]+[0-9]{2,4}"
    r"|[A-Za-z]{3,9} [0-9]{1,2},? [0-9]{2,4})([T ].*)?$"
)
MISSING_WORDS = ("na", "n/a", "#n/a", "nan", "null", "none", "nil", "missing", "unknown", ".", "-", "--", "?")
LARGEST_WHOLE = 2.0**53  # from here on a float skips whole numbers
PLAIN_NUMBER = r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?$"  # no leading zero, no lost digit: not a code

MISSING_REPAIR = "Leave missing cells blank, or list the word under 'missing' in a mapping."
DATE_REPAIR = "A study holds days since the first ketamine session (day 0) and no calendar date."
TEXT_REPAIR = "Correct them or leave them blank."
COMMA_REPAIR = "Write 1.5 for one and a half and 1500 without a separator, or set decimal = ',' in a mapping."


def text_to_numbers(text: Any) -> tuple[Numbers, list[Problem]]:
    """Numbers from an Arrow column of text (blank: NaN), and the cells that are none.

    Only plain decimal numbers count: "nan", "inf", "1,5" and "0x1F" do not.
    """
    try:
        values = as_floats(compute.cast(text, arrow.float64()))
        if np.isfinite(values).sum() == len(text) - text.null_count:
            return values, []
    except arrow.ArrowInvalid:
        pass  # some cell is no plain number: look at each
    trimmed = trim(text)
    plausible = matches(trimmed, NUMBER)
    values = as_floats(compute.cast(compute.if_else(arrow.array(plausible), trimmed, None), arrow.float64()))
    good = plausible & np.isfinite(values)
    return np.where(good, values, np.nan), _sorted_by_kind(trimmed, compute.is_valid(trimmed).to_numpy() & ~good)


def is_plain_number(text: Any) -> bool:
    """Whether every filled cell of a text column is a number that loses nothing as one (no "007")."""
    if text.null_count == len(text):
        return False
    return bool(compute.all(compute.match_substring_regex(text, PLAIN_NUMBER)).as_py())


def trim(text: Any) -> Any:
    """Text without surrounding white space; what is blank then is missing."""
    trimmed = compute.utf8_trim_whitespace(text)
    return compute.if_else(compute.equal(trimmed, ""), None, trimmed)


def spells_missing(text: Any) -> Any:
    """Whether each text seems to say "missing" in a word, as an Arrow column."""
    return compute.is_in(compute.utf8_lower(text), value_set=arrow.array(MISSING_WORDS, text.type))


def matches(text: Any, pattern: str) -> Mask:
    """Cells that match; a missing cell does not."""
    found: Mask = compute.fill_null(compute.match_substring_regex(text, pattern), False).to_numpy()
    return found


def as_floats(column: Any) -> Numbers:
    """An Arrow column of numbers as a float array, missing as NaN; a whole number too long for one is rounded."""
    values: Numbers = compute.cast(column, arrow.float64(), safe=False).to_numpy()
    return values


def _sorted_by_kind(text: Any, bad: Mask) -> list[Problem]:
    missing = bad & spells_missing(text).to_numpy()
    dates = bad & ~missing & matches(text, DATE)
    commas = bad & ~missing & ~dates & matches(text, DECIMAL_COMMA)
    other = bad & ~missing & ~dates & ~commas
    problems = [
        Problem(
            missing, "cell", "with a word for 'missing' (such as NA, n/a or NULL) in place of a number", MISSING_REPAIR
        ),
        Problem(dates, "calendar date", "in place of a number", DATE_REPAIR),
        Problem(commas, "number", "written with a comma", COMMA_REPAIR),
        Problem(other, "cell", "with text in place of a number", TEXT_REPAIR),
    ]
    return [problem for problem in problems if problem.mask.any()]
