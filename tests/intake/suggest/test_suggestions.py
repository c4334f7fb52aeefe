"""What is suggested for a column, how surely, and what is asked instead of assumed."""

from __future__ import annotations

import csv
import io

import numpy as np
import pyarrow as arrow
import pytest

from analysis.intake import ColumnSuggestion, Draft, preview_mapping, suggest_mapping
from analysis.intake.column_rules import ColumnRule, DateRule, ItemRule, UnitRule
from analysis.intake.findings import Origin
from analysis.intake.mapping import FilterRule
from analysis.intake.source import SourceTable

from ..test_mapped_study import VISITS

CHART = "pid,site,dx,age\nA1,N,MDD,40\nA2,S,PTSD,50\nA3,S,MDD,60\n"
SESSIONS = "pid,date,route,dose mg\nA1,2024-01-20,IV,40\nA2,2024-02-20,drip,40\nA3,2024-03-20,shot,60\n"
SCORES = "pid,date,scale,score\nA1,2024-01-20,phq9,20\nA2,2024-02-20,PHQ-9 total,15\nA3,2024-03-20,GAD7,9\n"


def source(text: str, label: str = "file.csv") -> SourceTable:
    header, *rows = csv.reader(io.StringIO(text))
    cells = {
        name: arrow.chunked_array([arrow.array([row[place] or None for row in rows], arrow.large_string())])
        for place, name in enumerate(header)
    }
    return SourceTable(arrow.table(cells), Origin((label,)))


def drafted(**texts: str) -> Draft:
    return suggest_mapping({name: source(text, f"{name}.csv") for name, text in texts.items()})


def found(draft: Draft, column: str, table: str) -> ColumnSuggestion:
    [suggestion] = [each for each in draft.columns if each.column == column and each.table == table]
    return suggestion


def test_a_name_and_fitting_cells_are_sure_and_say_why() -> None:
    route = found(drafted(chart=CHART, visits=SESSIONS, scores=SCORES), "route", "sessions")
    assert (route.target, route.basis, route.confidence) == ("route", "name and content", "sure")
    assert route.why == "It is called like route, and its cells are words of the list 'routes'."
    assert route.rule == ColumnRule("route", vocabulary="routes")


def test_cells_alone_are_unsure_and_a_name_alone_is_likely() -> None:
    draft = drafted(chart=CHART, visits=SESSIONS.replace("route", "zz"), scores=SCORES)
    told = found(draft, "zz", "sessions")
    assert (told.target, told.basis, told.confidence) == ("route", "content", "unsure")
    assert told.why == "Its cells are words of the list 'routes'; its name says nothing."
    named = found(draft, "pid", "sessions")
    assert (named.target, named.basis, named.confidence) == ("patient_id", "name", "likely")
    assert named.why == "It is called like patient_id; its cells do not say what they are."


def test_a_name_with_more_words_in_it_counts_when_the_cells_fit() -> None:
    draft = drafted(chart=CHART, visits=SESSIONS.replace("route", "planned route code"), scores=SCORES)
    named = found(draft, "planned route code", "sessions")
    assert (named.target, named.confidence) == ("route", "likely")
    assert named.why == (
        "It has a name with a part that is called like route, and its cells are words of the list 'routes'."
    )


def test_the_long_form_of_scores() -> None:
    draft = drafted(chart=CHART, visits=SESSIONS, scores=SCORES)
    assert draft.questions == ()
    rule = draft.mapping.tables[-1]
    assert rule.columns["instrument"] == ColumnRule("scale", vocabulary="instruments")
    preview = preview_mapping(
        draft.mapping,
        {
            name: source(text, f"{name}.csv")
            for name, text in (("chart", CHART), ("visits", SESSIONS), ("scores", SCORES))
        },
    )
    assert preview.tables["assessments"].first_rows["instrument"].tolist() == ["PHQ-9", "PHQ-9", "GAD-7"]


