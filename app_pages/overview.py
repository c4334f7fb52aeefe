"""Overview: who came, how many were lost, how far scores moved, and how safe it was."""

import streamlit as st

from app_pages.parts import messages, release, review_parts, state
from app_pages.parts.model_controls import instrument_control

messages.page_head(
    "Overview",
    "Who started, how many can be judged, and what happened to their scores. Every share names its denominator.",
)
with st.container(width=260):
    instrument = instrument_control("overview")
if not messages.is_empty():
    review = release.review(instrument)
    review_parts.number_cards(review.screen)
    review_parts.board(review.screen)
    with st.container(key="halves"):
        left, right = st.columns(2, gap="large")
    with left:
        review_parts.attrition(review)
        review_parts.lines(review.screen)
    with right:
        review_parts.rates(review)
    st.divider()
    review_parts.years(review.screen)
    review_parts.published(review.screen)
    messages.withheld(review.screen.sentence)
    messages.study_notes(state.study().notes)
