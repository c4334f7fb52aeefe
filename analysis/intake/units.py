"""Numbers of a source in the study's own unit: bare ones in the unit the mapping names, others as their cell says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from analysis.vocabulary import TABLES, UNITS, unit_named

from .column_rules import UnitRule
from .distinct import distinct_texts, marks, numbers
from .findings import Mask, Problem, listed
from .numbers import TEXT_REPAIR, Numbers, matches, text_to_numbers, trim

# Groups without a name are non-capturing: Arrow takes named groups only.
WITH_UNIT = r"^(?P<number>[+-]?(?:[0-9]+(?:[.,][0-9]+)?|[.][0-9]+)) ?(?P<unit>[^0-9 .,+-].*)$"
DECIMALS = 6  # below a microgram and a gram of body weight; keeps 0.7 mg/kg x 70 kg at 49
WEIGHT = TABLES["sessions"].column("weight_kg")
LIGHTEST, HEAVIEST = WEIGHT.minimum or 0, WEIGHT.maximum or np.inf


@dataclass(frozen=True)
class _Written:
    """Each cell as a number, the size of its unit (NaN: a unit that is none of the known), and whether it is per kg."""

    number: Numbers
    size: Numbers
    per_kg: Mask
    problems: list[Problem]


def in_own_unit(text: Any, own: str, rule: UnitRule, weights: Any | None) -> tuple[Numbers, list[Problem]]:
    """A column of text in the study's own unit, with the cells that do not convert.

    weights is the column of body weights for doses per kilogram; a dose without one stays blank, with a note.
    """
    written = _read(text, own, rule.unit)
    values = written.number * written.size
    problems = list(written.problems)
    if written.per_kg.any():
        values, more = _times_weight(values, written.per_kg, weights, rule)
        problems += more
    return np.round(values, DECIMALS), problems


def read_units(text: Any, own: str, name: str) -> tuple[Numbers, Mask]:
    """The numbers of a column that have a known unit (NaN: none), and which are per kilogram; nothing is reported."""
    written = _read(text, own, name)
    return written.number * written.size, written.per_kg


def weights_in_kg(text: Any, rule: UnitRule) -> tuple[Numbers, list[Problem]]:
    """The body weights beside doses per kilogram; impossible ones are reported and taken as unknown."""
    weights, problems = in_own_unit(text, "kg", UnitRule(rule.weight_unit), None)
    wrong = (weights < LIGHTEST) | (weights > HEAVIEST)
    rest = f"outside {LIGHTEST:g} to {HEAVIEST:g} kg"
    impossible = Problem(wrong, "weight", rest, TEXT_REPAIR)
    return np.where(wrong, np.nan, weights), [*problems, impossible] if wrong.any() else problems


def _times_weight(values: Numbers, per_kg: Mask, weights: Any | None, rule: UnitRule) -> tuple[Numbers, list[Problem]]:
    if weights is None:
        repair = "Name the column with the body weight: unit = \"mg/kg\", weight = \"...\"."  # fmt: skip
        problem = Problem(per_kg & np.isfinite(values), "dose", "per kilogram and no weight beside it", repair)
        return np.where(per_kg, np.nan, values), [problem] if problem.mask.any() else []
    known, _ = weights_in_kg(weights, rule)
    without = per_kg & np.isfinite(values) & np.isnan(known)
    problem = Problem(without, "dose", "per kilogram without a weight", "They were left blank.", "note")
    return np.where(per_kg, values * known, values), [problem] if without.any() else []


def _read(text: Any, own: str, name: str) -> _Written:
    """Each distinct text once: its number and its unit."""
    bare = unit_named(own, name)
    words, places = distinct_texts(text)
    words = arrow.chunked_array([words])
    has_unit = matches(words, WITH_UNIT)
    parts = compute.extract_regex(words, WITH_UNIT)
    plain = compute.if_else(arrow.array(has_unit), compute.struct_field(parts, "number"), words)
    number, problems = text_to_numbers(plain)
    spelt = trim(compute.utf8_lower(compute.struct_field(parts, "unit"))).to_pylist()
    sizes = {spelling: (unit.size, unit.per_kg) for unit in UNITS[own] for spelling in (unit.name, *unit.spellings)}
    own_size = [
        sizes.get(unit, (np.nan, False)) if has else (bare.size, bare.per_kg)
        for unit, has in zip(spelt, has_unit, strict=True)
    ]
    unknown = has_unit & np.array([np.isnan(size) for size, _ in own_size], dtype=bool)
    if unknown.any():
        names = [unit.name for unit in UNITS[own]]
        problems.append(Problem(unknown, "cell", f"with a unit that is none of {listed(names)}", TEXT_REPAIR))
    return _Written(
        numbers(number, places),
        numbers(np.array([size for size, _ in own_size], dtype=np.float64), places),
        marks(np.array([per_kg for _, per_kg in own_size], dtype=bool), places),
        [Problem(marks(each.mask, places), each.noun, each.rest, each.repair, each.level) for each in problems],
    )