@pytest.mark.parametrize(
    ("dates", "form"),
    [
        (("01/20/2024", "02/20/2024", "03/20/2024"), "us"),
        (("20.01.2024", "20.02.2024", "20.03.2024"), "european"),
        (("20-Jan-2024", "20-Feb-2024", "20-Mar-2024"), "%d-%b-%Y"),
    ],
)
def test_the_form_of_dates_is_told_by_days_beyond_the_twelfth(dates: tuple[str, str, str], form: str) -> None:
    text = SESSIONS
    for old, new in zip(("2024-01-20", "2024-02-20", "2024-03-20"), dates, strict=True):
        text = text.replace(old, new)
    assert found(drafted(visits=text), "date", "sessions").rule == ColumnRule(date=DateRule("date", "days", form))


def unclear(text: str) -> str:
    return (
        text.replace("2024-01-20", "01/02/2024").replace("2024-02-20", "03/04/2024").replace("2024-03-20", "05/06/2024")
    )


def test_dates_that_may_be_either_are_asked_about_and_refused_until_answered() -> None:
    draft = drafted(chart=CHART, visits=unclear(SESSIONS), scores=SCORES)
    day = found(draft, "date", "sessions")
    assert (day.confidence, day.asks) == (
        "unsure", 'Are these dates month first (format = "us") or day first (format = "european")?',
    )  # fmt: skip
    assert day.why == "It is called like day, and its cells are dates whose form is not clear."
    assert draft.questions == (
        "visits, column 'date': Are these dates month first (format = \"us\") or day first (format = \"european\")?",
    )  # fmt: skip
    texts = {"chart": CHART, "visits": unclear(SESSIONS), "scores": SCORES}
    preview = preview_mapping(draft.mapping, {name: source(text, f"{name}.csv") for name, text in texts.items()})
    assert "that can be read month first or day first" in " ".join(str(each) for each in preview.findings)


def test_the_form_of_other_columns_is_proposed_for_unclear_dates_and_still_asked() -> None:
    scores = SCORES.replace("2024-01-20", "01/20/2024").replace("2024-02-20", "02/20/2024")
    draft = drafted(chart=CHART, visits=unclear(SESSIONS), scores=scores.replace("2024-03-20", "03/20/2024"))
    day = found(draft, "date", "sessions")
    assert day.rule == ColumnRule(date=DateRule("date", "days", "us"))
    assert day.confidence == "unsure"


def test_numbers_too_small_for_mg_and_too_large_for_kg_are_asked_about() -> None:
    text = "pid,date,route,dose,weight\nA1,2024-01-20,IV,0.5,180\nA2,2024-02-20,IV,0.7,150\nA3,2024-03-20,IM,1,210\n"
    draft = drafted(visits=text)
    dose, weight = found(draft, "dose", "sessions"), found(draft, "weight", "sessions")
    assert dose.rule == ColumnRule("dose", unit=UnitRule("mg/kg", "weight", "lb"))
    assert dose.asks == "Is the dose in mg/kg? No number is large enough for a dose in mg."
    assert weight.rule == ColumnRule("weight", unit=UnitRule("lb"))
    assert weight.asks == "Is the weight in pounds? The numbers are too large for kg."
    assert (dose.confidence, weight.confidence) == ("unsure", "unsure")


def test_a_dose_per_kilogram_without_a_weight_is_asked_about() -> None:
    draft = drafted(visits=SESSIONS.replace("dose mg", "dose mg/kg"))
    assert (
        found(draft, "dose mg/kg", "sessions").asks == "A dose per kilogram needs the body weight in the same source."
    )


def test_units_written_in_the_cells_are_read_there() -> None:
    text = "pid,date,route,dose\nA1,2024-01-20,IV,40 mg\nA2,2024-02-20,IV,45 mg\nA3,2024-03-20,IM,60mg\n"
    dose = found(drafted(visits=text), "dose", "sessions")
    assert dose.rule == ColumnRule("dose", unit=UnitRule("mg"))
    assert dose.why == "It is called like dose_mg, and its cells are numbers with a unit."


def test_words_for_missing_are_proposed_and_codes_below_zero_only_where_nothing_else_is() -> None:
    text = "pid,date,route,dose mg,change\nA1,2024-01-20,IV,-99,-9\nA2,2024-02-20,NA,45,-3\nA3,2024-03-20,IM,60,\n"
    assert drafted(visits=text).mapping.sources["visits"].missing == ("NA", "-99")


