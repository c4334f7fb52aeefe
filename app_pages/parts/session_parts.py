"""The number of sessions looked at three ways, for readers who want to know who stays on."""

from __future__ import annotations

import streamlit as st

from analysis.figures import has_pattern, session_pattern_chart
from analysis.outcomes import ModelSpec

from . import release, style
from .messages import faults_said, withheld
from .panel import figure


@st.fragment
@faults_said()
def three_ways(spec: ModelSpec) -> None:
    """The drop-out pattern, the within/between split and the landmark analysis, worked out when opened."""
    label = "More sessions, more change? Three ways to look"
    with st.expander(label, icon=":material/stacked_line_chart:", key="three_ways", on_change="rerun") as view:
        if not view.open:
            return
        shown = release.sessions_three_ways(spec)
        views = shown.screen
        if has_pattern(views):
            figure(shown, lambda one: session_pattern_chart(one, spec.instrument, style.theme()), key="pattern")
        else:
            few = views.audience.min_cell
            text = f"No group of patients by sessions completed has {few} scored patients."
            st.info(text, icon=":material/group_off:")
        st.markdown(f"**The same patient, and different patients.** {views.within_between}")
        st.markdown(f"**Sessions by day 28, scores after.** {views.landmark}")
        withheld(views.sentence)
