"""What becomes of responders: relapse, a booster session first, or no longer followed.

Relapse is two consecutive scores without response, or in the moderate band or above for somebody whose response was
below it; its time is the first of the two. A booster is a completed session after induction. It forestalls relapse: who
gets one before is not known to have kept the response without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.study import completed_sessions, in_induction
from analysis.vocabulary import Instrument

from ..induction import LAG_DAYS, LEAD_DAYS, induction_end_days
from ..response.definitions import ROUNDING, Cutoffs, outcomes
from .courses import Courses, Floats, Ints, Mask

Start = Literal["end of induction", "first response"]
CENSORED, RELAPSE, BOOSTER = 0, 1, 2
MODERATE = "moderate"


@dataclass(frozen=True, eq=False)
class AfterResponse:
    """Responders with a later score, one entry each: patient (row in `patients`), route, days from the response to the
    first event or to the last score, status (0 not followed further, 1 relapse, 2 booster first). n_responders counts
    everyone who responded, n_unconfirmed those whose last score alone was without response."""

    patient: Ints
    route: Ints
    days: Floats
    status: Ints
    n_responders: int
    n_unconfirmed: int

    def __len__(self) -> int:
        return len(self.patient)


def moderate_from(item: Instrument) -> float | None:
    """The lower end of the moderate band; None where the instrument has no verified bands."""
    return next((band.low for band in item.bands if band.label == MODERATE), None)


def after_response(courses: Courses, item: Instrument, of: Cutoffs, start: Start = "end of induction") -> AfterResponse:
    """Follow everyone who responded at the end of induction, or from the first response on.

    Raises KeyError when response has no cut-off on the instrument.
    """
    responded = {one.name: one for one in outcomes(courses.baseline, courses.score, of)}["Response"]
    at = _start_rows(courses, responded.able & responded.reached, start)
    patient = np.flatnonzero(at >= 0).astype(np.int64)
    start_day = np.full(courses.n_patients, np.inf)
    start_day[patient] = courses.day[at[patient]]
    later = courses.day > start_day[courses.patient]
    lost = later & _is_lost(courses, of, at, moderate_from(item))
    onset, last = courses.first_row(_twice(courses, lost)), courses.last_row(later)
    followed = patient[last[patient] >= 0]
    end, status = _first_event(courses, followed, start_day, onset, last)
    unconfirmed = (status == CENSORED) & lost[last[followed]]
    return AfterResponse(
        followed, courses.route[followed], end - start_day[followed], status, len(patient), int(unconfirmed.sum())
    )


def _start_rows(courses: Courses, responded: Mask, start: Start) -> Ints:
    """Per patient, the row of the response that follow-up starts from; -1 without one."""
    if start == "first response":
        return courses.first_row(responded)
    end = induction_end_days(courses.study)[courses.patient]
    away = np.abs(courses.day - end)
    inside = np.flatnonzero((courses.day >= end - LEAD_DAYS) & (courses.day <= end + LAG_DAYS))
    far_first = inside[np.lexsort((-courses.day[inside], -away[inside]))]
    nearest = np.full(courses.n_patients, -1, dtype=np.int64)
    nearest[courses.patient[far_first]] = far_first
    return np.where((nearest >= 0) & responded[nearest], nearest, -1) if len(responded) else nearest


def _is_lost(courses: Courses, of: Cutoffs, at: Ints, moderate: float | None) -> Mask:
    """Which scores are without response, or moderate again where the response was milder."""
    assert of.response is not None
    lost: Mask = courses.baseline - courses.score < of.response * courses.baseline - ROUNDING
    if moderate is not None and len(courses.score):
        start_score = courses.score[np.maximum(at, 0)][courses.patient]
        lost |= (courses.score >= moderate) & (start_score < moderate)
    return lost


def _twice(courses: Courses, lost: Mask) -> Mask:
    """Rows that are lost and followed by another lost row of the same patient."""
    again = np.zeros(len(lost), dtype=bool)
    again[:-1] = lost[:-1] & lost[1:] & (courses.patient[:-1] == courses.patient[1:])
    return again


def _first_event(courses: Courses, followed: Ints, start_day: Floats, onset: Ints, last: Ints) -> tuple[Floats, Ints]:
    booster = _first_boosters(courses, start_day)[followed]
    last_day = courses.day[last[followed]]
    has_relapse = onset[followed] >= 0
    relapse = np.where(has_relapse, courses.day[np.maximum(onset[followed], 0)], np.inf) if len(followed) else last_day
    boosted = (booster <= last_day) & (booster < relapse)
    status = np.where(boosted, BOOSTER, np.where(has_relapse, RELAPSE, CENSORED)).astype(np.int64)
    return np.where(boosted, booster, np.where(has_relapse, relapse, last_day)), status


def _first_boosters(courses: Courses, start_day: Floats) -> Floats:
    """Per patient, the day of the first completed session after induction and after the start (inf if none)."""
    study = courses.study
    day = study.sessions["day"].to_numpy(dtype=float)
    who = study.patient_positions("sessions")
    counted = completed_sessions(study) & ~in_induction(study) & (day > start_day[who])
    first = np.full(courses.n_patients, np.inf)
    np.minimum.at(first, who[counted], day[counted])
    return first
