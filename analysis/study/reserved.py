"""Names that the study derives itself: a file's own column of that name is kept under another.

Without this, a column called "route" among the patients would replace the route of the first session, and an
"age" among the assessments the patient's age: a model would adjust for something else than it says.
"""

from __future__ import annotations

import pandas as pd

from analysis.vocabulary import TABLES

DERIVED_COLUMNS = frozenset(
    (
        "route", "route_now", "route_changed", "molecule", "n_sessions", "n_maintenance", "last_session_day",
        "induction_complete",
        "day", "weeks", "sessions_so_far", "baseline", "baseline_day", "score", "change", "started", "time_group",
        "instrument", "within", "between", "self",
        "clinic", "diagnosis", "sessions", "payer", "sex", "age",
    )
)  # fmt: skip


def _taken(table: str, frames: dict[str, pd.DataFrame]) -> frozenset[str]:
    if table == "patients":
        return DERIVED_COLUMNS
    if table == "assessments":
        return DERIVED_COLUMNS | set(frames["patients"].columns) | set(TABLES["patients"].column_names)
    return frozenset()


def set_names_apart(frames: dict[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Rename kept extra columns that bear a derived or a patient's name, and say so in a sentence each."""
    apart, notes = {}, []
    for table, frame in frames.items():
        extra = [name for name in frame.columns if name not in TABLES[table].column_names]
        taken = _taken(table, frames)
        clashing = [name for name in extra if name in taken]
        names = {name: _free(f"recorded_{name}", set(frame.columns) | taken) for name in clashing}
        apart[table] = frame.rename(columns=names) if names else frame
        notes += [
            f"{table}: the extra column '{old}' is kept as '{new}', because '{old}' is derived or declared elsewhere."
            for old, new in names.items()
        ]
    return apart, notes


def _free(name: str, taken: set[str] | frozenset[str]) -> str:
    while name in taken:
        name = f"{name}_"
    return name
