"""Averages against the plainest possible ones: every prediction written out as a row of a design made by patsy."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from patsy import dmatrix

from analysis.mixed import MixedModelFit, contrasts, fit_mixed_model, marginal_means

from ..drawn import visits

# Sums of a few hundred numbers of size ten, in another order.
ROUNDING = 1e-10

RIGHT = "route * time + sex * payer + time:sex + baseline"


def study(m: int = 90) -> pd.DataFrame:
    """Sex and payer go together, and differ between routes, so that no two kinds of weights agree."""
    rows = visits(m, seed=4)
    number = rows["patient"]
    sex = np.where((number % 5 < 2) | (rows["route"] == "IV") & (number % 2 == 0), "male", "female")
    payer = np.where(
        number % 7 < 2, "cash", np.where((sex == "male") & (number % 3 == 0) | (number % 11 == 0), "public", "private")
    )
    return rows.assign(sex=sex, payer=payer)


ROWS = study()
FIT = fit_mixed_model(f"y ~ {RIGHT}", ROWS, "patient", "1 + time")
LEVELS = {name: sorted(ROWS[name].unique()) for name in ("route", "sex", "payer")}


def predicted_rows(frame: pd.DataFrame, right: str = RIGHT) -> npt.NDArray[np.float64]:
    """The design of some rows as patsy makes it from the rows' own text."""
    levels = {name: pd.Categorical(frame[name], LEVELS[name]) for name in LEVELS}
    return np.asarray(dmatrix(right, frame.assign(**levels)))


def share(weights: str, route: str, sex: str, payer: str) -> float:
    """How much of the mean of a route one combination of sex and payer is."""
    rows = ROWS[ROWS["route"] == route] if weights == "observed" else ROWS
    if weights == "equal":
        return 1 / (len(LEVELS["sex"]) * len(LEVELS["payer"]))
    if weights == "outer":
        return float((rows["sex"] == sex).mean() * (rows["payer"] == payer).mean())
    return float(((rows["sex"] == sex) & (rows["payer"] == payer)).mean())


def mean_by_hand(weights: str, route: str, time: float) -> npt.NDArray[np.float64]:
    """The combination of coefficients: a share of every prediction."""
    chosen = [(sex, payer) for sex in LEVELS["sex"] for payer in LEVELS["payer"]]
    frame = pd.DataFrame(chosen, columns=["sex", "payer"]).assign(
        route=route, time=time, baseline=ROWS["baseline"].mean()
    )
    return np.array([share(weights, route, *pair) for pair in chosen]) @ predicted_rows(frame)


def assert_is(row: pd.Series, fit: MixedModelFit, combination: npt.NDArray[np.float64]) -> None:
    assert row["estimate"] == pytest.approx(combination @ fit.coefficients, rel=ROUNDING)
    assert row["std_error"] == pytest.approx(
        np.sqrt(combination @ fit.coefficient_covariance @ combination), rel=ROUNDING
    )
    assert row["df"] == pytest.approx(fit.inference.df(combination[None])[0], rel=ROUNDING)


@pytest.mark.parametrize("weights", ["equal", "proportional", "outer", "observed"])
def test_a_mean_is_the_weighted_average_of_predictions_written_out(weights: str) -> None:
    means = marginal_means(FIT, by="route", at={"time": [1, 4]}, weights=weights).set_index(["route", "time"])
    for route, time in product(LEVELS["route"], (1, 4)):
        assert_is(means.loc[(route, time)], FIT, mean_by_hand(weights, route, time))


def test_the_four_kinds_of_weights_give_four_answers() -> None:
    found = [
        marginal_means(FIT, by="route", at={"time": 2}, weights=weights)["estimate"][2]
        for weights in ("equal", "proportional", "outer", "observed")
    ]
    assert np.diff(np.sort(found)).min() > 1e-3


def test_observed_weights_with_every_category_in_by_leave_nothing_to_average() -> None:
    by = ["route", "sex", "payer"]
    equal = marginal_means(FIT, by=by, at={"time": 1})
    observed = marginal_means(FIT, by=by, at={"time": 1}, weights="observed")
    seen = ROWS[by].drop_duplicates()
    assert len(seen) == len(equal) - 2
    assert len(observed) == len(seen)
    assert observed.attrs["not_estimable"] == 2
    both = observed.merge(equal, on=by)
    assert both["estimate_x"].tolist() == pytest.approx(both["estimate_y"].tolist(), rel=ROUNDING)


def test_asking_for_fewer_routes_does_not_change_the_mean_of_a_route() -> None:
    for weights in ("proportional", "outer", "observed"):
        all_routes = marginal_means(FIT, by="route", at={"time": 2}, weights=weights)
        one = marginal_means(FIT, by="route", at={"route": "IV", "time": 2}, weights=weights)
        assert one["estimate"].item() == pytest.approx(all_routes["estimate"][2], rel=ROUNDING)


def test_an_average_over_patients_is_the_mean_of_their_predictions_with_route_and_time_set() -> None:
    people = ROWS.drop_duplicates("patient")
    means = marginal_means(FIT, by="route", at={"time": [0, 5]}, over=people).set_index(["route", "time"])
    for route, time in product(LEVELS["route"], (0, 5)):
        rows = predicted_rows(people.assign(route=route, time=float(time)))
        assert_is(means.loc[(route, time)], FIT, rows.mean(axis=0))


def test_differences_of_averages_over_patients_are_averages_of_each_patient_s_difference() -> None:
    people = ROWS.drop_duplicates("patient")
    pairs = contrasts(FIT, by="route", at={"time": 5}, over=people, adjust="none").set_index(["first", "second"])
    one, other = (predicted_rows(people.assign(route=route, time=5.0)) for route in ("IN", "IV"))
    assert_is(pairs.loc[("IN", "IV")], FIT, (one - other).mean(axis=0))


def test_a_column_that_is_both_a_category_and_a_number_is_its_level_in_both() -> None:
    fit = fit_mixed_model("y ~ C(time) + route:np.sqrt(time)", ROWS, "patient")
    means = marginal_means(fit, by="route", weights="proportional").set_index("route")
    frame = pd.DataFrame({"time": ROWS["time"]})
    rows = np.asarray(
        dmatrix(
            "C(time) + route:np.sqrt(time)", frame.assign(route=pd.Categorical(["IV"] * len(frame), LEVELS["route"]))
        )
    )
    by_hand = rows.mean(axis=0)[list(fit.kept)]
    assert means.loc["IV", "estimate"] == pytest.approx(by_hand @ fit.coefficients, rel=ROUNDING)
