"""The suicidality item of one cohort on one instrument, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.study import Study
from analysis.vocabulary import SUICIDAL_THOUGHTS, WINDOWS, Instrument, PublishedSentence, instrument

from ..attrition import follow
from ..induction import END_OF_INDUCTION
from .item import has_column, has_item, item_study
from .presence import presence
from .shift import Shift, shift

WINDOW_NAMES = (END_OF_INDUCTION, *(window.name for window in WINDOWS))
NO_ALARM = (
    "This is no alerting tool. The data are de-identified and come late: nobody can be found or reached through them. "
    "A patient at risk is helped by the clinic's own process at the time of the answer, never by this page."
)


@dataclass(frozen=True, eq=False)
class Suicidality:
    """Suicidal thoughts by the item of one instrument, of n_starters. presence: see `presence`, the end of induction
    after baseline and then the windows. sentence says why there is none; shift is None then. Nothing here is released
    yet."""

    instrument: Instrument
    n_starters: int
    presence: pd.DataFrame
    shift: Shift | None
    published: tuple[PublishedSentence, ...]
    sentence: str = ""


def suicidality(study: Study, name: str = "PHQ-9") -> Suicidality:
    """The item of one instrument in a (selected) study, whatever its size."""
    item = instrument(name)
    followed = follow(study, name) if not has_item(item) else None
    if followed is not None:
        return _without(item, len(followed.baseline), f"{name} has no item on suicidal thoughts.")
    own = item_study(study, name)
    answers = follow(own, name)
    if not own.assessments["score"].notna().any():
        return _without(item, len(answers.baseline), _nothing_answered(study, item))
    published = tuple(one for one in SUICIDAL_THOUGHTS if one.instrument == name)
    return Suicidality(
        item, len(answers.baseline), presence(answers, WINDOW_NAMES), shift(own, name, answers), published
    )


def _without(item: Instrument, n_starters: int, sentence: str) -> Suicidality:
    return Suicidality(item, n_starters, pd.DataFrame(), None, (), sentence)


def _nothing_answered(study: Study, item: Instrument) -> str:
    if item.suicidality_item is not None and not has_column(study):
        return (
            f"The table assessments has no column suicidality_item, so nothing can be said of item "
            f"{item.suicidality_item} of {item.name}."
        )
    what = f"item {item.suicidality_item} of {item.name}" if item.suicidality_item is not None else item.name
    return f"Nobody in this cohort has an answer to {what}."
