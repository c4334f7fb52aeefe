"""Symptom change: the model of change by route and number of sessions, for the cohort in force."""

import streamlit as st

from app_pages.parts import messages, model_details, model_parts, session_parts, state
from app_pages.parts.model_controls import model_controls

messages.page_head(
    "Symptom change",
    "How scores move by route of administration and number of sessions, from one mixed-effects model.",
)
spec = model_controls()
if not messages.is_empty():
    change = state.change(spec)
    if change.status == "refused":
        messages.status(change)
        model_parts.who_is_there(change)
    else:
        model_parts.number_cards(change)
        model_parts.main_figure(change)
        messages.status(change)
        st.divider()
        model_parts.balance(change)
        model_parts.differences(change)
        st.divider()
        messages.notes(change.honesty)
        session_parts.three_ways(change.spec)
        model_details.second_opinion(change)
        model_details.details(change)
