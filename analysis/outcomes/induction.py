"""When the induction of each patient ends, and which scores are taken at its end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.study import EpisodeRules, Study, completed_sessions, in_induction

END_OF_INDUCTION = "end of induction"
LEAD_DAYS = 7  # as the day 28 window: the score taken at the last session of a weekly course counts
LAG_DAYS = 14  # two weeks of a recall period, and as a rule before a second maintenance session


def induction_end_days(study: Study, rules: EpisodeRules | None = None) -> NDArray[np.float64]:
    """Per patient of the study, the day on which induction ends: day 28 or that of the last induction session,
    whichever is later, so that a slow course is judged after it and a course given up early at the same time as
    the others."""
    rules = rules or EpisodeRules()
    counted = completed_sessions(study) & in_induction(study, rules)
    end = np.full(len(study.patients), float(rules.induction_days))
    days = study.sessions["day"].to_numpy(dtype=float)[counted]
    np.maximum.at(end, study.patient_positions("sessions")[counted], days)
    return end
