"""Dates become days since the first session, an age or one year, and are gone; what is unclear is refused."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as arrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake.dates import Moments, ages_at, days_between, parse_dates

from .mapping_cases import Foreign

EPOCH = datetime.date(1970, 1, 1)
CHANGE_FORMAT = "Correct them, leave them blank, or change 'format' in the mapping."


def test_days_count_from_the_first_session_with_fractions_where_both_have_a_time(foreign: Foreign) -> None:
    foreign.change("visits.csv", "A,2024-03-08,,drip", "A,2024-03-08,4:00 PM,drip")
    assert foreign.study().sessions["day"].tolist() == [0.0, 7.25, 0.0]


def test_days_are_whole_when_one_of_the_two_has_no_time(foreign: Foreign) -> None:
    study = foreign.study()
    assert study.sessions["day"].tolist() == [0.0, 7.0, 0.0]
    assert study.assessments["day"].tolist() == [-2.0, 14.0, 0.0]


def test_the_first_session_is_the_earliest_whatever_the_order_of_the_file(foreign: Foreign) -> None:
    foreign.change("visits.csv", "A,2024-03-08", "A,2024-02-29")
    study = foreign.study()
    assert study.sessions[["day", "session_number"]].to_numpy().tolist() == [[1, 2], [0, 1], [0, 1]]
    assert study.assessments["day"].tolist() == [-1.0, 15.0, 0.0]


def test_ages_are_full_years_at_the_first_session_and_pooled_from_90(foreign: Foreign) -> None:
    assert foreign.study().patients["age"].fillna(-1).tolist() == [43, 90, -1]  # A turns 44 on the next day
    foreign.change("people.csv", "1980-03-02", "1980-03-01")
    assert foreign.study().patients["age"].fillna(-1).tolist() == [44, 90, -1]


def test_of_all_dates_only_the_year_of_the_first_session_is_kept(foreign: Foreign) -> None:
    study = foreign.study()
    assert study.patients["index_year"].fillna(-1).tolist() == [2024, 2024, -1]
    everything = " ".join(frame.to_csv() for frame in study.tables.values()) + " ".join(study.notes)
    assert not any(word in everything for word in ("1980", "2024-", "03-01", "04-30", "09:30"))


def test_a_year_may_come_from_a_date_of_its_own(foreign: Foreign) -> None:
    foreign.write("people.csv", "who,site,start,dx\nA,N,2023-12-31,MDD\nB,S,2024-01-01,MDD\nC,S,,MDD\n")
    foreign.remap('age = { date = "born", age_at = "first session" }\n', "")
    foreign.remap('{ year_of = "first session" }', '{ date = "start", part = "year" }')
    assert foreign.study().patients["index_year"].fillna(-1).tolist() == [2023, 2024, -1]


def test_the_year_of_birth_is_not_kept(foreign: Foreign) -> None:
    foreign.remap('{ year_of = "first session" }', '{ date = "born", part = "year" }')
    assert foreign.faults() == [
        "the column 'born' is read as a birth date and its year is kept as index_year. A year of birth gives away who "
        'is over 90: say index_year = { year_of = "first session" }.'
    ]


def test_patients_without_a_session_get_no_day_and_are_counted(foreign: Foreign) -> None:
    notes = foreign.study().notes
    assert (
        "people.csv (as patients): column 'born' has 1 row of a patient without a dated session (row 4). "
        "Their age stays blank." in notes
    )
    assert (
        "forms.csv (as assessments): column 'filled' has 1 row of a patient without a dated session (row 5). "
        "They were left out." in notes
    )


def test_an_event_keeps_its_row_when_its_day_is_not_known(foreign: Foreign) -> None:
    foreign.write("events.csv", "who,on,what\nA,2024-03-02,Nausea\nC,2024-03-02,Headache\n")
    foreign.mapping = '[sources.events]\nfile = "events.csv"\n' + foreign.mapping
    foreign.mapping += '[[adverse_events]]\nsource = "events"\n[adverse_events.columns]\npatient_id = "who"\n'
    foreign.mapping += 'term = "what"\nday = { date = "on", from = "first session" }\n'
    study = foreign.study()
    assert study.adverse_events is not None
    assert study.adverse_events["day"].fillna(-1).tolist() == [1.0, -1.0]
    assert (
        "events.csv (as adverse_events): column 'on' has 1 row of a patient without a dated session (row 3). "
        "Their day stays blank." in study.notes
    )


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("us", "03/01/2024"),
        ("us", "3-1-24"),
        ("european", "01.03.2024"),
        ("european", "1/3/24"),
        ("%d-%b-%Y", "01-Mar-2024"),
        ("%B %d, %Y", "March 1, 2024"),
        ("%Y%m%d", "20240301"),
    ],
)
def test_a_declared_form_is_read(foreign: Foreign, form: str, written: str) -> None:
    foreign.write("visits.csv", f'who,seen,how\nA,"{written}",drip\nB,"{written}",shot\n')
    foreign.mapping = foreign.mapping.split("dose_mg =")[0] + foreign.mapping[foreign.mapping.index("[[assess") :]
    foreign.remap('from = "first session", time = "clock"', f'from = "first session", format = "{form}"')
    assert foreign.study().assessments["day"].tolist() == [-2.0, 14.0, 60.0]


def test_an_iso_time_needs_no_declaration_and_midnight_is_no_time(foreign: Foreign) -> None:
    foreign.remap(', time = "clock"', "")
    foreign.change("visits.csv", "A,2024-03-01,", "A,2024-03-01T10:00:00Z,")
    foreign.change("visits.csv", "A,2024-03-08,", "A,2024-03-08 22:00,")
    foreign.change("forms.csv", "2024-03-15", "2024-03-15 00:00:00")
    study = foreign.study()
    assert study.sessions["day"].tolist() == [0.0, 7.5, 0.0]
    assert study.assessments["day"].tolist() == [-2.0, 14.0, 0.0]


def test_a_date_that_may_be_month_first_or_day_first_is_refused(foreign: Foreign) -> None:
    foreign.change("forms.csv", "2024-02-28", "03/04/2024")
    assert foreign.errors() == [
        "forms.csv (as assessments): column 'filled' has 1 date that can be read month first or day first (row 2). "
        'Say format = "us" (month first) or format = "european" (day first) in the mapping.'
    ]


def test_a_date_that_the_calendar_does_not_have_is_an_error(foreign: Foreign) -> None:
    foreign.change("forms.csv", "2024-02-28", "2023-02-29")
    assert foreign.errors() == [
        "forms.csv (as assessments): column 'filled' has 1 date that the calendar does not have when read as "
        f"year-month-day (row 2). {CHANGE_FORMAT}"
    ]


def test_what_is_no_date_is_counted_with_its_rows_and_not_shown(foreign: Foreign) -> None:
    foreign.change("forms.csv", "2024-02-28", "last spring")
    foreign.change("forms.csv", "2024-04-30", "soon")
    assert foreign.errors() == [
        "forms.csv (as assessments): column 'filled' has 2 cells with no date written as year-month-day "
        f"(rows 2 and 4). {CHANGE_FORMAT}"
    ]


def test_a_blank_date_is_a_blank_cell(foreign: Foreign) -> None:
    foreign.change("forms.csv", "2024-02-28", "")
    assert foreign.errors() == [
        "forms.csv (as assessments): column 'day' has 1 blank cell (row 2). Fill them in; every row needs a value here."
    ]


def test_what_is_no_time_of_day_is_an_error(foreign: Foreign) -> None:
    foreign.change("visits.csv", "10:00", "25:00")
    foreign.change("visits.csv", "09:30", "morning")
    assert foreign.errors() == [
        "visits.csv (as sessions): column 'clock' has 2 cells with no time of day such as 14:30 or 2:30 PM "
        "(rows 2 and 4). Correct them or leave them blank."
    ]


@pytest.mark.parametrize("born", ["2031-01-01", "1900-01-01"])
def test_an_impossible_birth_date_is_an_error_and_no_age_of_90(foreign: Foreign, born: str) -> None:
    foreign.change("people.csv", "1931-01-01", born)
    assert foreign.errors() == [
        "people.csv (as patients): column 'born' has 1 birth date after the first session or more than 120 years "
        "before it (row 3). Correct them or leave them blank; years of birth need four digits."
    ]


def test_two_sessions_of_one_day_are_numbered_in_the_order_of_the_file(foreign: Foreign) -> None:
    foreign.change("visits.csv", "A,2024-03-08,,drip,40 mg", "A,2024-03-01,,drip,40 mg")
    study = foreign.study()
    assert study.sessions["session_number"].tolist() == [1, 2, 1]
    told = (
        "visits.csv (as sessions): column 'session_number' has 1 session on the same day as an earlier session of the "
        "patient (row 3). They were numbered in the order of the file; leave out repeated rows with "
        "drop_repeats = true."
    )
    assert told in study.notes


USE = (
    'a date is not kept. Say what it becomes, with one of from = "first session" (days), age_at = "first session" '
    '(in age) and part = "year" (in index_year).'
)
DIRECTIVES = (
    '\'format\' should be "iso", "us" (month first), "european" (day first) or one each of the directives for year '
    '(%Y or %y), month (%m or %b) and day (%d), with %H, %I, %M, %S and %p for the time, such as "%d.%m.%Y".'
)


@pytest.mark.parametrize(
    ("rule", "faults"),
    [
        ('{ date = "filled" }', [USE]),
        ('{ date = "filled", from = "first session", part = "year" }', [USE]),
        ('{ date = "filled", from = "birth" }', ["'from' should be one of 'first session'."]),
        ('{ date = "filled", age_at = "first session" }', ["'age_at' can fill the age of patients only."]),
        ('{ date = "filled", part = "year" }', ["'part' can fill index_year of patients only."]),
        ('{ date = "filled", from = "first session", format = "%d.%m" }', [DIRECTIVES]),
        ('{ date = "filled", from = "first session", format = "%d.%m.%Y %Y" }', [DIRECTIVES]),
        ('{ date = "filled", from = "first session", format = "%d.%m.%Y %j" }', [DIRECTIVES]),
        ('{ date = "filled", from = "first session", format = "%Y-%m-%d%" }', [DIRECTIVES]),
        ('{ year_of = "first session" }', ["'year_of' can fill index_year of patients only."]),
        ('{ in_order_of = "day" }', ["'in_order_of' can fill session_number of sessions only."]),
        ('{ date = "filled", from = "first session", values = {} }', ["'values' means nothing beside 'date'."]),
    ],
)
def test_faults_of_a_date(foreign: Foreign, rule: str, faults: list[str]) -> None:
    foreign.remap('{ date = "filled", from = "first session" }', rule)
    assert foreign.faults() == [f"assessments 1, columns, day: {fault}" for fault in faults]


def test_only_days_may_count_from_the_first_session(foreign: Foreign) -> None:
    foreign.remap("weight_kg = {", 'dose_mg2 = { date = "seen", from = "first session" }\nweight_kg = {')
    foreign.remap("dose_mg = {", 'sbp_pre = { date = "seen", from = "first session" }\ndose_mg = {')
    assert foreign.faults() == [
        "sessions 1, columns, sbp_pre: 'from' gives days, and sbp_pre is no number of days.",
    ]


def test_a_date_is_not_kept_beside_its_day(foreign: Foreign) -> None:
    foreign.remap('dx"\n', 'dx"\nbirthday = "born"\n')
    assert foreign.faults() == [
        "the column 'born' is read as a date and also kept as 'birthday'. No date is kept: remove 'birthday' from "
        "patients."
    ]


def test_without_dated_sessions_nothing_counts_from_the_first(foreign: Foreign) -> None:
    foreign.remap('{ date = "seen", from = "first session", time = "clock" }', "{ constant = 0 }")
    assert foreign.faults() == [
        "The mapping counts from the first session, and no section [[sessions]] gives its day as a date. "
        'Say day = { date = "...", from = "first session" } there.'
    ]


def test_session_numbers_are_counted_in_all_sections_or_in_none(foreign: Foreign) -> None:
    start, rest = foreign.mapping.index("[[sessions]]"), foreign.mapping.index("[[assessments]]")
    section = foreign.mapping[start:rest].replace('{ in_order_of = "day" }', "{ constant = 1 }")
    foreign.mapping = foreign.mapping[:rest] + section + foreign.mapping[rest:]
    assert foreign.faults() == [
        "some sections of sessions count their numbers in order of the day and some do not. Do it in all of them, "
        "or in none."
    ]


DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31))


def moments(dates: list[datetime.date]) -> Moments:
    return Moments(np.array([(date - EPOCH).days for date in dates]), np.full(len(dates), np.nan))


@settings(deadline=None)
@given(st.lists(DAYS, min_size=1, max_size=20))
def test_every_form_reads_the_same_days(dates: list[datetime.date]) -> None:
    forms = {"iso": "%Y-%m-%d", "us": "%m/%d/%Y", "european": "%d.%m.%Y", "%d %b %Y": "%d %b %Y"}
    for form, written in forms.items():
        text = arrow.chunked_array([arrow.array([date.strftime(written) for date in dates], arrow.large_string())])
        found, problems = parse_dates(text, form)
        assert not problems
        assert found.day.tolist() == moments(dates).day.tolist()


@settings(deadline=None)
@given(st.lists(st.tuples(DAYS, DAYS), min_size=1, max_size=20))
def test_days_and_ages_are_those_of_the_calendar(pairs: list[tuple[datetime.date, datetime.date]]) -> None:
    first, later = (moments([pair[side] for pair in pairs]) for side in (0, 1))
    assert days_between(first, later).tolist() == [(b - a).days for a, b in pairs]
    ages, _ = ages_at(later, first)
    for age, (born, seen) in zip(ages, pairs, strict=True):
        full = seen.year - born.year - ((seen.month, seen.day) < (born.month, born.day))
        assert np.isnan(age) if not 0 <= full <= 120 else age == min(full, 90)


def test_a_form_of_many_letters_is_refused_before_it_becomes_a_pattern(foreign: Foreign) -> None:
    foreign.remap('date = "filled"', f'date = "filled", format = "%Y%m%d{"x" * 500_000}"')
    assert foreign.faults() == [
        "assessments 1, columns, day: 'format' is longer than 60 letters. "
        "Write the directives of a date and what is between them."
    ]
