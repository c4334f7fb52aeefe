"""Rapid relief of the sample, counted one patient at a time."""

from __future__ import annotations

import math

import pytest

from analysis.outcomes.response import response
from analysis.outcomes.response.rapid import EARLY_TIMES
from analysis.study import Study

from .slow_rates import read_patient


@pytest.mark.parametrize("name", ["PHQ-9", "MADRS"])
def test_change_and_response_in_the_first_days_agree_with_a_loop_over_patients(sample_study: Study, name: str) -> None:
    rapid = response(sample_study, name).rapid.set_index("time")
    assert len(rapid)
    patients = {code: read_patient(sample_study, code, name) for code in sample_study.patients["patient_id"]}
    days: dict[str, list[float]] = {}
    for one in sample_study.sessions.to_dict("records"):
        if one["completed"] is not False:
            days.setdefault(one["patient_id"], []).append(one["day"])
    for time in EARLY_TIMES:
        changes, n_able, n_reached, n_again = [], 0, 0, 0
        for code, patient in patients.items():
            if patient is None or patient.baseline is None:
                continue
            near = [pair for pair in patient.later if time.first_day <= pair[0] <= time.last_day]
            if not near:
                continue
            day, score = min(near, key=lambda pair, at=time.day: (abs(pair[0] - at), pair[0]))
            changes.append(score - patient.baseline)
            n_able += patient.baseline > 0
            n_reached += patient.baseline > 0 and score <= patient.baseline / 2
            n_again += sum(math.floor(one) < math.floor(day) for one in days[code]) > 1
        assert (time.name in rapid.index) == bool(changes)
        if changes:
            row = rapid.loc[time.name]
            assert (row["n_patients"], row["n_able"]) == (len(changes), n_able)
            assert (row["n_reached"], row["n_again"]) == (n_reached, n_again)
            assert row["mean"] == pytest.approx(sum(changes) / len(changes))
            assert row["share"] == pytest.approx(n_reached / n_able)
