"""The suicidality item of an instrument as scores of their own, so that the same baseline and windows apply.

The item is a few ordered answers, never a continuous measure: it is counted, and no model of means is fitted to it.
"""

from __future__ import annotations

import numpy as np

from analysis.study import Study
from analysis.vocabulary import INSTRUMENTS, Instrument

WHOLE_SCALE = "C-SSRS"  # its one score is the most severe ideation
PRESENT = 1  # the answer from which on thoughts are counted as present, as McInnes 2022 does on PHQ-9


def has_item(item: Instrument) -> bool:
    return item.suicidality_item is not None or item.name == WHOLE_SCALE


def item_words(item: Instrument) -> str:
    """What is counted, in words."""
    if item.name == WHOLE_SCALE:
        return "C-SSRS, most severe ideation"
    return f"{item.name}, item {item.suicidality_item}"


def item_study(study: Study, name: str) -> Study:
    """The study with one instrument's item in place of its score; unanswered items are no scores. An item is not
    worked out from other items."""
    table = study.assessments[(study.assessments["instrument"] == name).to_numpy()]
    if name != WHOLE_SCALE:
        empty = np.full(len(table), np.nan)
        answered = table["suicidality_item"].to_numpy(dtype=float, na_value=np.nan) if has_column(study) else empty
        table = table.assign(score=answered)
    return study.with_assessments(table)


def has_column(study: Study) -> bool:
    return "suicidality_item" in study.assessments


def items_present(study: Study) -> tuple[str, ...]:
    """Instruments with at least one answered item, in the vocabulary's order."""
    known = [name for name, item in INSTRUMENTS.items() if has_item(item)]
    return tuple(name for name in known if item_study(study, name).assessments["score"].notna().any())
