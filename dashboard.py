"""The frame of KAT Outcomes: the study, the cohort in the sidebar, and the pages.

Run with `streamlit run dashboard.py`, or `streamlit run dashboard.py -- --study FOLDER [--mapping FILE]`.
"""

import streamlit as st

from app_pages.parts import messages, sidebar, state, style

st.set_page_config(page_title="KAT Outcomes", layout="wide")
style.apply()

opened = state.open_study()
if opened.study is None:
    report = st.Page(lambda: messages.broken_study(opened), title="Study not loaded", default=True)
    same = st.Page(lambda: messages.broken_study(opened), title="Symptom change", url_path="symptom-change")
    st.navigation([report, same], position="hidden").run()
else:
    page = st.navigation(
        {
            "Review": [
                st.Page("app_pages/overview.py", title="Overview", icon=":material/dashboard:", default=True),
                st.Page(
                    "app_pages/symptom_change.py",
                    title="Symptom change",
                    icon=":material/trending_down:",
                    url_path="symptom-change",
                ),
            ]
        }
    )
    state.remember(sidebar.cohort_controls(opened.study))
    page.run()
