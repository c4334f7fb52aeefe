"""A mapping suggested from the names and the content of the columns of all sources together."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary

from analysis.vocabulary import TABLES

from ..findings import shown_name
from ..mapping import Mapping
from ..mapping_rules import SourceRule
from ..source import SourceTable
from .assign import Targets, feeds, fitted, patient_facts
from .profile import UNCLEAR, SourceProfile, profile_source
from .scales import ScaleColumns, scale_columns
from .sections import Section, patients_section, plain_section, scales_section, sessions_section
from .suggestion import ColumnSuggestion, Draft

NOTHING_FOUND = "Nothing in its name or its cells says what it is."
READ_BESIDE = "It is read beside another column, as its weight or its time of day."
NO_CLINIC = "No column gives the clinic. 'clinic 1' stands for all patients: correct it, or name the column."
UNDATED = "The sessions have no dates, so other dates cannot be counted from the first one. Which column has them?"
NO_DIAGNOSIS = "No column gives the diagnosis. 'not recorded' stands for all patients: correct it, or name the column."


def suggest_mapping(
    sources: Dictionary[str, SourceTable], forms: Dictionary[str, SourceRule] | None = None, name: str | None = None
) -> Draft:
    """A mapping to start from, for the files that were read, and what each column is suggested for.

    forms says how each file was read (its delimiter, encoding); without it the file is the label of its source.
    Names and counts decide; no cell is shown. What is not clear is asked, not assumed.
    """
    profiles = [profile_source(source, table) for source, table in sources.items()]
    form = _common_form(profiles)
    sections = _sections(profiles, form)
    tables = tuple(section.rule() for table in TABLES for section in sections if section.table == table)
    rules = {profile.name: _source_rule(profile, (forms or {}).get(profile.name)) for profile in profiles}
    suggestions = [suggestion for section in sections for suggestion in section.suggestions]
    left_out = [each for profile in profiles for each in _left_out(profile, suggestions)]
    questions = [*_nameless(profiles), *_questions(sections), *_open(suggestions)]
    return Draft(Mapping(rules, tables, name), (*suggestions, *left_out), tuple(dict.fromkeys(questions)))


def _common_form(profiles: list[SourceProfile]) -> str | None:
    """The one form that clear dates have in all sources: an export writes its dates in one way."""
    forms = {column.date_form for profile in profiles for column in profile.columns.values() if column.date_form}
    clear = forms - {UNCLEAR}
    return clear.pop() if len(clear) == 1 else None


def _sections(profiles: list[SourceProfile], form: str | None) -> list[Section]:
    scales = {profile.name: _scales(profile) for profile in profiles}
    taken = {name: {column for group in groups for column in group.columns()} for name, groups in scales.items()}
    fits = {
        (profile.name, table): fitted(profile, table, taken[profile.name]) for profile in profiles for table in TABLES
    }
    sections: list[Section] = []
    for profile in profiles:
        fed = [
            table
            for table in TABLES
            if table != "patients" and feeds(table, fits[profile.name, table], bool(scales[profile.name]))
        ]
        for table in fed:
            sections.append(
                _section(profile, table, fits[profile.name, table], scales[profile.name], form, len(fed) > 1)
            )
    patients = _patients(profiles, fits)
    if patients is not None:
        sections.append(patients_section(patients, fits[patients.name, "patients"], form, _has_dates(sections)))
    return sections


def _has_dates(sections: list[Section]) -> bool:
    """Whether the sessions have dates, so that there is a first session to count from."""
    days = [section.columns.get("day") for section in sections if section.table == "sessions"]
    return any(day is not None and day.date is not None for day in days)


def _section(
    profile: SourceProfile, table: str, targets: Targets, scales: list[ScaleColumns], form: str | None, shared: bool
) -> Section:
    if table == "sessions":
        return sessions_section(profile, targets, form, shared)
    if table == "assessments" and scales and not {"instrument", "score"} <= set(targets):
        return scales_section(profile, scales, targets, form)
    return plain_section(profile, table, targets, form)


def _scales(profile: SourceProfile) -> list[ScaleColumns]:
    """Groups of columns that can give a score: a total of numbers, or all items."""
    groups = scale_columns(profile.columns)
    return [
        group
        for group in groups
        if group.has_all_items or (group.total is not None and profile.columns[group.total].is_numeric)
    ]


def _patients(profiles: list[SourceProfile], fits: dict[tuple[str, str], Targets]) -> SourceProfile | None:
    """The source that knows most about patients, one row per patient before others; None when none names them."""
    named = [profile for profile in profiles if "patient_id" in fits[profile.name, "patients"]]
    if not named:
        return None

    def worth(profile: SourceProfile) -> tuple[bool, int, bool]:
        targets = fits[profile.name, "patients"]
        facts = patient_facts(targets)
        unique = profile.is_unique(targets["patient_id"].column)
        return bool(facts) and unique, facts, unique

    return max(named, key=worth)


def _source_rule(profile: SourceProfile, form: SourceRule | None) -> SourceRule:
    found = form or SourceRule(profile.table.origin.labels[0])
    decimal = profile.decimal if found.decimal == "." else found.decimal
    missing = tuple(dict.fromkeys((*found.missing, *profile.missing)))
    return SourceRule(found.file, found.delimiter, found.encoding, decimal, missing, found.table)


def _left_out(profile: SourceProfile, suggestions: list[ColumnSuggestion]) -> list[ColumnSuggestion]:
    used = {each.column for each in suggestions if each.source == profile.name}
    read = {name for each in suggestions if each.source == profile.name and each.rule for name in each.rule.reads()}
    return [
        ColumnSuggestion(
            profile.name, name, None, None, None, "neither", "unsure", READ_BESIDE if name in read else NOTHING_FOUND
        )
        for name in profile.columns
        if name not in used
    ]


def _nameless(profiles: list[SourceProfile]) -> list[str]:
    """Sources of which it is not clear whose rows they hold."""
    return [
        f"{shown_name(profile.name)}: no column is called like a patient's code. Which one is it?"
        for profile in profiles
        if "patient_id" not in fitted(profile, "patients", set())
    ]


def _questions(sections: list[Section]) -> list[str]:
    """What is open about whole tables."""
    tables = {section.table for section in sections}
    asked = [f"No source seems to hold {name}. Which one does?" for name, table in TABLES.items()
             if table.required and name not in tables]  # fmt: skip
    needs_dates = any(each.needs_first_session() for section in sections for each in section.rule().column_rules())
    if needs_dates and "sessions" in tables and not _has_dates(sections):
        asked.append(UNDATED)
    for section in sections:
        if section.table == "patients":
            asked += [NO_CLINIC] if section.columns["clinic_id"].constant else []
            asked += [NO_DIAGNOSIS] if section.columns["primary_diagnosis"].constant else []
    return asked


def _open(suggestions: list[ColumnSuggestion]) -> list[str]:
    return [
        f"{shown_name(each.source)}, column '{shown_name(each.column)}': {each.asks}"
        for each in suggestions
        if each.asks
    ]
