"""The number of sessions looked at three ways, for readers who want to know who stays on."""

from __future__ import annotations

import streamlit as st

from analysis.figures import has_pattern, session_pattern_chart
from analysis.outcomes import ModelSpec

from . import state, style
from .messages import faults_said
from .panel import figure


@st.fragment
@faults_said()
def three_ways(spec: ModelSpec) -> None:
    """The drop-out pattern, the within/between split and the landmark analysis, worked out when opened."""
    label = "More sessions, more change? Three ways to look"
    with st.expander(label, icon=":material/stacked_line_chart:", key="three_ways", on_change="rerun") as view:
        if not view.open:
            return
        views = state.sessions_three_ways(spec)
        if has_pattern(views):
            figure(session_pattern_chart(views, spec.instrument, style.theme()), key="pattern")
        else:
            st.info("No group of patients by sessions completed has 11 scored patients.", icon=":material/group_off:")
        st.markdown(f"**The same patient, and different patients.** {views.within_between}")
        st.markdown(f"**Sessions by day 28, scores after.** {views.landmark}")
