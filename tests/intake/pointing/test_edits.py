"""A mapping changed by pointing: what each edit changes, what goes with it, and that the rest stays as it was."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.intake.column_rules import ColumnRule, DateRule, ItemRule
from analysis.intake.findings import FindingLog
from analysis.intake.mapping import Mapping, mapping_from
from analysis.intake.mapping_rules import SourceRule, TableRule
from analysis.intake.pointing import (
    Use,
    added,
    column_of,
    left_out,
    moved,
    scored,
    uses,
    with_constant,
    with_missing,
    with_rule,
)
from analysis.intake.toml_writer import mapping_toml

DAY = ColumnRule(date=DateRule("when", "days", "us"))
WIDE = TableRule(
    "assessments",
    "visits",
    {"patient_id": ColumnRule("who"), "day": DAY},
    long=(
        {"instrument": ColumnRule(constant="PHQ-9"), "score": ColumnRule("phq"), "suicidality_item": ColumnRule("i9")},
        {"instrument": ColumnRule(constant="GAD-7"), "score": ColumnRule("gad")},
    ),
)
MAPPING = Mapping(
    {"visits": SourceRule("visits.csv"), "people": SourceRule("people.csv")},
    (
        TableRule("patients", "people", {"patient_id": ColumnRule("id"), "clinic_id": ColumnRule("site")}),
        TableRule("sessions", "visits", {"patient_id": ColumnRule("who"), "day": DAY, "route": ColumnRule("how")}),
        WIDE,
    ),
)


def use_of(mapping: Mapping, column: str, table: str) -> Use:
    return next(use for use in uses(mapping) if use.column == column and mapping.tables[use.section].table == table)


def test_every_rule_of_a_mapping_is_a_use_in_its_order() -> None:
    assert [(use.section, use.entry, use.target) for use in uses(MAPPING)] == [
        (0, None, "patient_id"), (0, None, "clinic_id"), (1, None, "patient_id"), (1, None, "day"), (1, None, "route"),
        (2, None, "patient_id"), (2, None, "day"), (2, 0, "instrument"), (2, 0, "score"), (2, 0, "suicidality_item"),
        (2, 1, "instrument"), (2, 1, "score"),
    ]  # fmt: skip


def test_a_rule_is_about_its_date_its_first_item_or_its_column() -> None:
    assert column_of(DAY) == "when"
    assert column_of(ColumnRule(items=ItemRule(("q1", "q2"), "PEG"))) == "q1"
    assert column_of(ColumnRule(items=ItemRule((), "PEG"))) is None
    assert column_of(ColumnRule("how")) == "how"
    assert column_of(ColumnRule(constant="IV")) is None


def test_another_rule_takes_the_place_of_one_and_leaves_the_others() -> None:
    use = use_of(MAPPING, "how", "sessions")
    edited = with_rule(MAPPING, use, ColumnRule("how", vocabulary="routes"))
    assert edited.tables[1].columns["route"].vocabulary == "routes"
    assert (edited.tables[0], edited.tables[2]) == (MAPPING.tables[0], MAPPING.tables[2])


def test_a_column_left_out_is_gone_from_that_table_only() -> None:
    edited = left_out(MAPPING, use_of(MAPPING, "who", "sessions"))
    assert "patient_id" not in edited.tables[1].columns
    assert "patient_id" in edited.tables[2].columns


def test_a_score_left_out_takes_its_entry_with_it() -> None:
    edited = left_out(MAPPING, use_of(MAPPING, "phq", "assessments"))
    assert [entry["score"].column for entry in edited.tables[2].long] == ["gad"]


def test_a_suicidality_item_left_out_leaves_its_score() -> None:
    edited = left_out(MAPPING, use_of(MAPPING, "i9", "assessments"))
    assert set(edited.tables[2].long[0]) == {"instrument", "score"}


def test_a_section_without_any_column_is_gone() -> None:
    edited = MAPPING
    for column in ("id", "site"):
        edited = left_out(edited, use_of(edited, column, "patients"))
    assert [section.table for section in edited.tables] == ["sessions", "assessments"]


def test_a_moved_column_drives_out_the_one_that_was_there() -> None:
    edited = moved(MAPPING, use_of(MAPPING, "how", "sessions"), "day", ColumnRule("how"))
    assert edited.tables[1].columns == {"patient_id": ColumnRule("who"), "day": ColumnRule("how")}


def test_a_score_moved_to_another_column_leaves_the_entries() -> None:
    edited = moved(MAPPING, use_of(MAPPING, "gad", "assessments"), "mode", ColumnRule("gad"))
    assert len(edited.tables[2].long) == 1
    assert edited.tables[2].columns["mode"].column == "gad"


def test_a_column_added_to_a_table_that_the_source_does_not_feed_makes_its_section_with_who_and_when() -> None:
    edited = added(MAPPING, "visits", "therapy_visits", "kind", ColumnRule("what"))
    assert edited.tables[3] == TableRule(
        "therapy_visits", "visits", {"patient_id": ColumnRule("who"), "day": DAY, "kind": ColumnRule("what")}
    )
    assert added(edited, "visits", "therapy_visits", "minutes", ColumnRule("long")).tables[3].source == "visits"


def test_a_section_of_patients_takes_no_day_over() -> None:
    edited = added(MAPPING, "visits", "patients", "sex", ColumnRule("sex"))
    assert set(edited.tables[3].columns) == {"patient_id", "sex"}


def test_a_score_added_is_one_more_entry_with_its_instrument_and_day() -> None:
    edited = scored(MAPPING, "visits", "PCL-5", ColumnRule(constant="28"), ColumnRule("pcl_wk4"))
    assert edited.tables[2].long[2] == {
        "day": ColumnRule(constant="28"), "instrument": ColumnRule(constant="PCL-5"), "score": ColumnRule("pcl_wk4"),
    }  # fmt: skip


def test_items_added_name_their_instrument_themselves() -> None:
    rule = ColumnRule(items=ItemRule(("p1", "p2", "p3"), "PEG"))
    assert scored(MAPPING, "visits", "PEG", None, rule).tables[2].long[2] == {"score": rule}


def test_a_constant_and_words_for_missing_are_set_where_they_belong() -> None:
    edited = with_missing(with_constant(MAPPING, 1, "route", "IV"), "people", ("-99",))
    assert edited.tables[1].columns["route"] == ColumnRule(constant="IV")
    assert edited.sources["people"].missing == ("-99",)
    assert edited.sources["visits"].missing == ()


@given(st.data())
def test_any_run_of_edits_leaves_a_mapping_that_its_toml_text_spells(data: st.DataObject) -> None:
    """What the edits make may lack columns, which reading it reports; it is never anything that TOML cannot say."""
    mapping = MAPPING
    for _ in range(data.draw(st.integers(0, 8))):
        places = uses(mapping)
        if not places:
            break
        use = data.draw(st.sampled_from(places))
        edits = {
            "out": lambda m, u: left_out(m, u),
            "rule": lambda m, u: with_rule(m, u, ColumnRule("how", unlisted="missing")),
            "move": lambda m, u: moved(m, u, "day", ColumnRule("how")),
            "add": lambda m, u: added(m, "people", "sessions", "molecule", ColumnRule(constant="racemic")),
            "score": lambda m, u: scored(m, "people", "PEG", None, ColumnRule("peg")),
        }
        mapping = edits[data.draw(st.sampled_from(sorted(edits)))](mapping, use)
    again = mapping_from(tomllib.loads(mapping_toml(mapping)), "m.toml", FindingLog())
    assert again.tables == tuple(sorted(mapping.tables, key=lambda section: TABLE_ORDER.index(section.table)))
    assert again.sources == mapping.sources


TABLE_ORDER = ["patients", "sessions", "assessments", "therapy_visits", "adverse_events"]


@pytest.mark.parametrize("target", ["patient_id", "clinic_id"])
def test_an_edit_changes_no_mapping_in_place(target: str) -> None:
    before = mapping_toml(MAPPING)
    use = next(use for use in uses(MAPPING) if use.target == target)
    left_out(MAPPING, use)
    with_rule(MAPPING, use, ColumnRule("x"))
    assert mapping_toml(MAPPING) == before
