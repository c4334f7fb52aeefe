"""What is counted at every clinic, patient by patient: once per study, so that a cohort is a sum over its patients.

The counts are those of the pages that show them for everyone: response and scores of Overview, induction of Care
delivery, events of Safety.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.study import Study
from analysis.vocabulary import instrument

from ..attrition import Followed, follow
from ..induction import END_OF_INDUCTION
from ..response import definitions
from ..safety.at_risk import at_risk
from ..safety.event_rows import SOLICITED, SPONTANEOUS, event_rows, recording
from ..safety.session_rows import session_rows
from .result import COMPLETENESS, DROP_OUT, EVENTS_ASKED, EVENTS_MENTIONED, RATE, RESPONSE, SHARE

WINDOW = END_OF_INDUCTION  # as the Overview's response, so that its counts are the sums of these
EVENTS = {EVENTS_ASKED: SOLICITED, EVENTS_MENTIONED: SPONTANEOUS}
WHAT = {
    RESPONSE: "patients with a response at the end of induction, of those who could reach it and were scored then",
    DROP_OUT: "starters who did not complete induction, of all starters",
    COMPLETENESS: "starters with a baseline and a score at the end of induction, at clinics that use the instrument",
    EVENTS_ASKED: "adverse events found by asking, at sessions where staff asked",
    EVENTS_MENTIONED: "adverse events that patients mentioned unasked, at other sessions of clinics that recorded any",
}
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Measure:
    """One entry per patient of the study: what the patient adds to the numerator and to the denominator of a clinic.

    unit SHARE: patients (0 or 1) of patients. RATE: events over sessions.
    """

    name: str
    unit: str
    what: str
    numerator: Floats
    denominator: Floats

    @property
    def per(self) -> float:
        """What a numerator over a denominator is multiplied by to be in the unit."""
        return 100.0 if self.unit == RATE else 1.0


def measures_of(study: Study, name: str) -> tuple[Measure, ...]:
    """The measures that a study can have on one instrument. Response needs a verified cut-off, events their table."""
    followed = follow(study, name)
    position = pd.Index(study.patients["patient_id"]).get_indexer(followed.people["patient_id"])
    shares = [_share(len(study.patients), position, *three) for three in _shares(followed, name, _uses(study, name))]
    return (*shares, *_events(study))


def _uses(study: Study, name: str) -> NDArray[np.bool_]:
    """Which starters are at a clinic that scored the instrument in anybody: where it is not in use, that no score is
    there says nothing of how complete scores are."""
    clinic = study.patients["clinic_id"].astype("str").to_numpy()
    scored = (study.assessments["instrument"] == name).to_numpy() & study.assessments["score"].notna().to_numpy()
    using = set(clinic[study.patient_positions("assessments")[scored]].tolist())
    started = np.bincount(study.patient_positions("sessions"), minlength=len(clinic)) > 0
    uses: NDArray[np.bool_] = np.array([one in using for one in clinic[started]], dtype=bool)
    return uses


def _shares(
    followed: Followed, name: str, uses: NDArray[np.bool_]
) -> list[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]]:
    """Measure, who is counted, of whom; one entry per starter."""
    score = followed.score[WINDOW]
    scored, everyone = ~np.isnan(score), np.ones(len(score), dtype=bool)
    found = []
    for outcome in definitions.outcomes(followed.baseline, score, definitions.cutoffs(instrument(name), None)):
        if outcome.name == definitions.RESPONSE:
            seen = outcome.able & scored
            found.append((RESPONSE, outcome.reached & seen, seen))
    complete = followed.people["induction_complete"].to_numpy(dtype=bool)
    found.append((DROP_OUT, ~complete, everyone))
    found.append((COMPLETENESS, scored & ~np.isnan(followed.baseline) & uses, uses))
    return found


def _share(n: int, position: NDArray[np.intp], name: str, counted: NDArray[np.bool_], of: NDArray[np.bool_]) -> Measure:
    """The entries of starters put where the patients of the study are."""
    numerator, denominator = np.zeros(n), np.zeros(n)
    numerator[position], denominator[position] = counted, of
    return Measure(name, SHARE, WHAT[name], numerator, denominator)


def _events(study: Study) -> list[Measure]:
    """Each way of finding events apart, over the sessions that an event could be found at that way."""
    if study.adverse_events is None:
        return []
    known, events, sessions = recording(study), event_rows(study), session_rows(study)
    found = []
    for name, kind in EVENTS.items():
        if kind in known.kinds:
            of = at_risk(study, sessions, events, known, kind)
            counted = events.per_patient(of.events, len(study.patients))
            found.append(Measure(name, RATE, WHAT[name], counted, sessions.per_patient(of.sessions)))
    return found
