"""When each patient first reached an outcome, over days and over sessions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..response.definitions import Cutoffs, outcomes
from .courses import Courses, Floats, Ints, Mask


@dataclass(frozen=True, eq=False)
class FirstReach:
    """One entry per patient who could reach an outcome and has a later score: patient (row in `patients`), route
    (number), days since the first session and sessions completed before the first score that reached it, or before the
    last score of all where none did (event False: the patient was not followed further)."""

    outcome: str
    patient: Ints
    route: Ints
    days: Floats
    sessions: Floats
    event: Mask

    def __len__(self) -> int:
        return len(self.patient)


def first_reach(courses: Courses, of: Cutoffs, outcome: str) -> FirstReach:
    """The first later score of each patient that reaches an outcome. What happened between two scores is not known:
    the time is that of the score. Raises KeyError when the outcome has no cut-off."""
    found = {one.name: one for one in outcomes(courses.baseline, courses.score, of)}[outcome]
    first, last = courses.first_row(found.able & found.reached), courses.last_row(found.able)
    patient = np.flatnonzero(last >= 0).astype(np.int64)
    event = first[patient] >= 0
    row = np.where(event, first[patient], last[patient])
    return FirstReach(
        outcome, patient, courses.route[patient], courses.day[row], courses.sessions[row], event.astype(bool)
    )
