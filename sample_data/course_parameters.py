"""Schedules, planned ends and drop-out by route, and how they depend on the last observed score."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .outcome_parameters import SIMULATED_ROUTES

Steps = dict[str, tuple[tuple[float, ...], ...]]


@dataclass(frozen=True)
class CourseParameters:
    """Schedules and stopping by route. A step (n, ...) holds through session n; the last step holds on."""

    # days to the next session: (through session, shortest, longest)
    gap_days: Steps = field(
        default_factory=lambda: {
            "IV": ((5, 2, 5), (8, 7, 16), (48, 14, 30)),
            "IM": ((5, 6, 9), (48, 14, 56)),
            "IN": ((7, 3, 4), (11, 6, 8), (48, 7, 14)),
            "SL": ((5, 6, 9), (48, 20, 35)),
            "SC": ((7, 3, 4), (48, 7, 15)),
            "PO": ((11, 2, 4), (48, 5, 10)),
        }
    )
    # chance to drop out after a session at a last score of `stop_centre`: (through session, chance)
    drop_out: Steps = field(
        default_factory=lambda: {
            "IV": ((6, 0.040), (48, 0.050)),
            "IM": ((6, 0.070), (48, 0.090)),
            "IN": ((8, 0.0235), (12, 0.042), (48, 0.040)),
            "SL": ((6, 0.075), (48, 0.090)),
            "SC": ((48, 0.060),),
            "PO": ((48, 0.070),),
        }
    )
    # chance that the planned course ends at a session: (session, chance)
    planned_end: Steps = field(
        default_factory=lambda: {
            "IV": ((6, 0.40), (8, 0.15), (10, 0.15)),
            "IM": ((4, 0.36), (6, 0.30), (8, 0.15)),
            "IN": (),
            "SL": ((4, 0.26), (6, 0.50), (8, 0.20)),
            "SC": ((8, 0.50),),
            "PO": ((12, 0.40),),
        }
    )
    stop_centre: float = 13.0
    stop_log_odds_per_point: float = 0.07
    remission_score: int = 4
    remission_stop: float = 0.06  # from session 4 on, in addition
    not_completed: float = 0.012  # from the second session on
    extra_week: float = 0.07
    route_change: float = 0.085  # planned; about 5 % live to see it
    route_change_sessions: tuple[int, int] = (3, 8)
    observed_days: tuple[int, int] = (130, 365)
    most_sessions: int = 48
    asked_by_route: tuple[float, ...] = (0.78, 0.68, 0.84, 0.64, 0.75, 0.65)
    asked_log_odds_per_point: float = -0.03


COURSE = CourseParameters()


def stepwise(steps: Steps, position: int = 1) -> np.ndarray:
    """Route x session table (column k is session k) of one value of the steps."""
    table = np.zeros((len(SIMULATED_ROUTES), COURSE.most_sessions + 1))
    for row, code in enumerate(SIMULATED_ROUTES):
        start = 0
        for step in steps[code]:
            table[row, start : int(step[0]) + 1] = step[position]
            start = int(step[0]) + 1
    return table


def planned_ends() -> np.ndarray:
    """Route x session table of the chance that the planned course ends; the last session ends every course."""
    table = np.zeros((len(SIMULATED_ROUTES), COURSE.most_sessions + 1))
    for row, code in enumerate(SIMULATED_ROUTES):
        for session, chance in COURSE.planned_end[code]:
            table[row, int(session)] = chance
    table[:, COURSE.most_sessions] = 1.0
    return table


def odds_to_chance(chance: np.ndarray, log_odds_shift: np.ndarray) -> np.ndarray:
    """A probability moved by a shift of its log-odds."""
    odds = chance / (1 - chance) * np.exp(log_odds_shift)
    return odds / (1 + odds)
