"""One column of a mapping file, read key by key: what kind of rule it is, and whether it fits the column it fills."""

from __future__ import annotations

from analysis.vocabulary import ITEM_SCORING, TABLES, UNITS, WORD_LISTS, unit_named

from .column_rules import ColumnRule, Columns, DateRule, FromSessions, ItemRule, UnitRule
from .date_formats import FORMATS, format_fault
from .findings import listed, shown_name
from .toml_section import TomlSection, as_text

UNLISTED = ("error", "keep", "missing")
WEIGHT_UNITS = tuple(unit.name for unit in UNITS["kg"])
FIRST_SESSION = "first session"
DAY = "day"
KIND_KEYS = {
    "column": ("column", "values", "unlisted", "vocabulary", "unit", "weight", "weight_unit"),
    "constant": ("constant",),
    "items": ("items", "instrument", "prorate_up_to", "values", "unlisted", "vocabulary"),
    "date": ("date", "from", "age_at", "part", "format", "time"),
    "year_of": ("year_of",),
    "in_order_of": ("in_order_of",),
}
COLUMN_KEYS = tuple(dict.fromkeys(key for keys in KIND_KEYS.values() for key in keys))
DATE_KEYS = ("from", "age_at", "part")
ONE_KIND = "give exactly one of 'column', 'constant', 'items', 'date', 'year_of' and 'in_order_of'."


def read_columns(section: TomlSection, table: str) -> Columns:
    """The rules of every column that a section fills."""
    rules = {target: _read_column(section, table, target) for target in section.content}
    return {target: rule for target, rule in rules.items() if rule is not None}


def _read_column(parent: TomlSection, table: str, target: str) -> ColumnRule | None:
    if isinstance(parent.content[target], str):
        return ColumnRule(parent.content[target])
    section = parent.section(target)
    section.only(COLUMN_KEYS)
    kinds = [kind for kind in KIND_KEYS if kind in section.content]
    if len(kinds) != 1:
        section.fault(ONE_KIND)
        return None
    kind = kinds[0]
    if kind == "constant":
        return _constant(section)
    beside = [key for key in section.content if key in COLUMN_KEYS and key not in KIND_KEYS[kind]]
    if beside:
        section.fault(f"{listed(beside)} means nothing beside '{kind}'.")
    if kind == "column":
        return _from_column(section, table, target)
    if kind == "items":
        return _from_items(section, table, target)
    if kind == "date":
        return _from_date(section, table, target)
    return _from_sessions(section, kind, table, target)


def _constant(section: TomlSection) -> ColumnRule:
    constant = section.content["constant"]
    if isinstance(constant, dict | list) or len(section.content) > 1:
        section.fault("'constant' should be a text, a number, true or false, and stand alone.")
    return ColumnRule(constant=as_text(constant))


def _from_column(section: TomlSection, table: str, target: str) -> ColumnRule:
    return ColumnRule(
        column=section.text("column"),
        values=_values(section),
        unlisted=section.text("unlisted", UNLISTED) or "error",
        vocabulary=section.text("vocabulary", WORD_LISTS),
        unit=_unit(section, table, target),
    )


def _values(section: TomlSection) -> dict[str, str] | None:
    if "values" not in section.content:
        return None
    inside = section.section("values")
    renamed = {}
    for word, meaning in inside.content.items():
        if isinstance(meaning, dict | list):
            inside.fault(f"the value of '{shown_name(word)}' should be a text, a number, true or false.")
        else:
            renamed[word] = as_text(meaning)
    return renamed


def own_unit(table: str, target: str) -> str | None:
    """The study's unit of a column that other units convert to; None when there is none."""
    units = {column.name: column.unit for column in TABLES[table].columns}
    own = units.get(target)
    return own if own in UNITS else None


