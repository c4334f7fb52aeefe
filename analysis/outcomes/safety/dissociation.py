"""Dissociation on the CADSS: by dose, and by session with each patient against their own first one."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from .event_rates import dose_groups
from .intervals import TAIL
from .session_rows import NUMBERS, Floats, Mask, SessionRows
from .vital_signs import mean_row

CADSS = "cadss_peak"
FIRST = NUMBERS[0]
BY_DOSE = ("route", "dose", "n_patients", "n_sessions", "mean", "ci_low", "ci_high")
BY_SESSION = (
    "route", "session", "n_patients", "n_sessions", "mean", "ci_low", "ci_high", "n_paired", "paired", "paired_low",
    "paired_high",
)  # fmt: skip


def dissociation_by_dose(sessions: SessionRows) -> pd.DataFrame:
    """One row per route and dose: mean of the highest CADSS score of a session, cluster-robust interval (points)."""
    score = sessions.numbers(CADSS)
    rows = [
        (code, words, *mean_row(sessions, score, here))
        for code, words, here in dose_groups(sessions)
        if (here & ~np.isnan(score)).any()
    ]
    return pd.DataFrame(rows, columns=list(BY_DOSE))


def dissociation_by_session(sessions: SessionRows) -> pd.DataFrame:
    """One row per route ("all" first) and session number: the mean, and how far patients were from their own score at
    their first session (paired, with a t interval). The mean at a late session is of those who stayed; the paired
    difference is not moved by who they are."""
    score = sessions.numbers(CADSS)
    rows = []
    for code, here in sessions.routes():
        own_first = _mean_per_patient(sessions, score, here & sessions.number.where(FIRST))
        for number in NUMBERS:
            chosen = here & sessions.number.where(number) & ~np.isnan(score)
            if chosen.any():
                paired = _mean_per_patient(sessions, score, chosen) - own_first
                rows.append((code, number, *mean_row(sessions, score, chosen), *_paired(paired, number)))
    return pd.DataFrame(rows, columns=list(BY_SESSION))


def _mean_per_patient(sessions: SessionRows, values: Floats, chosen: Mask) -> Floats:
    chosen = chosen & ~np.isnan(values)
    n = sessions.per_patient(chosen)
    total = sessions.per_patient(chosen, values)
    mean: Floats = np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)
    return mean


def _paired(differences: Floats, number: str) -> tuple[int, float, float, float]:
    """Number of patients, their mean difference and its 95 % interval; nothing to pair at the first session."""
    differences = differences[~np.isnan(differences)]
    n = len(differences)
    if number == FIRST or n < 2:
        return (0 if number == FIRST else n), np.nan, np.nan, np.nan
    mean = float(differences.mean())
    half = float(special.stdtrit(n - 1, 1 - TAIL) * differences.std(ddof=1) / np.sqrt(n))
    return n, mean, mean - half, mean + half
