"""Response & durability: who got better by how much, how soon, for how long, and suicidal thoughts."""

import streamlit as st

from app_pages.parts import messages, response_parts, response_release, response_suicidality
from app_pages.parts.response_controls import response_controls

messages.page_head(
    "Response & durability",
    "Who got better and by how much, three ways for those without a score; how soon, and for how long.",
)
instrument, settings = response_controls()
if not messages.is_empty():
    shown = response_release.response_page(instrument, settings)
    with st.container(key="halves-dense"):
        response_parts.number_cards(shown.screen)
        response_parts.outcomes(shown)
        response_parts.definitions(shown.screen)
        response_parts.changes(shown)
        response_parts.over_time(shown)
        response_parts.rapid(shown.screen)
        response_parts.time_to(shown)
        response_parts.after_response(shown)
        response_suicidality.suicidal_thoughts(shown)
    messages.withheld(shown.screen.sentence)