def test_a_decimal_comma_is_proposed_for_the_source() -> None:
    text = 'pid,date,route,dose mg\nA1,2024-01-20,IV,"40,5"\nA2,2024-02-20,IV,45\nA3,2024-03-20,IM,60\n'
    draft = drafted(visits=text)
    assert draft.mapping.sources["visits"].decimal == ","
    assert found(draft, "dose mg", "sessions").target == "dose_mg"


def test_wide_scores_take_the_day_of_their_name_or_of_their_own_dates() -> None:
    text = "pid,phq9_bl,wk4_date,phq9_wk4,phq9_item9_wk4,gad7_3mo,phq9_24h\n"
    text += "A1,20,2024-02-20,9,1,4,15\nA2,18,2024-03-20,8,0,5,9\n"
    draft = drafted(chart=CHART, visits=SESSIONS, wide=text)
    long = draft.mapping.tables[-1].long
    assert [(entry["day"].constant, entry["day"].date, entry["score"].column) for entry in long] == [
        ("0", None, "phq9_bl"),
        (None, DateRule("wk4_date", "days", "iso"), "phq9_wk4"),
        ("90", None, "gad7_3mo"),
        ("1", None, "phq9_24h"),
    ]
    assert long[1]["suicidality_item"] == ColumnRule("phq9_item9_wk4")
    assert found(draft, "phq9_bl", "assessments").why == "Its name says PHQ-9 on day 0, and its numbers fit."


def test_a_wide_score_of_an_unknown_time_is_asked_about_and_not_in_the_draft() -> None:
    text = "pid,phq9_bl,phq9_discharge\nA1,20,9\nA2,18,8\n"
    draft = drafted(chart=CHART, visits=SESSIONS, wide=text)
    last = found(draft, "phq9_discharge", "assessments")
    assert (last.confidence, last.asks) == ("unsure", "Which day after the first session is this for?")
    assert [entry["score"].column for entry in draft.mapping.tables[-1].long] == ["phq9_bl"]


def test_scores_out_of_their_range_are_unsure() -> None:
    told = found(drafted(chart=CHART, wide="pid,phq9_bl\nA1,70\nA2,80\n"), "phq9_bl", "assessments")
    assert (told.basis, told.confidence) == ("name", "unsure")
    assert told.why == "Its name says PHQ-9 on day 0, and its numbers do not all fit."


@pytest.mark.parametrize("names", [[f"phq{n}" for n in range(1, 10)], [f"PHQ9_Q{n}" for n in range(1, 10)]])
def test_nine_items_are_told_from_a_total(names: list[str]) -> None:
    text = f"pid,date,{','.join(names)}\nA1,2024-01-20,{','.join('111111111')}\nA2,2024-02-20,{','.join('222222222')}\n"
    draft = drafted(visits=SESSIONS, forms=text)
    [entry] = draft.mapping.tables[-1].long
    assert entry == {"score": ColumnRule(items=ItemRule(tuple(names), "PHQ-9"))}


def test_single_items_without_a_total_are_left_out() -> None:
    draft = drafted(visits=SESSIONS, forms="pid,date,phq9_q1,phq9_q2\nA1,2024-01-20,1,1\n")
    assert [each.target for each in draft.columns if each.source == "forms"] == [None] * 4


@pytest.mark.parametrize("name", ["phq2_total", "phq9_date", "phq9_severity", "gad7 completed by"])
def test_names_that_say_something_else_than_a_score(name: str) -> None:
    draft = drafted(chart=CHART, visits=SESSIONS, wide=f"pid,{name}\nA1,3\nA2,4\n")
    assert not any(each.target == "score" for each in draft.columns)


