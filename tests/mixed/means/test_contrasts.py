"""Which means are compared, how, and what is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import contrasts, fit_mixed_model, marginal_means

from ..drawn import FORMULA, visits

ROWS = visits(60).assign(sex=lambda rows: np.where(rows["patient"] % 4 == 0, "male", "female"))
FIT = fit_mixed_model(f"{FORMULA} + sex", ROWS, "patient", "1 + time")
BETA = FIT.fixed_effects["estimate"]


def mean_of(route: str, time: float) -> float:
    means = marginal_means(FIT, by="route", at={"time": time}).set_index("route")
    return float(means.loc[route, "estimate"])


def test_every_level_is_compared_with_the_first_unless_another_reference_is_named() -> None:
    first = contrasts(FIT, by="route", at={"time": [1, 3]}, method="reference")
    assert list(first["contrast"]) == ["IN - IM", "IV - IM"] * 2
    named = contrasts(FIT, by="route", at={"time": 3}, method="reference", reference="IV")
    assert list(named["contrast"]) == ["IM - IV", "IN - IV"]
    assert named["estimate"].tolist() == pytest.approx([mean_of(route, 3) - mean_of("IV", 3) for route in ("IM", "IN")])


def test_a_reference_among_several_columns_is_a_tuple() -> None:
    found = contrasts(FIT, by=["route", "sex"], method="reference", reference=("IV", "male"))
    assert list(found["second"]) == ["IV male"] * 5
    assert found["first"][0] == "IM female"


def test_bonferroni_counts_the_comparisons_that_are_made() -> None:
    found = contrasts(FIT, by="route", at={"time": 3}, method="reference", adjust="bonferroni")
    assert found["p_adjusted"].tolist() == pytest.approx(np.minimum(2 * found["p_value"], 1).tolist())


def test_coefficients_may_be_named_by_level_or_given_in_order() -> None:
    ways = {"against the others": {"IV": 1, "IM": -0.5, "IN": -0.5}, "in order": [-0.5, -0.5, 1]}
    found = contrasts(FIT, by="route", at={"time": [0, 4]}, method=ways, adjust="none")
    assert list(found.columns) == [
        "contrast", "time", "estimate", "std_error", "df", "ci_low", "ci_high", "statistic", "p_value", "p_adjusted",
    ]  # fmt: skip
    assert list(found["contrast"]) == list(ways) * 2
    by_hand = [mean_of("IV", time) - 0.5 * (mean_of("IM", time) + mean_of("IN", time)) for time in (0, 0, 4, 4)]
    assert found["estimate"].tolist() == pytest.approx(by_hand)


def test_coefficients_that_do_not_sum_to_zero_weigh_means() -> None:
    found = contrasts(FIT, by="route", at={"time": 2}, method={"middle": [0.5, 0, 0.5]}, adjust="none")
    assert found["estimate"].item() == pytest.approx(0.5 * (mean_of("IM", 2) + mean_of("IV", 2)))


def test_a_difference_of_differences_is_an_interaction_coefficient() -> None:
    found = contrasts(
        FIT,
        by=["route", "time"],
        at={"time": [2, 3]},
        method={"IV - IM, per step": {("IV", 3): 1, ("IV", 2): -1, ("IM", 3): -1, ("IM", 2): 1}},
    )
    term = FIT.fixed_effects.loc["time:route[T.IV]"]
    assert found["estimate"].item() == pytest.approx(term["estimate"])
    for column in ("std_error", "df", "p_value"):
        assert found[column].item() == pytest.approx(term[column])


def test_a_higher_level_widens_the_interval() -> None:
    ninety = contrasts(FIT, by="route", at={"time": 2}, adjust="none", level=0.9).iloc[0]
    ninety_nine = contrasts(FIT, by="route", at={"time": 2}, adjust="none", level=0.99).iloc[0]
    assert ninety_nine["ci_low"] < ninety["ci_low"] < ninety["ci_high"] < ninety_nine["ci_high"]
    assert marginal_means(FIT, by="route", level=0.9)["ci_low"][0] > marginal_means(FIT, by="route")["ci_low"][0]


def test_a_difference_can_be_estimated_where_neither_mean_can() -> None:
    """Region and sex are the same split, so no mean averaged over both exists, but routes still compare."""
    rows = ROWS.assign(region=np.where(ROWS["sex"] == "male", "north", "south"))
    fit = fit_mixed_model("y ~ route + sex + region + time", rows, "patient")
    assert fit.dropped_terms == ("region[T.south]",)
    plain = fit_mixed_model("y ~ route + sex + time", rows, "patient")
    ours, same = (contrasts(one, by="route", adjust="none") for one in (fit, plain))
    pd.testing.assert_frame_equal(ours, same, rtol=1e-8)


def test_differences_that_no_row_can_estimate_are_left_out_not_adjusted_for_and_counted() -> None:
    rows = ROWS[~((ROWS["route"] == "IV") & (ROWS["sex"] == "male"))]
    fit = fit_mixed_model("y ~ time + route * sex", rows, "patient")
    found = contrasts(fit, by="route", at={"sex": ["female", "male"]}, adjust="bonferroni")
    assert list(found["contrast"]) == ["IM - IN", "IM - IV", "IN - IV", "IM - IN"]
    assert found["p_adjusted"][3] == found["p_value"][3]
    assert found.attrs["not_estimable"] == 2


def test_observed_weights_leave_out_levels_nobody_has_together() -> None:
    rows = ROWS[~((ROWS["route"] == "IV") & (ROWS["sex"] == "male"))]
    fit = fit_mixed_model("y ~ time + route + sex", rows, "patient")
    found = contrasts(fit, by="route", at={"sex": "male"}, weights="observed")
    assert list(found["contrast"]) == ["IM - IN"]
    assert found.attrs["not_estimable"] == 2
