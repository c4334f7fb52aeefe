"""The words of a column: which are known, which a person translates, and that a column of codes is no list of words."""

from __future__ import annotations

import pyarrow as arrow

from analysis.intake.column_rules import ColumnRule
from analysis.intake.findings import Origin
from analysis.intake.mapping_rules import SourceRule
from analysis.intake.pointing import Word, choices_of, translated, words_in
from analysis.intake.source import SourceTable

FORM = SourceRule("v.csv", missing=("n/a",))
ROUTES = ColumnRule("how", vocabulary="routes")


def source(*cells: str | None) -> SourceTable:
    return SourceTable(arrow.table({"how": arrow.array(cells, arrow.large_string())}), Origin(("v.csv",)))


def test_words_come_with_their_meaning_the_most_frequent_first_and_missing_ones_not_at_all() -> None:
    table = source("drip", " Drip", "drip", "spray 2", "n/a", None, "spray 2", "spray 2", "spray 2")
    assert words_in(table, FORM, ROUTES) == (Word("spray 2", None, 4), Word("drip", "IV", 2), Word("Drip", "IV", 1))


def test_a_word_translated_by_hand_goes_before_the_vocabulary_and_can_be_left_to_it_again() -> None:
    by_hand = translated(ROUTES, "drip", "IM")
    assert words_in(source("drip"), FORM, by_hand) == (Word("drip", "IM", 1),)
    assert translated(by_hand, "drip", None) == ROUTES
    assert words_in(source("drip"), FORM, translated(ROUTES, "drip", "")) == (Word("drip", "", 1),)


def test_a_column_of_more_than_forty_words_is_no_list() -> None:
    assert words_in(source(*map(str, range(40))), FORM, ROUTES) is not None
    assert words_in(source(*map(str, range(41))), FORM, ROUTES) is None


def test_a_column_that_is_not_there_has_no_words() -> None:
    assert words_in(source("drip"), FORM, ColumnRule("what", vocabulary="routes")) == ()
    assert words_in(source("drip"), FORM, ColumnRule(constant="IV")) == ()


def test_the_study_offers_its_closed_sets_its_yes_and_no_and_the_words_of_a_list() -> None:
    assert choices_of("sessions", "route", ROUTES)[:2] == ("IV", "IM")
    assert choices_of("patients", "benzodiazepine", ColumnRule("b")) == ("true", "false")
    assert choices_of("assessments", "score", ColumnRule("q", vocabulary="phq_answers")) == ("0", "1", "2", "3")
    assert choices_of("patients", "primary_diagnosis", ColumnRule("dx")) == ()
    assert choices_of("patients", "own_column", ColumnRule("x")) == ()
