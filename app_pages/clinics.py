"""Clinics: how far they differ after adjusting, and which are outside what chance allows."""

import streamlit as st

from app_pages.parts import clinic_parts, clinic_release, messages
from app_pages.parts.model_controls import instrument_control

messages.page_head(
    "Clinics",
    "How far clinics differ after adjusting for what is recorded of their patients, route and sessions, and which "
    "rates "
    "are outside what chance allows. Never ranked.",
)
with st.container(width=260):
    instrument = instrument_control("clinics")
if not messages.is_empty():
    shown = clinic_release.clinics_page(instrument)
    clinic_parts.number_cards(shown.screen)
    clinic_parts.adjusted(shown)
    with st.container(key="halves"):
        clinic_parts.funnels(shown)
    messages.withheld(shown.screen.sentence)
