"""Clinics as a viewer has them: nothing small, nothing from which it follows, and curves that give nothing away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis.cohort import Cohort, select
from analysis.disclosure import Audience, holder, viewer
from analysis.disclosure.clinic_tables import NO_CLINIC, clinic_tables, relations
from analysis.disclosure.clinics import ReleasedClinics, release_clinics
from analysis.disclosure.counted import count_system, keys_of
from analysis.disclosure.gate import SEEN, release
from analysis.disclosure.nested_tables import Nested
from analysis.disclosure.overview_tables import beside_overview
from analysis.disclosure.ranges import Knowledge, possible_range
from analysis.outcomes import ModelSpec, Overview, overview, starters_of_study
from analysis.outcomes.clinics import (
    DROP_OUT,
    EVENTS_ASKED,
    POOLED,
    Clinics,
    clinics,
    dispersion,
    limits,
    prepare_clinics,
)
from analysis.study import Study

FEW = range(1, 11)
COHORTS = (
    Cohort(),
    Cohort(routes=("IV", "IM")),
    Cohort(routes=("SC", "PO")),
    Cohort(clinics=("C01", "C03")),
    Cohort(diagnoses=("PTSD",), age=(30.0, 60.0)),
)


@dataclass(frozen=True)
class Raw:
    clinics: Clinics
    review: Overview
    n_study: int


@pytest.fixture(scope="module")
def raw(sample_study: Study):
    prepared = prepare_clinics(sample_study, ModelSpec())

    @cache
    def of(cohort: Cohort) -> Raw:
        chosen = select(sample_study, cohort)
        review = overview(chosen.study, whole=sample_study)
        return Raw(clinics(prepared, chosen), review, starters_of_study(chosen))

    return of


def released(one: Raw, audience: Audience, closed: tuple[str, ...] = (), others: tuple[str, ...] = ()):
    return release_clinics(one.clinics, one.review, one.n_study, audience, closed, others)


def tables(page: ReleasedClinics) -> list:
    return [page.groups, page.adjusted, *(funnel.points for funnel in page.funnels.values())]


@pytest.mark.parametrize("cohort", COHORTS, ids=str)
def test_no_count_of_a_few_is_shown_and_nothing_computed_from_it(raw, cohort: Cohort) -> None:
    page = released(raw(cohort), viewer())
    for table in tables(page):
        assert not set(table.frame["clinic"]) & set(NO_CLINIC)
        for column in table.states:
            seen = table.is_seen(column)
            assert not table.frame.loc[seen, column].isin(FEW).any()
            if "value" in table.frame:
                assert table.frame.loc[~seen, ["value", "z", "denominator"]].isna().all(axis=None)
    few = raw(cohort).clinics.adjusted["n_patients"].isin(FEW).to_numpy()
    assert page.adjusted.frame.loc[few, ["estimate", "ci_low", "fixed"]].isna().all(axis=None)


@pytest.mark.parametrize("cohort", COHORTS, ids=str)
def test_no_small_count_can_be_worked_out_beside_the_overview(raw, cohort: Cohort) -> None:
    one = raw(cohort)
    n_starters = int(one.review.attrition["n_patients"].iloc[0])
    own = Nested(clinic_tables(one.clinics, n_starters), relations())
    page, stages = beside_overview(own, one.review, one.n_study)
    system = count_system(page.tables, page.relations)
    found = release(page.tables, viewer(), page.relations, stages=stages)
    states: dict = {}
    for name, table in page.tables.items():
        for counted in table.counts:
            states |= dict(zip(keys_of(table, counted), found[name].states[counted.column], strict=True))
    closed = any(states.get(key) == "withheld" for key, n in system.counts.items() if n in FEW)
    known: dict = {}
    for key in system.counts:
        if states.get(key) == "<11":
            known[key] = (1.0, 10.0)
        elif states.get(key) not in SEEN:
            known[key] = (11.0 if key in states and not closed else 0.0, float("inf"))
    shown = {key: count for key, count in system.counts.items() if key not in known}
    linked = {member for one in system.sums for member in one.members}
    secrets = [key for key, count in system.counts.items() if count in FEW and key in linked]
    assert not set(secrets) & set(shown)
    for key in secrets[:: max(1, len(secrets) // 20)]:
        low, high = possible_range(key, Knowledge(shown, system.sums, known))
        assert low < high, key


def test_starters_of_a_clinic_are_shown_although_all_but_a_few_of_them_were_asked_about_events(raw) -> None:
    """At C03 131 of 134: those asked give way, not those who started."""
    page = released(raw(Cohort()), viewer())
    assert page.groups.frame["n_patients"].notna().all()
    asked = page.funnels[EVENTS_ASKED].points.frame.set_index("clinic")
    assert pd.isna(asked.loc["C03", "value"])


def test_the_holder_sees_every_clinic_with_small_numbers_marked(raw) -> None:
    page = released(raw(Cohort()), holder())
    assert page.groups.frame["n_patients"].notna().all()
    assert "small" in set(page.funnels["events mentioned"].points.states["n_with"])
    assert "marked (small)" in page.sentence


def test_nothing_is_shown_of_a_clinic_in_which_two_cohorts_differ_by_few(raw) -> None:
    page = released(raw(Cohort()), viewer(), others=("clinic C02",))
    for table in tables(page):
        mine = table.frame[table.frame["clinic"] == "C02"]
        assert mine.drop(columns=["clinic", "outside"], errors="ignore").isna().all(axis=None)


def test_no_adjusted_difference_is_given_while_a_route_is_closed(raw) -> None:
    page = released(raw(Cohort(routes=("IV", "IM"))), viewer(), closed=("IV",))
    assert page.adjusted.frame[["estimate", "ci_low", "fixed"]].isna().all(axis=None)


def test_a_closed_clinic_that_is_pooled_closes_the_pooled_row(raw) -> None:
    one = raw(Cohort(routes=("SC", "PO")))
    assert one.clinics.groups["clinic"].tolist() == [POOLED]
    page = released(one, viewer(), others=("clinic C05",))
    assert page.groups.frame["n_patients"].isna().all()


def test_the_factor_for_overdispersion_is_that_of_the_clinics_shown(raw) -> None:
    """From a factor of all clinics and the rates of the others a withheld one's would follow."""
    one = raw(Cohort(routes=("IV", "IM")))
    exact = one.clinics.measures.set_index("measure")["dispersion"]
    n_hidden = 0
    for name, funnel in released(one, viewer()).funnels.items():
        z = funnel.points.frame["z"].dropna().to_numpy(dtype=float)
        if len(z) < len(funnel.points.frame):
            n_hidden += 1
            assert float(funnel.whole["dispersion"]) == dispersion(z)
        else:
            assert float(funnel.whole["dispersion"]) == exact[name]
    assert n_hidden


