"""The two bootstraps: what they agree with, what they report, and what they refuse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import ModelRefused, fit_mixed_model, prepare_mixed_model
from analysis.mixed.compare.robust import robust_covariance
from analysis.mixed.problem import problem_of
from analysis.mixed.resample.bootstrap import case_bootstrap, parametric_bootstrap
from analysis.mixed.resample.refits import Refit, refitted
from analysis.mixed.resample.replicates import Replicates
from analysis.mixed.resample.unit_draws import UnitDraws, drawn_units

from ..drawn import FORMULA, visits

ROWS = visits(120)
MODEL = prepare_mixed_model(FORMULA, ROWS, "patient", "1 + time")
FIT = MODEL.fit()
REPLICATES = 400
SPREAD = 0.15  # relative: four Monte Carlo errors of a standard deviation from 400 replicates, 1/sqrt(800) each
SAME = 1e-6  # relative: the same optimum, reached in another basis from another start


def test_the_spread_of_simulated_estimates_is_the_model_s_standard_error() -> None:
    table = parametric_bootstrap(FIT, REPLICATES, 1, MODEL).intervals()
    errors = FIT.fixed_effects["std_error"]
    assert table.loc[list(FIT.terms), "std_error"].to_numpy() == pytest.approx(errors.to_numpy(), rel=SPREAD)
    assert (table["bias"].abs() < 0.5 * table["std_error"]).all()
    assert ((table["ci_low"] < table["estimate"]) & (table["estimate"] < table["ci_high"])).all()


def test_the_spread_over_drawn_patients_is_the_robust_standard_error() -> None:
    table = case_bootstrap(FIT, REPLICATES, 1, MODEL, strata="route").intervals()
    errors = np.sqrt(np.diag(robust_covariance(FIT, "CR0", MODEL)))
    assert table.loc[list(FIT.terms), "std_error"].to_numpy() == pytest.approx(errors, rel=SPREAD)


def test_a_drawn_sample_is_fitted_as_its_rows_would_be_with_a_label_per_copy() -> None:
    problem = problem_of(FIT, MODEL)
    drawn = UnitDraws(problem, drawn_units(problem, FIT), None).draw(np.random.default_rng(3))
    ours = refitted(problem, FIT, drawn)
    chosen = np.sort(np.random.default_rng(3).integers(0, len(problem.patients), len(problem.patients)))
    rows = pd.concat(
        [ROWS[ROWS["patient"] == problem.patients[place]].assign(patient=n) for n, place in enumerate(chosen)]
    )
    theirs = fit_mixed_model(FORMULA, rows, "patient", "1 + time")
    assert ours.coefficients == pytest.approx(theirs.coefficients, rel=SAME)
    assert ours.sigma == pytest.approx(theirs.sigma, rel=SAME)
    assert ours.covariance == pytest.approx(theirs.random_covariance.to_numpy(), rel=1e-5)


def test_a_cohort_that_lost_a_route_is_drawn_in_its_own_basis() -> None:
    kept = ROWS[ROWS["route"] != "IM"]
    fit = MODEL.fit(patients=kept["patient"].unique())
    ours = case_bootstrap(fit, 60, 2, MODEL, strata="route")
    assert ours.n_failed == 0
    assert list(ours.estimates.index)[: len(fit.terms)] == list(fit.terms)
    errors = np.sqrt(np.diag(robust_covariance(fit, "CR0", MODEL)))
    assert ours.intervals().loc[list(fit.terms), "std_error"].to_numpy() == pytest.approx(errors, rel=0.4)


def test_estimates_are_the_fit_s_and_quantities_are_named_as_in_profiles() -> None:
    own = parametric_bootstrap(FIT, 1, 1, MODEL).estimates
    deviations = np.sqrt(np.diag(FIT.random_covariance))
    assert list(own.index) == [*FIT.terms, "sd(Intercept)", "sd(time)", "cor(Intercept, time)", "sigma"]
    assert own[list(FIT.terms)].to_numpy() == pytest.approx(FIT.coefficients, rel=SAME)
    assert own[["sd(Intercept)", "sd(time)"]].to_numpy() == pytest.approx(deviations, rel=SAME)
    assert own["sigma"] == pytest.approx(FIT.sigma, rel=SAME)


def test_the_same_seed_gives_the_same_replicates_whatever_the_source() -> None:
    first, second = (parametric_bootstrap(FIT, 5, 7, source) for source in (MODEL, ROWS))
    pd.testing.assert_frame_equal(first.table, second.table, rtol=1e-6)
    other = parametric_bootstrap(FIT, 5, 8, MODEL)
    assert not np.allclose(first.table["time"], other.table["time"])


def test_progress_is_told_after_every_replicate_and_may_stop_it() -> None:
    told: list[tuple[int, int]] = []
    parametric_bootstrap(FIT, 3, 1, MODEL, progress=lambda done, asked: told.append((done, asked)))
    assert told == [(1, 3), (2, 3), (3, 3)]

    def stop(done: int, asked: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        case_bootstrap(FIT, 3, 1, MODEL, progress=stop)


def test_a_statistic_of_one_s_own() -> None:
    def at_six(refit: Refit) -> dict[str, float]:
        return {
            "mean at 6": refit.fixed["Intercept"] + 6 * refit.fixed["time"],
            "G": refit.random_covariance.iloc[0, 0],
        }

    made = parametric_bootstrap(FIT, 25, 1, MODEL, statistic=at_six)
    assert list(made.table.columns) == ["mean at 6", "G", "status"]
    assert made.estimates["G"] == pytest.approx(FIT.random_covariance.iloc[0, 0], rel=SAME)


def test_basic_intervals_are_the_percentile_ones_reflected() -> None:
    made = parametric_bootstrap(FIT, 40, 1, MODEL)
    percentile, basic = made.intervals(), made.intervals(kind="basic")
    assert (2 * basic["estimate"] - basic["ci_high"]).to_numpy() == pytest.approx(percentile["ci_low"].to_numpy())
    assert (2 * basic["estimate"] - basic["ci_low"]).to_numpy() == pytest.approx(percentile["ci_high"].to_numpy())


def test_samples_without_a_rare_route_are_counted_not_hidden() -> None:
    rows = ROWS.assign(route=ROWS["route"].where(ROWS["patient"] != 3, "SC"))
    fit = fit_mixed_model("y ~ time + route", rows, "patient")
    made = case_bootstrap(fit, 40, 1, rows)
    assert made.failures == {"A drawn set of patients leaves a coefficient without rows.": made.n_failed}
    assert 5 < made.n_failed < 25
    assert len(made.table) == 40 - made.n_failed
    assert made.note == (
        f"{40 - made.n_failed} of 40 replicates were fitted, 0 of them singular. {made.n_failed} failed: A drawn set of"
        " patients leaves a coefficient without rows."
    )
    assert case_bootstrap(fit, 20, 1, rows, strata="route").n_failed == 0


def test_a_singular_fit_can_be_simulated_from() -> None:
    rows = visits(40, slope_sd=0.0, seed=0)
    fit = fit_mixed_model(FORMULA, rows, "patient", "1 + time", correlated=False)
    assert fit.status == "singular"
    made = parametric_bootstrap(fit, 60, 1, rows)
    share = (made.table["status"] == "singular").mean()
    assert 0.3 < share < 0.8
    assert made.table["sd(time)"].max() > 0.05


def test_strata_by_a_series_and_by_a_column() -> None:
    route = ROWS.groupby("patient")["route"].first()
    by_column = case_bootstrap(FIT, 5, 1, MODEL, strata="route")
    by_series = case_bootstrap(FIT, 5, 1, MODEL, strata=route)
    pd.testing.assert_frame_equal(by_column.table, by_series.table)


def refusal(call: object, *given: object, **named: object) -> str:
    with pytest.raises(ModelRefused) as refused:
        call(*given, **named)  # type: ignore[operator]
    return str(refused.value)


def test_refusals() -> None:
    assert refusal(parametric_bootstrap, FIT, 0, 1, MODEL) == ("0 replicates were asked for. Ask for at least one.")
    assert refusal(case_bootstrap, FIT, 5, 1, MODEL, strata="sex") == (
        "'sex' is not a category of this model. Use one of route, or give a series indexed by patient."
    )
    some = ROWS.groupby("patient")["route"].first().iloc[5:]
    assert refusal(case_bootstrap, FIT, 5, 1, MODEL, strata=some) == (
        "5 of the fit's 120 patients have no stratum. Give one label per patient, as a series indexed by patient."
    )
    rows = ROWS.assign(phase=np.where(ROWS["time"] < 3, "early", "late"))
    fit = fit_mixed_model("y ~ phase", rows, "patient")
    assert refusal(case_bootstrap, fit, 5, 1, rows, strata="phase") == (
        "'phase' changes within a patient, so patients cannot be drawn within its levels. Give a series with one label"
        " per patient."
    )


def test_intervals_that_cannot_be_given() -> None:
    made = parametric_bootstrap(FIT, 5, 1, MODEL)
    assert refusal(made.intervals) == (
        "Only 5 replicates could be fitted; an interval needs 20. Ask for more replicates, or use a simpler model."
    )
    assert refusal(made.intervals, kind="bca") == ("There is no 'bca' bootstrap interval. Use 'percentile' or 'basic'.")


def test_replicates_that_all_failed_leave_an_empty_table() -> None:
    table = pd.DataFrame({"time": [], "status": []})
    nothing = Replicates(table, pd.Series({"time": 1.0}), {"No.": 3}, 3)
    assert nothing.note == "0 of 3 replicates were fitted, 0 of them singular. 3 failed: No."
