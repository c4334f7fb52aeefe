"""A mapping written as TOML reads back equal, whatever its names hold, and its file name is plain."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake import Mapping, StudyDataError, mapping_file_name, mapping_toml
from analysis.intake.column_rules import ColumnRule, DateRule, ItemRule, UnitRule
from analysis.intake.mapping import FilterRule, SourceRule, TableRule
from analysis.study import AllowedColumn
from analysis.vocabulary import ITEM_SCORING, TABLES

from .mapping_cases import MAPPING

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
UNLISTED = st.sampled_from(["error", "keep", "missing"])
FORMS = st.sampled_from(["iso", "us", "european", "%d.%m.%Y", '%Y "%m" %d %H:%M'])

PLAIN = st.builds(
    ColumnRule,
    column=NAMES,
    values=st.none() | st.dictionaries(WORDS, WORDS, max_size=3),
    unlisted=UNLISTED,
    vocabulary=st.sampled_from([None, "routes", "yes_no"]),
)
CONSTANTS = st.builds(ColumnRule, constant=WORDS)
SOURCES = st.builds(
    SourceRule,
    file=st.from_regex(r"[a-zé \"']{1,8}\.csv", fullmatch=True),
    delimiter=st.sampled_from([None, ",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "cp1252", "utf-16"]),
    decimal=st.sampled_from([".", ","]),
    missing=st.lists(WORDS, max_size=3).map(tuple),
)
FILTERS = st.one_of(
    st.builds(FilterRule, NAMES, st.sampled_from(["in", "not_in"]), st.lists(WORDS, max_size=3).map(tuple)),
    st.builds(FilterRule, NAMES, st.sampled_from(["blank", "filled", "among"])),
)


@st.composite
def item_rules(draw: st.DrawFn) -> ColumnRule:
    instrument = draw(st.sampled_from(sorted(ITEM_SCORING)))
    scoring = ITEM_SCORING[instrument]
    columns = draw(st.lists(NAMES, min_size=scoring.n_items, max_size=scoring.n_items, unique=True))
    limit = draw(st.none() | st.integers(0, scoring.most_missing))
    return ColumnRule(items=ItemRule(tuple(columns), instrument, limit), unlisted=draw(UNLISTED))


def dated(becomes: str) -> st.SearchStrategy[ColumnRule]:
    time = st.none() | NAMES
    return st.builds(ColumnRule, date=st.builds(DateRule, NAMES.map("date ".__add__), st.just(becomes), FORMS, time))


DOSES = st.builds(
    ColumnRule, column=NAMES, unit=st.builds(UnitRule, st.just("mg/kg"), NAMES, st.sampled_from(["kg", "lb"]))
)


@st.composite
def mappings(draw: st.DrawFn) -> Mapping:
    sources = draw(st.dictionaries(NAMES, SOURCES, min_size=1, max_size=2))
    source = st.sampled_from(sorted(sources))
    extra = st.dictionaries(NAMES.map("x".__add__), PLAIN | CONSTANTS, max_size=3)
    keep = st.lists(FILTERS, max_size=2).map(tuple)
    specials = {
        "patients": {"age": dated("age"), "index_year": st.just(ColumnRule(from_sessions="year"))},
        "sessions": {"day": dated("days"), "dose_mg": DOSES, "session_number": CONSTANTS},
        "assessments": {"day": dated("days"), "score": item_rules()},
        "therapy_visits": {"day": dated("days")},
        "adverse_events": {"term": PLAIN},
    }
    tables = []
    for table in TABLES:
        own = st.fixed_dictionaries(specials[table])
        columns = st.tuples(own, extra).map(lambda pair: {**pair[0], **pair[1]})
        long = st.lists(st.dictionaries(NAMES.map("y".__add__), PLAIN | CONSTANTS, max_size=2), max_size=2).map(tuple)
        tables += draw(st.lists(st.builds(TableRule, st.just(table), source, columns, keep, long, st.booleans()),
                                min_size=1, max_size=1))  # fmt: skip
    reason = st.just("drawn at random")
    allowed = draw(st.lists(st.builds(AllowedColumn, st.just("patients"), NAMES, reason), max_size=1).map(tuple))
    return Mapping(sources, tuple(tables), draw(st.none() | NAMES), allowed)


def plain_dates(mapping: Mapping) -> set[tuple[str, str]]:
    """Columns read as dates, which a mapping may not also keep."""
    return {(rule.source, name) for rule in mapping.tables for each in rule.column_rules() if each.date
            for name in each.reads()[:1]}  # fmt: skip


@settings(deadline=None)
@given(mappings())
def test_a_written_mapping_reads_back_equal(mapping: Mapping) -> None:
    kept = {(rule.source, each.column) for rule in mapping.tables for each in rule.column_rules() if each.column}
    if kept & plain_dates(mapping):
        return
    assert Mapping.from_toml(mapping_toml(mapping)) == mapping


def test_the_mapping_of_the_other_tests_reads_back_equal() -> None:
    mapping = Mapping.from_toml(MAPPING)
    text = mapping_toml(replace(mapping, name='A "named"\nstudy'))
    assert Mapping.from_toml(text) == replace(mapping, name='A "named"\nstudy')
    assert 'day = { date = "seen", from = "first session", time = "clock" }' in text.splitlines()
    assert 'dose_mg = { column = "amount", unit = "mg/kg", weight = "kilos" }' in text.splitlines()


def test_a_published_mapping_reads_back_equal() -> None:
    mapping = Mapping.read(Path(__file__).parent / "nimh_ketamine.toml")
    assert Mapping.from_toml(mapping_toml(mapping)) == mapping


def test_a_database_source_reads_back_equal() -> None:
    mapping = Mapping.from_toml(MAPPING.replace('file = "people.csv"', 'table = "clinic.people"'))
    assert Mapping.from_toml(mapping_toml(mapping)) == mapping


@settings(deadline=None)
@given(st.none() | st.text())
def test_a_file_name_is_plain_whatever_the_study_is_called(name: str | None) -> None:
    assert re.fullmatch(r"[a-z0-9_]{1,80}\.toml", mapping_file_name(name))


def test_a_file_name_keeps_what_it_can() -> None:
    assert mapping_file_name("../../North Clinic: 2024") == "north_clinic_2024_mapping.toml"
    assert mapping_file_name("診所") == "study_mapping.toml"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "mine.toml: the mapping is not UTF-8 text. Save it as UTF-8."),
        ("[sources", "mine.toml: the mapping is not valid TOML: "),
        ('name = "x"', "mine.toml: it fills no table. Add sections such as [[patients]], [[sessions]] and "),
    ],
)
def test_an_uploaded_mapping_reports_its_faults(content: str | bytes, message: str) -> None:
    with pytest.raises(StudyDataError) as caught:
        Mapping.from_toml(content, "mine.toml")
    assert str(caught.value.findings[0]).startswith(message)
