"""How items become scores: the items at their highest give the instrument's maximum."""

from __future__ import annotations

import pytest

from analysis.vocabulary import INSTRUMENTS, ITEM_SCORING, UNITS, unit_named


@pytest.mark.parametrize("name", list(ITEM_SCORING))
def test_the_highest_answers_give_the_highest_score(name: str) -> None:
    rule, scale = ITEM_SCORING[name], INSTRUMENTS[name]
    if rule.method == "mean":
        assert sum(rule.item_maximum) / rule.n_items == scale.maximum
    elif rule.method == "sum":
        assert sum(rule.item_maximum) == scale.maximum
    else:
        assert (
            sum(max(rule.item_maximum[item - 1] for item in domain.items) for domain in rule.domains) == scale.maximum
        )
        assert sorted(item for domain in rule.domains for item in domain.items) == list(range(1, rule.n_items + 1))


@pytest.mark.parametrize("name", list(ITEM_SCORING))
def test_the_items_are_as_many_as_the_instrument_declares_and_hold_its_suicidality_item(name: str) -> None:
    rule, scale = ITEM_SCORING[name], INSTRUMENTS[name]
    assert scale.n_items in (None, rule.n_items)
    if scale.suicidality_item is not None:
        assert rule.item_maximum[scale.suicidality_item - 1] == scale.suicidality_max


def test_prorating_is_a_rule_of_few_instruments() -> None:
    assert {name: rule.most_missing for name, rule in ITEM_SCORING.items() if rule.most_missing} == {
        "PHQ-9": 2, "GAD-7": 2, "BDI-II": 4, "BPI": 3,
    }  # fmt: skip
    assert {name for name, rule in ITEM_SCORING.items() if rule.missing_by_rule} == {"BPI"}


def test_a_unit_has_one_size_among_those_of_its_kind() -> None:
    for own, units in UNITS.items():
        assert unit_named(own, own).size == 1
        spellings = [spelling for unit in units for spelling in (unit.name, *unit.spellings)]
        assert len(spellings) == len(set(spellings))
    with pytest.raises(KeyError):
        unit_named("kg", "mg")
