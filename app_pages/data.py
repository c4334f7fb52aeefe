"""Data: what the study holds, how complete it is, what was found in its files, and how another is loaded."""

import streamlit as st

from app_pages.parts import data_dictionary, data_load, data_study

PARTS = {"study": "This study", "load": "Load a study", "dictionary": "Data dictionary"}

st.title("Data")
st.markdown(
    "What the study holds, how complete it is, and what was found in its files. "
    "This page is about the whole study, whatever cohort is chosen."
)
part = st.segmented_control(
    "Part of this page",
    list(PARTS),
    default="study",
    required=True,
    format_func=PARTS.__getitem__,
    key="part",
    bind="query-params",
    label_visibility="collapsed",
)
if part == "load":
    data_load.show()
elif part == "dictionary":
    data_dictionary.show()
else:
    data_study.show()
