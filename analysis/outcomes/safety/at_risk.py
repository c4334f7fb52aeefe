"""Which sessions an event of a kind could have been found at, and which events count over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.study import Study

from .event_rows import NOT_TIED, SOLICITED, EventRows, Recording
from .labels import Labels, label_column
from .session_rows import Mask, SessionRows


@dataclass(frozen=True, eq=False)
class AtRisk:
    """The sessions of one kind of event (one entry per session), the events of the kind that count over them, and
    those left out (one entry per event)."""

    sessions: Mask
    events: Mask
    left_out: Mask


def at_risk(study: Study, sessions: SessionRows, events: EventRows, known: Recording, kind: str) -> AtRisk:
    """The sessions and events of one kind in a (selected) study. known: of the whole study.

    Solicited events could be found at sessions of the pairs of clinic and route where staff asked. All others could be
    found at the other sessions of the clinics that recorded any of their kind: where staff ask, what is mentioned is
    what was asked for. Not at pairs with such an event only: these are so rare that a pair chosen for having one would
    be rated too high.

    An event counts with its session; one that belongs to no session counts if its patient has a session at risk. The
    others are left out of every rate: an event mentioned at a session where staff asked, say.
    """
    clinic = label_column(study.patients, "clinic_id")
    asked = _where_asked(clinic, sessions, known)
    risk = asked if kind == SOLICITED else clinic.where_any(known.clinics[kind])[sessions.patient] & ~asked
    of_kind: Mask = np.asarray(events.kind == kind, dtype=bool)
    counted = of_kind & _over(risk, sessions, events)
    return AtRisk(risk, counted, of_kind & ~counted)


def _where_asked(clinic: Labels, sessions: SessionRows, known: Recording) -> Mask:
    pairs = [[(name, code) in known.asked for code in sessions.route.names] for name in clinic.names]
    table = np.array(pairs, dtype=bool).reshape(len(clinic.names), len(sessions.route.names))
    found: Mask = table[clinic.place[sessions.patient], sessions.route.place]
    return found


def _over(risk: Mask, sessions: SessionRows, events: EventRows) -> Mask:
    """Which events are of a session at risk or, belonging to none, of a patient with one."""
    found: Mask = (sessions.per_patient(risk) > 0)[events.patient]
    tied = events.session != NOT_TIED
    found[tied] = risk[events.session[tied]]
    return found
