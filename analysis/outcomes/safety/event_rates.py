"""How often: events per 100 sessions and per patient, with exact and cluster-robust intervals, never pooled over ways
of finding them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from analysis.study import Study

from .at_risk import at_risk
from .event_rows import NOT_TIED, EventRows, Recording
from .intervals import clopper_pearson, clustered_rate, garwood, rule_of_three
from .labels import label_column
from .session_rows import ALL, NUMBERS, Floats, Mask, SessionRows, dose_words

PER = 100  # sessions
COUNTS = ("n_clinics", "n_sessions", "n_patients", "n_events", "n_with_event")
RATES = (
    *COUNTS, "per_100_sessions", "exact_low", "exact_high", "robust_low", "robust_high", "per_patient", "share",
    "share_low", "share_high", "at_most_per_100", "at_most_share",
)  # fmt: skip
NO_SESSION = "no session"  # events that name none and fall on the day of none
SERIOUS, NOT_SERIOUS, NOT_SAID = "serious", "not serious", "not recorded"
GRADES = (1, 2, 3, 4, 5)


def rate_row(events: Floats, sessions: Floats, n_clinics: int) -> tuple[object, ...]:
    """The columns of RATES from the events and the sessions of every patient; patients without a session are out."""
    here = sessions > 0
    events, sessions = events[here], sessions[here]
    n, n_events, n_sessions = int(here.sum()), int(events.sum()), int(sessions.sum())
    with_event = int((events > 0).sum())
    exact = np.array(garwood(n_events, n_sessions)) * PER
    robust = np.array(clustered_rate(events, sessions)) * PER
    none = n_events == 0
    return (
        n_clinics, n_sessions, n, n_events, with_event,
        PER * n_events / n_sessions if n_sessions else np.nan, *exact.tolist(), *robust.tolist(),
        n_events / n if n else np.nan, with_event / n if n else np.nan, *clopper_pearson(with_event, n),
        PER * rule_of_three(n_sessions) if none else np.nan, rule_of_three(n) if none else np.nan,
    )  # fmt: skip


class KindRates:
    """Rates of one way of finding events over the sessions that such an event could be found at (see `at_risk`)."""

    def __init__(self, study: Study, sessions: SessionRows, events: EventRows, known: Recording, kind: str) -> None:
        self._clinic = label_column(study.patients, "clinic_id")
        self._sessions, self._events = sessions, events
        self._found = at_risk(study, sessions, events, known, kind)
        self._n = len(study.patients)

    def row(self, events: Mask, sessions: Mask | None = None) -> tuple[object, ...]:
        """The rates of some events over some sessions (all of them when None)."""
        risk = self._found.sessions if sessions is None else self._found.sessions & sessions
        exposure = self._sessions.per_patient(risk)
        n_clinics = len(self._clinic.present(exposure > 0))
        return rate_row(self._events.per_patient(self._found.events & events, self._n), exposure, n_clinics)

    def of_everything(self) -> tuple[object, ...]:
        """The rates of all events of this kind, those that belong to no session included."""
        return self.row(self._found.events)

    def of_sessions(self, sessions: Mask) -> tuple[object, ...]:
        """The rates of the events that happened at some sessions."""
        tied = self._events.session != NOT_TIED
        here = np.zeros(len(tied), dtype=bool)
        here[tied] = sessions[self._events.session[tied]]
        return self.row(here, sessions)

    def of_no_session(self) -> tuple[object, ...]:
        """How many events belong to no session, and to how many of the patients: without sessions there is no rate."""
        loose = self._not_tied
        with_event = int((self._events.per_patient(loose, self._n) > 0).sum())
        n = int((self._sessions.per_patient(self._found.sessions) > 0).sum())
        return (0, 0, n, int(loose.sum()), with_event, *[np.nan] * (len(RATES) - len(COUNTS)))

    @property
    def n_not_tied(self) -> int:
        """Events that count and name no session and fall on the day of none."""
        return int(self._not_tied.sum())

    def left_out(self, events: Mask) -> tuple[int, int]:
        """How many of some events are in no rate, and of how many patients."""
        chosen = self._found.left_out & events
        return int(chosen.sum()), self._events.n_patients_with(chosen)

    @property
    def _not_tied(self) -> Mask:
        found: Mask = self._found.events & (self._events.session == NOT_TIED)
        return found


def _frame(rows: Iterable[tuple[object, ...]], keys: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=[*keys, *RATES])


def by_route(kinds: dict[str, KindRates], sessions: SessionRows) -> pd.DataFrame:
    """One row per kind and route of the session: "all" first, which has every event, and NO_SESSION last."""
    rows: list[tuple[object, ...]] = []
    for kind, rates in kinds.items():
        for code, here in sessions.routes():
            rows.append((kind, code, *(rates.of_everything() if code == ALL else rates.of_sessions(here))))
        rows.append((kind, NO_SESSION, *rates.of_no_session()))
    return _frame(rows, ("kind", "route"))


def by_dose(kinds: dict[str, KindRates], sessions: SessionRows) -> pd.DataFrame:
    """One row per kind, route and dose in words, smallest dose first; NO_SESSION last."""
    rows: list[tuple[object, ...]] = []
    for kind, rates in kinds.items():
        for code, words, here in dose_groups(sessions):
            rows.append((kind, code, words, *rates.of_sessions(here)))
        rows.append((kind, NO_SESSION, "", *rates.of_no_session()))
    return _frame(rows, ("kind", "route", "dose"))


def dose_groups(sessions: SessionRows) -> Iterator[tuple[str, str, Mask]]:
    """Route, dose in words, and the sessions with it."""
    for code, here in sessions.routes()[1:]:
        present = sessions.dose.present(here)
        for words in dose_words(code):
            if words in present:
                yield code, words, here & sessions.dose.where(words)


def by_session(kinds: dict[str, KindRates], sessions: SessionRows) -> pd.DataFrame:
    """One row per kind and session number: the events at, say, every third session, over the third sessions;
    NO_SESSION last."""
    rows: list[tuple[object, ...]] = []
    for kind, rates in kinds.items():
        for number in NUMBERS:
            here = sessions.number.where(number)
            if here.any():
                rows.append((kind, number, *rates.of_sessions(here)))
        rows.append((kind, NO_SESSION, *rates.of_no_session()))
    return _frame(rows, ("kind", "session"))


def by_term(kinds: dict[str, KindRates], events: EventRows, known: Recording) -> pd.DataFrame:
    """One row per kind and term that the study uses, most frequent in the study first; a term may have no event."""
    rows: list[tuple[object, ...]] = []
    for kind, rates in kinds.items():
        for term in known.terms[kind]:
            rows.append((kind, term, *rates.row(events.term.where(term))))
    return _frame(rows, ("kind", "term"))


def by_severity(kinds: dict[str, KindRates], events: EventRows) -> pd.DataFrame:
    """One row per kind and CTCAE grade, "not recorded" last."""
    groups = [(str(grade), events.grade == grade) for grade in GRADES]
    return _by_mark(kinds, [*groups, (NOT_SAID, np.isnan(events.grade))], "grade")


def by_seriousness(kinds: dict[str, KindRates], events: EventRows) -> pd.DataFrame:
    """One row per kind and whether events were serious."""
    return _by_mark(kinds, _seriousness(events), "seriousness")


def left_out(kinds: dict[str, KindRates], events: EventRows) -> pd.DataFrame:
    """One row per kind and whether events were serious, ALL first: events that are in no rate, and their patients."""
    groups = [(ALL, np.ones(len(events.kind), dtype=bool)), *_seriousness(events)]
    rows = [(kind, name, *rates.left_out(chosen)) for kind, rates in kinds.items() for name, chosen in groups]
    return pd.DataFrame(rows, columns=["kind", "seriousness", "n_events", "n_with_event"])


def _seriousness(events: EventRows) -> list[tuple[str, Mask]]:
    return [
        (SERIOUS, events.serious == 1), (NOT_SERIOUS, events.serious == 0), (NOT_SAID, np.isnan(events.serious)),
    ]  # fmt: skip


def _by_mark(kinds: dict[str, KindRates], groups: list[tuple[str, Mask]], key: str) -> pd.DataFrame:
    rows = [(kind, name, *rates.row(chosen)) for kind, rates in kinds.items() for name, chosen in groups]
    return _frame(rows, ("kind", key))
