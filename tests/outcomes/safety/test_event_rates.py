"""Adverse events: counted by hand on a drawn study, and by a slow loop over the rows of the sample."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from analysis.cohort import Cohort, select
from analysis.outcomes.overview import safety_line
from analysis.outcomes.safety import KINDS, NO_SESSION, Safety, recording, safety
from analysis.study import Study

from .drawn_events import drawn, without_events


@pytest.fixture(scope="module")
def drawn_safety() -> Safety:
    return safety(drawn())


@pytest.fixture(scope="module")
def sample_safety(sample_study: Study) -> Safety:
    return safety(sample_study)


def row(frame: pd.DataFrame, **where: str) -> pd.Series:
    for column, value in where.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def counts(one: pd.Series) -> tuple[int, ...]:
    return tuple(int(one[name]) for name in ("n_clinics", "n_sessions", "n_patients", "n_events", "n_with_event"))


def test_only_clinics_that_recorded_a_kind_of_event_are_in_its_denominators(drawn_safety: Safety) -> None:
    # solicited: C01 only, 5 sessions of a and b; spontaneous: C01 and C02, 8 sessions of a, b and c; C03 recorded none
    assert counts(row(drawn_safety.by_route, kind="solicited", route="all")) == (1, 5, 2, 5, 2)
    assert counts(row(drawn_safety.by_route, kind="spontaneous", route="all")) == (2, 8, 3, 3, 2)


def test_rates_are_per_100_sessions_and_per_patient(drawn_safety: Safety) -> None:
    one = row(drawn_safety.by_route, kind="solicited", route="all")
    assert (one["per_100_sessions"], one["per_patient"], one["share"]) == (100, 2.5, 1)


def test_an_event_counts_at_the_session_of_its_number_else_of_its_day_else_at_none(drawn_safety: Safety) -> None:
    # a's nausea of day 7.2 belongs to session 2; a's insomnia of day 30 and b's event at session 9 belong to none
    assert counts(row(drawn_safety.by_session, kind="solicited", session="2")) == (1, 2, 2, 2, 2)
    assert drawn_safety.not_tied == {"solicited": 1, "spontaneous": 1}


def test_a_route_is_that_of_the_session(drawn_safety: Safety) -> None:
    assert counts(row(drawn_safety.by_route, kind="solicited", route="IV")) == (1, 4, 2, 4, 2)
    assert counts(row(drawn_safety.by_route, kind="solicited", route="IM")) == (1, 1, 1, 0, 0)


def test_where_nobody_is_known_to_have_asked_on_a_route_no_rate_is_claimed(drawn_safety: Safety) -> None:
    nobody_asked = row(drawn_safety.by_route, kind="solicited", route="IM")
    assert np.isnan(nobody_asked["per_100_sessions"])
    assert np.isnan(nobody_asked["at_most_per_100"])
    assert np.isnan(nobody_asked["exact_high"])


def test_doses_are_fixed_steps_for_nasal_esketamine_and_bands_of_mg_per_kg_elsewhere(drawn_safety: Safety) -> None:
    nasal = drawn_safety.by_dose[
        (drawn_safety.by_dose["kind"] == "spontaneous") & (drawn_safety.by_dose["route"] == "IN")
    ]
    assert nasal["dose"].tolist() == ["56 mg", "84 mg", "another dose"]
    assert nasal["n_events"].tolist() == [1, 1, 0]
    veins = drawn_safety.by_dose[
        (drawn_safety.by_dose["kind"] == "solicited") & (drawn_safety.by_dose["route"] == "IV")
    ]
    assert veins["dose"].tolist() == ["0.4 to 0.6 mg/kg", "0.8 to 1 mg/kg", "not recorded"]
    assert veins["n_events"].tolist() == [3, 1, 0]


def test_severity_and_seriousness_are_counted_apart(drawn_safety: Safety) -> None:
    grades = drawn_safety.by_severity[drawn_safety.by_severity["kind"] == "solicited"]
    assert dict(zip(grades["grade"], grades["n_events"], strict=True)) == {
        "1": 2, "2": 2, "3": 1, "4": 0, "5": 0, "not recorded": 0,
    }  # fmt: skip
    serious = drawn_safety.by_seriousness[drawn_safety.by_seriousness["kind"] == "solicited"]
    assert dict(zip(serious["seriousness"], serious["n_events"], strict=True)) == {
        "serious": 1, "not serious": 3, "not recorded": 1,
    }  # fmt: skip


def test_an_event_that_did_not_happen_is_at_most_three_in_its_sessions(drawn_safety: Safety) -> None:
    serious = row(drawn_safety.by_seriousness, kind="spontaneous", seriousness="serious")
    assert serious["n_events"] == 0
    assert serious["at_most_per_100"] == 100 * 3 / 8
    assert serious["at_most_share"] == 1
    assert np.isnan(row(drawn_safety.by_seriousness, kind="solicited", seriousness="serious")["at_most_per_100"])


def test_a_term_of_the_study_that_the_cohort_lacks_is_a_nought_of_those_asked() -> None:
    study = drawn()
    only_c02 = select(study, Cohort(clinics=("C02",))).study
    found = safety(only_c02, recording(study))
    anxiety = row(found.by_term, kind="spontaneous", term="Anxiety")
    assert counts(anxiety) == (1, 3, 1, 0, 0)
    assert anxiety["at_most_per_100"] == 100
    # nobody of C02 was asked, so nothing is said of it
    assert counts(row(found.by_route, kind="solicited", route="all")) == (0, 0, 0, 0, 0)


def test_onset_and_resolution_are_of_the_events_that_have_them(drawn_safety: Safety) -> None:
    everything = row(drawn_safety.course, kind="solicited", term="all")
    assert (everything["n_events"], everything["n_onset"], everything["n_resolved"]) == (5, 4, 3)
    assert (everything["n_patients_onset"], everything["n_patients_resolved"]) == (2, 2)
    assert everything["onset_median"] == 25  # 10, 20, 30, 40
    assert everything["resolved_median"] == 50  # 40, 50, 80


def test_a_study_without_a_table_of_events_has_no_kind_of_them_and_still_its_vital_signs() -> None:
    found = safety(without_events())
    assert not found.is_recorded
    assert found.kinds == ()
    assert found.by_route.empty
    assert found.course.empty
    assert len(found.blood_pressure)


def test_the_whole_cohort_is_the_line_of_the_overview(sample_study: Study, sample_safety: Safety) -> None:
    line = safety_line(sample_study, recording(sample_study))
    whole = sample_safety.by_route[sample_safety.by_route["route"] == "all"].reset_index(drop=True)
    pd.testing.assert_frame_equal(line.events, whole)
    pd.testing.assert_frame_equal(line.serious, sample_safety.by_seriousness)


def session_of(event: dict, sessions: dict[str, list[dict]]) -> dict | None:
    """The slow rule for one event: its number, else its day."""
    theirs = sessions[event["patient_id"]]
    for one in theirs:
        if not pd.isna(event["session_number"]) and one["session_number"] == event["session_number"]:
            return one
    for one in theirs:
        if not pd.isna(event["day"]) and math.floor(one["day"]) == math.floor(event["day"]):
            return one
    return None


def slow_counts(study: Study, kind: str, keep) -> tuple[int, int, int, int]:
    """Sessions, patients, events and patients with one, by walking over rows; keep says of which sessions."""
    clinic = dict(zip(study.patients["patient_id"], study.patients["clinic_id"], strict=True))
    sessions: dict[str, list[dict]] = {name: [] for name in clinic}
    for one in study.sessions.to_dict("records"):
        sessions[one["patient_id"]].append(one)
    events = [one for one in study.adverse_events.to_dict("records") if one["ascertainment"] == kind]
    asked = {clinic[one["patient_id"]] for one in events}
    exposed = [one for name, some in sessions.items() if clinic[name] in asked for one in some if keep(one)]
    found = []
    for event in events:
        at = session_of(event, sessions)
        if at is not None and keep(at):
            found.append(event["patient_id"])
    return len(exposed), len({one["patient_id"] for one in exposed}), len(found), len(set(found))


@pytest.mark.parametrize("kind", KINDS[:2])
def test_every_rate_of_the_sample_is_that_of_a_slow_walk_over_its_rows(
    sample_study: Study, sample_safety: Safety, kind: str
) -> None:
    for one in sample_safety.by_route[sample_safety.by_route["kind"] == kind].to_dict("records"):
        if one["route"] not in ("all", NO_SESSION):
            slow = slow_counts(sample_study, kind, lambda at, of=one["route"]: at["route"] == of)
            assert counts(pd.Series(one))[1:] == slow
    for one in sample_safety.by_session[sample_safety.by_session["kind"] == kind].to_dict("records"):
        asked = one["session"]
        if asked == NO_SESSION:
            continue
        slow = slow_counts(
            sample_study, kind, lambda at, of=asked: (str(at["session_number"]) == of) or (
                of == "13 or more" and at["session_number"] > 12)
        )  # fmt: skip
        assert counts(pd.Series(one))[1:] == slow


def test_terms_grades_and_seriousness_each_add_up_to_all_events(sample_safety: Safety) -> None:
    for kind in sample_safety.kinds:
        everything = row(sample_safety.by_route, kind=kind, route="all")["n_events"]
        for frame in (sample_safety.by_term, sample_safety.by_severity, sample_safety.by_seriousness):
            assert frame.loc[frame["kind"] == kind, "n_events"].sum() == everything
        routes = sample_safety.by_route[(sample_safety.by_route["kind"] == kind)]
        assert routes.loc[routes["route"] != "all", "n_events"].sum() == everything
        assert row(routes, route=NO_SESSION)["n_events"] == sample_safety.not_tied[kind]
        for frame in (sample_safety.by_dose, sample_safety.by_session):
            assert frame.loc[frame["kind"] == kind, "n_events"].sum() == everything


def test_the_rows_of_the_tables_in_another_order_change_nothing(sample_study: Study, sample_safety: Safety) -> None:
    rng = np.random.default_rng(3)
    shuffled = {
        name: frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)
        for name, frame in sample_study.tables.items()
    }
    again = safety(Study.from_tables("shuffled", shuffled))
    pd.testing.assert_frame_equal(again.by_route, sample_safety.by_route)
    pd.testing.assert_frame_equal(again.by_dose, sample_safety.by_dose)
    pd.testing.assert_frame_equal(again.pressure_limits, sample_safety.pressure_limits)
    pd.testing.assert_frame_equal(again.dissociation_by_session, sample_safety.dissociation_by_session)
