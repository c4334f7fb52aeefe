"""Slopes of adjusted means, straight and bent."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.mixed import contrasts, fit_mixed_model, marginal_means, slopes

from ..drawn import FORMULA, visits

ROWS = visits(60).assign(sex=lambda rows: np.where(rows["patient"] % 4 == 0, "male", "female"))
STRAIGHT = fit_mixed_model(f"{FORMULA} + sex", ROWS, "patient", "1 + time")
BENT = fit_mixed_model("y ~ route * piecewise(time, 2) + baseline", ROWS, "patient", "1 + upto(time, 2)")


def test_the_slope_of_a_straight_line_is_its_coefficient_wherever_it_is_taken() -> None:
    term = STRAIGHT.fixed_effects.loc["time"]
    for between in ((0, 1), (4, 1), (-3.5, 20)):
        slope = slopes(STRAIGHT, "time", between, at={"route": "IM"}).iloc[0]
        for column in ("estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high"):
            assert slope[column] == pytest.approx(term[column])


def test_a_row_is_a_point_of_by_and_at_with_its_test() -> None:
    found = slopes(STRAIGHT, "time", (0, 5), by="route", at={"baseline": [10, 20]})
    assert list(found.columns) == [
        "route", "baseline", "estimate", "std_error", "df", "ci_low", "ci_high", "statistic", "p_value",
    ]  # fmt: skip
    assert list(found["baseline"]) == [10, 20] * 3
    assert found.attrs["not_estimable"] == 0
    assert found["estimate"][0] == pytest.approx(found["estimate"][1])


def test_without_by_and_at_there_is_one_slope_averaged_over_the_routes() -> None:
    found = slopes(STRAIGHT, "time", (0, 1))
    by_route = slopes(STRAIGHT, "time", (0, 1), by="route")
    assert found["estimate"].item() == pytest.approx(by_route["estimate"].mean())


def test_per_scales_the_slope_and_the_whole_distance_gives_the_difference_of_two_means() -> None:
    one, six = (slopes(BENT, "time", (0, 5), by="route", per=per) for per in (1, 5))
    assert (5 * one["estimate"]).tolist() == pytest.approx(six["estimate"].tolist())
    assert one["p_value"].tolist() == pytest.approx(six["p_value"].tolist())
    means = marginal_means(BENT, by="route", at={"time": [0, 5]})["estimate"].to_numpy().reshape(3, 2)
    assert six["estimate"].tolist() == pytest.approx((means[:, 1] - means[:, 0]).tolist())


def test_a_bent_line_has_another_slope_on_each_side_of_its_knot() -> None:
    early, late = (slopes(BENT, "time", ends, by="route")["estimate"][0] for ends in ((0, 2), (2, 5)))
    beta = BENT.fixed_effects["estimate"]
    assert early == pytest.approx(beta["piecewise(time, 2)[0]"])
    assert late == pytest.approx(beta["piecewise(time, 2)[1]"])


def test_a_difference_of_slopes_is_a_contrast_over_route_and_time() -> None:
    pair = contrasts(
        BENT,
        by=["route", "time"],
        at={"time": [0, 2]},
        method={"IV - IM": {("IV", 2): 1, ("IV", 0): -1, ("IM", 2): -1, ("IM", 0): 1}},
    )
    by_route = slopes(BENT, "time", (0, 2), by="route", per=2).set_index("route")["estimate"]
    assert pair["estimate"].item() == pytest.approx(by_route["IV"] - by_route["IM"])


def test_a_slope_averaged_over_patients_is_the_mean_of_their_own() -> None:
    fit = fit_mixed_model("y ~ time * baseline + time * sex", ROWS, "patient", "1 + time")
    people = ROWS.drop_duplicates("patient")
    found = slopes(fit, "time", (0, 3), over=people)["estimate"].item()
    beta = fit.fixed_effects["estimate"]
    own = (
        beta["time"] + beta["time:baseline"] * people["baseline"] + beta["time:sex[T.male]"] * (people["sex"] == "male")
    )
    assert found == pytest.approx(own.mean())


def test_a_slope_that_no_row_can_estimate_is_left_out_and_counted() -> None:
    rows = ROWS[(ROWS["route"] != "IV") | (ROWS["time"] == 0)]
    fit = fit_mixed_model("y ~ route * time", rows, "patient")
    assert fit.dropped_terms == ("route[T.IV]:time",)
    found = slopes(fit, "time", (0, 1), by="route")
    assert list(found["route"]) == ["IM", "IN"]
    assert found.attrs["not_estimable"] == 1
