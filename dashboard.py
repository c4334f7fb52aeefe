"""The frame of KAT Outcomes: who is looking, the study, the cohort in the sidebar, and the pages.

Run with `streamlit run dashboard.py`, or with `-- --study FOLDER [--mapping FILE] [--admin FILE]` behind it.
"""

from collections.abc import Callable

import streamlit as st

from analysis.disclosure import SettingsError
from app_pages.parts import access, messages, sidebar, state, style

st.set_page_config(page_title="KAT Outcomes", layout="wide")
style.apply()


def in_place_of_pages(report: Callable[[], None], title: str, data: bool = False) -> None:
    """One report at every address, so that a link to a page leads to it. data: but for the page that loads another."""
    first = st.Page(report, title=title, default=True)
    same = st.Page(lambda: report(), title="Symptom change", url_path="symptom-change")
    loads = [st.Page("app_pages/data.py", title="Data", url_path="data")] if data else []
    st.navigation([first, same, *loads], position="hidden").run()


def pages() -> None:
    # No icons here: the browser would fetch them from outside this machine as the tab's icon.
    sections = {
        "Review": [
            st.Page("app_pages/overview.py", title="Overview", default=True),
            st.Page("app_pages/symptom_change.py", title="Symptom change", url_path="symptom-change"),
            st.Page("app_pages/response.py", title="Response & durability", url_path="response"),
            st.Page("app_pages/safety.py", title="Safety", url_path="safety"),
            st.Page("app_pages/care.py", title="Care delivery", url_path="care"),
            st.Page("app_pages/clinics.py", title="Clinics", url_path="clinics"),
        ],
        "Study": [st.Page("app_pages/data.py", title="Data", url_path="data")],
    }
    page = st.navigation(sections)
    with messages.faults_said():
        sidebar.cohort_controls(state.study())
        page.run()


def study_and_pages() -> None:
    opened = state.open_study()
    state.remember_study(opened)
    if opened.study is None:
        in_place_of_pages(lambda: messages.broken_study(opened), "Study not loaded", data=access.is_holder())
        return
    digest, n_patients = opened.study.digest, len(opened.study.patients)
    failed = access.audit_once("load", digest, study=digest, n_patients=n_patients)
    for one in opened.study.allowed:
        allowed = {"study": digest, "table": one.table, "column": one.column, "reason": one.reason}
        failed = failed or access.audit_once("allowed column", f"{digest} {one.table} {one.column}", **allowed)
    if failed:
        in_place_of_pages(lambda: messages.refused([failed], "Nothing is shown"), "Nothing is shown")
    else:
        pages()


known = access.settings()
if isinstance(known, SettingsError):
    faults = [access.BROKEN, *known.faults]
    in_place_of_pages(lambda: messages.refused(faults, "The settings cannot be used"), "Settings")
elif access.admitted(known) is None:
    access.audit_once("denial", "address", reason="not open to this address")
    in_place_of_pages(lambda: messages.refused([access.REFUSED]), "Not open to you")
else:
    study_and_pages()
