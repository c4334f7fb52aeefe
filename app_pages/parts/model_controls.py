"""The settings of the headline model above its figure, bound to the address."""

from __future__ import annotations

import streamlit as st
from streamlit.errors import StreamlitAPIException

from analysis.outcomes import COVARIATES, ROUTE_RULES, SHAPES, TIMES, ModelSpec, RouteRule

from . import access, state

_TIME_WORDS = {"sessions": "Sessions", "weeks": "Weeks"}
_SHAPE_HELP = (
    "How change moves over time. piecewise: straight, bending at the end of induction; linear: one straight line; "
    "log: fast first, then slower; spline: a smooth curve; categories: no shape assumed."
)
_RULE_HELP = (
    "Whose route a score belongs to. index: the route of the first session; unchanged only: the same, leaving out "
    "patients who changed route; at each session: the route of the last session before the score."
)
_INSTRUMENT = "instrument"
_LAST_INSTRUMENT = "kat_instrument"
_LAST_PAGE = "kat_page"


def instrument_control(page: str) -> str:
    """Which instrument a page is about. One choice for all pages: it is carried along when the page changes."""
    present = state.choices().instruments
    _carry_instrument(page, present)
    default = ModelSpec().instrument
    options = present or (default,)
    chosen = st.selectbox(
        "Instrument",
        options,
        index=options.index(default) if default in options else 0,
        key=_INSTRUMENT,
        bind="query-params",
        persist_state="session",
    )
    st.session_state[_LAST_INSTRUMENT] = chosen
    return chosen


def _carry_instrument(page: str, present: tuple[str, ...]) -> None:
    """On arrival from another page, the instrument chosen there; an address that names one goes first."""
    came_from = st.session_state.get(_LAST_PAGE, page)
    st.session_state[_LAST_PAGE] = page
    kept = st.session_state.get(_LAST_INSTRUMENT)
    if came_from != page and kept in present and _INSTRUMENT not in st.query_params:
        st.session_state[_INSTRUMENT] = kept
        if kept != ModelSpec().instrument:
            _write_address(kept)


def _write_address(kept: str) -> None:
    """Streamlit writes a carried value to the address only on a page it has shown before; so it is written here."""
    try:
        st.query_params[_INSTRUMENT] = kept
    except StreamlitAPIException:
        # The other page's control still owns the name, which happens only where its address never carried it
        # (no browser): there is then no address to keep in step either.
        return


def model_controls() -> ModelSpec:
    """The model asked for: five settings in view, the rest one click away."""
    with st.container(key="model-controls"):
        first, second, third, fourth = st.columns([1.1, 1, 1.1, 0.8], vertical_alignment="bottom")
    with first:
        instrument = instrument_control("symptom-change")
    with second:
        time = _one("Time axis", TIMES, "time")
    with third:
        shape = st.selectbox(
            "Shape", SHAPES, key="shape", bind="query-params", persist_state="session", help=_SHAPE_HELP
        )
    with fourth, st.popover("Model settings", icon=":material/tune:", width="stretch"):
        covariates, rule = _usual() if not access.is_holder() else (_covariates(), _route_rule())
        slope = st.toggle(
            "Patients differ in slope too", value=True, key="slope", bind="query-params", persist_state="session"
        )
    return ModelSpec(instrument, time, shape, covariates, rule, slope)


def _one(label: str, options: tuple[str, ...], key: str) -> str:
    return st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        key=key,
        bind="query-params",
        persist_state="session",
        width="stretch",
    )


def _usual() -> tuple[tuple[str, ...], RouteRule]:
    """A viewer gets one set of patients per cohort: two models that leave out others would give those away."""
    default = ModelSpec()
    recorded = state.study().patients
    return tuple(name for name in default.covariates if name in recorded), default.route_rule


def _route_rule() -> RouteRule:
    return st.selectbox(
        "Route of a score",
        ROUTE_RULES,
        key="route_rule",
        bind="query-params",
        persist_state="session",
        help=_RULE_HELP,
    )


def _covariates() -> tuple[str, ...]:
    """Adjustments the study records; the baseline score is always adjusted for."""
    recorded = [name for name in COVARIATES if name in state.study().patients]
    usual = [name for name in ModelSpec().covariates if name in recorded]
    return tuple(
        st.multiselect(
            "Adjusted for, besides the baseline score",
            recorded,
            default=usual,
            key="adjust",
            bind="query-params",
            persist_state="session",
            placeholder="The baseline score only",
        )
    )
