"""What is counted of answers on suicidal thoughts, as tables for the gate."""

from __future__ import annotations

import pandas as pd

from analysis.outcomes.suicidality import Suicidality
from analysis.outcomes.suicidality.shift import Shift

from . import response_names as names
from .counted import CountColumn, CountedTable, Relations, Tables

ANSWERS, SHIFT, ITEMS = "answers", "item shift", "item changes"
_NUMBERS = ("share", "ci_low", "ci_high", "odds_ratio", "odds_low", "odds_high", "p_value")


def suicidality_tables(result: Suicidality, every_group: bool) -> Tables:
    """Answers at each time and what became of them. every_group: the whole table of answers before and after too."""
    shift = result.shift
    if shift is None:
        return {}
    tables = {ANSWERS: _answers(result.presence), ITEMS: _changes(shift)}
    if every_group:
        whole = CountColumn("n_patients", names.ITEM_BOTH, ("before", "after"), partition=True)
        tables[SHIFT] = CountedTable(shift.table, (whole,))
    return tables


def _answers(presence: pd.DataFrame) -> CountedTable:
    windows = presence["window"]
    frame = presence.assign(
        of=[names.ITEM_BEFORE if one == "baseline" else names.answered(one) for one in windows],
        of_present=[names.present(one) for one in windows],
    )
    counts = (
        CountColumn("n_patients", named_by="of", values=_NUMBERS),
        CountColumn("n_present", named_by="of_present", values=_NUMBERS),
    )
    return CountedTable(frame, counts)


def _changes(shift: Shift) -> CountedTable:
    higher_present = shift.n_higher - shift.n_new
    rows = [
        (names.ITEM_BOTH, shift.n_patients), (names.ITEM_PRESENT, shift.n_present), (names.LOWER, shift.n_lower),
        (names.ITEM_ABSENT, shift.n_absent), (names.NEW, shift.n_new), (names.EVER, shift.n_ever),
        (names.HIGHER, shift.n_higher), (names.STAYED_ABSENT, shift.n_absent - shift.n_new),
        (names.SAME_PRESENT, shift.n_present - shift.n_lower - higher_present), (names.HIGHER_PRESENT, higher_present),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["who", "n_patients"])
    return CountedTable(frame, (CountColumn("n_patients", named_by="who"),))


def suicidality_relations(result: Suicidality) -> Relations:
    windows = [] if result.shift is None else result.presence["window"].tolist()[1:]
    return Relations(names.item_nesting(windows), names.ITEM_PARTS)
