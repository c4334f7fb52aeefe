"""What the address of the page asks for and the study does not have, said once and never silently dropped."""

from __future__ import annotations

import streamlit as st

from analysis.cohort import cohort_from_query
from analysis.study import Study

_IGNORED = "kat_ignored"


def ignored_in_address(study: Study) -> tuple[str, ...]:
    """Sentences about what the address asked for and could not get, read before the widgets tidy it up."""
    if _IGNORED not in st.session_state:
        query = {key: st.query_params.get_all(key) for key in st.query_params}
        st.session_state[_IGNORED] = cohort_from_query(query, study)[1]
    return st.session_state[_IGNORED]  # type: ignore[no-any-return]


def forget_ignored() -> None:
    """The reader has chosen another cohort; what the first address asked for no longer matters."""
    st.session_state[_IGNORED] = ()
