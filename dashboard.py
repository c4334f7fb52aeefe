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
    # No icons here: the browser would fetch them from outside this machine as the tab's icon.
    review = [
        st.Page("app_pages/overview.py", title="Overview", default=True),
        st.Page("app_pages/symptom_change.py", title="Symptom change", url_path="symptom-change"),
    ]
    page = st.navigation({"Review": review})
    state.remember_study(opened)
    with messages.faults_said():
        sidebar.cohort_controls(opened.study)
        page.run()
