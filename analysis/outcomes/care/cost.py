"""What care cost, whom it was covered for, and who got which route."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.outcomes.attrition import Followed
from analysis.outcomes.safety.course import quartiles
from analysis.outcomes.safety.intervals import UNKNOWN, clustered_rate
from analysis.outcomes.safety.session_rows import ALL, Floats, Mask, SessionRows, text_column
from analysis.outcomes.safety.vital_signs import SHARES, mean_row, share_row
from analysis.study import Study, episodes, in_induction
from analysis.vocabulary import PAYERS, instrument

from .staying import groups

COST = "cost_usd"
INDUCTION_COURSE, WHOLE_COURSE = "induction", "all sessions recorded"
NO_PAYER = "not recorded"
PER_SESSION = ("route", "n_patients", "n_sessions", "q1", "median", "q3", "mean", "ci_low", "ci_high")
PER_COURSE = ("route", "course", "n_starters", "n_patients", "q1", "median", "q3")
PER_RESPONDER = ("route", "n_patients", "n_responders", "cost", "per_responder", "ci_low", "ci_high")
COVERED = ("route", *SHARES)
BY_PAYER = ("payer", "n_starters", "sessions_median", "n_complete", "share_complete")
PAYER_COST = ("payer", "n_patients", "n_sessions", "median")
PAYER_COVERED = ("payer", *SHARES)
ACCESS = ("payer", "route", "n_patients", "n_starters", "share")
FEWEST_RESPONDERS = 11  # before an interval is given: a ratio to a handful has none worth the name
ROUNDING = 1e-9  # points, as in rates


def cost_per_session(sessions: SessionRows) -> pd.DataFrame:
    """One row per route of the session: quartiles and mean of the charge (US dollars), where it is recorded."""
    cost = sessions.numbers(COST)
    rows = []
    for code, here in sessions.routes():
        known = here & ~np.isnan(cost)
        if known.any():
            n, n_sessions, mean, low, high = mean_row(sessions, cost, known)
            rows.append((code, n, n_sessions, *quartiles(cost[known]), mean, low, high))
    return pd.DataFrame(rows, columns=list(PER_SESSION))


def _course_cost(sessions: SessionRows, chosen: Mask) -> Floats:
    """Per patient, the charges of some sessions; NaN when one of them is not recorded or there are none."""
    cost = sessions.numbers(COST)
    total = sessions.per_patient(chosen, np.nan_to_num(cost))
    complete = (sessions.per_patient(chosen & np.isnan(cost)) == 0) & (sessions.per_patient(chosen) > 0)
    return np.where(complete, total, np.nan)


def _of_starters(study: Study, values: Floats) -> tuple[pd.DataFrame, Floats]:
    people = episodes(study)
    position = pd.Index(study.patients["patient_id"]).get_indexer(people["patient_id"])
    return people, values[position]


def cost_per_course(study: Study, sessions: SessionRows) -> pd.DataFrame:
    """One row per route of the first session and course, over patients whose every session in it has a charge. A course
    given up early is cheap: this is what was charged, not what a full course costs."""
    if COST not in sessions.table or not len(sessions.table):
        return pd.DataFrame(columns=list(PER_COURSE))
    induction = in_induction(study)
    rows = []
    for name, chosen in ((INDUCTION_COURSE, induction), (WHOLE_COURSE, np.ones(len(induction), dtype=bool))):
        people, cost = _of_starters(study, _course_cost(sessions, chosen))
        for code, members in groups(people):
            known = members & ~np.isnan(cost)
            if known.any():
                rows.append((code, name, int(members.sum()), int(known.sum()), *quartiles(cost[known])))
    return pd.DataFrame(rows, columns=list(PER_COURSE))


def cost_per_responder(study: Study, sessions: SessionRows, followed: Followed, name: str) -> pd.DataFrame:
    """One row per route of the first session: induction charges of everybody who could respond, over those who did
    around day 28 (no score counts as no). The interval is cluster-robust over patients, and missing below
    FEWEST_RESPONDERS. No row without a response rule, charges or anyone able
    to respond."""
    fraction = instrument(name).response_fraction
    if fraction is None or COST not in sessions.table or not len(sessions.table):
        return pd.DataFrame(columns=list(PER_RESPONDER))
    people, cost = _of_starters(study, _course_cost(sessions, in_induction(study)))
    able = (followed.baseline > 0) & ~np.isnan(cost)
    fall = followed.baseline - followed.score["day 28"]
    responded = able & (fall >= fraction * followed.baseline - ROUNDING)
    rows = []
    for code, members in groups(people):
        here = able & members
        k, total = int((responded & members).sum()), float(cost[here].sum())
        if here.any():
            enough = k >= FEWEST_RESPONDERS
            low, high = clustered_rate(cost[here], responded[here].astype(float)) if enough else UNKNOWN
            rows.append((code, int(here.sum()), k, total, total / k if k else np.nan, low, high))
    return pd.DataFrame(rows, columns=list(PER_RESPONDER))


def covered(sessions: SessionRows) -> pd.DataFrame:
    """One row per route of the session: sessions that the payer covered, of those where it is recorded."""
    paid = sessions.numbers("covered")
    rows = [
        (code, *share_row(sessions, paid == 1, here & ~np.isnan(paid)))
        for code, here in sessions.routes()
        if (here & ~np.isnan(paid)).any()
    ]
    return pd.DataFrame(rows, columns=list(COVERED))


def _payers(people: pd.DataFrame) -> list[tuple[str, Mask]]:
    payer = text_column(people, "payer")
    payer[payer == ""] = NO_PAYER
    present = set(payer.tolist())
    return [(name, np.asarray(payer == name, dtype=bool)) for name in (*PAYERS, NO_PAYER) if name in present]


def _payers_of_all(study: Study) -> list[tuple[str, Mask]]:
    """All starters, then those of each payer; one entry per patient of the study. None where no payer is recorded."""
    if "payer" not in study.patients:
        return []
    started = np.bincount(study.patient_positions("sessions"), minlength=len(study.patients)) > 0
    return [(ALL, started), *((name, started & members) for name, members in _payers(study.patients))]


def by_payer(study: Study, sessions: SessionRows) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """By payer ("all" first), one row each: sessions and inductions completed of its starters; the median charge of a
    session; sessions covered. Empty where no payer is recorded."""
    people = episodes(study)
    position = pd.Index(study.patients["patient_id"]).get_indexer(people["patient_id"])
    cost, paid = sessions.numbers(COST), sessions.numbers("covered")
    starters, costs, shares = [], [], []
    for name, inside in _payers_of_all(study):
        theirs, members = inside[sessions.patient], inside[position]
        n, k = int(members.sum()), int(people["induction_complete"].to_numpy(dtype=bool)[members].sum())
        if n:
            starters.append((name, n, float(np.median(people["n_sessions"].to_numpy()[members])), k, k / n))
        charged = theirs & ~np.isnan(cost)
        if charged.any():
            n_charged = sessions.n_patients_with(charged)
            costs.append((name, n_charged, int(charged.sum()), quartiles(cost[charged])[1]))
        if (theirs & ~np.isnan(paid)).any():
            shares.append((name, *share_row(sessions, paid == 1, theirs & ~np.isnan(paid))))
    frames = ((starters, BY_PAYER), (costs, PAYER_COST), (shares, PAYER_COVERED))
    first, second, third = (pd.DataFrame(rows, columns=list(columns)) for rows, columns in frames)
    return first, second, third


def access(study: Study) -> pd.DataFrame:
    """One row per payer and route of the first session: the starters of that payer on that route."""
    people = episodes(study)
    if "payer" not in people:
        return pd.DataFrame(columns=list(ACCESS))
    rows = []
    for name, of_payer in _payers(people):
        n = int(of_payer.sum())
        for code, on_route in groups(people)[1:]:
            k = int((of_payer & on_route).sum())
            rows.append((name, code, k, n, k / n))
    return pd.DataFrame(rows, columns=list(ACCESS))
