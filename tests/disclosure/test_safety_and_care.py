"""Safety and care as a viewer has them: nothing small, nothing computed from it, nothing from which it follows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis.cohort import Cohort, select
from analysis.disclosure import Audience, holder, viewer
from analysis.disclosure.care import ReleasedCare, reached_frame, release_care
from analysis.disclosure.care_tables import care_counts
from analysis.disclosure.counted import count_system
from analysis.disclosure.nested_tables import Nested
from analysis.disclosure.overview_tables import beside_overview
from analysis.disclosure.safety import ReleasedSafety, release_safety, safety_counts
from analysis.outcomes import Overview, overview, starters_of_study
from analysis.outcomes.care import Care, care, visit_recording
from analysis.outcomes.safety import NO_SESSION, Safety, recording, safety
from analysis.study import Study

FEW = range(1, 11)
COHORTS = (
    Cohort(),
    Cohort(clinics=("C01",)),
    Cohort(routes=("SC", "PO")),
    Cohort(routes=("IV", "SC"), sexes=("female",)),
    Cohort(diagnoses=("PTSD",), age=(30.0, 60.0)),
)


@dataclass(frozen=True)
class Raw:
    safety: Safety
    care: Care
    review: Overview
    n_study: int


@pytest.fixture(scope="module")
def raw(sample_study: Study):
    @cache
    def of(cohort: Cohort) -> Raw:
        chosen = select(sample_study, cohort)
        study = chosen.study
        known = visit_recording(sample_study)
        return Raw(
            safety(study, recording(sample_study)),
            care(study, known=known),
            overview(study, whole=sample_study),
            starters_of_study(chosen),
        )

    return of


def released_safety(one: Raw, audience: Audience, closed: tuple[str, ...] = ()) -> ReleasedSafety:
    return release_safety(one.safety, one.review, one.n_study, audience, closed)


def released_care(one: Raw, audience: Audience, closed: tuple[str, ...] = ()) -> ReleasedCare:
    return release_care(one.care, one.review, one.n_study, audience, closed)


def ready(one: Raw) -> list[Nested]:
    pages = safety_counts(one.safety), care_counts(one.care, viewer())
    return [beside_overview(own, one.review, one.n_study)[0] for own in pages]


@pytest.mark.parametrize("cohort", COHORTS, ids=str)
def test_no_count_of_a_few_is_shown_and_no_column_of_the_gate_is_left(raw, cohort: Cohort) -> None:
    for page in (released_safety(raw(cohort), viewer()), released_care(raw(cohort), viewer())):
        for name, table in page.tables.items():
            assert not [column for column in table.frame if str(column).startswith("_")], name
            for column in table.states:
                numbers = table.frame.loc[table.is_seen(column), column]
                assert not numbers.isin(FEW).any(), (name, column)
                assert table.frame.loc[~table.is_seen(column), column].isna().all(), (name, column)


NOT_OF_PATIENTS = {"n_sessions", "n_sessions_with", "n_clinics", "n_visits", "n_gaps", "n_timed"}


def test_every_column_that_counts_patients_has_passed_the_gate(raw) -> None:
    for page in (released_safety(raw(COHORTS[0]), viewer()), released_care(raw(COHORTS[0]), viewer())):
        for name, table in page.tables.items():
            counts = {column for column in table.frame if str(column).startswith("n_")} - NOT_OF_PATIENTS
            assert counts <= set(table.states), (name, counts)


@pytest.mark.parametrize("cohort", COHORTS, ids=str)
def test_numbers_of_sessions_and_visits_go_with_the_patients_they_are_of(raw, cohort: Cohort) -> None:
    for page in (released_safety(raw(cohort), viewer()), released_care(raw(cohort), viewer())):
        for name, table in page.tables.items():
            for column in (NOT_OF_PATIENTS - {"n_clinics"}) & set(table.frame):
                assert not table.frame[column].isin(FEW).any(), (name, column)


@pytest.mark.parametrize("cohort", COHORTS, ids=str)
def test_rates_of_a_few_and_of_all_but_a_few_are_missing(raw, cohort: Cohort) -> None:
    one = raw(cohort)
    page = released_safety(one, viewer())
    for name in ("by_route", "by_dose", "by_session"):
        before, after = getattr(one.safety, name), page.frame(name)
        few = before["n_patients"].isin(FEW) | before["n_with_event"].isin(FEW)
        few |= (before["n_patients"] - before["n_with_event"]).isin(FEW)
        assert after.loc[few, ["per_100_sessions", "exact_high", "robust_low", "share"]].isna().all(axis=None), name
    for name in ("pressure_limits", "stopped_early", "oxygen_bands"):
        before, after = getattr(one.safety, name), page.frame(name)
        few = before["n_patients_with"].isin(FEW) | (before["n_patients"] - before["n_patients_with"]).isin(FEW)
        columns = ["n_sessions_with", "share_sessions", "share_patients", "exact_low"]
        assert after.loc[few, columns].isna().all(axis=None), name


@pytest.mark.parametrize("cohort", COHORTS, ids=str)
def test_every_count_is_among_those_it_is_said_to_be_among(raw, cohort: Cohort) -> None:
    for page in ready(raw(cohort)):
        system = count_system(page.tables, page.relations)
        assert min(system.counts.values(), default=0) >= 0


def test_the_holder_sees_small_counts_marked_and_the_viewer_reads_why_some_are_missing(raw) -> None:
    mine = released_safety(raw(COHORTS[0]), holder())
    assert "small" in set(mine["by_route"].states["n_patients"])
    assert "marked (small)" in mine.sentence
    theirs = released_safety(raw(COHORTS[0]), viewer())
    assert "counts are withheld: of 1 to 10 patients" in theirs.sentence
    assert mine.starters == theirs.starters == "640"


def test_nothing_is_shown_of_a_closed_route(raw) -> None:
    page = released_safety(raw(COHORTS[0]), viewer(), ("IV",))
    closed = page.frame("by_route")["route"] == "IV"
    assert page.frame("by_route").loc[closed, ["n_patients", "per_100_sessions"]].isna().all(axis=None)
    care_page = released_care(raw(COHORTS[0]), viewer(), ("IV",))
    access = care_page.frame("access")
    assert access.loc[access["route"] == "IV", ["n_patients", "share"]].isna().all(axis=None)
    doses = care_page.frame("doses")
    assert doses.loc[doses["route"] == "IV", ["n_patients", "median"]].isna().all(axis=None)


def test_a_payer_by_route_cell_cannot_be_had_from_the_margins(raw) -> None:
    table = released_care(raw(COHORTS[0]), viewer())["access"]
    hidden = ~table.is_seen("n_patients")
    raw_counts = raw(COHORTS[0]).care.access
    for column in ("payer", "route"):
        for _, rows in table.frame.assign(hidden=hidden, n=raw_counts["n_patients"]).groupby(column):
            assert rows["hidden"].sum() != 1 or (rows.loc[rows["hidden"], "n"] == 0).all()


def test_nobody_of_a_few_starters_gives_no_interval_that_would_count_them(raw) -> None:
    for cohort in COHORTS:
        one = raw(cohort)
        page = released_care(one, viewer())
        reached, _ = reached_frame(page)
        both = reached.merge(
            one.care.reached[["route", "sessions", "n_starters"]], on=["route", "sessions"], suffixes=("", "_all")
        )
        few = both["n_starters_all"].isin(FEW)
        assert both.loc[few, ["n_starters", "share", "ci_high"]].isna().all(axis=None)
        few = one.care.induction["n_starters"].isin(FEW)
        assert page.frame("induction").loc[few, ["n_starters", "share", "ci_high"]].isna().all(axis=None)


def test_steps_of_the_curve_of_staying_are_of_enough_patients(raw) -> None:
    page = released_care(raw(COHORTS[0]), viewer())
    assert list(page.frame("staying").columns) == ["sessions", "share", "ci_low", "ci_high"]
    frame, _ = reached_frame(page)
    everyone = frame[frame["route"] == "all"]["n_reached"].dropna()
    assert not (-np.diff(everyone)).astype(int).tolist().count(1)
    assert not pd.Series(-np.diff(everyone)).isin(FEW).any()


def test_a_term_that_nobody_had_does_not_give_away_how_few_were_asked(raw) -> None:
    for cohort in COHORTS:
        one = raw(cohort)
        page = released_safety(one, viewer())
        for name in ("by_term", "by_severity", "by_seriousness"):
            few = getattr(one.safety, name)["n_patients"].isin(FEW)
            assert page.frame(name).loc[few, ["n_sessions", "n_patients", "share_high"]].isna().all(axis=None), name


@pytest.mark.parametrize("cohort", COHORTS, ids=str)
def test_who_stopped_between_two_sessions_cannot_be_subtracted(raw, cohort: Cohort) -> None:
    frame = released_safety(raw(cohort), viewer()).frame("by_session")
    for _, rows in frame[frame["session"] != NO_SESSION].groupby("kind"):
        shown = rows["n_patients"].dropna()
        assert not {int(abs(one - two)) for one in shown for two in shown} & set(FEW)


@pytest.mark.parametrize("cohort", COHORTS, ids=str)
def test_who_has_a_dose_but_no_weight_cannot_be_subtracted(raw, cohort: Cohort) -> None:
    for name in ("doses", "titration"):
        frame = released_care(raw(cohort), viewer()).frame(name)
        of = [column for column in ("route", "molecule", "session") if column in frame]
        for _, rows in frame.groupby(of):
            assert rows["n_patients"].max() - rows["n_patients"].min() not in FEW


@pytest.mark.parametrize("cohort", COHORTS, ids=str)
def test_who_had_integration_only_later_cannot_be_subtracted(raw, cohort: Cohort) -> None:
    page = released_care(raw(cohort), viewer())
    visits, within = page.frame("visits"), page.frame("within")
    for column, other in (("n_with_visit", "n_patients_with"), ("n_patients", "n_patients")):
        had = visits.loc[(visits["kind"] == "integration") & (visits["route"] == "all"), column]
        soon = within.loc[within["route"] == "all", other]
        assert not {int(a - b) for a in had.dropna() for b in soon.dropna()} & set(FEW)


def test_everyone_of_every_payer_is_everyone_of_the_other_tables(raw) -> None:
    for cohort in COHORTS:
        page = released_care(raw(cohort), viewer())
        for by_payer, column, other, same in (
            ("by_payer", "n_complete", "induction", "n_complete"),
            ("payer_cost", "n_patients", "cost_per_session", "n_patients"),
            ("payer_covered", "n_patients_with", "covered", "n_patients_with"),
        ):
            payers, others = page[by_payer], page[other]
            mine = payers.is_seen(column)[payers.frame["payer"] == "all"].tolist()
            assert mine == others.is_seen(same)[others.frame["route"] == "all"].tolist(), (by_payer, cohort)


def test_patients_of_events_without_a_session_are_everyone_and_shown_only_with_them(raw) -> None:
    for cohort in COHORTS:
        table = released_safety(raw(cohort), viewer())["by_route"]
        seen = table.is_seen("n_patients")
        for _, rows in table.frame.groupby("kind"):
            of_both = seen[rows.index[rows["route"].isin(["all", NO_SESSION])]]
            assert len(set(of_both.tolist())) == 1


def test_nothing_is_shown_of_a_payer_in_whom_two_cohorts_differ_by_few(raw) -> None:
    one = raw(COHORTS[0])
    page = release_care(one.care, one.review, one.n_study, viewer(), (), ("payer Medicare",))
    access = page.frame("access")
    assert access.loc[access["payer"] == "Medicare", ["n_patients", "share"]].isna().all(axis=None)
    mine = page.frame("by_payer")["payer"] == "Medicare"
    assert page.frame("by_payer").loc[mine, ["n_starters", "sessions_median", "share_complete"]].isna().all(axis=None)
    assert page.frame("by_payer").loc[~mine, "sessions_median"].notna().any()
