"""How care was delivered to a cohort, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.outcomes.attrition import follow
from analysis.outcomes.safety.session_rows import session_rows
from analysis.study import Study, episodes

from .conditions import condition_tables, conditions_present
from .cost import access, by_payer, cost_per_course, cost_per_responder, cost_per_session, covered
from .dose import doses, fixed_steps, fixed_steps_by_session, titration
from .integration_change import IntegrationChange, integration_change
from .spacing import spacing
from .staying import induction_completed, sessions_reached, staying, stop_reasons
from .therapy import VisitRecording, integration_within, therapy_visits, visit_minutes, visit_recording


@dataclass(frozen=True, eq=False)
class Care:
    """Care delivery of one cohort. Nothing here is released yet.

    has_visits: the study has a table of therapy visits. The frames are described where they are made. reasons is None
    where the study gives no reasons for stopping.
    """

    instrument: str
    n_starters: int
    has_visits: bool
    doses: pd.DataFrame
    steps: pd.DataFrame
    steps_by_session: pd.DataFrame
    titration: pd.DataFrame
    spacing: pd.DataFrame
    spacing_by_session: pd.DataFrame
    reached: pd.DataFrame
    staying: pd.DataFrame
    induction: pd.DataFrame
    reasons: pd.DataFrame | None
    visits: pd.DataFrame
    minutes: pd.DataFrame
    within: pd.DataFrame
    association: IntegrationChange
    cost_per_session: pd.DataFrame
    cost_per_course: pd.DataFrame
    cost_per_responder: pd.DataFrame
    covered: pd.DataFrame
    by_payer: pd.DataFrame
    payer_cost: pd.DataFrame
    payer_covered: pd.DataFrame
    access: pd.DataFrame
    conditions: tuple[str, ...]
    condition_changes: pd.DataFrame
    condition_rules: pd.DataFrame


def care(study: Study, instrument: str = "PHQ-9", known: VisitRecording | None = None) -> Care:
    """Care delivery of a (selected) study; instrument is the one that responders are counted on. known: what the
    clinics of the whole study recorded; of this one when None."""
    known = known or visit_recording(study)
    sessions, followed = session_rows(study), follow(study, instrument)
    by_phase, by_number = spacing(study, sessions)
    names = conditions_present(study)
    changes, rules = condition_tables(study, names)
    return Care(
        instrument,
        len(episodes(study)),
        study.therapy_visits is not None,
        doses(sessions),
        fixed_steps(sessions),
        fixed_steps_by_session(sessions),
        titration(sessions),
        by_phase,
        by_number,
        sessions_reached(study),
        staying(study),
        induction_completed(study),
        stop_reasons(study),
        therapy_visits(study, sessions, known),
        visit_minutes(study),
        integration_within(study, sessions, known),
        integration_change(study, sessions, known, followed, instrument),
        cost_per_session(sessions),
        cost_per_course(study, sessions),
        cost_per_responder(study, sessions, followed, instrument),
        covered(sessions),
        *by_payer(study, sessions),
        access(study),
        names,
        changes,
        rules,
    )
