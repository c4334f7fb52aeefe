"""What the overview says in a line each of safety, of therapy and cost, and of how soon patients respond.

The numbers are those of the pages on them, for everyone in the cohort.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.study import Study

from ..care.cost import cost_per_session, covered
from ..care.therapy import VisitRecording, integration_within
from ..durability.courses import read_courses
from ..durability.first_reach import first_reach
from ..durability.kaplan_meier import kaplan_meier, median_time
from ..durability.time_to import DAYS, SESSIONS
from ..response.definitions import RESPONSE, Cutoffs
from ..safety.event_rates import RATES, KindRates, by_seriousness
from ..safety.event_rows import Recording, event_rows
from ..safety.session_rows import ALL, session_rows

EVENTS = ("kind", "route", *RATES)
FIRST = ("axis", "route", "n_patients", "n_reached", "median", "ci_low", "ci_high")


@dataclass(frozen=True, eq=False)
class SafetyLine:
    """Adverse events of a cohort. ``events`` has one row per way of finding them, over the sessions that an event
    could be found at that way: where nobody asked, nothing says that there was nothing to find (see `at_risk`).
    ``serious`` has one row per way and seriousness. ``is_recorded``: the study has a table of events."""

    is_recorded: bool
    n_sessions: int
    n_clinics: int
    events: pd.DataFrame
    serious: pd.DataFrame


def safety_line(study: Study, known: Recording) -> SafetyLine:
    """Adverse events of a (selected) study. known: what the clinics of the whole study recorded."""
    sessions, events = session_rows(study), event_rows(study)
    kinds = {kind: KindRates(study, sessions, events, known, kind) for kind in known.kinds}
    rows = [(kind, ALL, *rates.of_everything()) for kind, rates in kinds.items()]
    return SafetyLine(
        study.adverse_events is not None,
        len(study.sessions),
        int(study.patients["clinic_id"].nunique()),
        pd.DataFrame(rows, columns=list(EVENTS)),
        by_seriousness(kinds, events),
    )


@dataclass(frozen=True, eq=False)
class CareLine:
    """Therapy and cost of a cohort: completed sessions followed by an integration visit within 72 hours, the charge of
    a session, and sessions covered; one row each, none where the study does not record it."""

    has_visits: bool
    within: pd.DataFrame
    cost: pd.DataFrame
    covered: pd.DataFrame


def care_line(study: Study, known: VisitRecording) -> CareLine:
    """Therapy and cost of a (selected) study. known: what the clinics of the whole study recorded."""
    sessions = session_rows(study)
    found = (integration_within(study, sessions, known), cost_per_session(sessions), covered(sessions))
    within, cost, paid = (frame[frame["route"] == ALL].reset_index(drop=True) for frame in found)
    return CareLine(study.therapy_visits is not None, within, cost, paid)


def first_response(study: Study, name: str, of: Cutoffs) -> pd.DataFrame:
    """How soon half of those who could respond have: one row over days and one over sessions completed (Kaplan-Meier),
    n_patients followed, n_reached of them who ever responded. Empty where no response is defined."""
    if of.response is None:
        return pd.DataFrame(columns=list(FIRST))
    reach = first_reach(read_courses(study, name), of, RESPONSE)
    rows = []
    for axis, time in ((DAYS, reach.days), (SESSIONS, reach.sessions)):
        found = median_time(kaplan_meier(time, reach.event))
        rows.append((axis, ALL, len(reach), int(reach.event.sum()), found.estimate, found.ci_low, found.ci_high))
    return pd.DataFrame(rows, columns=list(FIRST))
