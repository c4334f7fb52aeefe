"""Blood pressure, oxygen, dissociation, observation and stopped sessions, counted by hand and by slow loops."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.outcomes.safety import Safety, safety
from analysis.outcomes.safety.vital_signs import PEAK_OVER, RISE_OVER
from analysis.study import Study
from tests.drawn import drawn_study

from .drawn_events import PATIENTS, drawn
from .test_event_rates import row


@pytest.fixture(scope="module")
def found() -> Safety:
    return safety(drawn())


@pytest.fixture(scope="module")
def of_sample(sample_study: Study) -> Safety:
    return safety(sample_study)


def test_a_rise_needs_a_value_before_and_a_peak(found: Safety) -> None:
    one = row(found.blood_pressure, pressure="systolic", route="all")
    # a 45, 39, 5; b 40; c 10, 20; b's second session has no value before, c's third no peak
    assert (one["n_patients"], one["n_sessions"]) == (3, 6)
    assert one["rise"] == pytest.approx((45 + 39 + 5 + 40 + 10 + 20) / 6)
    assert (one["before"], one["peak"]) == (120, pytest.approx(120 + one["rise"]))


def test_limits_are_reached_at_the_limit_itself_and_need_both_pressures(found: Safety) -> None:
    peak = row(found.pressure_limits, limit=PEAK_OVER, route="all")
    # a's 165/90 and 135/100 count, 159/99 does not; b's 170 without a diastolic value is not in the denominator
    assert (peak["n_sessions"], peak["n_sessions_with"], peak["n_patients"], peak["n_patients_with"]) == (6, 2, 3, 1)
    rise = row(found.pressure_limits, limit=RISE_OVER, route="all")
    assert (rise["n_sessions"], rise["n_sessions_with"], rise["n_patients_with"]) == (6, 2, 2)
    assert rise["share_sessions"] == pytest.approx(1 / 3)
    assert rise["share_patients"] == pytest.approx(2 / 3)


def test_every_measured_saturation_is_in_one_band(found: Safety) -> None:
    bands = found.oxygen_bands
    assert dict(zip(bands["band"], bands["n_sessions_with"], strict=True)) == {
        "under 90%": 1, "90 to 91%": 0, "92 to 93%": 1, "94 to 95%": 1, "96 to 97%": 1, "98 to 100%": 3,
    }  # fmt: skip
    assert (bands["n_sessions"] == 7).all()
    assert row(found.oxygen, route="all")["median"] == 97


def test_dissociation_by_dose_is_a_mean_over_sessions(found: Safety) -> None:
    one = row(found.dissociation_by_dose, route="IV", dose="0.4 to 0.6 mg/kg")
    assert (one["n_sessions"], one["n_patients"], one["mean"]) == (2, 1, 15)


def test_habituation_pairs_a_patient_with_their_own_first_session(found: Safety) -> None:
    second = row(found.dissociation_by_session, route="all", session="2")
    assert (second["n_patients"], second["mean"]) == (3, pytest.approx((10 + 6 + 22) / 3))
    assert (second["n_paired"], second["paired"]) == (3, pytest.approx((-10 - 6 - 8) / 3))
    assert second["paired_low"] < -8 < second["paired_high"]
    assert row(found.dissociation_by_session, route="all", session="1")["n_paired"] == 0
    # a's third session was on another route than the first: in that route there is no first one to pair with
    assert row(found.dissociation_by_session, route="IM", session="3")["n_paired"] == 0


def test_observation_is_in_quartiles_and_two_hours_are_asked_of_nasal_esketamine_only(found: Safety) -> None:
    assert row(found.observation, route="IV")["median"] == 102.5  # 90, 95, 110, 120
    two_hours = found.observed_two_hours.iloc[0]
    assert (two_hours["n_sessions"], two_hours["n_sessions_with"]) == (3, 2)


def test_a_blank_counts_as_completed(found: Safety) -> None:
    stopped = row(found.stopped_early, route="all")
    assert (stopped["n_sessions"], stopped["n_sessions_with"], stopped["n_patients_with"]) == (9, 1, 1)


def test_a_study_that_measures_nothing_has_no_rows_of_it() -> None:
    bare = safety(
        drawn_study(PATIENTS, "patient_id session_number day route\na 1 0 IV", "patient_id day instrument score")
    )
    for name in (
        "blood_pressure", "pressure_limits", "oxygen", "oxygen_bands", "dissociation_by_dose",
        "dissociation_by_session", "observation", "observed_two_hours", "stopped_early",
    ):  # fmt: skip
        assert getattr(bare, name).empty


def test_a_study_without_a_session_has_nothing_to_say() -> None:
    empty = safety(drawn_study(PATIENTS, "patient_id session_number day route", "patient_id day instrument score"))
    assert empty.n_sessions == 0
    assert empty.by_route.empty


def test_shares_over_the_limits_are_those_of_a_slow_walk_over_the_sample(
    sample_study: Study, of_sample: Safety
) -> None:
    for route in ("all", "IV", "SL"):
        over, known = {}, {}
        for one in sample_study.sessions.to_dict("records"):
            if route not in ("all", one["route"]) or pd.isna(one["sbp_peak"]) or pd.isna(one["dbp_peak"]):
                continue
            is_over = one["sbp_peak"] >= 165 or one["dbp_peak"] >= 100
            known.setdefault(one["patient_id"], []).append(is_over)
            over[one["patient_id"]] = over.get(one["patient_id"], False) or is_over
        found = row(of_sample.pressure_limits, limit=PEAK_OVER, route=route)
        assert found["n_sessions"] == sum(len(some) for some in known.values())
        assert found["n_sessions_with"] == sum(sum(some) for some in known.values())
        assert found["n_patients"] == len(known)
        assert found["n_patients_with"] == sum(over.values())


def test_the_paired_difference_is_that_of_a_slow_walk_over_the_sample(sample_study: Study, of_sample: Safety) -> None:
    first, fourth = {}, {}
    for one in sample_study.sessions.to_dict("records"):
        if not pd.isna(one["cadss_peak"]):
            {1: first, 4: fourth}.get(one["session_number"], {})[one["patient_id"]] = one["cadss_peak"]
    differences = [fourth[name] - first[name] for name in fourth if name in first]
    found = row(of_sample.dissociation_by_session, route="all", session="4")
    assert found["n_paired"] == len(differences)
    assert found["paired"] == pytest.approx(np.mean(differences))
