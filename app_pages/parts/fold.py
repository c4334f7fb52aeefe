"""What a reader may open: detail that stays closed, and is neither worked out nor drawn until it is asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from .messages import faults_said

DETAIL = ":material/table_rows:"


@st.fragment
@faults_said()
def folded(label: str, key: str, show: Callable[[], None], icon: str = DETAIL) -> None:
    """A closed part of a page under a label that says what is in it. Opening it draws this part only, not the page."""
    with st.expander(label, icon=icon, key=f"fold-{key}", on_change="rerun") as view:
        if view.open:
            show()
