"""The choice of the study in force: the one that the server was started on, the sample, or what was uploaded."""

from __future__ import annotations

import streamlit as st

from . import data_chosen
from .data_chosen import SAMPLE, SERVER, UPLOAD
from .source import source
from .words import plain

_KEY = "data-chosen"
ONLY_SAMPLE = "In force: the synthetic sample. Upload a study below to put it in its place, in this session only."


def choose() -> None:
    """A choice of what there is, or that there is nothing to choose yet."""
    options = _options()
    if len(options) == 1:
        st.caption(ONLY_SAMPLE)
        return
    chosen = data_chosen.chosen()
    st.session_state[_KEY] = chosen if chosen in options else SAMPLE
    st.radio(
        "Study in force in this session", list(options), format_func=options.__getitem__, key=_KEY, on_change=_chosen
    )


def _options() -> dict[str, str]:
    asked, sent = source(), data_chosen.uploaded()
    options = {} if asked.is_sample else {SERVER: f"The study of this server ({plain(asked.study.name)})"}
    options[SAMPLE] = "The synthetic sample"
    if sent is not None and sent.study is not None:
        options[UPLOAD] = f"Uploaded in this session ({plain(sent.study.name)})"
    return options


def _chosen() -> None:
    data_chosen.choose(st.session_state[_KEY])
