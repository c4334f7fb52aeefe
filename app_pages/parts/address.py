"""What the address of the page asks for and the study does not have, said once and never silently dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from analysis.cohort import cohort_from_query
from analysis.outcomes import COVARIATES, ROUTE_RULES, SHAPES, TIMES
from analysis.study import Study

from . import access

_IGNORED = "kat_ignored"
_YES_NO = ("true", "false")
_LISTS = ("adjust",)  # settings of more than one value


def ignored_in_address(study: Study) -> tuple[str, ...]:
    """Sentences about what the address asked for and could not get, read before the widgets tidy it up."""
    if _IGNORED not in st.session_state:
        query = {key: st.query_params.get_all(key) for key in st.query_params}
        st.session_state[_IGNORED] = (*cohort_from_query(query, study)[1], *ignored_settings(query, study))
    return st.session_state[_IGNORED]  # type: ignore[no-any-return]


def ignored_settings(query: Mapping[str, Sequence[str]], study: Study) -> tuple[str, ...]:
    """The settings of an address that the model page does not offer for this study, or that are given twice."""
    known = {
        "instrument": study.instruments_present(),
        "time": TIMES,
        "shape": SHAPES,
        "route_rule": ROUTE_RULES if access.is_holder() else (),
        "adjust": (*(name for name in COVARIATES if name in study.patients), "") if access.is_holder() else (),
        "slope": _YES_NO,
        "one_panel": _YES_NO,
    }
    refused = tuple(
        f"The address asks for a model setting '{key}' that is not offered for this study; the usual one is used."
        for key, values in known.items()
        if any(value not in values for value in query.get(key, ()))
    )
    repeated = tuple(
        f"The address gives the setting '{key}' more than once; only one value is used and the others are ignored."
        for key in (*known, "baseline_on")
        if key not in _LISTS and len(query.get(key, ())) > 1
    )
    return refused + repeated


def forget_ignored() -> None:
    """The reader has chosen another cohort; what the first address asked for no longer matters."""
    st.session_state[_IGNORED] = ()
