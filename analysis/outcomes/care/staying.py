"""How many sessions patients reached, and staying in treatment as a survival curve over sessions.

A study has no calendar, so nobody can tell a patient who stopped from one whose treatment goes on when the record
ends. Two curves hold the truth between them: one counts everybody's last session as the end, the other only those of
whom something is recorded long after it, the rest being censored there (Kaplan and Meier 1958).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import proportion_confint

from analysis.outcomes.response.three_rules import wilson as wilson_intervals
from analysis.outcomes.safety.session_rows import ALL
from analysis.study import Study, episodes
from analysis.vocabulary import ROUTES

Z = 1.959963984540054
LAST_SESSION = 24  # sessions drawn; beyond them a handful of patients are left
STOPPED_AFTER_DAYS = 56  # the longest usual gap between maintenance sessions is 8 weeks (ASKP)
REACHED = ("route", "sessions", "n_reached", "n_starters", "share", "ci_low", "ci_high")
STAYING = ("sessions", "n_at_risk", "n_stopped", "n_not_known", "share", "ci_low", "ci_high")
COMPLETED = ("route", "n_starters", "n_complete", "share", "ci_low", "ci_high")
REASONS = ("reason", "n_patients")
REASON_COLUMNS = ("stop_reason", "reason_stopped", "reason_for_stopping", "discontinuation_reason")

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def groups(people: pd.DataFrame) -> list[tuple[str, Mask]]:
    """All starters, then those of each route of the first session."""
    route = people["route"].astype("category")
    place, names = route.cat.codes.to_numpy(), [str(name) for name in route.cat.categories]
    present = {name for number, name in enumerate(names) if (place == number).any()}
    codes = [code for code in ROUTES if code in present] + sorted(present - set(ROUTES))
    everyone = (ALL, np.ones(len(place), dtype=bool))
    return [everyone, *((code, place == names.index(code)) for code in codes)]


def wilson(numerator: int, denominator: int) -> tuple[float, float, float]:
    """A share and its 95 % Wilson interval, missing without anybody."""
    if denominator == 0:
        return np.nan, np.nan, np.nan
    low, high = proportion_confint(numerator, denominator, method="wilson")
    return numerator / denominator, float(low), float(high)


def sessions_reached(study: Study) -> pd.DataFrame:
    """One row per route of the first session ("all" first) and number of completed sessions, up to LAST_SESSION: who
    reached it, of all starters. A course that goes on counts as ended at its last recorded session."""
    people = episodes(study)
    reached = np.minimum(people["n_sessions"].to_numpy(dtype=np.int64), LAST_SESSION)
    numbers, parts = np.arange(1, LAST_SESSION + 1), []
    for code, members in groups(people):
        exactly = np.bincount(reached[members], minlength=LAST_SESSION + 1)
        k, n = exactly[::-1].cumsum()[::-1][1:], np.full(LAST_SESSION, members.sum())
        share, low, high = wilson_intervals(k.astype(float), n.astype(float))
        parts.append(pd.DataFrame(dict(zip(REACHED, (code, numbers, k, n, share, low, high), strict=True))))
    return pd.concat(parts, ignore_index=True)


def induction_completed(study: Study) -> pd.DataFrame:
    """One row per route of the first session: starters with as many completed sessions as induction has (6, nasal
    esketamine 8)."""
    people = episodes(study)
    complete = people["induction_complete"].to_numpy(dtype=bool)
    rows = []
    for code, members in groups(people):
        n, k = int(members.sum()), int((complete & members).sum())
        rows.append((code, n, k, *wilson(k, n)))
    return pd.DataFrame(rows, columns=list(COMPLETED))


def last_record_days(study: Study) -> Floats:
    """Per patient, the day of the last thing recorded of them; -inf without any."""
    last = np.full(len(study.patients), -np.inf)
    for name in ("sessions", "assessments", "therapy_visits", "adverse_events"):
        frame = study.tables.get(name)
        if frame is not None and "day" in frame:
            day = frame["day"].to_numpy(dtype=float, na_value=np.nan)
            known = ~np.isnan(day)
            np.maximum.at(last, study.patient_positions(name)[known], day[known])
    return last


def known_to_have_stopped(study: Study) -> tuple[Ints, Mask]:
    """Per starter, the completed sessions and whether something is recorded more than STOPPED_AFTER_DAYS after the last
    session."""
    people = episodes(study)
    position = pd.Index(study.patients["patient_id"]).get_indexer(people["patient_id"])
    silence = last_record_days(study)[position] - people["last_session_day"].to_numpy(dtype=float)
    return people["n_sessions"].to_numpy(dtype=np.int64), silence > STOPPED_AFTER_DAYS


def staying(study: Study) -> pd.DataFrame:
    """One row per number of sessions from 1 to LAST_SESSION: the Kaplan-Meier share that reaches it, with a log-log
    interval; n_at_risk have completed one session fewer or more, and of them n_stopped are known to have stopped there
    and of n_not_known nothing later is recorded."""
    return staying_curve(*known_to_have_stopped(study))


def staying_curve(sessions: Ints, stopped: Mask) -> pd.DataFrame:
    """The curve of `staying` from the sessions of every patient and whether they are known to have stopped."""
    if not len(sessions):
        return pd.DataFrame(columns=list(STAYING))
    curve = SurvfuncRight(sessions + 1.0, stopped.astype(float))  # reaching number k fails at k: time is the one missed
    rows = []
    for number in range(1, LAST_SESSION + 1):
        at_risk = int((sessions >= number - 1).sum())
        here = sessions == number - 1
        share, low, high = _at(curve, number)
        rows.append((number, at_risk, int((here & stopped).sum()), int((here & ~stopped).sum()), share, low, high))
    return pd.DataFrame(rows, columns=list(STAYING))


def _at(curve: SurvfuncRight, number: int) -> tuple[float, float, float]:
    """The curve at one number of sessions, its interval on the log-log scale."""
    place = int(np.searchsorted(curve.surv_times, number, side="right")) - 1
    if place < 0:
        return 1.0, np.nan, np.nan
    share, error = float(curve.surv_prob[place]), float(curve.surv_prob_se[place])
    if not 0 < share < 1:
        return share, np.nan, np.nan
    half = Z * error / (share * abs(np.log(share)))
    middle = np.log(-np.log(share))
    return share, float(np.exp(-np.exp(middle + half))), float(np.exp(-np.exp(middle - half)))


def stop_reasons(study: Study) -> pd.DataFrame | None:
    """One row per reason given, most frequent first; None where the study has no column of reasons."""
    column = next((name for name in REASON_COLUMNS if name in study.patients), None)
    if column is None:
        return None
    counted = study.patients[column].astype("str").value_counts()
    return pd.DataFrame({"reason": [str(name) for name in counted.index], "n_patients": counted.to_numpy()})
