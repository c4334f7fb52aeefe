"""Three ways to look at "more sessions, more change" without mistaking it for what sessions do.

The number of sessions is decided after the outcome starts to move. The drop-out pattern shows who
stays; the within/between split (Mundlak 1978) separates a patient's own course from who that patient
is; the landmark analysis (Anderson, Cain and Gelber 1983) relates sessions by day 28 to scores after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.cohort import Selection
from analysis.mixed import ModelRefused, fit_mixed_model
from analysis.study import completed_sessions, sessions_completed
from analysis.vocabulary import INSTRUMENTS

from .denominators import Denominators, denominators
from .numbers import interval_text, number_text
from .prepared import PreparedSymptomChange

PATTERN = ("pattern", "x", "mean", "n_patients")
GROUPS = ("pattern", "n_patients")
NOBODY = "No patient of this cohort has a baseline and a later score."
PATTERNS = (
    (1, 3, "1 to 3 sessions in all"),
    (4, 6, "4 to 6 sessions in all"),
    (7, 9, "7 to 9 sessions in all"),
    (10, np.inf, "10 or more sessions in all"),
)
LANDMARK_DAY = 28.0
LANDMARK_LAST_DAY = 105.0
MIN_PATIENTS = 20


@dataclass(frozen=True)
class Landmark:
    """Points of change at the first score after day 28 that go with one session more by day 28, with the 95 %
    interval, in n_patients; or why there is no number."""

    n_patients: int
    slope: float = np.nan
    ci_low: float = np.nan
    ci_high: float = np.nan
    trouble: Literal["", "too few", "go together"] = ""


@dataclass(frozen=True, eq=False)
class SessionCount:
    """The three views for one cohort, of the n_patients whose scores the model may use.

    pattern: one row per group of patients by sessions completed in all, and sessions so far: pattern,
    x, mean (observed change, points), n_patients. groups: n_patients of each pattern. within_between is a sentence
    from the scores of n_within patients. Nothing here is released yet.
    """

    of: Denominators
    n_patients: int
    pattern: pd.DataFrame
    groups: pd.DataFrame
    n_within: int
    within_between: str
    landmark: Landmark


def drop_out_pattern(rows: pd.DataFrame, total: pd.Series) -> pd.DataFrame:
    """Observed mean change by sessions so far, apart for patients who stopped early and late."""
    parts = []
    for low, high, label in PATTERNS:
        chosen = rows[(total >= low) & (total <= high) & (rows["sessions_so_far"] <= 12)]
        means = chosen.groupby("sessions_so_far").agg(mean=("change", "mean"), n_patients=("patient_id", "nunique"))
        parts.append(means.reset_index(names="x").assign(pattern=label))
    return pd.concat(parts, ignore_index=True)[list(PATTERN)]


def _groups(rows: pd.DataFrame, total: pd.Series) -> pd.DataFrame:
    """Patients of each group by sessions completed in all."""
    people = rows["patient_id"]
    counts = [(label, int(people[(total >= low) & (total <= high)].nunique())) for low, high, label in PATTERNS]
    return pd.DataFrame(counts, columns=list(GROUPS))


def within_between_split(early: pd.DataFrame, instrument: str) -> str:
    """Slope on a patient's own sessions, and on how many sessions patients have on average, in a sentence."""
    average = early.groupby("patient_id", observed=True)["sessions_so_far"].transform("mean")
    frame = early.assign(within=early["sessions_so_far"] - average, between=average)
    try:
        fit = fit_mixed_model("change ~ route + within + between + baseline", frame, groups="patient_id", random="1")
    except ModelRefused:
        return "The within/between split cannot be fitted here: there are too few scores, or they do not vary enough."
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


def landmark_analysis(frame: pd.DataFrame) -> Landmark:
    """Least squares of the first change after day 28 on sessions by day 28 and baseline.

    Intervals are heteroscedasticity-robust (HC3).
    """
    n = len(frame)
    exposure = frame[["sessions_by_landmark", "baseline"]].astype("float64")
    if n < MIN_PATIENTS or exposure["sessions_by_landmark"].nunique() < 2 or exposure["baseline"].nunique() < 2:
        return Landmark(n, trouble="too few")
    design = sm.add_constant(exposure.to_numpy())
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return Landmark(n, trouble="go together")
    result = sm.OLS(frame["change"].to_numpy(dtype=float), design).fit(cov_type="HC3", use_t=True)
    low, high = result.conf_int()[1]
    return Landmark(n, float(result.params[1]), float(low), float(high))


def landmark_words(landmark: Landmark, instrument: str, n_patients: str) -> str:
    """The landmark analysis in a sentence; n_patients is their number as it may be said, empty when it may not."""
    if landmark.trouble == "too few":
        number = f" ({n_patients})" if n_patients else ""
        return f"Too few patients{number} were scored between day 29 and day 105 for a landmark analysis."
    if landmark.trouble == "go together":
        return "Sessions by day 28 and baseline go together completely here, so no landmark analysis is possible."
    number = f"{n_patients} " if n_patients else ""
    return (
        f"Among {number}patients scored between day 29 and day 105, one session more by day 28 goes with a "
        f"difference of {number_text(landmark.slope)} points in {instrument} at the first later score "
        f"(95% interval {interval_text(landmark.ci_low, landmark.ci_high)}), adjusted for baseline only."
    )


def session_count(prepared: PreparedSymptomChange, selection: Selection) -> SessionCount:
    """The drop-out pattern, the within/between split and the landmark analysis of one cohort."""
    of = denominators(prepared, selection)
    rows = prepared.rows[selection.keep[prepared.points.patient] & prepared.in_model]
    name = INSTRUMENTS[prepared.spec.instrument].name
    if not len(rows):
        pattern, groups = pd.DataFrame(columns=list(PATTERN)), pd.DataFrame(columns=list(GROUPS))
        return SessionCount(of, 0, pattern, groups, 0, NOBODY, Landmark(0, trouble="too few"))
    totals = sessions_completed(selection.source)
    total = pd.Series(totals[rows["patient_id"].cat.codes.to_numpy()], index=rows.index)
    early = rows[rows["sessions_so_far"] <= 6]
    return SessionCount(
        of,
        int(rows["patient_id"].nunique()),
        drop_out_pattern(rows, total),
        _groups(rows, total),
        int(early["patient_id"].nunique()),
        within_between_split(early, name),
        landmark_analysis(landmark_rows(prepared, selection, rows)),
    )
