"""What makes the sample hard, checked to be really there: confounded routes, stopping, missing scores."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sample_data import CLINICS, SimulatedStudy

TREATED = ["patient_id", "session_number", "day"]


def _last_scores(large: SimulatedStudy) -> pd.DataFrame:
    """Sessions of the large study with the last PHQ-9 observed on or before their day."""
    sessions = large.tables["sessions"][[*TREATED, "route"]].sort_values("day")
    phq9 = large.tables["assessments"].query("instrument == 'PHQ-9'").sort_values("day")
    joined = pd.merge_asof(sessions, phq9[["patient_id", "day", "score"]], on="day", by="patient_id")
    last = sessions.groupby("patient_id")["session_number"].transform("max")
    return joined.assign(stopped=(joined["session_number"] == last.loc[sessions.index].to_numpy()))


def test_insured_patients_get_nasal_esketamine(starters: pd.DataFrame) -> None:
    nasal = (starters["route"] == "IN").groupby(starters["payer"]).mean()
    assert nasal["self-pay"] < 0.1
    assert nasal[["commercial", "Medicare"]].min() > 0.35


def test_route_goes_with_baseline_severity(starters: pd.DataFrame) -> None:
    baseline = starters.groupby("route")["baseline"].mean()
    assert baseline["IN"] - baseline["SL"] > 1.5


def test_clinics_differ_in_their_mix_of_routes(starters: pd.DataFrame) -> None:
    mix = pd.crosstab(starters["clinic_id"], starters["route"], normalize="index")
    assert list(mix.index) == list(CLINICS)
    assert (mix.max() - mix.min())[["IV", "IM", "IN", "SL"]].min() > 0.3


def test_raw_differences_between_routes_are_not_the_true_ones(large: SimulatedStudy, phq9_rows: pd.DataFrame) -> None:
    at_six = phq9_rows[phq9_rows["sessions_so_far"] == 6].groupby("route", observed=True)["change"]
    raw = at_six.mean()["IM"] - at_six.mean()["IV"]
    error = np.hypot(at_six.sem()["IM"], at_six.sem()["IV"])
    true = large.truth["adjusted_change_at_six"]
    assert raw - (true["IM"]["change"] - true["IV"]["change"]) > 3 * error


def test_stopping_depends_on_the_last_observed_score(large: SimulatedStudy) -> None:
    early = _last_scores(large).query("session_number <= 3").dropna(subset="score")
    for _, rows in early.groupby("session_number"):
        low, high = (rows.loc[keep, "stopped"].mean() for keep in (rows["score"] <= 10, rows["score"] >= 20))
        assert high > 1.5 * low


def test_stopping_given_the_last_score_does_not_depend_on_the_score_never_seen(large: SimulatedStudy) -> None:
    """Among patients with the same last score, the one before it, seen too, is all that could tell."""
    rows = _last_scores(large).sort_values(["patient_id", "session_number"]).query("route == 'IV'")
    rows = rows.assign(before=rows.groupby("patient_id")["score"].shift()).query("session_number == 3").dropna()
    rows = rows[rows["score"].between(10, 14)]
    worse = rows["before"] > rows["before"].median()
    stopped = rows.groupby(worse)["stopped"].agg(["mean", "count"])
    share = rows["stopped"].mean()
    error = np.sqrt(share * (1 - share) * (1 / stopped["count"]).sum())
    assert abs(stopped["mean"].diff().iloc[-1]) < 3 * error


def test_a_score_is_missed_more_often_when_the_last_one_was_high(large: SimulatedStudy) -> None:
    phq9 = large.tables["assessments"].query("instrument == 'PHQ-9'")[["patient_id", "day", "score"]].sort_values("day")
    later = phq9.loc[phq9["day"] > 0, "patient_id"]
    visits = large.tables["sessions"].query("2 <= session_number <= 6").sort_values("day")
    visits = visits.loc[visits["patient_id"].isin(later), [*TREATED, "route"]]
    before = pd.merge_asof(visits, phq9, on="day", by="patient_id", allow_exact_matches=False)
    given = before.merge(phq9[["patient_id", "day"]], how="left", indicator="given")["given"] == "both"
    for route in ("IV", "IM", "IN", "SL"):
        missed = ~given[before["route"] == route]
        last = before.loc[missed.index, "score"]
        assert missed[last >= 18].mean() > missed[last <= 8].mean() + 0.03, route


def test_about_one_patient_in_twenty_changes_route(large: SimulatedStudy) -> None:
    routes = large.tables["sessions"].groupby("patient_id")["route"]
    assert 0.035 < (routes.min() != routes.max()).mean() < 0.065


def test_events_differ_by_how_they_are_asked_about(large: SimulatedStudy) -> None:
    events = large.tables["adverse_events"]
    sessions = large.tables["sessions"].groupby("route").size()
    named = events.dropna(subset="session_number").merge(
        large.tables["sessions"][["patient_id", "session_number", "route"]]
    )
    rate = named[named["term"] == "Dissociation"].groupby("route").size() / sessions
    assert rate["IN"] > 50 * rate["IM"]
    assert set(named.loc[named["route"] == "IN", "ascertainment"]) == {"solicited"}
    assert set(named.loc[named["route"] == "IM", "ascertainment"]) == {"spontaneous"}
