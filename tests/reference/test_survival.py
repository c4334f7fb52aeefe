"""Kaplan-Meier, restricted mean, log-rank, Cox and cumulative incidence against R's survival and cmprsk."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.outcomes.durability import cox, cumulative_incidence, kaplan_meier, log_rank, median_time, restricted_mean

from .reference_cases import CASES, reference

EXACT = 1e-9  # sums of a few hundred products
COX = 1e-6  # both stop at a score of nought; the coefficients then agree to the root of rounding
GROUPS = ("all", "IV", "IM", "SL")
ROUTES = ("IV", "IM", "SL")


@pytest.fixture(scope="module")
def course() -> pd.DataFrame:
    return pd.read_csv(CASES / "survival" / "data.csv")


def of_group(course: pd.DataFrame, group: str) -> tuple[np.ndarray, np.ndarray]:
    rows = course if group == "all" else course[course["route"] == group]
    return rows["time"].to_numpy(dtype=float), rows["status"].to_numpy()


def numbers(values: list[float | None]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


@pytest.mark.parametrize("group", GROUPS)
def test_kaplan_meier_and_its_interval_are_those_of_survfit(course: pd.DataFrame, group: str) -> None:
    time, status = of_group(course, group)
    curve, theirs = kaplan_meier(time, status == 1), reference("survival")["kaplan_meier"][group]
    at = numbers(theirs["at"])
    assert curve.at(at) == pytest.approx(theirs["survival"], abs=EXACT)
    assert curve.at_risk(at).tolist() == theirs["n_at_risk"]
    low, high = curve.interval(at[1:])
    assert low == pytest.approx(numbers(theirs["lower"])[1:], abs=EXACT, nan_ok=True)
    assert high == pytest.approx(numbers(theirs["upper"])[1:], abs=EXACT, nan_ok=True)


@pytest.mark.parametrize("group", GROUPS)
def test_the_median_and_the_restricted_mean_are_those_of_survfit(course: pd.DataFrame, group: str) -> None:
    time, status = of_group(course, group)
    curve, theirs = kaplan_meier(time, status == 1), reference("survival")["kaplan_meier"][group]
    median, mean = median_time(curve), restricted_mean(curve, 56.0)
    ours = [median.estimate, median.ci_low, median.ci_high]
    assert ours == pytest.approx(
        numbers([theirs[name] for name in ("median", "median_low", "median_high")]), abs=EXACT, nan_ok=True
    )
    assert mean.estimate == pytest.approx(theirs["rmean_56"], abs=1e-7)
    assert (mean.ci_high - mean.estimate) / 1.959963984540054 == pytest.approx(theirs["rmean_56_se"], abs=1e-7)


def test_the_log_rank_test_is_that_of_survdiff(course: pd.DataFrame) -> None:
    time, status = of_group(course, "all")
    route = course["route"].map({name: place for place, name in enumerate(ROUTES)}).to_numpy(dtype=np.int64)
    ours, theirs = log_rank(time, status == 1, route, ROUTES), reference("survival")["log_rank"]
    assert ours.routes == ROUTES
    assert (ours.statistic, ours.df, ours.p_value) == pytest.approx(
        (theirs["statistic"], 2, theirs["p_value"]), rel=1e-8
    )


def test_the_cox_regression_is_that_of_coxph_with_efrons_ties(course: pd.DataFrame) -> None:
    time, status = of_group(course, "all")
    # Every route has 60 patients and the first of them is the reference.
    order = ("IM", "IV", "SL")
    sorted_rows = course.assign(route=pd.Categorical(course["route"], order)).sort_values("route", kind="stable")
    route = sorted_rows["route"].cat.codes.to_numpy().astype(np.int64)
    time, status = sorted_rows["time"].to_numpy(dtype=float), sorted_rows["status"].to_numpy()
    traits = sorted_rows[["baseline", "age", "sex"]].reset_index(drop=True)
    ours = cox(time, status == 1, route, order, traits.astype({"baseline": float, "age": float}))
    theirs = reference("survival")["cox"]
    rows = ours.ratios.set_index(ours.ratios["term"] + ours.ratios["level"])
    assert ours.sentence == ""
    for place, name in enumerate(theirs["terms"]):
        row = rows.loc[name] if name != "sexmale" else rows.loc[rows.index.str.startswith("sex")].iloc[0]
        sign = -1.0 if row["level"] == "female" else 1.0
        assert np.log(row["hazard_ratio"]) * sign == pytest.approx(theirs["coefficient"][place], abs=COX), name
        assert row["p_value"] == pytest.approx(theirs["p_value"][place], abs=COX), name
        if sign > 0:
            limits = (theirs["lower"][place], theirs["upper"][place])
            assert (row["ci_low"], row["ci_high"]) == pytest.approx(limits, rel=1e-5), name


@pytest.mark.parametrize("group", GROUPS)
def test_cumulative_incidence_and_its_variance_are_those_of_cmprsk(course: pd.DataFrame, group: str) -> None:
    time, status = of_group(course, group)
    theirs = reference("survival")["cumulative_incidence"][group]
    followed = ~np.isnan(numbers(theirs["relapsed"]))  # cmprsk says nothing of times after the last one
    at = numbers(theirs["at"])[followed]
    for kind, name in ((1, "relapsed"), (2, "boosted")):
        ours = cumulative_incidence(time, status, kind)
        assert ours.at(at) == pytest.approx(numbers(theirs[name])[followed], abs=EXACT)
        std_error = np.concatenate([[0.0], ours.std_error])[np.searchsorted(ours.times, at, side="right")]
        assert std_error**2 == pytest.approx(numbers(theirs[f"{name}_var"])[followed], abs=EXACT)
