"""Adverse events: counted by hand on a drawn study, and by a slow loop over the rows of the sample."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis.cohort import Cohort, select
from analysis.outcomes.overview import safety_line
from analysis.outcomes.safety import KINDS, NO_SESSION, Safety, recording, safety
from analysis.study import Study
from tests.drawn import drawn_study

from .drawn_events import EVENTS, NO_SCORES, PATIENTS, SESSIONS, drawn, without_events


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


def left_out(found: Safety) -> dict[str, int]:
    everything = found.left_out[found.left_out["seriousness"] == "all"]
    return dict(zip(everything["kind"], everything["n_events"], strict=True))


def test_only_sessions_that_an_event_could_be_found_at_are_in_its_denominators(drawn_safety: Safety) -> None:
    # solicited: staff asked after IV sessions at C01, 4 of a and b. spontaneous: C01 and C02 recorded any, which leaves
    # a's intramuscular session and the 3 of c; C03 recorded none
    assert counts(row(drawn_safety.by_route, kind="solicited", route="all")) == (1, 4, 2, 5, 2)
    assert counts(row(drawn_safety.by_route, kind="spontaneous", route="all")) == (2, 4, 2, 2, 1)


def test_an_event_that_is_of_no_session_at_risk_is_in_no_rate_and_is_counted_as_left_out(drawn_safety: Safety) -> None:
    # b's anxiety belongs to no session, and every session of b is one where staff asked
    assert left_out(drawn_safety) == {"solicited": 0, "spontaneous": 1}
    assert row(drawn_safety.left_out, kind="spontaneous", seriousness="not serious")["n_with_event"] == 1
    assert counts(row(drawn_safety.by_term, kind="spontaneous", term="Anxiety")) == (2, 4, 2, 0, 0)


def test_what_is_mentioned_where_staff_ask_is_left_out_and_what_is_said_otherwise_counts() -> None:
    more = "b 1 0 Anxiety - true - - spontaneous\na 3 14 Nausea 1 false - - spontaneous\n"
    found = safety(drawn_study(PATIENTS, SESSIONS, NO_SCORES, adverse_events=EVENTS + more))
    assert counts(row(found.by_route, kind="spontaneous", route="all")) == (2, 4, 2, 3, 2)
    assert counts(row(found.by_route, kind="solicited", route="all")) == (1, 4, 2, 5, 2)
    assert left_out(found) == {"solicited": 0, "spontaneous": 2}
    assert row(found.left_out, kind="spontaneous", seriousness="serious")["n_events"] == 1
    assert row(found.left_out, kind="spontaneous", seriousness="all")["n_with_event"] == 1  # both are of b


@pytest.mark.parametrize(("said", "kind"), [("spontaneous", "spontaneous"), ("-", "unknown")])
def test_where_nobody_is_known_to_ask_every_session_of_a_clinic_that_recorded_any_is_at_risk(
    said: str, kind: str
) -> None:
    events = EVENTS.replace("solicited", said).replace("spontaneous", said)
    found = safety(drawn_study(PATIENTS, SESSIONS, NO_SCORES, adverse_events=events))
    assert found.kinds == (kind,)
    assert counts(row(found.by_route, kind=kind, route="all")) == (2, 8, 3, 8, 3)
    assert left_out(found) == {kind: 0}


def test_events_asked_for_that_belong_to_no_session_do_not_say_where_staff_asked() -> None:
    loose = "patient_id term ascertainment\na Nausea solicited\nb Nausea solicited\nc Nausea spontaneous\n"
    found = safety(drawn_study(PATIENTS, SESSIONS, NO_SCORES, adverse_events=loose))
    asked = row(found.by_route, kind="solicited", route="all")
    assert counts(asked) == (0, 0, 0, 0, 0)
    assert asked[["per_100_sessions", "at_most_per_100", "share", "at_most_share"]].isna().all()
    assert counts(row(found.by_route, kind="spontaneous", route="all")) == (1, 3, 1, 1, 1)
    assert (left_out(found), found.not_tied) == ({"solicited": 2, "spontaneous": 0}, {"solicited": 0, "spontaneous": 1})


def test_a_cohort_of_a_route_that_nobody_asked_on_has_no_upper_bound(sample_study: Study) -> None:
    found = safety(select(sample_study, Cohort(routes=("SL",))).study, recording(sample_study))
    mine = row(found.by_route, kind="solicited", route="SL")
    assert counts(mine) == (0, 0, 0, 0, 0)
    assert mine[["per_100_sessions", "at_most_per_100", "at_most_share", "exact_high"]].isna().all()
    for frame in (found.by_term, found.by_severity, found.by_seriousness, found.by_session):
        theirs = frame[frame["kind"] == "solicited"]
        assert (theirs[["n_sessions", "n_patients", "n_events"]] == 0).all(axis=None)
        assert theirs[["per_100_sessions", "at_most_per_100", "at_most_share"]].isna().all(axis=None)
    assert row(found.by_route, kind="spontaneous", route="all")["n_sessions"] == found.n_sessions


def test_the_sample_has_so_many_events_in_so_many_sessions(sample_safety: Safety) -> None:
    # 4,917 in 3,998 sessions of 337 patients, and 76 in 5,937 of 604, before routes that nobody asked on were left out
    assert counts(row(sample_safety.by_route, kind="solicited", route="all")) == (3, 3_566, 258, 4_917, 220)
    assert counts(row(sample_safety.by_route, kind="spontaneous", route="all")) == (6, 2_371, 387, 76, 69)
    assert left_out(sample_safety) == {"solicited": 0, "spontaneous": 0}


def test_rates_are_per_100_sessions_and_per_patient(drawn_safety: Safety) -> None:
    one = row(drawn_safety.by_route, kind="solicited", route="all")
    assert (one["per_100_sessions"], one["per_patient"], one["share"]) == (125, 2.5, 1)


def test_an_event_counts_at_the_session_of_its_number_else_of_its_day_else_at_none(drawn_safety: Safety) -> None:
    # a's nausea of day 7.2 belongs to session 2; a's insomnia of day 30 belongs to none. So does b's event at session
    # 9, but no session of b is one at which an event mentioned unasked counts
    assert counts(row(drawn_safety.by_session, kind="solicited", session="2")) == (1, 2, 2, 2, 2)
    assert drawn_safety.not_tied == {"solicited": 1, "spontaneous": 0}


def test_a_route_is_that_of_the_session(drawn_safety: Safety) -> None:
    assert counts(row(drawn_safety.by_route, kind="solicited", route="IV")) == (1, 4, 2, 4, 2)
    assert counts(row(drawn_safety.by_route, kind="solicited", route="IM")) == (0, 0, 0, 0, 0)
    assert counts(row(drawn_safety.by_route, kind="spontaneous", route="IM")) == (1, 1, 1, 0, 0)


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
    assert serious["at_most_per_100"] == 100 * 3 / 4
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


def slow_risk(study: Study, kind: str) -> tuple[list[dict], list[dict]]:
    """Sessions at which an event of a kind could be found, and the events over them (each with its session as `at`), by
    walking over rows. Asked: the clinic has an event asked for at a session of that route. Otherwise: the clinic
    has any event of the kind, and staff did not ask at sessions of that route."""
    clinic = dict(zip(study.patients["patient_id"], study.patients["clinic_id"], strict=True))
    sessions: dict[str, list[dict]] = {name: [] for name in clinic}
    for one in study.sessions.to_dict("records"):
        sessions[one["patient_id"]].append(one)
    asked, recorded, events = set(), set(), []
    for event in study.adverse_events.to_dict("records"):
        at = session_of(event, sessions)
        if event["ascertainment"] == "solicited" and at is not None:
            asked.add((clinic[event["patient_id"]], at["route"]))
        if event["ascertainment"] == kind:
            recorded.add(clinic[event["patient_id"]])
            events.append({**event, "at": at})
    exposed, counted = [], []
    for name, theirs in sessions.items():
        mine = []
        for one in theirs:
            is_asked = (clinic[name], one["route"]) in asked
            if is_asked if kind == "solicited" else clinic[name] in recorded and not is_asked:
                mine.append({**one, "clinic": clinic[name]})
        numbers = {one["session_number"] for one in mine}
        for event in events:
            loose = event["at"] is None
            if event["patient_id"] == name and (bool(mine) if loose else event["at"]["session_number"] in numbers):
                counted.append(event)
        exposed += mine
    return exposed, counted


@cache
def _slow_risk(study: Study, kind: str) -> tuple[list[dict], list[dict]]:
    return slow_risk(study, kind)


def slow_counts(study: Study, kind: str, keep) -> tuple[int, int, int, int, int]:
    """Clinics, sessions, patients, events and patients with one; keep says of which sessions."""
    exposed, counted = _slow_risk(study, kind)
    here = [one for one in exposed if keep(one)]
    found = [event["patient_id"] for event in counted if event["at"] is not None and keep(event["at"])]
    patients = {one["patient_id"] for one in here}
    return len({one["clinic"] for one in here}), len(here), len(patients), len(found), len(set(found))


@pytest.mark.parametrize("kind", KINDS[:2])
def test_every_rate_of_the_sample_is_that_of_a_slow_walk_over_its_rows(
    sample_study: Study, sample_safety: Safety, kind: str
) -> None:
    for one in sample_safety.by_route[sample_safety.by_route["kind"] == kind].to_dict("records"):
        if one["route"] not in ("all", NO_SESSION):
            slow = slow_counts(sample_study, kind, lambda at, of=one["route"]: at["route"] == of)
            assert counts(pd.Series(one)) == slow
    for one in sample_safety.by_session[sample_safety.by_session["kind"] == kind].to_dict("records"):
        asked = one["session"]
        if asked == NO_SESSION:
            continue
        slow = slow_counts(
            sample_study, kind, lambda at, of=asked: (str(at["session_number"]) == of) or (
                of == "13 or more" and at["session_number"] > 12)
        )  # fmt: skip
        assert counts(pd.Series(one)) == slow


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
