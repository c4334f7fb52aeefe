"""Which study this session asked for, and what it uploaded: kept in the session, gone with it, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from .state import Opened

SERVER, SAMPLE, UPLOAD = "server", "sample", "upload"
_CHOSEN = "kat_chosen"
_UPLOADED = "kat_uploaded"
_KEPT = ("kat_", "data-", "map-", "part")  # of the session, when another study comes in force
_OF_OLD_STUDY = ("kat_ignored", "kat_instrument", "kat_page", "data-instrument")


def chosen() -> str:
    """The study asked for: the one that the server was started on unless this session chose another."""
    found: str = st.session_state.get(_CHOSEN, SERVER)
    return found


def uploaded() -> Opened | None:
    """The study that this session uploaded and put in force; None when it did not."""
    found: Opened | None = st.session_state.get(_UPLOADED)
    return found


def keep_uploaded(opened: Opened) -> None:
    st.session_state[_UPLOADED] = opened


def choose(name: str) -> None:
    """Put another study in force, for a callback. The cohort and the settings of the old one go with it: its clinics
    and instruments are not those of the new one."""
    if name == chosen():
        return
    st.session_state[_CHOSEN] = name
    forget_settings()


def forget_settings() -> None:
    """Forget what was chosen about the study that was in force."""
    for key in [str(key) for key in st.session_state]:
        if not key.startswith(_KEPT) or key in _OF_OLD_STUDY:
            del st.session_state[key]
