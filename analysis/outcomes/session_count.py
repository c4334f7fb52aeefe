"""Three ways to look at "more sessions, more change" without mistaking it for what sessions do.

The number of sessions is decided after the outcome starts to move. The drop-out pattern shows who
stays; the within/between split (Mundlak 1978) separates a patient's own course from who that patient
is; the landmark analysis (Anderson, Cain and Gelber 1983) relates sessions by day 28 to scores after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.cohort import Selection
from analysis.mixed import ModelRefused, fit_mixed_model
from analysis.study import completed_sessions, sessions_completed
from analysis.vocabulary import INSTRUMENTS

from .numbers import interval_text, number_text
from .prepared import PreparedSymptomChange

PATTERN = ("pattern", "x", "mean", "n_patients")
PATTERNS = (
    (1, 3, "1 to 3 sessions in all"),
    (4, 6, "4 to 6 sessions in all"),
    (7, 9, "7 to 9 sessions in all"),
    (10, np.inf, "10 or more sessions in all"),
)
LANDMARK_DAY = 28.0
LANDMARK_LAST_DAY = 105.0
MIN_PATIENTS = 20


@dataclass(frozen=True, eq=False)
class SessionCount:
    """The three views for one cohort.

    pattern: one row per group of patients by sessions completed in all, and sessions so far: pattern,
    x, mean (observed change, points), n_patients. within_between and landmark are sentences.
    """

    pattern: pd.DataFrame
    within_between: str
    landmark: str


def drop_out_pattern(rows: pd.DataFrame, total: pd.Series) -> pd.DataFrame:
    """Observed mean change by sessions so far, apart for patients who stopped early and late."""
    parts = []
    for low, high, label in PATTERNS:
        chosen = rows[(total >= low) & (total <= high) & (rows["sessions_so_far"] <= 12)]
        means = chosen.groupby("sessions_so_far").agg(mean=("change", "mean"), n_patients=("patient_id", "nunique"))
        parts.append(means.reset_index(names="x").assign(pattern=label))
    return pd.concat(parts, ignore_index=True)[list(PATTERN)]


def within_between_split(rows: pd.DataFrame, instrument: str) -> str:
    """Slope on a patient's own sessions, and on how many sessions patients have on average, in a sentence."""
    early = rows[rows["sessions_so_far"] <= 6]
    average = early.groupby("patient_id", observed=True)["sessions_so_far"].transform("mean")
    frame = early.assign(within=early["sessions_so_far"] - average, between=average)
    try:
        fit = fit_mixed_model("change ~ route + within + between + baseline", frame, groups="patient_id", random="1")
    except ModelRefused as reason:
        return f"The within/between split cannot be fitted here: {reason}"
    if not {"within", "between"} <= set(fit.fixed_effects.index):
        return "The within/between split cannot be fitted here: the number of sessions does not vary in both ways."
    own, other = fit.fixed_effects.loc[["within", "between"]].to_dict("records")
    return (
        f"Up to six sessions, {instrument} moves by {number_text(own['estimate'])} points for each further session of "
        f"the same patient (95% interval {interval_text(own['ci_low'], own['ci_high'])}); patients assessed after one "
        f"session more on average differ by {number_text(other['estimate'])} points "
        f"({interval_text(other['ci_low'], other['ci_high'])}). The second number says who stays, not what sessions do."
    )


def landmark_rows(prepared: PreparedSymptomChange, selection: Selection, rows: pd.DataFrame) -> pd.DataFrame:
    """One row per patient with a score after day 28 (to day 105): first such change, sessions by day 28."""
    study = selection.source
    sessions = study.sessions
    early = completed_sessions(study) & (sessions["day"].to_numpy(dtype=float) <= LANDMARK_DAY)
    by_landmark = np.bincount(study.patient_positions("sessions")[early], minlength=len(study.patients))
    day = rows["weeks"] * 7
    later = rows[(day > LANDMARK_DAY) & (day <= LANDMARK_LAST_DAY)].sort_values("weeks", kind="stable")
    first = later.drop_duplicates("patient_id")
    return first.assign(sessions_by_landmark=by_landmark[first["patient_id"].cat.codes.to_numpy()])


def landmark_analysis(frame: pd.DataFrame, instrument: str) -> str:
    """Least squares of the first change after day 28 on sessions by day 28 and baseline, in a sentence.

    Intervals are heteroscedasticity-robust (HC3).
    """
    n = len(frame)
    exposure = frame[["sessions_by_landmark", "baseline"]].astype("float64")
    if n < MIN_PATIENTS or exposure["sessions_by_landmark"].nunique() < 2 or exposure["baseline"].nunique() < 2:
        return f"Too few patients ({n}) were scored between day 29 and day 105 for a landmark analysis."
    design = sm.add_constant(exposure.to_numpy())
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return "Sessions by day 28 and baseline go together completely here, so no landmark analysis is possible."
    result = sm.OLS(frame["change"].to_numpy(dtype=float), design).fit(cov_type="HC3", use_t=True)
    low, high = result.conf_int()[1]
    return (
        f"Among {n:,} patients scored between day 29 and day 105, one session more by day 28 goes with a difference of "
        f"{number_text(float(result.params[1]))} points in {instrument} at the first later score "
        f"(95% interval {interval_text(float(low), float(high))}), adjusted for baseline only."
    )


def session_count(prepared: PreparedSymptomChange, selection: Selection) -> SessionCount:
    """The drop-out pattern, the within/between split and the landmark analysis of one cohort."""
    rows = prepared.rows[selection.keep[prepared.points.patient] & prepared.in_model]
    name = INSTRUMENTS[prepared.spec.instrument].name
    if not len(rows):
        nothing = "No patient of this cohort has a baseline and a later score."
        return SessionCount(pd.DataFrame(columns=list(PATTERN)), nothing, nothing)
    totals = sessions_completed(selection.source)
    total = pd.Series(totals[rows["patient_id"].cat.codes.to_numpy()], index=rows.index)
    return SessionCount(
        drop_out_pattern(rows, total),
        within_between_split(rows, name),
        landmark_analysis(landmark_rows(prepared, selection, rows), name),
    )
