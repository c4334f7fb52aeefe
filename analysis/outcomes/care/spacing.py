"""How far apart sessions were, in days."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.outcomes.safety.course import quartiles
from analysis.outcomes.safety.session_rows import NUMBERS, Floats, SessionRows
from analysis.study import Study, in_induction

INDUCTION, MAINTENANCE = "induction", "maintenance"
PHASES = (INDUCTION, MAINTENANCE)
SPACING = ("route", "phase", "n_patients", "n_gaps", "q1", "median", "q3")
BY_SESSION = ("session", "n_patients", "n_gaps", "q1", "median", "q3")


def days_since_last(sessions: SessionRows, session_number: Floats) -> Floats:
    """Per session, the days since the same patient's session before it; NaN at the first."""
    order = np.lexsort((session_number, sessions.day, sessions.patient))
    gap = np.full(len(order), np.nan)
    same = sessions.patient[order][1:] == sessions.patient[order][:-1]
    gap[order[1:]] = np.where(same, np.diff(sessions.day[order]), np.nan)
    return gap


def spacing(study: Study, sessions: SessionRows) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Days between neighbouring sessions: one row per route of the later one ("all" first) and phase it belongs to; and
    one row per number of the later session."""
    gap = days_since_last(sessions, study.sessions["session_number"].to_numpy(dtype=float))
    induction = in_induction(study) if len(study.sessions) else np.zeros(0, dtype=bool)
    rows: list[tuple[object, ...]] = []
    for code, here in sessions.routes():
        for phase, inside in ((INDUCTION, induction), (MAINTENANCE, ~induction)):
            known = here & inside & ~np.isnan(gap)
            if known.any():
                rows.append((code, phase, *_row(sessions, gap, known)))
    by_number: list[tuple[object, ...]] = []
    for number in NUMBERS[1:]:
        known = sessions.number.where(number) & ~np.isnan(gap)
        if known.any():
            by_number.append((number, *_row(sessions, gap, known)))
    return pd.DataFrame(rows, columns=list(SPACING)), pd.DataFrame(by_number, columns=list(BY_SESSION))


def _row(sessions: SessionRows, gap: Floats, known: np.ndarray) -> tuple[object, ...]:
    return sessions.n_patients_with(known), int(known.sum()), *quartiles(gap[known])