def _unit(section: TomlSection, table: str, target: str) -> UnitRule | None:
    own = own_unit(table, target)
    name, weight = section.text("unit"), section.text("weight")
    weight_unit = section.text("weight_unit", WEIGHT_UNITS) or "kg"
    if name is None:
        if "weight" in section.content or "weight_unit" in section.content:
            section.fault("'weight' and 'weight_unit' belong to a dose per kilogram: give unit = \"mg/kg\" with them.")
        return None
    if own is None:
        section.fault(f"'unit' converts to mg, kg, minutes or days, and {target} is in none of them. Leave it out.")
        return None
    names = [unit.name for unit in UNITS[own]]
    if name not in names:
        section.fault(f"'unit' should be one of {listed(names)}.")
        return None
    if unit_named(own, name).per_kg and weight is None:
        section.fault(f"unit = \"{name}\" needs 'weight', the column with the body weight (in kg, or say weight_unit).")
    if own != "mg" and weight is not None:
        section.fault(f"'weight' belongs to a dose per kilogram, and {target} is no dose. Leave it out.")
    return UnitRule(name, weight, weight_unit)


def _from_items(section: TomlSection, table: str, target: str) -> ColumnRule | None:
    if (table, target) != ("assessments", "score"):
        section.fault("'items' can fill the score of assessments and no other column.")
        return None
    columns = section.words("items")
    section.needed_text("instrument")
    instrument = section.text("instrument", ITEM_SCORING)
    if instrument is None:
        return None
    n_items = ITEM_SCORING[instrument].n_items
    if len(columns) != n_items:
        section.fault(
            f"{instrument} has {n_items} items and {len(columns)} columns are listed. "
            "List the column of every item, in the order of the form."
        )
    elif len(set(columns)) < n_items:
        section.fault("'items' lists a column twice. List the column of every item once.")
    rule = ItemRule(columns, instrument, _prorating(section, instrument))
    unlisted = section.text("unlisted", UNLISTED) or "error"
    return ColumnRule(
        values=_values(section), unlisted=unlisted, vocabulary=section.text("vocabulary", WORD_LISTS), items=rule
    )


def _prorating(section: TomlSection, instrument: str) -> int | None:
    most = ITEM_SCORING[instrument].most_missing
    if "prorate_up_to" not in section.content:
        return None
    value = section.content["prorate_up_to"]
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
        return value
    reason = f"of {instrument} at most {most} items may be missing" if most else f"{instrument} needs all its items"
    section.fault(f"'prorate_up_to' should be a whole number from 0 to {most}: {reason}.")
    return None


def _from_date(section: TomlSection, table: str, target: str) -> ColumnRule | None:
    column, time = section.text("date"), section.text("time")
    form = _format(section)
    uses = [key for key in DATE_KEYS if key in section.content]
    if len(uses) != 1:
        section.fault(
            "a date is not kept. Say what it becomes, with one of from = \"first session\" (days), "
            "age_at = \"first session\" (in age) and part = \"year\" (in index_year)."
        )  # fmt: skip
        return None
    section.text(uses[0], ("year",) if uses[0] == "part" else (FIRST_SESSION,))
    fault = _date_fault(uses[0], table, target)
    if fault or column is None:
        if fault:
            section.fault(fault)
        return None
    if uses[0] == "from":
        return ColumnRule(date=DateRule(column, "days", form, time))
    return ColumnRule(date=DateRule(column, "age" if uses[0] == "age_at" else "year", form, time))


def _format(section: TomlSection) -> str:
    form = section.text("format") or "iso"
    fault = None if form in FORMATS else format_fault(form)
    if fault:
        section.fault(fault)
        return "iso"
    return form


def _date_fault(use: str, table: str, target: str) -> str | None:
    """Why a date may not become this column: only an age and one year are kept beside days."""
    if use == "age_at":
        return None if (table, target) == ("patients", "age") else "'age_at' can fill the age of patients only."
    if use == "part":
        return None if (table, target) == ("patients", "index_year") else "'part' can fill index_year of patients only."
    units = {column.name: column.unit for column in TABLES[table].columns}
    if target in units and units[target] != "days":
        return f"'from' gives days, and {target} is no number of days."
    return None


def _from_sessions(section: TomlSection, kind: str, table: str, target: str) -> ColumnRule | None:
    place, word, becomes = _OF_SESSIONS[kind]
    if (table, target) != place:
        section.fault(f"'{kind}' can fill {place[1]} of {place[0]} only.")
        return None
    section.text(kind, (word,))
    return ColumnRule(from_sessions=becomes)


_OF_SESSIONS: dict[str, tuple[tuple[str, str], str, FromSessions]] = {
    "year_of": (("patients", "index_year"), FIRST_SESSION, "year"),
    "in_order_of": (("sessions", "session_number"), DAY, "order"),
}
