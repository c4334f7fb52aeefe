"""The rows that models and summaries of one instrument are made of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .baseline import baselines
from .episodes import DEFAULT_RULES, completed_sessions, index_route
from .order import OrderedSessions, SessionOrder, order_sessions, time_order
from .rules import EpisodeRules
from .scores import scores_of
from .study import Study

_ASSESSMENT_COLUMNS = {"patient_id", "day", "instrument", "score"}


def _sessions_before(study: Study, rows: NDArray[np.int64]) -> tuple[SessionOrder, NDArray[np.int64]]:
    """Completed sessions before each of some assessments, and the session rows that order refers to."""
    ordered, done = study.derive("ordered sessions", lambda: _ordered_sessions(study), lasting=True)
    patient, day = study.patient_positions("assessments"), study.assessments["day"].to_numpy(dtype=float)
    return ordered.before(patient[rows], day[rows]), done


def _ordered_sessions(study: Study) -> tuple[OrderedSessions, NDArray[np.int64]]:
    done = np.flatnonzero(completed_sessions(study))
    patient, day = study.patient_positions("sessions"), study.sessions["day"].to_numpy(dtype=float)
    return order_sessions(patient[done], day[done], len(study.patients)), done


def _as_category(values: pd.Series) -> pd.Series:
    return values.astype("category") if isinstance(values.dtype, pd.StringDtype) else values


def _patient_frame(study: Study, columns: Sequence[str] | None) -> pd.DataFrame:
    """Patient columns to carry along, text as categories: cheap to repeat over millions of rows."""
    names = [name for name in study.patients.columns if name != "patient_id"] if columns is None else list(columns)
    chosen = {name: _as_category(study.patients[name]) for name in names}
    return pd.DataFrame(chosen, index=study.patients.index)


def _route_now(study: Study, order: SessionOrder, done: NDArray[np.int64]) -> pd.Categorical:
    codes, names = pd.factorize(study.sessions["route"], sort=True)
    return pd.Categorical.from_codes(codes[done[order.last_before()]], categories=names)


def outcome_rows(
    study: Study, instrument: str, rules: EpisodeRules = DEFAULT_RULES, patient_columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """One row per post-baseline assessment of one instrument after at least one completed session.

    Only patients with a baseline are here. Columns: patient_id; route and molecule of the first
    session; route_now, of the last completed session before the assessment; route_changed (any
    later session used another route); day (since the first session), weeks; sessions_so_far
    (completed on earlier days: a score taken on the day of a session counts as taken before it);
    baseline, baseline_day, score, change (score - baseline, points, negative is improvement); the
    columns of `patients` (or only `patient_columns`); kept extra columns of `assessments`.
    Rows are in the order of patients, then day. Text columns are categories. Without columns of `patients`
    they are kept with the study, because every page asks for them: they are not to be changed.
    """
    if patient_columns is not None and not len(patient_columns):
        return study.derive(("outcome rows", instrument, rules), lambda: _outcome_rows(study, instrument, rules, ()))
    return _outcome_rows(study, instrument, rules, patient_columns)


def _outcome_rows(
    study: Study, instrument: str, rules: EpisodeRules, patient_columns: Sequence[str] | None
) -> pd.DataFrame:
    table = study.assessments
    route = index_route(study)
    start = baselines(study, instrument, rules)
    patient = study.patient_positions("assessments")
    day = table["day"].to_numpy(dtype=float)
    scores = scores_of(study, instrument)
    after_baseline = day > start["baseline_day"].to_numpy()[patient]
    rows = np.flatnonzero(~np.isnan(scores) & after_baseline)
    rows = rows[time_order(patient[rows], day[rows])]
    order, done = _sessions_before(study, rows)
    treated = order.n_before > 0
    rows, order = rows[treated], SessionOrder(order.row, order.first[treated], order.n_before[treated])
    who = patient[rows]
    baseline = start["baseline"].to_numpy()[who]
    score = scores[rows]
    frame = pd.DataFrame(
        {
            "patient_id": pd.Categorical.from_codes(who, categories=pd.Index(study.patients["patient_id"])),
            "route": route["route"].array[who],
            "route_now": _route_now(study, order, done),
            "route_changed": route["route_changed"].to_numpy()[who],
            "molecule": route["molecule"].array[who],
            "day": day[rows],
            "weeks": day[rows] / 7,
            "sessions_so_far": order.n_before,
            "baseline": baseline,
            "baseline_day": start["baseline_day"].to_numpy()[who],
            "score": score,
            "change": score - baseline,
        }
    )
    carried = _patient_frame(study, patient_columns)
    kept = [name for name in table.columns if name not in _ASSESSMENT_COLUMNS]
    columns = {str(name): carried[name].array[who] for name in carried}
    columns |= {str(name): _as_category(table[name].iloc[rows]).array for name in kept if name not in frame}
    return frame.assign(**columns)
