"""Who is followed without an outcome, over days and over sessions, one patient at a time; and the curve by its own
definition, a product over the times at which somebody reached it."""

from __future__ import annotations

import math

import pytest

from analysis.outcomes.durability import durability
from analysis.study import Study
from tests.outcomes.response.slow_rates import read_patient

from .slow_courses import first_response


def walked(study: Study, axis: str) -> dict[str, list[tuple[float, bool]]]:
    """Time and whether response was reached, by route and for everyone."""
    done: dict[str, list[float]] = {}
    for one in study.sessions.to_dict("records"):
        if one["completed"] is not False:
            done.setdefault(one["patient_id"], []).append(one["day"])
    found: dict[str, list[tuple[float, bool]]] = {"all": []}
    for code in study.patients["patient_id"]:
        patient = read_patient(study, code, "PHQ-9")
        first = None if patient is None else first_response(patient)
        if patient is None or first is None:
            continue
        day, reached = first
        # a score taken on the day of a session counts as taken before it
        time = day if axis == "days" else float(sum(math.floor(one) < math.floor(day) for one in done[code]))
        for group in ("all", patient.route):
            found.setdefault(group, []).append((time, reached))
    return found


def still_without(pairs: list[tuple[float, bool]], x: float) -> float:
    share = 1.0
    for time in sorted({time for time, reached in pairs if reached and time <= x}):
        n = sum(other >= time for other, _ in pairs)
        share *= 1 - sum(other == time and reached for other, reached in pairs) / n
    return share


@pytest.mark.parametrize("axis", ["days", "sessions"])
def test_every_point_of_a_curve_agrees_with_a_loop_over_patients(sample_study: Study, axis: str) -> None:
    time = durability(sample_study).times[0]
    pairs = walked(sample_study, axis)
    medians = time.medians[time.medians["axis"] == axis].set_index("route")
    for route, some in pairs.items():
        assert medians.loc[route, ["n_patients", "n_reached"]].tolist() == [len(some), sum(one for _, one in some)]
        below = [x for x, _ in sorted(some) if still_without(some, x) <= 0.5]
        assert medians.loc[route, "median"] == pytest.approx(below[0] if below else float("nan"), nan_ok=True)
    curves = time.curves[(time.curves["axis"] == axis) & time.curves["route"].isin(["all", "IV"])]
    for row in curves.iloc[::3].to_dict("records"):
        some = pairs[row["route"]]
        assert row["n_at_risk"] == sum(at >= row["x"] for at, _ in some)
        assert row["n_reached"] == sum(reached and at <= row["x"] for at, reached in some)
        if row["n_at_risk"]:
            assert row["share"] == pytest.approx(1 - still_without(some, row["x"]))
