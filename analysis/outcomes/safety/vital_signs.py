"""Blood pressure and oxygen: what was measured, how far it rose, and how often it passed a limit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .course import quartiles
from .intervals import clopper_pearson, clustered_mean, clustered_share
from .session_rows import Floats, Mask, SessionRows

HIGH_SYSTOLIC, HIGH_DIASTOLIC = 165, 100  # mmHg: what an IV clinic counted as raised (Rodrigues, McIntyre 2022)
LARGE_RISE = 40  # mmHg systolic over the value before dosing: a limit for reading, not a published rate
PEAK_OVER = f"Peak of {HIGH_SYSTOLIC} systolic or {HIGH_DIASTOLIC} diastolic, or more"
RISE_OVER = f"Systolic rise of {LARGE_RISE} or more"
PRESSURES = {"systolic": ("sbp_pre", "sbp_peak"), "diastolic": ("dbp_pre", "dbp_peak")}
OXYGEN_EDGES = (90.0, 92.0, 94.0, 96.0, 98.0)  # %, bands for reading only: no limit among them was verified
OXYGEN_BANDS = ("under 90%", "90 to 91%", "92 to 93%", "94 to 95%", "96 to 97%", "98 to 100%")

PRESSURE = (
    "pressure", "route", "n_patients", "n_sessions", "before", "peak", "rise", "rise_low", "rise_high",
)  # fmt: skip
SHARES = (
    "n_patients", "n_sessions", "n_sessions_with", "n_patients_with", "share_sessions", "sessions_low",
    "sessions_high", "exact_low", "exact_high", "share_patients", "patients_low", "patients_high",
)  # fmt: skip
LIMITS = ("limit", "route", *SHARES)
OXYGEN = ("route", "n_patients", "n_sessions", "q1", "median", "q3")
OXYGEN_IN_BANDS = ("band", *SHARES)


def share_row(sessions: SessionRows, over: Mask, measured: Mask) -> tuple[object, ...]:
    """The columns of SHARES: sessions (and patients ever) with something, of those where it could be seen.

    The interval of the share of sessions is cluster-robust, with the exact one beside it; that of patients is exact.
    """
    of, with_it = sessions.per_patient(measured), sessions.per_patient(over & measured)
    here = of > 0
    of, with_it = of[here], with_it[here]
    n, k = int(here.sum()), int((with_it > 0).sum())
    n_sessions, k_sessions = int(of.sum()), int(with_it.sum())
    return (
        n, n_sessions, k_sessions, k, k_sessions / n_sessions if n_sessions else np.nan,
        *clustered_share(with_it, of), *clopper_pearson(k_sessions, n_sessions),
        k / n if n else np.nan, *clopper_pearson(k, n),
    )  # fmt: skip


def mean_row(sessions: SessionRows, values: Floats, chosen: Mask) -> tuple[int, int, float, float, float]:
    """Patients, sessions, and the mean over sessions with its cluster-robust interval."""
    chosen = chosen & ~np.isnan(values)
    of, total = sessions.per_patient(chosen), sessions.per_patient(chosen, values)
    here = of > 0
    mean, (low, high) = clustered_mean(total[here], of[here])
    return int(here.sum()), int(of.sum()), mean, low, high


def blood_pressure(sessions: SessionRows) -> pd.DataFrame:
    """One row per pressure and route ("all" first), over sessions with both a value before and a peak (mmHg)."""
    rows = []
    for name, (before_name, peak_name) in PRESSURES.items():
        before, peak = sessions.numbers(before_name), sessions.numbers(peak_name)
        for code, here in sessions.routes():
            both = here & ~np.isnan(before) & ~np.isnan(peak)
            if both.any():
                n, n_sessions, rise, low, high = mean_row(sessions, peak - before, both)
                means = float(before[both].mean()), float(peak[both].mean())
                rows.append((name, code, n, n_sessions, *means, rise, low, high))
    return pd.DataFrame(rows, columns=list(PRESSURE))


def pressure_limits(sessions: SessionRows) -> pd.DataFrame:
    """One row per limit and route: peaks over sessions with both peaks measured, rises over those with a systolic
    value before and a peak."""
    systolic, diastolic = sessions.numbers("sbp_peak"), sessions.numbers("dbp_peak")
    rise = systolic - sessions.numbers("sbp_pre")
    limits = [
        (PEAK_OVER, (systolic >= HIGH_SYSTOLIC) | (diastolic >= HIGH_DIASTOLIC), ~np.isnan(systolic + diastolic)),
        (RISE_OVER, rise >= LARGE_RISE, ~np.isnan(rise)),
    ]
    rows = [
        (name, code, *share_row(sessions, over, here & measured))
        for name, over, measured in limits
        for code, here in sessions.routes()
        if (here & measured).any()
    ]
    return pd.DataFrame(rows, columns=list(LIMITS))


def oxygen(sessions: SessionRows) -> pd.DataFrame:
    """One row per route: quartiles of the lowest oxygen saturation of a session (%)."""
    lowest = sessions.numbers("spo2_min")
    rows = []
    for code, here in sessions.routes():
        measured = here & ~np.isnan(lowest)
        if measured.any():
            n = sessions.n_patients_with(measured)
            rows.append((code, n, int(measured.sum()), *quartiles(lowest[measured])))
    return pd.DataFrame(rows, columns=list(OXYGEN))


def oxygen_bands(sessions: SessionRows) -> pd.DataFrame:
    """One row per band of the lowest oxygen saturation, over all sessions where it was measured."""
    lowest = sessions.numbers("spo2_min")
    measured = ~np.isnan(lowest)
    if not measured.any():
        return pd.DataFrame(columns=list(OXYGEN_IN_BANDS))
    band = np.digitize(lowest, OXYGEN_EDGES)
    rows = [(name, *share_row(sessions, band == place, measured)) for place, name in enumerate(OXYGEN_BANDS)]
    return pd.DataFrame(rows, columns=list(OXYGEN_IN_BANDS))
