"""Care delivery: doses, sessions, therapy visits, cost and coverage, and conditions beyond depression."""

import streamlit as st

from app_pages.parts import care_beyond, care_charges, care_parts, messages, safety_release

messages.page_head(
    "Care delivery",
    "What was given and to whom: doses, sessions, therapy visits, cost and coverage, and what else was measured.",
)
if not messages.is_empty():
    shown = safety_release.care_page()
    with st.container(key="dense"):
        care_parts.number_cards(shown.screen)
        care_parts.staying(shown)
        care_parts.doses(shown)
        care_parts.therapy(shown)
        care_charges.cost(shown)
        care_beyond.conditions(shown)
        care_parts.notes()
        messages.withheld(shown.screen.sentence)
