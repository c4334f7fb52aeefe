"""Symptom change: the model of change by route and number of sessions, for the cohort in force."""

import streamlit as st

from app_pages.parts import access, messages, model_details, model_parts, release, session_parts
from app_pages.parts.model_controls import model_controls

messages.page_head(
    "Symptom change",
    "How scores move by route of administration and number of sessions, from one mixed-effects model.",
)
spec = model_controls()
if not messages.is_empty():
    shown = release.change(spec)
    change = shown.screen
    if change.status == "refused":
        messages.status(change)
        model_parts.who_is_there(change)
        messages.withheld(change.sentence)
    else:
        model_parts.number_cards(change)
        model_parts.main_figure(shown)
        messages.status(change)
        messages.withheld(change.sentence)
        st.divider()
        model_parts.balance(change)
        model_parts.differences(shown)
        st.divider()
        messages.notes(change.honesty)
        session_parts.three_ways(change.spec)
        if access.is_holder():
            model_details.second_opinion(change)
        model_details.details(change)
