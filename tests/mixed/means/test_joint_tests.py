"""Joint tests against Wald tests of contrasts written out, and against the tests of the formula's terms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from patsy import dmatrix

from analysis.mixed import FTest, fit_mixed_model, joint_tests, term_tests

from ..drawn import visits

ROWS = visits(90).assign(
    sex=lambda rows: np.where(rows["patient"] % 4 == 0, "male", "female"),
    payer=lambda rows: np.where(rows["patient"] % 5 < 2, "cash", "private"),
)
RIGHT = "route * time + route * sex + payer + baseline"
FIT = fit_mixed_model(f"y ~ {RIGHT}", ROWS, "patient", "1 + time")
LEVELS = {name: sorted(ROWS[name].unique()) for name in ("route", "sex", "payer")}
COLUMNS = ["df_num", "df_den", "statistic", "p_value"]


def mean(**given: object) -> npt.NDArray[np.float64]:
    """The combination behind an equal-weight mean, from patsy's rows for every combination of the other levels."""
    frame = pd.DataFrame({"baseline": [ROWS["baseline"].mean()], "time": [ROWS["time"].mean()]})
    for name in LEVELS:
        frame = frame.merge(pd.DataFrame({name: [given[name]] if name in given else LEVELS[name]}), how="cross")
    frame = frame.assign(**{name: value for name, value in given.items() if name not in LEVELS})
    levels = {name: pd.Categorical(frame[name], LEVELS[name]) for name in LEVELS}
    return np.asarray(dmatrix(RIGHT, frame.assign(**levels))).mean(axis=0)


def assert_is(row: pd.Series, test: FTest) -> None:
    assert row["df_num"] == test.df_num
    assert row["statistic"] == pytest.approx(test.statistic, rel=1e-9)
    assert row["df_den"] == pytest.approx(test.df_den, rel=1e-9)
    assert row["p_value"] == pytest.approx(test.p_value, rel=1e-7)
    assert row["note"] == ""


def test_mains_and_interactions_are_contrasts_of_means_written_out() -> None:
    found = joint_tests(FIT)
    assert list(found.index) == ["route", "time", "sex", "payer", "baseline", "route:time", "route:sex"]
    routes = [mean(route=route) for route in LEVELS["route"]]
    assert_is(found.loc["route"], FIT.joint_test(np.array([one - routes[0] for one in routes[1:]])))
    step = [mean(route=route, time=3.0) - mean(route=route, time=2.0) for route in LEVELS["route"]]
    assert_is(found.loc["route:time"], FIT.joint_test(np.array([one - step[0] for one in step[1:]])))
    assert_is(found.loc["time"], FIT.joint_test(np.mean(step, axis=0)[None]))
    by_sex = [mean(route=route, sex="male") - mean(route=route, sex="female") for route in LEVELS["route"]]
    assert_is(found.loc["route:sex"], FIT.joint_test(np.array([one - by_sex[0] for one in by_sex[1:]])))


def test_within_each_level_of_by_only_that_level_is_tested() -> None:
    found = joint_tests(FIT, by="sex", at={"time": 2})
    assert list(found.index.names) == ["sex", "term"]
    assert list(found.loc["male"].index) == ["route", "payer", "baseline"]
    routes = [mean(route=route, sex="male", time=2.0) for route in LEVELS["route"]]
    assert_is(found.loc[("male", "route")], FIT.joint_test(np.array([one - routes[0] for one in routes[1:]])))


def test_a_number_with_one_value_in_at_is_held_there_and_one_with_several_is_averaged_over() -> None:
    held, averaged = joint_tests(FIT, at={"time": 1}), joint_tests(FIT, at={"time": [0, 2]})
    assert "time" not in held.index
    assert "time" in averaged.index
    for column in COLUMNS:
        assert held.loc["route", column] == pytest.approx(averaged.loc["route", column])


def test_without_interactions_they_are_the_type_three_tests_of_the_terms() -> None:
    for df in ("satterthwaite", "kenward-roger", "normal"):
        fit = fit_mixed_model("y ~ route + sex + payer + time + baseline", ROWS, "patient", "1 + time", df=df)
        ours, theirs = joint_tests(fit), term_tests(fit)
        pd.testing.assert_frame_equal(ours[COLUMNS], theirs.loc[ours.index, COLUMNS], check_dtype=False, rtol=1e-6)


def test_the_tests_do_not_depend_on_how_categories_are_coded() -> None:
    coded = fit_mixed_model(
        "y ~ C(route, Sum) * time + C(route, Sum) * C(sex, Helmert) + payer + baseline", ROWS, "patient", "1 + time"
    )
    pd.testing.assert_frame_equal(joint_tests(coded)[COLUMNS], joint_tests(FIT)[COLUMNS], rtol=1e-6)


def test_an_interaction_without_its_mains_still_has_all_three_tests() -> None:
    fit = fit_mixed_model("y ~ route:sex + time", ROWS, "patient", "1 + time")
    full = fit_mixed_model("y ~ route*sex + time", ROWS, "patient", "1 + time")
    for term in ("route", "sex", "route:sex"):
        assert joint_tests(fit).loc[term, "statistic"] == pytest.approx(joint_tests(full).loc[term, "statistic"])


def test_a_curve_is_tested_whole_where_at_names_enough_values_and_the_note_asks_for_them() -> None:
    fit = fit_mixed_model("y ~ route * piecewise(time, 2) + baseline", ROWS, "patient", "1 + time")
    part, whole = joint_tests(fit), joint_tests(fit, at={"time": [0, 2, 5]})
    assert part.loc["time", "note"] == (
        "time enters as 2 columns and is compared at 2 values; name more in at to test its whole curve."
    )
    assert part.loc["time", "df_num"] == 1
    assert part.loc["route", "note"] == ""
    terms = term_tests(fit)
    assert whole.loc["route:time", "df_num"] == 4
    assert whole.loc["route:time", "note"] == ""
    assert whole.loc["route:time", "statistic"] == pytest.approx(
        terms.loc["route:piecewise(time, 2)", "statistic"], rel=1e-6
    )


def test_a_term_that_the_rows_can_estimate_in_part_is_tested_on_that_part() -> None:
    rows = ROWS[~((ROWS["route"] == "IV") & (ROWS["sex"] == "male"))]
    fit = fit_mixed_model("y ~ time + route * sex", rows, "patient", "1 + time")
    found = joint_tests(fit)
    assert found.loc["route:sex", "df_num"] == 1
    assert found.loc["route:sex", "note"] == "These rows can estimate 1 of its 2 degrees of freedom."
    assert found.loc["sex", "df_num"] == 0
    assert found.loc["sex", "note"] == "These rows can estimate 0 of its 1 degrees of freedom."
    assert found.loc["sex", COLUMNS[1:]].isna().all()
    assert found.loc["time", "note"] == ""
    only_two = fit_mixed_model("y ~ time + route * sex", rows[rows["route"] != "IV"], "patient", "1 + time")
    interaction = fit.fixed_effects.loc["route[T.IN]:sex[T.male]"]
    assert found.loc["route:sex", "statistic"] == pytest.approx(interaction["statistic"] ** 2)
    assert joint_tests(only_two).loc["route:sex", "df_num"] == 1
