"""How well the cells of a column fit a column of the study, and with its name how well the column does."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.vocabulary import LIST_OF_COLUMN, TABLES, UNITS, Column

from .names import EXACT, PART, is_birth_date, name_match
from .profile import MOST_OF_IT, UNCLEAR, ColumnProfile
from .suggestion import Basis, Confidence

SOME_OF_IT = 0.5  # of the cells known by a word list: the others are words to translate by hand
MOST_CATEGORIES = 200  # distinct words; beyond it a text column holds names or sentences
TELLING_LISTS = ("routes", "instruments", "molecules", "sex", "payers", "visit_kinds")  # their words say what they are


@dataclass(frozen=True)
class Fit:
    """How well one column fits one target: name 0 to 2, content -1 (does not fit), 0 (says nothing) or 1 (fits)."""

    column: str
    name: int
    content: int
    telling: bool = False

    @property
    def is_usable(self) -> bool:
        named = self.name == EXACT or (self.name == PART and self.content > 0)
        return self.content >= 0 and (named or (self.telling and self.content > 0))

    @property
    def rank(self) -> tuple[int, int]:
        return (self.name, self.content)

    @property
    def basis(self) -> Basis:
        if self.name and self.content > 0:
            return "name and content"
        return "name" if self.name else "content"

    @property
    def confidence(self) -> Confidence:
        if self.name == EXACT and self.content > 0:
            return "sure"
        return "likely" if self.name else "unsure"


def fit_of(profile: ColumnProfile, table: str, target: str) -> Fit:
    """How well a column fits a target; a column without any filled cell fits none."""
    if not profile.n_filled:
        return Fit(profile.name, 0, -1)
    declared = TABLES[table].column(target)
    telling = LIST_OF_COLUMN.get((table, target)) in TELLING_LISTS
    if (table, target) == ("patients", "age") and profile.date_form:
        return Fit(profile.name, EXACT if is_birth_date(profile.name) else 0, 1)
    if profile.date_form and is_birth_date(profile.name):
        return Fit(profile.name, 0, -1)
    return Fit(profile.name, name_match(profile.name, table, target), _content(profile, table, declared), telling)


def _content(profile: ColumnProfile, table: str, declared: Column) -> int:
    word_list = LIST_OF_COLUMN.get((table, declared.name))
    if word_list:
        return _listed(profile, word_list)
    if declared.kind == "yes_no":
        return 1 if profile.is_of("yes_no") else -1
    if declared.name == "day":
        return _day(profile, declared)
    if declared.kind in ("integer", "number"):
        return _number(profile, declared)
    if profile.date_form or profile.is_time:
        return -1
    if declared.kind == "id":
        return 0 if profile.whole or not profile.is_numeric else -1
    return 1 if not profile.is_numeric and profile.n_distinct <= MOST_CATEGORIES else -1


def _listed(profile: ColumnProfile, word_list: str) -> int:
    share = profile.lists.get(word_list, 0)
    return 1 if share >= MOST_OF_IT else 0 if share >= SOME_OF_IT else -1


def _day(profile: ColumnProfile, declared: Column) -> int:
    if profile.date_form:
        return 1
    return _number(profile, declared)


def _number(profile: ColumnProfile, declared: Column) -> int:
    if declared.unit in UNITS and profile.measured.get(declared.unit or "", 0) >= MOST_OF_IT:
        return 1
    if not profile.is_numeric or (declared.kind == "integer" and not profile.whole):
        return -1
    low = declared.minimum if declared.minimum is not None else profile.median
    high = declared.maximum if declared.maximum is not None else profile.median
    return 1 if low <= profile.median <= high or declared.unit in UNITS else -1


def why(fit: Fit, profile: ColumnProfile, table: str, target: str) -> str:
    """Why a column is suggested for a target, as a sentence."""
    named = {EXACT: f"is called like {target}", PART: f"has a name with a part that is called like {target}"}
    cells = f"its cells {_cells(profile, table, target)}"
    if not fit.name:
        return f"{cells[0].upper()}{cells[1:]}; its name says nothing."
    if fit.content > 0:
        return f"It {named[fit.name]}, and {cells}."
    return f"It {named[fit.name]}; its cells do not say what they are."


def _cells(profile: ColumnProfile, table: str, target: str) -> str:
    word_list = LIST_OF_COLUMN.get((table, target))
    if word_list:
        return f"are words of the list '{word_list}'"
    if profile.date_form:
        return "are dates whose form is not clear" if profile.date_form == UNCLEAR else "are dates"
    if profile.is_of("yes_no") and TABLES[table].column(target).kind == "yes_no":
        return "say yes or no"
    if profile.is_numeric:
        return "are numbers that fit"
    return "are numbers with a unit" if profile.measured else "are words"
