"""The page on response as a viewer has it: nothing small, and nothing small to be worked out of it, with the overview
and the page on symptom change beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.cohort import Cohort, select
from analysis.disclosure import viewer
from analysis.disclosure.audience import holder
from analysis.disclosure.change_tables import change_relations, change_tables
from analysis.disclosure.coarse import FEWEST, STEP
from analysis.disclosure.denominators import SHARED
from analysis.disclosure.overview_tables import overview_counts
from analysis.disclosure.response_page import ResponseResults, page_tables, release_response
from analysis.outcomes import (
    ModelSpec,
    PreparedSymptomChange,
    overview,
    prepare_symptom_change,
    starters_of_study,
    symptom_change,
)
from analysis.outcomes.durability import durability
from analysis.outcomes.response import response
from analysis.outcomes.suicidality import suicidality
from analysis.study import Study
from tests.disclosure.reader import FEW, View, assert_nothing_follows


def results(study: Study, n_study: int, name: str = "PHQ-9") -> ResponseResults:
    return ResponseResults(
        overview(study, name), n_study, response(study, name), durability(study, name), suicidality(study, name)
    )


@pytest.fixture(scope="module")
def prepared(sample_study: Study) -> PreparedSymptomChange:
    return prepare_symptom_change(sample_study, ModelSpec())


COHORTS = [
    Cohort(),
    Cohort(routes=("SC", "PO")),
    Cohort(routes=("IV", "SC"), sexes=("female",)),
    Cohort(clinics=("C01",)),
    Cohort(clinics=("C01",), age=(20.0, 30.0)),
    Cohort(diagnoses=("PTSD",), age=(30.0, 60.0)),
    Cohort(sessions_reached=(8.0, 60.0)),
]


@pytest.mark.parametrize("cohort", COHORTS)
def test_no_small_count_follows_from_the_page_beside_the_others(
    sample_study: Study, prepared: PreparedSymptomChange, cohort: Cohort
) -> None:
    chosen = select(sample_study, cohort)
    raw = results(chosen.study, starters_of_study(chosen))
    change = symptom_change(prepared, chosen)
    tables, relations = page_tables(raw, viewer())
    review = overview_counts(raw.review, raw.n_study)
    views = [
        View(review.tables, review.relations, [SHARED]),
        View(tables, relations, [SHARED, tuple(review.tables)]),
        View(change_tables(change), change_relations(change), [SHARED]),
    ]
    assert_nothing_follows(views)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([0.02, 0.05, 0.1, 0.3, 0.7, 0.98]), st.integers(0, 2**32 - 1))
def test_no_small_count_of_any_cohort_at_all_follows(sample_study: Study, share: float, seed: int) -> None:
    keep = np.random.default_rng(seed).random(len(sample_study.patients)) < share
    raw = results(sample_study.keep_patients(keep), 640)
    tables, relations = page_tables(raw, viewer())
    known = tuple(overview_counts(raw.review, raw.n_study).tables)
    assert_nothing_follows([View(tables, relations, [SHARED, known])])


def frames(found: Any) -> list[pd.DataFrame]:
    tables = [found.rates, found.bins, found.rapid, found.after, found.left, found.answers, found.changes]
    tables += [part for time in found.times for part in (time.followed, time.at_risk)]
    return [table.as_text() for table in tables if table is not None]


@pytest.mark.parametrize("name", ["PHQ-9", "MADRS", "GAD-7", "PCL-5", "PEG"])
def test_a_viewer_sees_no_small_count_and_no_single_patient(sample_study: Study, name: str) -> None:
    found = release_response(results(sample_study, 640, name), viewer(), individual=True)
    for frame in frames(found):
        for column in (column for column in frame if str(column).startswith("n_")):
            shown = {text for text in frame[column] if text.isdigit()}
            assert not shown & {str(few) for few in FEW}, column
    assert found.points is None
    assert found.shift is None


def test_a_share_of_few_or_all_but_few_is_not_shown_to_a_viewer(sample_study: Study) -> None:
    found = release_response(results(sample_study, 640), viewer()).rates.frame
    raw = response(sample_study).rates.merge(found[["window", "outcome", "route"]], how="right")
    assert len(raw) == len(found)
    for rule, (part, whole) in {
        "observed": ("n_reached", "n_scored"),
        "drop-out as non-response": ("n_reached", "n_able"),
        "last score": ("n_last_reached", "n_later"),
    }.items():
        few = raw[part].isin(FEW) | raw[whole].isin(FEW) | (raw[whole] - raw[part]).isin(FEW)
        assert found.loc[few.to_numpy(), f"{rule} share"].isna().all(), rule


def test_a_viewers_curves_go_in_steps_without_counts_and_not_at_all_for_small_groups(sample_study: Study) -> None:
    found = release_response(results(sample_study, 640), viewer())
    for time in found.times:
        assert time.curves[["n_at_risk", "n_reached"]].isna().all().all()
        shares = time.curves["share"].dropna()
        assert len(shares)
        assert ((shares / STEP) - (shares / STEP).round()).abs().max() < 1e-9
        raw = time.time.medians.set_index(["axis", "route"])["n_patients"]
        for (axis, route), curve in time.curves.groupby(["axis", "route"]):
            if raw[(axis, route)] < FEWEST:
                assert curve["share"].isna().all()
    assert found.incidence[["n_at_risk", "n_relapsed", "n_boosted"]].isna().all().all()
    week = found.durability.after.incidence
    few = week["n_relapsed"].isin(FEW) | week["n_boosted"].isin(FEW) | week["n_at_risk"].isin(FEW)
    assert found.incidence.loc[few.to_numpy(), "relapsed"].isna().all()


def test_the_holder_sees_every_number_and_with_the_right_single_patients(sample_study: Study) -> None:
    raw = results(sample_study, 640)
    found = release_response(raw, holder(), individual=True)
    assert found.points is not None
    assert len(found.points) == 402
    assert release_response(raw, holder()).points is None
    assert release_response(raw, holder().outside(), individual=True).points is None
    assert (found.times[0].curves == raw.durability.times[0].curves).fillna(True).all().all()
    assert found.sentence.startswith("399 counts are of 1 to 10 patients and marked (small)")


def test_nothing_is_shown_of_a_closed_route(sample_study: Study) -> None:
    found = release_response(results(sample_study, 640), viewer(), closed=("IM",))
    rates = found.rates.frame
    shares = [name for name in rates if str(name).endswith("share")]
    assert rates.loc[rates["route"] == "IM", shares].isna().all().all()
    assert found.times[0].curves.query("route == 'IM'")["share"].isna().all()
    assert found.incidence.empty


@pytest.mark.parametrize("n", [0, 1, 5, 30])
@pytest.mark.parametrize("name", ["PHQ-9", "CADSS", "PCL-5"])
def test_a_cohort_of_any_size_can_be_released(sample_study: Study, n: int, name: str) -> None:
    few = sample_study.keep_patients(np.arange(len(sample_study.patients)) < n)
    for audience in (viewer(), holder()):
        found = release_response(results(few, 640, name), audience)
        assert len(found.bins.frame) == 7
