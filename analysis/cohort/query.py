"""A cohort as the query of a URL, and back. What the study does not know is ignored, and said."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from analysis.study import Study
from analysis.vocabulary import INSTRUMENTS

from .cohort import RANGE_RULES, RULE_NAMES, SET_RULES, Cohort, Range
from .facts import values_present

Query = Mapping[str, str | Sequence[str]]
EXTRA_PREFIX = "x."
BASELINE_INSTRUMENT = "baseline_on"
DROP_MISSING = "leave_out"


def cohort_to_query(cohort: Cohort) -> dict[str, list[str]]:
    """The rules in force as URL parameters; a rule that asks nothing leaves no trace.

    Sets repeat their key (route=IV, route=IM); a range is its two ends (age=18, age=65).
    """
    query: dict[str, list[str]] = {}
    for rule in SET_RULES:
        if values := getattr(cohort, rule.field):
            query[rule.name] = list(values)
    for rule in RANGE_RULES:
        if (limits := getattr(cohort, rule.field)) is not None:
            query[rule.name] = [f"{limits[0]:g}", f"{limits[1]:g}"]
    if cohort.baseline_instrument != Cohort().baseline_instrument:
        query[BASELINE_INSTRUMENT] = [cohort.baseline_instrument]
    for column, values in cohort.extra:
        query[EXTRA_PREFIX + column] = list(values)
    if cohort.drop_missing:
        query[DROP_MISSING] = list(cohort.drop_missing)
    return query


def _values(query: Query, key: str) -> list[str]:
    value = query.get(key, [])
    return [value] if isinstance(value, str) else list(value)


def _known(query: Query, key: str, known: Sequence[str], ignored: list[str]) -> tuple[str, ...]:
    asked = list(dict.fromkeys(_values(query, key)))
    unknown = sum(value not in known for value in asked)
    if unknown:
        ignored.append(f"The address asks for {unknown} {key} value(s) this study does not have; they were ignored.")
    return tuple(value for value in asked if value in known)


def _limits(query: Query, key: str, ignored: list[str]) -> Range | None:
    words = _values(query, key)
    if not words:
        return None
    try:
        low, high = (float(word) for word in words)
    except ValueError:
        low, high = math.nan, math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        ignored.append(f"The {key} range in the address is not two numbers in order; it was ignored.")
        return None
    return low, high


def cohort_from_query(query: Query, study: Study) -> tuple[Cohort, tuple[str, ...]]:
    """The cohort that a URL asks for, and sentences about what was ignored and why.

    Every value is looked up in a closed set of the study or parsed as a number; nothing typed in an
    address is evaluated or repeated. Keys that are no rule are left to others.
    """
    ignored: list[str] = []
    fields: dict[str, object] = {
        rule.field: _known(query, rule.name, values_present(study, rule.column), ignored) for rule in SET_RULES
    }
    fields |= {rule.field: _limits(query, rule.name, ignored) for rule in RANGE_RULES}
    instrument = _known(query, BASELINE_INSTRUMENT, tuple(INSTRUMENTS), ignored)
    if instrument:
        fields["baseline_instrument"] = instrument[0]
    kept = study.extra_columns["patients"]
    extra = [
        (column, _known(query, EXTRA_PREFIX + column, values_present(study, column), ignored))
        for column in kept
        if EXTRA_PREFIX + column in query
    ]
    fields["extra"] = tuple((column, values) for column, values in extra if values)
    fields["drop_missing"] = _known(query, DROP_MISSING, (*RULE_NAMES, *kept), ignored)
    return Cohort(**fields), tuple(ignored)  # type: ignore[arg-type]
