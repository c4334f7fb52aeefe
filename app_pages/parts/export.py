"""What is written down when something leaves a page: who, when, of which study and cohort, and why."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from . import access, release, state

SHORTEST_REASON = 10  # characters: enough to say something
LONGEST_REASON = 400
EXPLAINED = (
    "Exports leave out counts of few patients and everything computed from them. You hold the files and may export one "
    f"table with them. Say why, in at least {SHORTEST_REASON} characters; the audit keeps it."
)
NOT_KEPT = (
    "The record of released cohorts cannot be written, so nothing can be exported. Whoever keeps this dashboard has to "
    "mend that first."
)


def _details(what: str) -> dict[str, str | int | None]:
    """The entry of an export: the study, the cohort's question and about how many patients."""
    return {
        "study": state.digest(),
        "cohort": repr(state.cohort()),
        "n_patients": state.selection().n_patients,
        "what": what,
    }


def audited(what: str, make: Callable[[], bytes]) -> Callable[[], bytes]:
    """A file that is written down when it is made. It is made outside the page's run, so all that the entry needs is
    gathered here; when the entry cannot be written, no file is made."""
    log, who, details, remember = access.log(), access.who(), _details(what), release.remembering()

    def made() -> bytes:
        failed = access.written(log, "export", who, details)
        if failed:
            raise OSError(failed)
        remember()
        return make()

    return made


def image(what: str) -> str:
    """Write down that a figure is taken away. A sentence when that failed."""
    failed = access.audit("export", **_details(f"image of {what}"))
    if failed:
        return failed
    try:
        release.remembering()()
    except OSError:
        return NOT_KEPT
    return ""


def small_cells(what: str, reason: str) -> str:
    """Write down an export with small cells and the reason for it. A sentence when that failed."""
    return access.audit("export", **_details(f"{what}, with small cells"), reason=reason.strip())


def seen(what: str) -> str:
    """Write down, once a session for each cohort, that single patients are shown. A sentence when that failed."""
    return access.audit_once("individual data", f"{what} {state.cohort()!r}", **_details(what))


def is_reason(text: str) -> bool:
    return len(text.strip()) >= SHORTEST_REASON


def forget(ready: str, reason: str) -> None:
    """After one export with small cells: the next needs a reason of its own."""
    st.session_state.pop(ready, None)
    st.session_state[reason] = ""
