"""What is known of the safety of a cohort, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.study import Study

from .course import course
from .dissociation import dissociation_by_dose, dissociation_by_session
from .event_rates import KindRates, by_dose, by_route, by_seriousness, by_session, by_severity, by_term, left_out
from .event_rows import Recording, event_rows, recording
from .observation import observation, observed_two_hours, stopped_early
from .session_rows import session_rows
from .vital_signs import blood_pressure, oxygen, oxygen_bands, pressure_limits


@dataclass(frozen=True, eq=False)
class Safety:
    """The safety of one cohort. Nothing here is released yet.

    is_recorded: the study has a table of adverse events. n_patients and n_sessions: of the cohort. not_tied: events
    per kind that count and belong to no session. left_out: events that are in no rate, because they are not of a
    session at which such an event could be found (see `at_risk`). The frames are described where they are made: rates
    by route, dose, session number, term, grade and seriousness, each over the sessions at risk of that kind of event
    and each kind apart; course of all events, those left out of the rates too; vital signs, dissociation, observation
    and sessions stopped early over all clinics.
    """

    is_recorded: bool
    n_patients: int
    n_sessions: int
    n_clinics: int
    kinds: tuple[str, ...]
    not_tied: dict[str, int]
    by_route: pd.DataFrame
    by_dose: pd.DataFrame
    by_session: pd.DataFrame
    by_term: pd.DataFrame
    by_severity: pd.DataFrame
    by_seriousness: pd.DataFrame
    left_out: pd.DataFrame
    course: pd.DataFrame
    blood_pressure: pd.DataFrame
    pressure_limits: pd.DataFrame
    oxygen: pd.DataFrame
    oxygen_bands: pd.DataFrame
    dissociation_by_dose: pd.DataFrame
    dissociation_by_session: pd.DataFrame
    observation: pd.DataFrame
    observed_two_hours: pd.DataFrame
    stopped_early: pd.DataFrame


def safety(study: Study, known: Recording | None = None) -> Safety:
    """The safety of a (selected) study. known: what the whole study recorded and where; of this one when None."""
    known = known or recording(study)
    sessions, events = session_rows(study), event_rows(study)
    kinds = {kind: KindRates(study, sessions, events, known, kind) for kind in known.kinds}
    return Safety(
        study.adverse_events is not None,
        len(study.patients),
        len(study.sessions),
        int(study.patients["clinic_id"].nunique()),
        known.kinds,
        {kind: rates.n_not_tied for kind, rates in kinds.items()},
        by_route(kinds, sessions),
        by_dose(kinds, sessions),
        by_session(kinds, sessions),
        by_term(kinds, events, known),
        by_severity(kinds, events),
        by_seriousness(kinds, events),
        left_out(kinds, events),
        course(events, known),
        blood_pressure(sessions),
        pressure_limits(sessions),
        oxygen(sessions),
        oxygen_bands(sessions),
        dissociation_by_dose(sessions),
        dissociation_by_session(sessions),
        observation(sessions),
        observed_two_hours(sessions),
        stopped_early(sessions),
    )
