"""Data: what the study holds, how complete it is, what was found in its files, and how another is loaded."""

import streamlit as st

from app_pages.parts import data_dictionary, data_load, data_study

STUDY, LOAD, DICTIONARY = "This study", "Load a study", "Data dictionary"

st.title("Data")
st.markdown(
    "What the study holds, how complete it is, and what was found in its files. "
    "This page is about the whole study, whatever cohort is chosen."
)
part = st.segmented_control(
    "Part of this page",
    [STUDY, LOAD, DICTIONARY],
    default=STUDY,
    required=True,
    key="part",
    bind="query-params",
    label_visibility="collapsed",
)
if part == LOAD:
    data_load.show()
elif part == DICTIONARY:
    data_dictionary.show()
else:
    data_study.show()
