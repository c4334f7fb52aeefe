"""Care delivery counted by hand on a drawn study, and by slow loops over the rows of the sample."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.outcomes.care import Care, care
from analysis.outcomes.care.staying import known_to_have_stopped
from analysis.outcomes.care.therapy import followed_by_integration
from analysis.outcomes.safety.session_rows import session_rows
from analysis.study import Study, completed_sessions
from tests.drawn import drawn_study

from .drawn_care import bare, drawn


@pytest.fixture(scope="module")
def found() -> Care:
    return care(drawn())


@pytest.fixture(scope="module")
def of_sample(sample_study: Study) -> Care:
    return care(sample_study)


def row(frame: pd.DataFrame, **where: object) -> pd.Series:
    for column, value in where.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_nasal_esketamine_has_doses_in_mg_and_none_per_kg(found: Care) -> None:
    nasal = found.doses[found.doses["route"] == "IN"]
    assert nasal["unit"].tolist() == ["mg"]
    assert nasal["median"].tolist() == [70]  # 28, 56, 70, 84, 84
    assert row(found.doses, route="IV", unit="mg/kg")["median"] == pytest.approx(0.55)


def test_the_steps_of_nasal_esketamine_are_shares_of_its_sessions(found: Care) -> None:
    steps = found.steps.set_index("step")
    assert steps["n_sessions_with"].to_dict() == {"28 mg": 1, "56 mg": 1, "84 mg": 2, "another dose": 1}
    assert (steps["n_sessions"] == 5).all()
    assert row(found.steps_by_session, session="2", step="84 mg")["share_sessions"] == 0.5


def test_titration_follows_the_number_of_the_session(found: Care) -> None:
    second = row(found.titration, route="IV", unit="mg", session="2")
    assert (second["n_patients"], second["median"]) == (1, 48)


def test_gaps_belong_to_the_phase_of_the_later_session(found: Care) -> None:
    # induction: a 4 and, as its third session is among the first six, 36; b 3, 4; c 10
    induction = row(found.spacing, route="all", phase="induction")
    assert (induction["n_gaps"], induction["n_patients"], induction["median"]) == (5, 3, 4)
    assert row(found.spacing_by_session, session="3")["n_gaps"] == 2


def test_sessions_reached_counts_completed_ones_of_all_starters(found: Care) -> None:
    assert row(found.reached, route="all", sessions=2)["n_reached"] == 3
    third = row(found.reached, route="all", sessions=3)  # b's third was not completed
    assert (third["n_reached"], third["n_starters"], third["share"]) == (1, 4, 0.25)


def test_only_those_recorded_long_after_their_last_session_are_known_to_have_stopped() -> None:
    sessions, stopped = known_to_have_stopped(drawn())
    assert sessions.tolist() == [3, 2, 2, 1]
    assert stopped.tolist() == [True, False, False, False]  # a was scored 70 days after, the others at most 28


def test_the_curve_of_staying_censors_those_nobody_knows_of(found: Care) -> None:
    fourth = row(found.staying, sessions=4)
    assert (fourth["n_at_risk"], fourth["n_stopped"], fourth["n_not_known"], fourth["share"]) == (1, 1, 0, 0)
    third = row(found.staying, sessions=3)
    assert (third["n_at_risk"], third["n_stopped"], third["n_not_known"], third["share"]) == (3, 0, 2, 1)


def test_induction_is_complete_with_six_sessions_and_eight_of_nasal_esketamine() -> None:
    def sessions(name: str, route: str, n: int) -> str:
        return "".join(f"{name} {k + 1} {k} {route}\n" for k in range(n))

    study = drawn_study(
        "patient_id clinic_id primary_diagnosis\na C01 MDD\nb C01 MDD\nc C01 MDD",
        "patient_id session_number day route\n"
        + sessions("a", "IV", 6)
        + sessions("b", "IN", 7)
        + sessions("c", "IN", 8),
        "patient_id day instrument score",
    )
    found = care(study)
    assert row(found.induction, route="IV")["n_complete"] == 1
    assert (row(found.induction, route="IN")["n_complete"], row(found.induction, route="IN")["n_starters"]) == (1, 2)


def test_reasons_for_stopping_are_counted_where_the_study_gives_them(found: Care) -> None:
    assert found.reasons is not None
    assert dict(zip(found.reasons["reason"], found.reasons["n_patients"], strict=True)) == {"better": 2, "moved": 1}
    assert care(bare()).reasons is None


def test_visits_per_session_are_of_the_clinics_that_recorded_such_visits(found: Care) -> None:
    preparation = row(found.visits, kind="preparation", route="all")
    assert (preparation["n_clinics"], preparation["n_patients"], preparation["n_sessions"]) == (1, 2, 6)
    assert preparation["per_session"] == pytest.approx(2 / 6)
    integration = row(found.visits, kind="integration", route="all")
    assert (integration["n_visits"], integration["n_with_visit"], integration["share"]) == (4, 2, 1)
    assert row(found.minutes, kind="integration")["median"] == 45


def test_integration_counts_from_the_session_to_72_hours_later() -> None:
    study = drawn()
    followed = followed_by_integration(study, session_rows(study))
    # a: day 0 the same day, day 4 not before day 8, day 40 exactly three days later; b: day 0 no, 3 no (3.5), 7 no
    assert followed.tolist() == [True, False, True, False, False, False, False, False, False]


def test_sessions_with_integration_are_completed_ones_at_clinics_that_record_it(found: Care) -> None:
    everyone = row(found.within, route="all")
    assert (everyone["n_sessions"], everyone["n_sessions_with"], everyone["n_patients"]) == (5, 2, 2)


def test_the_association_is_not_worked_out_for_a_handful(found: Care) -> None:
    assert (found.association.n_patients, found.association.n_some, found.association.n_none) == (2, 1, 1)
    assert not found.association.has_estimate


def test_a_course_without_a_charge_for_every_session_has_no_cost(found: Care) -> None:
    assert row(found.cost_per_session, route="IN")["median"] == 1000
    everyone = row(found.cost_per_course, route="all", course="induction")
    assert (everyone["n_starters"], everyone["n_patients"]) == (4, 3)  # b's third charge is not recorded
    assert everyone["median"] == 1600  # a 1600, c 2200, d 50


def test_cost_per_responder_is_the_cost_of_all_over_those_who_responded(found: Care) -> None:
    everyone = row(found.cost_per_responder, route="all")
    assert (everyone["n_patients"], everyone["n_responders"]) == (3, 2)  # a 20 to 8, c 16 to 6; d has no score
    assert everyone["per_responder"] == (1600 + 2200 + 50) / 2
    assert np.isnan(everyone["ci_low"])


def test_coverage_is_of_the_sessions_where_it_is_recorded(found: Care) -> None:
    nasal = row(found.covered, route="IN")
    assert (nasal["n_sessions"], nasal["n_sessions_with"], nasal["n_patients_with"]) == (4, 4, 2)


def test_access_counts_starters_of_a_payer_by_route(found: Care) -> None:
    assert (row(found.access, payer="commercial", route="IN")["share"]) == 1
    assert row(found.access, payer="not recorded", route="SL")["n_patients"] == 1
    commercial = row(found.by_payer, payer="commercial")
    assert (commercial["n_starters"], commercial["sessions_median"]) == (2, 2)
    assert row(found.by_payer, payer="all")["n_starters"] == 4


def test_each_condition_has_its_own_change_and_rule(found: Care) -> None:
    assert found.conditions == ("GAD-7", "PCL-5")
    anxiety = row(found.condition_changes, instrument="GAD-7", window="day 28")
    assert (anxiety["n_patients"], anxiety["n_baseline"], anxiety["mean"]) == (2, 2, -6)
    rules = found.condition_rules[found.condition_rules["rule"] == "of patients scored around day 28"]
    assert row(rules, instrument="GAD-7", outcome="Response")["numerator"] == 1  # 12 to 4; 10 to 6 is not half
    assert row(rules, instrument="PCL-5", outcome="Meaningful change")["numerator"] == 1
    assert "Response" not in set(rules.loc[rules["instrument"] == "PCL-5", "outcome"])
    assert row(rules, instrument="PCL-5", outcome="Meaningful change")["meaning"] == "a fall of 10 points or more"


def test_a_study_without_optional_columns_and_tables_still_has_its_sessions() -> None:
    found = care(bare())
    assert not found.has_visits
    for name in ("doses", "steps", "titration", "visits", "minutes", "within", "cost_per_session", "cost_per_course",
                 "cost_per_responder", "covered", "by_payer", "access"):  # fmt: skip
        assert getattr(found, name).empty
    assert not found.association.has_estimate
    assert row(found.reached, route="all", sessions=1)["n_reached"] == 4
    assert len(found.spacing)


def test_nobody_at_all_is_no_fault() -> None:
    empty = care(drawn_study("patient_id clinic_id primary_diagnosis", "patient_id session_number day route",
                             "patient_id day instrument score"))  # fmt: skip
    assert empty.n_starters == 0
    assert empty.staying.empty
    assert empty.conditions == ()


def test_integration_within_72_hours_is_that_of_a_slow_walk_over_the_sample(
    sample_study: Study, of_sample: Care
) -> None:
    visits: dict[str, list[float]] = {}
    for one in sample_study.therapy_visits.to_dict("records"):
        if one["kind"] == "integration":
            visits.setdefault(one["patient_id"], []).append(one["day"])
    n = k = 0
    done = completed_sessions(sample_study)
    for place, one in enumerate(sample_study.sessions.to_dict("records")):
        if done[place]:
            n += 1
            k += any(0 <= day - one["day"] <= 3 for day in visits.get(one["patient_id"], []))
    everyone = row(of_sample.within, route="all")
    assert (everyone["n_sessions"], everyone["n_sessions_with"]) == (n, k)


def test_visits_sessions_and_charges_are_those_of_a_slow_walk_over_the_sample(
    sample_study: Study, of_sample: Care
) -> None:
    n_visits = sum(one["kind"] == "preparation" for one in sample_study.therapy_visits.to_dict("records"))
    assert row(of_sample.visits, kind="preparation", route="all")["n_visits"] == n_visits
    totals: dict[str, float] = {}
    for one in sample_study.sessions.to_dict("records"):
        cost = float("nan") if pd.isna(one["cost_usd"]) else one["cost_usd"]
        totals[one["patient_id"]] = totals.get(one["patient_id"], 0.0) + cost
    known = [total for total in totals.values() if total == total]
    whole = row(of_sample.cost_per_course, route="all", course="all sessions recorded")
    assert (whole["n_patients"], whole["median"]) == (len(known), np.median(known))


def test_everybody_is_on_one_route_and_of_one_payer(of_sample: Care) -> None:
    assert of_sample.access["n_patients"].sum() == of_sample.n_starters
    by_route = of_sample.reached[(of_sample.reached["sessions"] == 1) & (of_sample.reached["route"] != "all")]
    assert by_route["n_starters"].sum() == of_sample.n_starters


def test_the_two_curves_of_staying_hold_each_other(of_sample: Care) -> None:
    reached = of_sample.reached[of_sample.reached["route"] == "all"]
    assert (reached["share"].to_numpy() <= of_sample.staying["share"].to_numpy() + 1e-12).all()
