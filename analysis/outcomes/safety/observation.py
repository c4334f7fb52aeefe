"""How long patients were observed after dosing, and sessions that were stopped early."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .course import quartiles
from .session_rows import SessionRows
from .vital_signs import SHARES, share_row

OBSERVED_MIN = 120  # minutes: nasal esketamine is observed for two hours at least (rxlist.com, Spravato dosing)
OBSERVATION = ("route", "n_patients", "n_sessions", "q1", "median", "q3")
TWO_HOURS = SHARES
STOPPED = ("route", *SHARES)


def observation(sessions: SessionRows) -> pd.DataFrame:
    """One row per route: quartiles of the minutes observed after dosing."""
    minutes = sessions.numbers("observation_min")
    rows = []
    for code, here in sessions.routes():
        known = here & ~np.isnan(minutes)
        if known.any():
            n = sessions.n_patients_with(known)
            rows.append((code, n, int(known.sum()), *quartiles(minutes[known])))
    return pd.DataFrame(rows, columns=list(OBSERVATION))


def observed_two_hours(sessions: SessionRows) -> pd.DataFrame:
    """One row: sessions of nasal esketamine observed for two hours or more, of those with the time recorded; no row
    without any."""
    minutes = sessions.numbers("observation_min")
    known = sessions.in_fixed_steps & ~np.isnan(minutes)
    rows = [share_row(sessions, minutes >= OBSERVED_MIN, known)] if known.any() else []
    return pd.DataFrame(rows, columns=list(TWO_HOURS))


def stopped_early(sessions: SessionRows) -> pd.DataFrame:
    """One row per route: sessions marked as not completed, of all; a blank counts as completed. No row in a study that
    does not record it."""
    if "completed" not in sessions.table:
        return pd.DataFrame(columns=list(STOPPED))
    stopped = ~sessions.table["completed"].fillna(True).to_numpy(dtype=bool)
    rows = [(code, *share_row(sessions, stopped, here)) for code, here in sessions.routes() if here.any()]
    return pd.DataFrame(rows, columns=list(STOPPED))
