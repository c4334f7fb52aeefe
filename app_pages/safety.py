"""Safety: what happened at sessions, how often, how severe, and what was measured."""

import streamlit as st

from app_pages.parts import messages, safety_counts, safety_parts, safety_release

messages.page_head(
    "Safety",
    "What happened at sessions: how often per session and per patient, how severe, and what was measured.",
)
if not messages.is_empty():
    shown = safety_release.safety_page()
    with st.container(key="dense"):
        safety_parts.number_cards(shown.screen)
        safety_counts.events(shown)
        safety_counts.events_in_detail(shown)
        safety_counts.grades(shown.screen)
        safety_parts.vital_signs(shown)
        safety_parts.dissociation_and_observation(shown)
        safety_parts.published()
        safety_parts.notes()
        messages.withheld(shown.screen.sentence)