def test_one_file_of_visits_feeds_sessions_and_scores() -> None:
    draft = drafted(visits=VISITS.replace("visit,how", "day,how").replace("screening", "-3").replace("dose 1", "0")
                    .replace("dose 2", "3.5").replace("week 4", "28"))  # fmt: skip
    sessions, assessments = draft.mapping.tables[1:]
    assert sessions.keep == (FilterRule("how", "filled"),)
    assert [entry["score"].column for entry in assessments.long] == ["phq_total", "gad_total"]
    assert assessments.long[0]["suicidality_item"] == ColumnRule("phq_item9")
    assert sessions.columns["day"] == assessments.columns["day"] == ColumnRule("day")


def test_therapy_visits_and_events_are_found_by_their_words() -> None:
    therapy = "pid,date,visit type,minutes\nA1,2024-01-18,prep,50\nA1,2024-01-22,Integration session,50\n"
    events = "pid,date,side effect,grade\nA1,2024-01-20,Nausea,1\nA2,2024-02-20,Headache,2\n"
    draft = drafted(chart=CHART, visits=SESSIONS, scores=SCORES, therapy=therapy, events=events)
    assert [rule.table for rule in draft.mapping.tables] == [
        "patients", "sessions", "assessments", "therapy_visits", "adverse_events",
    ]  # fmt: skip
    assert found(draft, "visit type", "therapy_visits").rule == ColumnRule("visit type", vocabulary="visit_kinds")
    assert found(draft, "side effect", "adverse_events").rule == ColumnRule("side effect")


def test_what_no_column_gives_is_asked() -> None:
    draft = drafted(visits=SESSIONS)
    assert draft.questions == (
        "No source seems to hold assessments. Which one does?",
        "No column gives the clinic. 'clinic 1' stands for all patients: correct it, or name the column.",
        "No column gives the diagnosis. 'not recorded' stands for all patients: correct it, or name the column.",
    )
    patients = draft.mapping.tables[0]
    assert (patients.source, patients.drop_repeats) == ("visits", False)


def test_words_outside_a_list_are_asked_about() -> None:
    route = found(drafted(visits=SESSIONS.replace("drip", "house special")), "route", "sessions")
    assert route.asks == "Some of its words are not in the list 'routes'. What are they?"


def test_files_of_which_nothing_is_known_give_an_empty_draft() -> None:
    draft = drafted(other="a,b\n1,x\n2,y\n")
    assert draft.mapping.tables == ()
    assert draft.questions == (
        "other: no column is called like a patient's code. Which one is it?",
        *(f"No source seems to hold {table}. Which one does?" for table in ("patients", "sessions", "assessments")),
    )
    assert {each.why for each in draft.columns} == {"Nothing in its name or its cells says what it is."}


def test_empty_columns_and_empty_files_are_no_fault() -> None:
    assert drafted(a="pid,route,date\n").mapping.tables == ()
    assert found(drafted(visits=SESSIONS.replace(",40\n", ",\n").replace(",60\n", ",\n")), "route", "sessions")


def test_the_order_of_rows_changes_nothing() -> None:
    header, *rows = SESSIONS.splitlines()
    backwards = "\n".join([header, *rows[::-1]]) + "\n"
    assert drafted(visits=SESSIONS).mapping == drafted(visits=backwards).mapping


def test_a_long_file_is_looked_at_evenly_and_quickly() -> None:
    n_rows = 50_000
    cells = arrow.table(
        {
            "pid": [f"P{place}" for place in range(n_rows)],
            "date": np.datetime_as_string(np.datetime64("2020-01-01") + np.arange(n_rows) % 1_000).tolist(),
            "route": ["drip", "shot"] * (n_rows // 2),
        }
    )
    draft = suggest_mapping({"visits": SourceTable(cells, Origin(("visits.csv",)))})
    assert draft.mapping.tables[1].columns["route"] == ColumnRule("route", vocabulary="routes")


def test_dates_with_nothing_to_count_from_are_asked_about() -> None:
    visits = SESSIONS.replace("date", "day").replace("2024-01-20", "0").replace("2024-02-20", "0")
    draft = drafted(chart=CHART, visits=visits.replace("2024-03-20", "0"), scores=SCORES)
    assert draft.questions == (
        "The sessions have no dates, so other dates cannot be counted from the first one. Which column has them?",
    )
