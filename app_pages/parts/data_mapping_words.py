"""The words of a column, each with the study's word for it: confirmed, or translated by pointing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analysis.intake.column_rules import ColumnRule
from analysis.intake.pointing import Word, choices_of, translated, words_in

from . import access, data_result
from .data_session import Place, apply
from .words import plain

if TYPE_CHECKING:
    from .data_mapping_rows import Around

LEAVE_BLANK, NOT_SAID = "(leave blank)", "(say what it is)"
NOT_A_LIST = "More than 40 different words: this is no column of a closed list. Point it at another, or leave it out."
WORDS_FOR_OTHERS = "The words of a column are individual data and not shown to you."
WHAT = "words of the columns of an upload"


def words(rule: ColumnRule, table: str, around: Around, place: Place, key: str) -> None:
    """The words of the column, each with the study's word for it."""
    if not access.may("individual"):
        st.caption(WORDS_FOR_OTHERS)
        return
    if not data_result.may_be_seen("words of the columns of an upload", around.key):
        return
    found = words_in(around.incoming.sources[around.source], around.incoming.forms[around.source], rule)
    if found is None:
        st.caption(NOT_A_LIST)
        return
    unknown = sum(word.meaning is None for word in found)
    label = f"{unknown} of {len(found)} words to translate" if unknown else f"{len(found)} words translated"
    icon = ":material/help:" if unknown else ":material/translate:"
    with st.popover(label, icon=icon, key=f"{key}-words"):
        for number, word in enumerate(found):
            _word(word, choices_of(table, place[2], rule), place, f"{key}-word-{number}")


def _word(word: Word, choices: tuple[str, ...], place: Place, key: str) -> None:
    meaning = {None: NOT_SAID, "": LEAVE_BLANK}.get(word.meaning, word.meaning)
    options = list(dict.fromkeys([NOT_SAID, *choices, LEAVE_BLANK, meaning]))
    st.session_state[key] = meaning
    cells = f"{word.n_cells:,} cell" + ("" if word.n_cells == 1 else "s")
    label = f"{plain(word.word)} ({cells}) means"
    st.selectbox(label, options, key=key, on_change=_set_word, args=(word.word, place, key))


def _set_word(word: str, place: Place, key: str) -> None:
    chosen = {NOT_SAID: None, LEAVE_BLANK: " "}.get(st.session_state[key], st.session_state[key])
    apply(place, lambda rule: translated(rule, word, chosen))
