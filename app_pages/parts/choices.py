"""What the sidebar can offer for one study: the values that are there, and the ends of its ranges."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from analysis.cohort import RULE_NAMES, SET_RULES, patient_facts, values_present
from analysis.study import Study
from analysis.vocabulary import ROUTES, instrument

Ends = tuple[int, int]
AGE_STEP = 5
COARSE_AGE_STEP = 10  # years, for a viewer: cohorts that differ by a year of age differ by a few patients
COARSE_SESSIONS_STEP = 5
COARSE_POINTS_STEP = 5
SHORT_SCALE = 12  # points; on a shorter scale five points would leave two choices
COARSE_POINTS_ON_SHORT_SCALE = 2
MOST_VALUES = 20  # a kept column with more is an identifier or a number, not a group


@dataclass(frozen=True)
class Choices:
    """The sidebar's options for one study. Ends are whole numbers: years, points, sessions.

    sets holds the values of each set rule; extra those of each kept column that can be grouped by;
    missing the rules for which at least one patient has no value. coarse: ranges go in large steps.
    """

    sets: dict[str, tuple[str, ...]]
    extra: dict[str, tuple[str, ...]]
    instruments: tuple[str, ...]
    age: Ends | None
    sessions: Ends
    missing: tuple[str, ...]
    coarse: bool = False

    @property
    def age_step(self) -> int:
        return COARSE_AGE_STEP if self.coarse else AGE_STEP

    @property
    def sessions_step(self) -> int:
        return COARSE_SESSIONS_STEP if self.coarse else 1

    def points_step(self, name: str) -> int:
        """Of an instrument's own points."""
        if not self.coarse:
            return 1
        low, high = baseline_ends(name)
        return COARSE_POINTS_STEP if high - low > SHORT_SCALE else COARSE_POINTS_ON_SHORT_SCALE


def choices_of(study: Study, coarse: bool = False) -> Choices:
    instruments = study.instruments_present()
    facts = patient_facts(study, instruments[0] if instruments else "PHQ-9")
    facts = facts[facts["started"]]
    sets = {rule.name: values_present(study, rule.column) for rule in SET_RULES}
    sets["route"] = tuple(code for code in ROUTES if code in sets["route"])
    extra = {column: values_present(study, column) for column in study.extra_columns["patients"]}
    extra = {column: values for column, values in extra.items() if 2 <= len(values) <= MOST_VALUES}
    ages = pd.to_numeric(facts["age"]).dropna() if "age" in facts else pd.Series(dtype=float)
    age_step = COARSE_AGE_STEP if coarse else AGE_STEP
    sessions = _session_ends(facts, COARSE_SESSIONS_STEP if coarse else 1)
    return Choices(sets, extra, instruments, _age_ends(ages, age_step), sessions, _missing(facts, extra), coarse)


def _age_ends(ages: pd.Series, step: int) -> Ends | None:
    """Whole steps around the ages present; None when there is nothing to choose."""
    if ages.nunique() < 2:
        return None
    low, high = whole_steps((float(ages.min()), float(ages.max())), step)
    return (low, high) if low < high else None


def _session_ends(facts: pd.DataFrame, step: int) -> Ends:
    reached = facts["n_sessions"]
    most = int(reached.max()) if len(reached) else 0
    return whole_steps((0, max(1, most)), step)


def whole_steps(ends: tuple[float, float], step: int) -> Ends:
    """The whole steps around a range: what an address asks for in between is widened to them."""
    return step * math.floor(ends[0] / step), step * math.ceil(ends[1] / step)


def _missing(facts: pd.DataFrame, extra: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    columns = {rule.name: rule.column for rule in SET_RULES} | {"age": "age", "baseline": "baseline"}
    columns |= {column: column for column in extra}
    known = (*RULE_NAMES, *extra)
    return tuple(name for name in known if name in columns and _any_missing(facts, columns[name]))


def _any_missing(facts: pd.DataFrame, column: str) -> bool:
    return column in facts and bool(facts[column].isna().any())


def baseline_ends(name: str) -> Ends:
    item = instrument(name)
    return int(item.minimum), int(item.maximum)
