"""Words translated by a vocabulary: any spelling of a listed word, and nothing else."""

from __future__ import annotations

import pytest

from analysis.vocabulary import LIST_OF_COLUMN, TABLES, WORD_LISTS, allowed_values, meanings, plain_spelling

from .mapping_cases import Foreign


@pytest.mark.parametrize(
    ("name", "word", "meaning"),
    [
        ("routes", "Drip", "IV"),
        ("routes", "IV infusion", "IV"),
        ("routes", "nasal spray", "IN"),
        ("routes", "Spravato", "IN"),
        ("routes", "troche", "SL"),
        ("routes", "RDT", "SL"),
        ("routes", "SHOT", "IM"),
        ("routes", "sub-Q", "SC"),
        ("routes", "p.o.", "PO"),
        ("instruments", "PHQ9", "PHQ-9"),
        ("instruments", "phq 9 total", "PHQ-9"),
        ("instruments", "Patient Health Questionnaire", "PHQ-9"),
        ("instruments", "GAD7 Score", "GAD-7"),
        ("instruments", "PTSD Checklist for DSM-5", "PCL-5"),
        ("yes_no", "Y", "true"),
        ("yes_no", "Unchecked", "false"),
        ("sex", "F", "female"),
        ("payers", "Out-of-pocket", "self-pay"),
        ("molecules", "S-Ketamine", "esketamine"),
        ("visit_kinds", "prep session", "preparation"),
    ],
)
def test_a_word_of_a_clinic_has_one_meaning(name: str, word: str, meaning: str) -> None:
    assert meanings(name)[plain_spelling(word)] == meaning


@pytest.mark.parametrize("word", ["PHQ", "HAM-D", "PCL", "BDI", "PHQ-2", "QIDS"])
def test_a_word_with_two_meanings_is_in_no_list(word: str) -> None:
    assert plain_spelling(word) not in meanings("instruments")


@pytest.mark.parametrize("name", list(WORD_LISTS))
def test_no_spelling_stands_for_two_words_of_a_list(name: str) -> None:
    spellings = [
        spelling
        for known, words in WORD_LISTS[name].items()
        for spelling in {plain_spelling(word) for word in (known, *words)}
    ]
    assert len(spellings) == len(set(spellings))
    assert all(spellings)


@pytest.mark.parametrize(("table", "column"), list(LIST_OF_COLUMN))
def test_a_list_gives_every_word_that_its_column_allows_and_no_other(table: str, column: str) -> None:
    assert set(WORD_LISTS[LIST_OF_COLUMN[table, column]]) == set(allowed_values(table, TABLES[table].column(column)))


def test_routes_are_translated_and_the_list_of_the_mapping_comes_first(foreign: Foreign) -> None:
    foreign.change("visits.csv", "drip,40 mg", "Under the Tongue,40 mg")
    foreign.change("visits.csv", "shot", "house special")
    foreign.remap('vocabulary = "routes"', 'vocabulary = "routes", values = { "house special" = "SC", drip = "IM" }')
    assert foreign.study().sessions["route"].tolist() == ["IM", "SL", "SC"]


def test_a_word_that_no_list_has_is_counted_and_not_shown(foreign: Foreign) -> None:
    foreign.change("visits.csv", "drip,40 mg", "gummy,40 mg")
    messages = foreign.errors()
    assert messages[0] == (
        "visits.csv (as sessions): column 'how' has 1 value that the vocabulary 'routes' does not list (row 3). "
        'List them under \'values\', or say unlisted = "keep" or "missing".'
    )
    assert "gummy" not in " ".join(messages)


def test_unlisted_words_may_be_kept_or_left_blank(foreign: Foreign) -> None:
    foreign.remap('dx"\n', 'dx"\nsex = { column = "site", vocabulary = "sex", unlisted = "missing" }\n')
    foreign.change("people.csv", "A,North", "A,f")
    assert foreign.study().patients["sex"].fillna("").tolist() == ["female", "", ""]


def test_a_vocabulary_that_does_not_exist(foreign: Foreign) -> None:
    foreign.remap('vocabulary = "routes"', 'vocabulary = "route"')
    assert foreign.faults() == [
        "sessions 1, columns, route: 'vocabulary' should be one of 'routes', 'instruments', 'molecules', 'yes_no', "
        "'sex', 'payers', 'settings', 'visit_kinds', 'raters', 'ascertainment', 'phq_answers'."
    ]


def test_all_findings_of_a_mapping_and_of_its_cells_come_in_one_report(foreign: Foreign) -> None:
    foreign.change("visits.csv", "drip,40 mg", "gummy,40 mg")
    foreign.change("visits.csv", "shot,1,70", "shot,1,7")
    foreign.change("people.csv", "B,South", "A,South")
    told = " ".join(foreign.errors())
    assert "that the vocabulary 'routes' does not list" in told
    assert "weight outside 20 to 400 kg" in told
    assert "with a patient_id that an earlier row already has" in told
