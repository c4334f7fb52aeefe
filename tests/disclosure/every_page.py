"""Response, Safety and Care of one cohort beside its overview: as they are, as somebody has them, what they count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from analysis.cohort import Selection
from analysis.disclosure import Audience, clinic_tables, viewer
from analysis.disclosure.care import ReleasedCare, release_care
from analysis.disclosure.care_access import released_access
from analysis.disclosure.care_tables import care_counts
from analysis.disclosure.denominators import SHARED
from analysis.disclosure.nested_tables import Nested
from analysis.disclosure.overview_tables import beside_overview, overview_counts
from analysis.disclosure.ranges import Sum
from analysis.disclosure.response_page import ReleasedResponse, ResponseResults, page_tables, release_response
from analysis.disclosure.safety import ReleasedSafety, release_safety, safety_counts
from analysis.outcomes import ModelSpec, overview, starters_of_study
from analysis.outcomes.care import Care, care, visit_recording
from analysis.outcomes.clinics import Clinics, PreparedClinics, clinics, prepare_clinics
from analysis.outcomes.durability import durability
from analysis.outcomes.response import response
from analysis.outcomes.safety import Safety, recording, safety
from analysis.outcomes.suicidality import suicidality
from analysis.outcomes.who import STARTERS
from analysis.study import Study
from tests.disclosure.reader import Facts, View

INSTRUMENT = "PHQ-9"


@dataclass(frozen=True)
class Results:
    """The results of one cohort before their release."""

    response: ResponseResults
    safety: Safety
    care: Care
    clinics: Clinics


@cache
def prepared_clinics(whole: Study) -> PreparedClinics:
    return prepare_clinics(whole, ModelSpec(instrument=INSTRUMENT))


@dataclass(frozen=True)
class Pages:
    """The same as somebody has them."""

    response: ReleasedResponse
    safety: ReleasedSafety
    care: ReleasedCare


def results(selection: Selection, whole: Study) -> Results:
    """Of a selection from the whole study, whose clinics say what was asked and recorded."""
    study = selection.study
    page = ResponseResults(
        overview(study, INSTRUMENT, whole=whole),
        starters_of_study(selection),
        response(study, INSTRUMENT),
        durability(study, INSTRUMENT),
        suicidality(study, INSTRUMENT),
    )
    given = care(study, INSTRUMENT, visit_recording(whole))
    return Results(page, safety(study, recording(whole)), given, clinics(prepared_clinics(whole), selection))


def released(raw: Results, audience: Audience) -> Pages:
    review, n_study = raw.response.review, raw.response.n_study
    return Pages(
        release_response(raw.response, audience, individual=True),
        release_safety(raw.safety, review, n_study, audience),
        release_care(raw.care, review, n_study, audience),
    )


def views(raw: Results) -> list[View]:
    """What the overview, the three pages and the one on clinics count, each decided on as the page does."""
    review, n_study = raw.response.review, raw.response.n_study
    known = overview_counts(review, n_study)
    found = [
        View(known.tables, known.relations, [SHARED]),
        View(*page_tables(raw.response, viewer()), [SHARED, tuple(known.tables)]),
    ]
    n_starters = int(review.attrition["n_patients"].iloc[0])
    of_clinics = Nested(clinic_tables.clinic_tables(raw.clinics, n_starters), clinic_tables.relations())
    for own in (safety_counts(raw.safety), care_counts(raw.care, viewer()), of_clinics):
        ready, stages = beside_overview(own, review, n_study)
        found.append(View(ready.tables, ready.relations, stages))
    return found


def payers_by_routes(raw: Results) -> Facts:
    """The table of payers by routes, which is released by itself: its margins are the starters of other tables."""
    access = raw.care.access
    if access.empty:
        return Facts()
    table = released_access(access, viewer(), ())
    cells = [("payer on a route", pair) for pair in zip(access["payer"], access["route"], strict=True)]
    sums = [
        Sum((STARTERS, (word.format(name),)), tuple(cells[place] for place in rows.index))
        for column, word in (("payer", "payer {}"), ("route", "{}"))
        for name, rows in access.groupby(column, sort=False)
    ]
    counts = dict(zip(cells, access["n_patients"].astype(int), strict=True))
    return Facts(counts, dict(zip(cells, table.states["n_patients"], strict=True)), tuple(sums))


def tables(pages: Pages) -> Iterator[tuple[str, pd.DataFrame]]:
    """Every released frame by name."""
    for page in (pages.safety, pages.care):
        for name, table in page.tables.items():
            yield name, table.frame
    found: Any = pages.response
    for name in ("rates", "bins", "rapid", "after", "left", "answers", "changes", "shift"):
        if getattr(found, name) is not None:
            yield name, getattr(found, name).frame
    yield "incidence", found.incidence
    for time in found.times:
        yield f"{time.outcome} followed", time.followed.frame
        yield f"{time.outcome} curves", time.curves
        yield f"{time.outcome} at risk", time.at_risk.frame
        for axis, ratios in time.ratios.items():
            yield f"{time.outcome} ratios {axis}", ratios
