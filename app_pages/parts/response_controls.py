"""The settings of the page on response, bound to the address."""

from __future__ import annotations

import streamlit as st

from analysis.outcomes.response import ResponseSettings
from analysis.vocabulary import Instrument, instrument

from . import access
from .model_controls import instrument_control

_RELIABILITY_HELP = (
    "Between 0 and 1: how alike two scores of the same unchanged person are. None was verified for any instrument, so "
    "enter the one you rely on, and name its source where you use the result."
)
_SD_HELP = "In points. Left empty, the standard deviation of the baseline scores of this cohort."


def response_controls() -> tuple[str, ResponseSettings]:
    """The instrument, and to the holder the cut-offs behind one control. A viewer has the usual ones: two sets of
    cut-offs side by side could give single patients away."""
    with st.container(key="model-controls"):
        first, second, _ = st.columns([1.1, 0.9, 2], vertical_alignment="bottom")
    with first:
        name = instrument_control("response")
    if not access.is_holder():
        return name, ResponseSettings()
    with second, st.popover("Cut-offs", icon=":material/tune:", width="stretch"):
        return name, _settings(instrument(name))


def _settings(item: Instrument) -> ResponseSettings:
    rule = None
    if len(item.remission_options) > 1:
        labels = {f"{one.label} ({one.used_by})": one for one in item.remission_options}
        chosen = st.selectbox("Remission", list(labels), key=f"remission-{item.name}", persist_state="session")
        rule = labels[chosen]
    reliability = _number("Reliability", 0.0, 1.0, 0.01, f"reliability-{item.name}", _RELIABILITY_HELP)
    sd = _number("Standard deviation before treatment", 0.0, item.maximum, 0.1, f"sd-{item.name}", _SD_HELP)
    usable = reliability is not None and 0 < reliability < 1
    if reliability is not None and not usable:
        st.caption("A reliability lies between 0 and 1, both excluded.")
    return ResponseSettings(rule, reliability if usable else None, sd if usable and sd else None)


def _number(label: str, low: float, high: float, step: float, key: str, text: str) -> float | None:
    return st.number_input(
        label, float(low), float(high), value=None, step=step, key=key, help=text, persist_state="session"
    )
