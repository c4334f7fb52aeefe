"""The course of treatment: when sessions happen, when it stops, and the score taken before each session.

One pass over session numbers, vectorised over the patients still in treatment. Stopping depends on
the last *observed* PHQ-9 (and on route and session number), never on an unobserved one: data
missing after stopping are missing at random given what is in the file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .course_parameters import COURSE, odds_to_chance, planned_ends, stepwise
from .outcome_parameters import CLINICS, MAIN_ROUTES, OutcomeTruth
from .people import PEOPLE, by_row, draw_categories
from .scores import Phq9Patients, draw_phq9, route_arrays


@dataclass(frozen=True)
class Course:
    """sessions: one row per session, with the state just after it. visits: one row per score occasion.

    `sessions_so_far` counts completed sessions; `by_route` is the latent change they have brought.
    last_score is the patient's last observed score before or at the last session.
    """

    sessions: pd.DataFrame
    visits: pd.DataFrame
    last_score: np.ndarray


class _Ward:
    """The patients in treatment: their state after the session last held."""

    def __init__(self, rng: np.random.Generator, people: pd.DataFrame, patients: Phq9Patients, truth: OutcomeTruth):
        n = len(people)
        self.rng, self.people, self.patients, self.truth = rng, people, patients, truth
        self.rapid, self.induction, self.maintenance = route_arrays(truth)
        self.route = people["route"].to_numpy().copy()
        self.by_route = self.rapid[self.route]
        self.completed = np.zeros(n, dtype=np.int64)
        self.day = np.zeros(n)
        self.last = patients.baseline.astype(float)
        self.until = rng.integers(COURSE.observed_days[0], COURSE.observed_days[1] + 1, n)
        self.followed = people["followed"].to_numpy()
        self.uses_phq9 = people["uses_phq9"].to_numpy()
        self.change_at, self.new_route = _route_changes(rng, people)

    def assess(self, active: np.ndarray) -> pd.DataFrame:
        """Score occasions just before the next session, on its day; some are missed."""
        asked = np.array(COURSE.asked_by_route)[self.route[active]]
        shift = COURSE.asked_log_odds_per_point * (self.last[active] - COURSE.stop_centre)
        who = active[self.followed[active] & (self.rng.random(len(active)) < odds_to_chance(asked, shift))]
        scores = draw_phq9(self.rng, self.patients, self.truth, who, self.completed[who], self.by_route[who])
        scored = self.uses_phq9[who]
        self.last[who[scored]] = scores[scored]
        return self._state(who).assign(phq9=np.where(scored, scores, np.nan))

    def treat(self, active: np.ndarray, number: int) -> pd.DataFrame:
        """One session for each active patient, and the state after it."""
        changing = active[self.change_at[active] == number]
        self.route[changing] = self.new_route[changing]
        completed = np.ones(len(active), dtype=bool)
        if number > 1:
            completed = self.rng.random(len(active)) >= COURSE.not_completed
        who = active[completed]
        step = np.where(self.completed[who] < self.truth.knot, self.induction[self.route[who]],
                        self.maintenance[self.route[who]])  # fmt: skip
        self.by_route[who] += step
        self.completed[who] += 1
        return self._state(active).assign(session_number=number, completed=completed)

    def stay(self, active: np.ndarray, number: int, drop_out: np.ndarray, planned: np.ndarray) -> np.ndarray:
        """Those of the active patients who will have another session."""
        route, last = self.route[active], self.last[active]
        shift = COURSE.stop_log_odds_per_point * (last - COURSE.stop_centre)
        first, second, third = self.rng.random((3, len(active)))
        stop = first < odds_to_chance(drop_out[route, number], shift)
        stop |= second < planned[route, number]
        stop |= (last <= COURSE.remission_score) & (number >= 4) & (third < COURSE.remission_stop)
        return active[~stop]

    def move_on(self, active: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Advance to the day of the next session; drops those whose observation ends before it."""
        days = np.floor(low + self.rng.random(len(active)) * (high - low + 1))
        days += 7 * (self.rng.random(len(active)) < COURSE.extra_week)
        self.day[active] += days
        return active[self.day[active] <= self.until[active]]

    def _state(self, who: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "patient": who,
                "day": self.day[who],
                "route": self.route[who],
                "sessions_so_far": self.completed[who],
                "by_route": self.by_route[who],
            }
        )


def _route_changes(rng: np.random.Generator, people: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Session number at which each patient changes route (0 never) and the other main route of the clinic."""
    n = len(people)
    low, high = COURSE.route_change_sessions
    at = np.where(rng.random(n) < COURSE.route_change, rng.integers(low, high + 1, n), 0)
    weights = by_row(PEOPLE.route_by_clinic, CLINICS)[people["clinic"]]
    weights[:, len(MAIN_ROUTES) :] = 0
    weights[np.arange(n), people["route"]] = 0
    return at, draw_categories(rng, weights)


def run_course(
    rng: np.random.Generator, people: pd.DataFrame, patients: Phq9Patients, truth: OutcomeTruth
) -> tuple[Course, np.ndarray]:
    """Treat everyone until they stop or their observation ends. Second result: the last day observed."""
    ward = _Ward(rng, people, patients, truth)
    low, high = stepwise(COURSE.gap_days, 1), stepwise(COURSE.gap_days, 2)
    drop_out, planned = stepwise(COURSE.drop_out), planned_ends()
    active = np.arange(len(people))
    sessions, visits = [], []
    for number in range(1, COURSE.most_sessions + 1):
        if number > 1:
            visits.append(ward.assess(active))
        sessions.append(ward.treat(active, number))
        active = ward.stay(active, number, drop_out, planned)
        route = ward.route[active]
        active = ward.move_on(active, low[route, number], high[route, number])
        if not len(active):
            break
    ordered = pd.concat(sessions, ignore_index=True).sort_values(["patient", "day"], ignore_index=True)
    taken = pd.concat(visits, ignore_index=True) if visits else ward.assess(active)
    return Course(ordered, taken, ward.last), ward.until
