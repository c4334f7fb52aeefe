"""Adverse events: asked for with a form after nasal esketamine and in two IV clinics, else only charted.

The same symptom is therefore recorded many times more often where it is asked for; that is how the
published rates differ, and why routes are never ranked on raw rates.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .blanks import blank
from .outcome_parameters import CLINICS, SIMULATED_ROUTES
from .session_details import SESSIONS

_IN, _IV = SIMULATED_ROUTES.index("IN"), SIMULATED_ROUTES.index("IV")
ACTIONS = ("no action", "observed longer", "medication given", "dose reduced")


@dataclass(frozen=True)
class EventParameters:
    """Chance per session by how it was asked: esketamine form, IV form, charted (relative by route)."""

    terms: dict[str, tuple[float, float, float]] = field(
        default_factory=lambda: {
            "Dissociation": (0.410, 0.180, 0.0050),
            "Sedation": (0.347, 0.060, 0.0020),
            "Dizziness": (0.130, 0.220, 0.0060),
            "Nausea": (0.090, 0.060, 0.0110),
            "Somnolence": (0.060, 0.280, 0.0020),
            "Vertigo": (0.060, 0.030, 0.0010),
            "Headache": (0.060, 0.070, 0.0050),
            "Dysgeusia": (0.060, 0.005, 0.0005),
            "Hypoesthesia": (0.050, 0.020, 0.0005),
            "Anxiety": (0.035, 0.030, 0.0045),
            "Blood pressure increased": (0.012, 0.140, 0.0025),
            "Vomiting": (0.020, 0.012, 0.0045),
            "Vision blurred": (0.030, 0.040, 0.0010),
            "Euphoric mood": (0.012, 0.010, 0.0004),
            "Insomnia": (0.015, 0.010, 0.0010),
            "Fatigue": (0.020, 0.020, 0.0020),
            "Pollakiuria": (0.004, 0.003, 0.0006),
        }
    )
    between_sessions: tuple[str, ...] = ("Insomnia", "Fatigue", "Pollakiuria")
    charted_by_route: tuple[float, ...] = (0.9, 0.42, 0.0, 0.75, 1.0, 0.8)  # relative to the charted column
    iv_form_clinics: tuple[str, ...] = ("C01", "C03")
    patient_spread: float = 3.2  # standard deviation of the log-odds between patients
    shared_spread: float = 0.5  # share of it common to all terms of a patient
    first_sessions: tuple[float, float, float] = (0.85, 0.6, 3.0)  # later level, extra at session 1, fading in sessions
    pressure_log_odds: float = 0.08  # per mmHg of systolic rise above 10
    onset_min: tuple[float, ...] = (14.0, 7.0, 22.0, 25.0, 18.0, 50.0)
    lasts_min: float = 38.0
    grades: tuple[float, float, float] = (0.80, 0.185, 0.015)
    serious_given_grade_three: float = 0.05
    stopped_for: tuple[str, ...] = ("Nausea", "Vomiting", "Anxiety", "Dissociation")
    blanks: dict[str, float] = field(
        default_factory=lambda: {"grade": 0.02, "onset_min": 0.08, "resolved_min": 0.10, "day": 0.03, "action": 0.05}
    )


EVENTS = EventParameters()


def event_rows(
    rng: np.random.Generator, people: pd.DataFrame, sessions: pd.DataFrame, details: pd.DataFrame
) -> pd.DataFrame:
    """One row per event, `patient` as a row number of `people`; a term at most once a session.

    A session that was not completed has an event whose action is "session stopped".
    """
    asked = _asked(people, sessions)
    happened = rng.random((len(sessions), len(EVENTS.terms))) < _chances(rng, people, sessions, details, asked)
    stopped = _stopping_events(rng, sessions)
    place, term = np.nonzero(happened | stopped)
    codes = np.array(list(EVENTS.terms))
    after = np.isin(codes[term], EVENTS.between_sessions)
    rows = sessions.iloc[place]
    onset, resolved = _times(rng, rows["route"].to_numpy())
    grade = rng.choice([1.0, 2.0, 3.0], len(place), p=EVENTS.grades)
    action = np.array(ACTIONS)[np.minimum(grade - 1 + (rng.random(len(place)) < 0.2), 3).astype(int)]
    table = pd.DataFrame(
        {
            "patient": rows["patient"].to_numpy(),
            "session_number": np.where(after, np.nan, rows["session_number"].to_numpy()),
            "day": rows["day"].to_numpy() + after,
            "term": codes[term],
            "grade": grade,
            "serious": (grade == 3) & (rng.random(len(place)) < EVENTS.serious_given_grade_three),
            "onset_min": np.where(after, np.nan, onset),
            "resolved_min": np.where(after, np.nan, resolved),
            "ascertainment": np.where(asked[place] > 1, "spontaneous", "solicited"),
            "action": np.where(stopped[place, term], "session stopped", action),
        }
    )
    # an event between sessions is known only by its day, which therefore is never blank
    blanked = blank(rng, table, EVENTS.blanks)
    return blanked.assign(day=np.where(after, table["day"], blanked["day"]))


def _asked(people: pd.DataFrame, sessions: pd.DataFrame) -> np.ndarray:
    """How events were asked about at each session: 0 esketamine form, 1 IV form, 2 charted."""
    clinics = [CLINICS.index(code) for code in EVENTS.iv_form_clinics]
    form = np.isin(people["clinic"].to_numpy()[sessions["patient"]], clinics)
    route = sessions["route"].to_numpy()
    return np.where(route == _IN, 0, np.where((route == _IV) & form, 1, 2))


def _chances(
    rng: np.random.Generator,
    people: pd.DataFrame,
    sessions: pd.DataFrame,
    details: pd.DataFrame,
    asked: np.ndarray,
) -> np.ndarray:
    """Session x term probabilities: mean by way of asking, spread between patients, fading over sessions."""
    rates = np.array(list(EVENTS.terms.values()))  # term x way of asking
    n, n_terms = len(people), len(EVENTS.terms)
    route = sessions["route"].to_numpy()
    mean = rates.T[asked] * np.where(asked == 2, np.array(EVENTS.charted_by_route)[route], 1.0)[:, None]
    spread = np.where(asked == 2, 1.0, EVENTS.patient_spread)[:, None]
    centre = np.log(mean / (1 - mean)) * np.sqrt(1 + 0.346 * spread**2)  # keeps the mean rate over patients
    shared = np.sqrt(EVENTS.shared_spread) * rng.standard_normal((n, 1))
    own = np.sqrt(1 - EVENTS.shared_spread) * rng.standard_normal((n, n_terms))
    later, extra, fading = EVENTS.first_sessions
    level = later + extra * np.exp(-(sessions["session_number"].to_numpy() - 1) / fading)
    log_odds = centre + spread * (shared + own)[sessions["patient"]] + np.log(level)[:, None]
    rise = (details["sbp_peak"] - details["sbp_pre"] - 10).fillna(0.0).to_numpy()
    log_odds[:, list(EVENTS.terms).index("Blood pressure increased")] += EVENTS.pressure_log_odds * rise
    return 1 / (1 + np.exp(-log_odds))


def _stopping_events(rng: np.random.Generator, sessions: pd.DataFrame) -> np.ndarray:
    """Session x term table, true for the one event that a session was stopped for."""
    table = np.zeros((len(sessions), len(EVENTS.terms)), dtype=bool)
    place = np.flatnonzero(~sessions["completed"].to_numpy())
    terms = [list(EVENTS.terms).index(term) for term in EVENTS.stopped_for]
    table[place, rng.choice(terms, len(place))] = True
    return table


def _times(rng: np.random.Generator, route: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    onset = np.array(EVENTS.onset_min)[route] * rng.lognormal(0, 0.35, len(route))
    lasts = EVENTS.lasts_min * rng.lognormal(0, 0.5, len(route))
    longest = np.array(SESSIONS.observation_min)[route]
    return np.round(onset), np.round(np.minimum(onset + lasts, np.maximum(longest, onset + 5)))
