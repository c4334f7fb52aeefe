"""The episode: what is derived from the tables once, and named once."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .order import time_order
from .rules import EpisodeRules
from .study import Study

DEFAULT_RULES = EpisodeRules()


def completed_sessions(study: Study) -> NDArray[np.bool_]:
    """Which sessions count as completed: all but those marked as not completed. One entry per session."""
    if "completed" not in study.sessions:
        return np.ones(len(study.sessions), dtype=bool)
    return study.sessions["completed"].fillna(True).to_numpy(dtype=bool)


def sessions_completed(study: Study) -> NDArray[np.int64]:
    """Number of completed sessions of every patient, one entry per row of `patients`."""
    return study.derive("sessions completed", lambda: _sessions_completed(study), lasting=True)


def _sessions_completed(study: Study) -> NDArray[np.int64]:
    who = study.patient_positions("sessions")[completed_sessions(study)]
    return np.bincount(who, minlength=len(study.patients)).astype(np.int64)


def first_sessions(study: Study) -> NDArray[np.int64]:
    """Per patient, the row of the first session in `sessions`; -1 for a patient without one."""
    return study.derive("first sessions", lambda: _first_sessions(study), lasting=True)


def _first_sessions(study: Study) -> NDArray[np.int64]:
    patient = study.patient_positions("sessions")
    order = time_order(
        patient, study.sessions["day"].to_numpy(dtype=float), study.sessions["session_number"].to_numpy(dtype=np.int64)
    )
    first = np.full(len(study.patients), -1, dtype=np.int64)
    first[patient[order][::-1]] = order[::-1]
    return first


def _take_text(values: pd.Series, rows: NDArray[np.int64]) -> pd.Categorical:
    """A session column at some rows, as a category; row -1 is missing."""
    codes, names = pd.factorize(values, sort=True)
    taken = np.where(rows >= 0, codes[rows] if len(codes) else -1, -1)
    return pd.Categorical.from_codes(taken, categories=names)


def index_route(study: Study) -> pd.DataFrame:
    """Route and molecule of the first session, and whether a later session used another route.

    One row per patient, in the order of `patients`: route, molecule, route_changed.
    """
    return study.derive("index route", lambda: _index_route(study), lasting=True)


def _index_route(study: Study) -> pd.DataFrame:
    rows = first_sessions(study)
    route = _take_text(study.sessions["route"], rows)
    molecules = study.sessions.get("molecule", pd.Series(np.nan, index=study.sessions.index, dtype="str"))
    patient = study.patient_positions("sessions")
    codes, _ = pd.factorize(study.sessions["route"], sort=True)
    changed = np.zeros(len(study.patients), dtype=bool)
    changed[patient[codes != route.codes[patient]]] = True
    return pd.DataFrame({"route": route, "molecule": _take_text(molecules, rows), "route_changed": changed})


def _induction_target(route: pd.DataFrame, rules: EpisodeRules) -> NDArray[np.int64]:
    nasal = (route["route"] == "IN") & (route["molecule"] != "racemic")
    return np.where(nasal, rules.induction_sessions_nasal, rules.induction_sessions)


def in_induction(study: Study, rules: EpisodeRules = DEFAULT_RULES) -> NDArray[np.bool_]:
    """Which sessions belong to induction, one entry per session; the others are maintenance.

    A session does when it is within `induction_days` of the first or among the first `induction_sessions`
    (nasal esketamine: `induction_sessions_nasal`), so that neither a fast nor a slow schedule is cut short.
    """
    return study.derive(("in induction", rules), lambda: _in_induction(study, rules), lasting=True)


def _in_induction(study: Study, rules: EpisodeRules) -> NDArray[np.bool_]:
    target = _induction_target(index_route(study), rules)[study.patient_positions("sessions")]
    early: NDArray[np.bool_] = study.sessions["day"].to_numpy(dtype=float) <= rules.induction_days
    return early | (study.sessions["session_number"].to_numpy(dtype=np.int64) <= target)


def episodes(study: Study, rules: EpisodeRules = DEFAULT_RULES) -> pd.DataFrame:
    """One row per starter (a patient with at least one session), with every column of `patients`.

    Added: route and molecule of the first session, route_changed, n_sessions (completed),
    n_maintenance (completed after induction), last_session_day, and induction_complete (as many completed
    sessions as induction has).
    """
    return study.derive(("episodes", rules), lambda: _episodes(study, rules), lasting=True)


def _episodes(study: Study, rules: EpisodeRules) -> pd.DataFrame:
    n = len(study.patients)
    patient = study.patient_positions("sessions")
    done = completed_sessions(study)
    last_day = np.full(n, -np.inf)
    np.maximum.at(last_day, patient, study.sessions["day"].to_numpy(dtype=float))
    route = index_route(study)
    derived = route.assign(
        n_sessions=sessions_completed(study),
        n_maintenance=np.bincount(patient[done & ~in_induction(study, rules)], minlength=n),
        last_session_day=last_day,
    )
    derived["induction_complete"] = derived["n_sessions"].to_numpy() >= _induction_target(route, rules)
    started = np.bincount(patient, minlength=n) > 0
    frame = pd.concat([study.patients, derived], axis=1)
    return frame[started].reset_index(drop=True)
