"""Adjusted means and contrasts, worked out by hand from the coefficients."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.mixed import contrasts, fit_mixed_model, marginal_means, prepare_mixed_model

from ..drawn import FORMULA, visits

ROWS = visits(60).assign(sex=lambda rows: np.where(rows["patient"] % 4 == 0, "male", "female"))
FIT = fit_mixed_model(f"{FORMULA} + sex", ROWS, "patient", "1 + time")
BETA = FIT.fixed_effects["estimate"]


def by_hand(time: float, route: str, male: float) -> float:
    """Prediction at the row mean of baseline for a share ``male`` of men."""
    value = BETA["Intercept"] + time * BETA["time"] + ROWS["baseline"].mean() * BETA["baseline"]
    value += male * BETA["sex[T.male]"]
    if route != "IM":
        value += BETA[f"route[T.{route}]"] + time * BETA[f"time:route[T.{route}]"]
    return float(value)


def test_equal_weights_give_each_level_of_a_nuisance_category_the_same_share() -> None:
    means = marginal_means(FIT, by=["route"], at={"time": [1, 4]})
    assert list(means.columns) == ["route", "time", "estimate", "std_error", "df", "ci_low", "ci_high"]
    expected = [by_hand(time, route, 0.5) for route in ("IM", "IN", "IV") for time in (1, 4)]
    np.testing.assert_allclose(means["estimate"], expected)


def test_proportional_weights_use_the_share_of_rows_the_same_for_every_route() -> None:
    means = marginal_means(FIT, by="route", at={"time": 2}, weights="proportional")
    share = (ROWS["sex"] == "male").mean()
    np.testing.assert_allclose(means["estimate"], [by_hand(2, route, share) for route in ("IM", "IN", "IV")])


def test_a_covariate_not_set_stands_at_its_row_mean() -> None:
    means = marginal_means(FIT, by="sex")
    time = ROWS["time"].mean()
    routes = ("IM", "IN", "IV")
    expected = [np.mean([by_hand(time, route, male) for route in routes]) for male in (0, 1)]
    np.testing.assert_allclose(means["estimate"], expected)


def test_averaging_over_rows_is_the_mean_prediction_with_route_set_in_every_row() -> None:
    people = ROWS.drop_duplicates("patient")[["baseline", "sex"]]
    means = marginal_means(FIT, by="route", at={"time": 6}, over=people)
    male = (people["sex"] == "male").mean()
    shift = (people["baseline"].mean() - ROWS["baseline"].mean()) * BETA["baseline"]
    np.testing.assert_allclose(means["estimate"], [by_hand(6, route, male) + shift for route in ("IM", "IN", "IV")])


def test_a_term_that_mixes_a_grid_column_with_a_patients_own_is_averaged_over_the_patients() -> None:
    fit = fit_mixed_model("y ~ route * I(time * np.sqrt(baseline)) + sex", ROWS, "patient", "1 + time")
    people = ROWS.drop_duplicates("patient")[["baseline", "sex"]]
    means = marginal_means(fit, by="route", at={"time": [1, 4]}, over=people).set_index(["route", "time"])
    beta, code = fit.fixed_effects["estimate"], "I(time * np.sqrt(baseline))"
    male = float((people["sex"] == "male").mean())
    for (route, time), estimate in means["estimate"].items():
        product = float(np.mean(time * np.sqrt(people["baseline"])))
        by_eye = beta["Intercept"] + beta["sex[T.male]"] * male + beta[code] * product
        if route != "IM":
            by_eye += beta[f"route[T.{route}]"] + beta[f"route[T.{route}]:{code}"] * product
        assert estimate == pytest.approx(by_eye, rel=1e-10)


def test_the_standard_error_of_a_mean_is_that_of_its_combination() -> None:
    mean = marginal_means(FIT, by="route", at={"time": 0, "route": "IM", "sex": "female", "baseline": 0}).iloc[0]
    intercept = FIT.fixed_effects.loc["Intercept"]
    for column in ("estimate", "std_error", "df", "ci_low", "ci_high"):
        assert mean[column] == pytest.approx(intercept[column])


def test_contrasts_are_differences_of_means_with_every_pair_once() -> None:
    means = marginal_means(FIT, by="route", at={"time": [1, 6]}).set_index(["route", "time"])["estimate"]
    pairs = contrasts(FIT, by="route", at={"time": [1, 6]})
    assert list(pairs.columns) == [
        "contrast", "first", "second", "time", "estimate", "std_error", "df", "ci_low", "ci_high", "statistic",
        "p_value", "p_adjusted",
    ]  # fmt: skip
    assert list(pairs["contrast"]) == ["IM - IN", "IM - IV", "IN - IV"] * 2
    assert list(pairs["time"]) == [1, 1, 1, 6, 6, 6]
    for pair in pairs.itertuples():
        assert pair.estimate == pytest.approx(means[pair.first, pair.time] - means[pair.second, pair.time])
        assert pair.p_value == pytest.approx(2 * stats.t.sf(abs(pair.statistic), pair.df))


def test_a_contrast_at_time_zero_is_the_route_coefficient() -> None:
    pair = contrasts(FIT, by="route", at={"time": 0}, adjust="none").iloc[1]
    term = FIT.fixed_effects.loc["route[T.IV]"]
    assert pair["estimate"] == pytest.approx(-term["estimate"])
    for column in ("std_error", "df", "p_value"):
        assert pair[column] == pytest.approx(term[column])
    assert pair["ci_low"] == pytest.approx(-term["ci_high"])
    assert pair["p_adjusted"] == pair["p_value"]


def test_adjustment_is_within_one_point_and_intervals_are_bonferroni_s() -> None:
    plain = contrasts(FIT, by="route", at={"time": [1, 6]}, adjust="none")
    holm = contrasts(FIT, by="route", at={"time": [1, 6]}, adjust="holm")
    bonferroni = contrasts(FIT, by="route", at={"time": [1, 6]}, adjust="bonferroni")
    for start in (0, 3):
        p = plain["p_value"].to_numpy()[start : start + 3]
        order = np.sort(p) * [3, 2, 1]
        expected = np.minimum(np.maximum.accumulate(order), 1)[np.argsort(np.argsort(p))]
        np.testing.assert_allclose(holm["p_adjusted"].to_numpy()[start : start + 3], expected)
        np.testing.assert_allclose(bonferroni["p_adjusted"].to_numpy()[start : start + 3], np.minimum(3 * p, 1))
    half = stats.t.isf(0.025 / 3, holm["df"]) * holm["std_error"]
    np.testing.assert_allclose(holm["ci_high"] - holm["estimate"], half)
    pd.testing.assert_series_equal(holm["ci_low"], bonferroni["ci_low"])


def test_means_of_a_cohort_use_its_own_rows_and_levels() -> None:
    chosen = ROWS[ROWS["route"] != "IM"]
    model = prepare_mixed_model(f"{FORMULA} + sex", ROWS, "patient", "1 + time")
    cohort = model.fit(patients=chosen["patient"].unique())
    alone = fit_mixed_model(f"{FORMULA} + sex", chosen, "patient", "1 + time")
    for weights in ("equal", "proportional", "outer", "observed"):
        one = marginal_means(cohort, by="route", at={"time": [0, 3]}, weights=weights)
        other = marginal_means(alone, by="route", at={"time": [0, 3]}, weights=weights)
        assert list(one["route"]) == ["IN", "IN", "IV", "IV"]
        pd.testing.assert_frame_equal(one, other, rtol=1e-6)


def test_a_mean_that_no_row_can_estimate_is_left_out_and_counted() -> None:
    rows = ROWS[~((ROWS["route"] == "IV") & (ROWS["sex"] == "male"))]
    fit = fit_mixed_model("y ~ time + route * sex", rows, "patient")
    assert fit.dropped_terms == ("route[T.IV]:sex[T.male]",)
    means = marginal_means(fit, by=["route", "sex"])
    assert ("IV", "male") not in set(zip(means["route"], means["sex"], strict=True))
    assert len(means) == 5
    assert means.attrs["not_estimable"] == 1
    assert list(marginal_means(fit, by="route")["route"]) == ["IM", "IN"]


def test_functions_of_a_covariate_are_evaluated_at_the_value_asked_for() -> None:
    fit = fit_mixed_model("y ~ piecewise(time, 2) + route", ROWS, "patient")
    means = marginal_means(fit, by=[], at={"time": [1, 2, 5]})["estimate"].to_numpy()
    early, late = fit.fixed_effects["estimate"][["piecewise(time, 2)[0]", "piecewise(time, 2)[1]"]]
    assert means[1] - means[0] == pytest.approx(early)
    assert means[2] - means[1] == pytest.approx(3 * late)


def test_a_column_used_as_a_category_through_c_is_a_category_of_the_grid() -> None:
    fit = fit_mixed_model("y ~ C(time) + route", ROWS, "patient")
    means = marginal_means(fit, by="time")
    assert list(means["time"]) == [0, 1, 2, 3, 4, 5]
    fifth = fit.fixed_effects.loc["C(time)[T.5.0]", "estimate"]
    assert means["estimate"].iloc[5] - means["estimate"].iloc[0] == pytest.approx(fifth)
