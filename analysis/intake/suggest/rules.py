"""The rule that a column gets in a draft: its word list, its unit, its form of dates; and what stays open."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.vocabulary import LIST_OF_COLUMN, TABLES, UNITS, unit_named
from analysis.vocabulary.column_names import TIME_NAMES

from ..column_grammar import own_unit
from ..column_rules import Becomes, ColumnRule, DateRule, UnitRule
from .names import EXACT, phrase_match, unit_in_name
from .profile import UNCLEAR, ColumnProfile, SourceProfile

MOST_MG_PER_KG = 10  # an oral dose reaches 5 mg/kg, and no ketamine dose in mg is as small as 10 throughout
HEAVIEST_MEDIAN_KG = 130  # half of the patients of a clinic weigh less than this in kg, and more than this in pounds
ASK_FORM = "Are these dates month first (format = \"us\") or day first (format = \"european\")?"  # fmt: skip


@dataclass(frozen=True)
class RuleFor:
    """A rule, and what it leaves open for a person ("" when nothing)."""

    rule: ColumnRule
    asks: str = ""


def rule_for(profile: ColumnProfile, table: str, target: str, source: SourceProfile, form: str | None) -> RuleFor:
    """The rule by which a column fills a target. form is the clear form of dates of the other columns, if any."""
    word_list = LIST_OF_COLUMN.get((table, target))
    declared = TABLES[table].column(target)
    if profile.date_form is not None:
        return _date(profile, target, source, form)
    if declared.kind == "yes_no":
        return RuleFor(ColumnRule(profile.name, vocabulary="yes_no"))
    if word_list:
        asks = (
            "" if profile.is_of(word_list) else f"Some of its words are not in the list '{word_list}'. What are they?"
        )
        return RuleFor(ColumnRule(profile.name, vocabulary=word_list), asks)
    own = own_unit(table, target)
    return RuleFor(ColumnRule(profile.name)) if own is None else _with_unit(profile, own, source)


def _date(profile: ColumnProfile, target: str, source: SourceProfile, form: str | None) -> RuleFor:
    becomes: Becomes = "age" if target == "age" else "days"
    time = _time_column(source) if becomes == "days" else None
    if profile.date_form != UNCLEAR:
        return RuleFor(ColumnRule(date=DateRule(profile.name, becomes, profile.date_form or "iso", time)))
    return RuleFor(ColumnRule(date=DateRule(profile.name, becomes, form or "iso", time)), ASK_FORM)


def _time_column(source: SourceProfile) -> str | None:
    """The column with the time of day beside the dates, when there is exactly one."""
    named = [
        column.name
        for column in source.columns.values()
        if column.is_time and phrase_match(column.name, TIME_NAMES) == EXACT
    ]
    return named[0] if len(named) == 1 else None


def _with_unit(profile: ColumnProfile, own: str, source: SourceProfile) -> RuleFor:
    name, asks = unit_in_name(profile.name, own), ""
    if name is None and own == "mg" and profile.is_numeric and profile.high <= MOST_MG_PER_KG:
        name, asks = "mg/kg", "Is the dose in mg/kg? No number is large enough for a dose in mg."
    if name is None and own == "kg" and profile.is_numeric and profile.median > HEAVIEST_MEDIAN_KG:
        name, asks = "lb", "Is the weight in pounds? The numbers are too large for kg."
    bare = next(unit.name for unit in UNITS[own] if unit.size == 1 and not unit.per_kg)
    if name in (None, bare) and not profile.measured.get(own):
        return RuleFor(ColumnRule(profile.name), asks)
    unit = name or bare
    weight, weight_unit = weight_column(source) if own == "mg" else (None, "kg")
    per_kg = unit_named(own, unit).per_kg
    if per_kg and weight is None:
        return RuleFor(ColumnRule(profile.name), "A dose per kilogram needs the body weight in the same source.")
    needs = per_kg or (profile.measured.get(own) and weight is not None and own == "mg")
    return RuleFor(
        ColumnRule(profile.name, unit=UnitRule(unit, weight, weight_unit) if needs else UnitRule(unit)), asks
    )


def weight_column(source: SourceProfile) -> tuple[str | None, str]:
    """The column with the body weight and its unit; None when no column is called so."""
    for column in source.columns.values():
        if phrase_match(column.name, ("weight", "wt", "body weight")) and (
            column.is_numeric or column.measured.get("kg")
        ):
            heavy = column.is_numeric and column.median > HEAVIEST_MEDIAN_KG
            return column.name, unit_in_name(column.name, "kg") or ("lb" if heavy else "kg")
    return None, "kg"
