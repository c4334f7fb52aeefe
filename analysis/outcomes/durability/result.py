"""Time to response and remission, and what becomes of responders, of one cohort as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.study import Study
from analysis.vocabulary import Instrument, RemissionRule, instrument

from ..response.definitions import REMISSION, RESPONSE, cutoffs
from .after_treatment import AfterTreatment, after_treatment
from .courses import read_courses
from .relapse import Start, after_response
from .time_to import TimeToOutcome, time_to


@dataclass(frozen=True, eq=False)
class Durability:
    """Time to response and to remission, and durability, on one instrument. after is None, and sentence says why, where
    response is not defined or nobody responded. Nothing here is released yet."""

    instrument: Instrument
    remission: RemissionRule | None
    routes: tuple[str, ...]
    n_starters: int
    times: tuple[TimeToOutcome, ...]
    after: AfterTreatment | None
    sentence: str = ""


def durability(
    study: Study, name: str = "PHQ-9", remission: RemissionRule | None = None, start: Start = "end of induction"
) -> Durability:
    """Time to outcomes and durability of a (selected) study on one instrument, whatever its size."""
    item = instrument(name)
    rule = remission or item.remission_default
    of = cutoffs(item, rule)
    courses = read_courses(study, name)
    known = [RESPONSE] * (of.response is not None) + [REMISSION] * (of.at_most is not None)
    times = tuple(time_to(courses, of, outcome) for outcome in known)
    n_starters = int((courses.route >= 0).sum())
    after, sentence = None, f"Durability is not shown: no verified source says what response is on {item.name}."
    if of.response is not None:
        found = after_response(courses, item, of, start)
        after, sentence = after_treatment(found, item, start, courses), ""
    return Durability(item, rule, courses.routes, n_starters, times, after, sentence)
