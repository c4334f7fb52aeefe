"""How soon an outcome is first reached: curves, medians and comparisons of one cohort."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.study import baselines

from ..response.definitions import Cutoffs, outcomes
from .compare import Cox, LogRank, cox, log_rank
from .courses import Courses
from .first_reach import FirstReach, first_reach
from .kaplan_meier import SurvivalCurve, kaplan_meier, median_time

ALL = "all"
DAYS, SESSIONS = "days", "sessions"
AXES = (DAYS, SESSIONS)
LAST = {DAYS: 182.0, SESSIONS: 12.0}  # 26 weeks and 12 sessions, as far as the model of symptom change goes
STEP = {DAYS: 7.0, SESSIONS: 1.0}
ADJUSTMENTS = ("age", "sex")
CURVE = ("outcome", "axis", "route", "x", "n_at_risk", "n_reached", "share", "ci_low", "ci_high")
MEDIANS = ("outcome", "axis", "route", "n_patients", "n_reached", "median", "ci_low", "ci_high")


@dataclass(frozen=True, eq=False)
class TimeToOutcome:
    """How soon an outcome is first reached. n_able could reach it from their baseline; n_patients of them have a later
    score and are followed; n_reached of those reached it. curves: one row per axis, route and point, the share that
    has reached it by then. medians: one row per axis and route."""

    outcome: str
    n_able: int
    n_patients: int
    n_reached: int
    curves: pd.DataFrame
    medians: pd.DataFrame
    log_rank: dict[str, LogRank]
    cox: dict[str, Cox]


def time_to(courses: Courses, of: Cutoffs, outcome: str) -> TimeToOutcome:
    """One outcome of one cohort, over days and over sessions, for everyone and by route. Raises KeyError when it has no
    cut-off."""
    reach = first_reach(courses, of, outcome)
    axes = {DAYS: reach.days, SESSIONS: reach.sessions}
    traits = _traits(courses, reach)
    curves, medians = [], []
    for axis, time in axes.items():
        for route, chosen in _groups(courses, reach):
            curve = kaplan_meier(time[chosen], reach.event[chosen])
            curves.append(_curve(curve, axis).assign(outcome=outcome, axis=axis, route=route))
            found = median_time(curve)
            n, k = int(chosen.sum()), int(reach.event[chosen].sum())
            medians.append((outcome, axis, route, n, k, found.estimate, found.ci_low, found.ci_high))
    return TimeToOutcome(
        outcome, _n_able(courses, of, outcome), len(reach), int(reach.event.sum()),
        pd.concat(curves, ignore_index=True)[list(CURVE)], pd.DataFrame(medians, columns=list(MEDIANS)),
        {axis: log_rank(time, reach.event, reach.route, courses.routes) for axis, time in axes.items()},
        {axis: cox(time, reach.event, reach.route, courses.routes, traits) for axis, time in axes.items()},
    )  # fmt: skip


def _groups(courses: Courses, reach: FirstReach) -> list[tuple[str, np.ndarray]]:
    everyone = np.ones(len(reach), dtype=bool)
    return [(ALL, everyone), *((code, reach.route == place) for place, code in enumerate(courses.routes))]


def _curve(curve: SurvivalCurve, axis: str) -> pd.DataFrame:
    """The share that has reached it at each whole week or session, as far as anybody is followed."""
    x = np.arange(0.0, min(curve.last_time, LAST[axis]) + 1e-9, STEP[axis])
    low, high = curve.interval(x)
    return pd.DataFrame(
        {
            "x": x,
            "n_at_risk": curve.at_risk(x),
            "n_reached": curve.events_by(x),
            "share": 1 - curve.at(x),
            "ci_low": 1 - high,
            "ci_high": 1 - low,
        }
    )


def _n_able(courses: Courses, of: Cutoffs, outcome: str) -> int:
    """Starters whose baseline lets them reach it, followed or not."""
    baseline = baselines(courses.study, courses.instrument)["baseline"].to_numpy(dtype=float)
    able = next(one.able for one in outcomes(baseline, baseline, of) if one.name == outcome)
    return int((able & (courses.route >= 0)).sum())


def _traits(courses: Courses, reach: FirstReach) -> pd.DataFrame:
    """What the Cox regression adjusts for: the baseline score, and age and sex where the study records them."""
    row = courses.last_row(np.ones(len(courses.patient), dtype=bool))
    frame = pd.DataFrame({"baseline": courses.baseline[row[reach.patient]]})
    for name in ADJUSTMENTS:
        if name in courses.study.patients:
            values = courses.study.patients[name].iloc[reach.patient].reset_index(drop=True)
            frame[name] = values.astype("float64") if pd.api.types.is_numeric_dtype(values) else values
    return frame
