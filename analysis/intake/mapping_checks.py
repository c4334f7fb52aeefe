"""What the sections of a mapping say against each other, as sentences; each section alone was read before."""

from __future__ import annotations

from collections.abc import Iterator

from .column_rules import Columns
from .findings import listed, shown_name
from .first_sessions import NO_DATED_SESSION
from .mapping_rules import SourceRule, TableRule


def contradictions(tables: tuple[TableRule, ...]) -> list[str]:
    """Every fault between sections."""
    return [*_scores(tables), *_kept_dates(tables), *_birth_years(tables), *_orders(tables), *_first_sessions(tables)]


def foreign_faults(named: list[str], sources: dict[str, SourceRule], tables: tuple[TableRule, ...]) -> list[str]:
    """Every fault between the sections of record systems, which are named, and the others."""
    faults = []
    if len(named) > 1:
        faults.append(f"a study comes from one record system, and there are {listed(named)}. Keep one of them.")
    elif named and named != ["redcap"] and (tables or sources):
        faults.append(f"[{named[0]}] makes the tables itself. Remove the sources and the sections of tables.")
    forms = [name for name, source in sources.items() if source.form]
    if forms and "redcap" not in named:
        faults.append(f"the sources {listed(forms)} name forms of a REDCap project. Add a section [redcap].")
    return faults


def entries(rule: TableRule) -> Iterator[Columns]:
    """The columns that each row is made with: one set for each `long` entry, or the section's own."""
    for entry in rule.long or ({},):
        yield {**rule.columns, **entry}


def _scores(tables: tuple[TableRule, ...]) -> Iterator[str]:
    for rule in tables:
        for columns in entries(rule):
            items = columns["score"].items if "score" in columns else None
            stated = columns.get("instrument")
            if items and stated and stated.constant != items.instrument:
                yield (
                    f"a section of {rule.table} scores the items of {items.instrument} and takes 'instrument' from "
                    "elsewhere. Leave 'instrument' out; the items say it."
                )


def _kept_dates(tables: tuple[TableRule, ...]) -> Iterator[str]:
    dates = {(rule.source, column.date.column) for rule in tables for column in rule.column_rules() if column.date}
    for rule in tables:
        for columns in (rule.columns, *rule.long):
            for target, column in columns.items():
                if column.column is not None and (rule.source, column.column) in dates:
                    yield (
                        f"the column '{shown_name(column.column)}' is read as a date and also kept as "
                        f"'{shown_name(target)}'. No date is kept: remove '{shown_name(target)}' from {rule.table}."
                    )


def _birth_years(tables: tuple[TableRule, ...]) -> Iterator[str]:
    dates = [(rule.source, column.date) for rule in tables for column in rule.column_rules() if column.date]
    births = {(source, date.column) for source, date in dates if date.becomes == "age"}
    for source, date in dates:
        if date.becomes == "year" and (source, date.column) in births:
            yield (
                f"the column '{shown_name(date.column)}' is read as a birth date and its year is kept as index_year. "
                'A year of birth gives away who is over 90: say index_year = { year_of = "first session" }.'
            )


def _orders(tables: tuple[TableRule, ...]) -> Iterator[str]:
    numbers = [
        columns.get("session_number") for rule in tables if rule.table == "sessions" for columns in entries(rule)
    ]
    counted = [number is not None and number.from_sessions == "order" for number in numbers]
    if any(counted) and not all(counted):
        yield (
            "some sections of sessions count their numbers in order of the day and some do not. Do it in all of them, "
            "or in none."
        )


def _first_sessions(tables: tuple[TableRule, ...]) -> Iterator[str]:
    if any(column.needs_first_session() for rule in tables for column in rule.column_rules()):
        sessions = [columns.get("day") for rule in tables if rule.table == "sessions" for columns in entries(rule)]
        if not any(day is not None and day.date is not None for day in sessions):
            yield NO_DATED_SESSION