def shown_differences(page: ReleasedClinics) -> pd.Series:
    return page.adjusted.frame.set_index("clinic")["fixed"].dropna()


def test_a_withheld_difference_is_not_minus_the_sum_of_the_others(sample_study: Study) -> None:
    """One clinic of four has nine patients in the model. Deviations sum to nought."""
    prepared, chosen = prepare_clinics(sample_study, ModelSpec()), select(sample_study, Cohort(routes=("IV",)))
    found = clinics(prepared, chosen)
    few = found.adjusted["n_patients"].isin(FEW)
    assert few.sum() == 1
    one = Raw(found, overview(chosen.study, whole=sample_study), starters_of_study(chosen))
    mine, theirs = shown_differences(released(one, holder())), shown_differences(released(one, viewer()))
    assert mine.sum() == pytest.approx(0, abs=1e-9)
    hidden = set(mine.index) - set(theirs.index)
    assert len(hidden) >= 2
    assert found.adjusted.set_index("clinic").loc[sorted(hidden), "n_patients"].sum() >= 11


def test_a_clinic_that_is_closed_hides_another_difference_with_it(raw) -> None:
    theirs = shown_differences(released(raw(Cohort()), viewer(), others=("clinic C02",)))
    assert len(theirs) <= 4


def test_who_is_outside_is_whoever_lies_beyond_the_curves_that_are_drawn(raw) -> None:
    for cohort in COHORTS:
        for audience in (holder(), viewer()):
            for funnel in released(raw(cohort), audience).funnels.values():
                frame = funnel.points.frame[funnel.points.frame["value"].notna()]
                if not funnel.sees_centre or frame.empty:
                    continue
                curves = limits(funnel.whole, funnel.measure, frame["denominator"].to_numpy(dtype=float))
                value = frame["value"].to_numpy(dtype=float)
                beyond = (value < curves["low_95"].to_numpy()) | (value > curves["high_95"].to_numpy())
                assert (frame["outside"] != "").tolist() == beyond.tolist()


def test_the_centre_of_a_share_is_a_whole_percent_where_its_numbers_are_withheld(raw) -> None:
    whole = [funnel for cohort in COHORTS for funnel in released(raw(cohort), viewer()).funnels.values()]
    rounded = [one for one in whole if one.sees_centre and pd.isna(one.of_all.frame["value"].iloc[0])]
    assert rounded
    for one in rounded:
        assert float(one.whole["centre"]) == round(float(one.whole["centre"]), 2)


def test_a_clinic_with_a_hostile_name_is_a_clinic_like_any_other(raw) -> None:
    one = raw(Cohort())
    names = {"C01": "all", "C02": POOLED + " ", "C03": "<b>x</b>"}
    renamed = {
        name: getattr(one.clinics, name).assign(clinic=getattr(one.clinics, name)["clinic"].replace(names))
        for name in ("groups", "adjusted", "funnels")
    }
    page = released(replace(one, clinics=replace(one.clinics, **renamed)), viewer())
    assert page.groups.frame["clinic"].tolist()[:3] == ["all", POOLED + " ", "<b>x</b>"]
    plain = released(one, viewer())
    assert page.groups.as_text()["n_patients"].tolist() == plain.groups.as_text()["n_patients"].tolist()


def test_rates_of_the_whole_cohort_are_those_of_the_other_pages(raw) -> None:
    """Were they not, the gate would refuse: two tables of one view would count the same patients differently."""
    one = raw(Cohort())
    rates = one.review.rates[(one.review.rates["route"] == "all") & (one.review.rates["outcome"] == "Response")].iloc[0]
    response = one.clinics.measures.set_index("measure").loc["response"]
    assert (response["n_with"], response["n_patients"]) == (rates["n_reached"], rates["n_scored"])
    asked = one.review.safety.events.set_index("kind").loc["solicited"]
    mine = one.clinics.measures.set_index("measure").loc[EVENTS_ASKED]
    assert (mine["numerator"], mine["denominator"], mine["n_with"]) == (
        asked["n_events"],
        asked["n_sessions"],
        asked["n_with_event"],
    )
    dropped = one.clinics.measures.set_index("measure").loc[DROP_OUT]
    assert dropped["n_patients"] == one.review.attrition["n_patients"].iloc[0]
    assert np.isclose(dropped["centre"], dropped["n_with"] / dropped["n_patients"])
