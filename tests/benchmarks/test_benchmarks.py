"""The benchmarks run, small, and reach the same optimum; how fast is printed by `python -m tests.benchmarks`."""

import os
from pathlib import Path

import numpy as np
import pytest

from .browser_timing import CHROMIUM
from .engine import SCHEDULES, against_feasible, against_packages
from .fits import against_others, ours, refit_of_half, study_rows
from .large_study import from_parquet_to_model
from .other_models import kenward_roger, mmrm, nested_clinics
from .timing import Measured, markdown, medians_in_one_run, times

SMALL = 150
# statsmodels and lme4 stop early; they may be above our optimum by this much and never below by more than rounding.
STOPPED_EARLY = 1e-3
ROUNDING = 1e-6


def test_every_package_reaches_the_same_optimum_and_none_a_lower_one():
    rows = [row for row in against_others(SMALL, other_repeats=1) if row.same_optimum]
    assert {row.other.split()[0] for row in rows} >= {"statsmodels", "mixedlm-rs"}
    for row in rows:
        assert -ROUNDING < float(row.same_optimum) < STOPPED_EARLY, row


def test_a_refit_of_half_the_patients_is_the_fit_of_their_rows():
    assert abs(float(refit_of_half(SMALL).same_optimum)) < ROUNDING


@pytest.mark.parametrize("schedule", list(SCHEDULES)[1:])
def test_packages_agree_on_missing_and_irregular_visits(schedule):
    for row in against_packages(SMALL, schedule, statsmodels=False):
        assert "not installed" in row.other or -ROUNDING < float(row.same_optimum) < STOPPED_EARLY, row


def test_refits_are_the_fits_of_their_rows_on_every_schedule():
    refits = [row for row in against_feasible(SMALL) if row.what.startswith("refit")]
    assert len(refits) == len(SCHEDULES)
    assert max(abs(float(row.same_optimum)) for row in refits) < ROUNDING


@pytest.mark.parametrize(
    "measured",
    [lambda: nested_clinics(200, 1), lambda: mmrm(60, 3), lambda: kenward_roger(40)],
    ids=["nested", "mmrm", "kr"],
)
def test_r_reaches_no_lower_optimum_of_the_other_models(measured):
    row = measured()
    assert "not installed" in row.other or -ROUNDING < float(row.same_optimum) < STOPPED_EARLY, row


def test_the_table_holds_every_measurement_and_its_bar():
    row = Measured("a fit", "1.0 ms", "statsmodels 300.0 ms", times(0.3, 0.001), "200x", "+1.0e-08")
    assert "| a fit | 1.0 ms | statsmodels 300.0 ms | 300x | 200x | +1.0e-08 |" in markdown([row])


@pytest.mark.benchmark(group="prepare and fit")
def test_prepare_and_fit_150_patients(benchmark):
    rows = study_rows(SMALL, np.random.default_rng(1))
    fit = benchmark.pedantic(lambda: ours(rows), rounds=5, warmup_rounds=1)
    assert fit.status == "converged"


def test_medians_of_one_run_are_taken_in_turns():
    calls = []
    medians_in_one_run(lambda: calls.append("ours"), lambda: calls.append("other"), rounds=2, ours_each_round=2)
    assert calls == ["ours", "ours", "other", "ours", "ours", "other", "ours", "ours"]


def test_a_simulated_parquet_study_goes_through_to_the_headline_model():
    row = from_parquet_to_model(2_000)
    assert "converged" in row.what or "singular" in row.what


@pytest.mark.browser
@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no chromium at {CHROMIUM}: install it to time the screen")
def test_the_platform_floor_is_measured_in_a_real_browser():
    from .screen import platform_floor

    assert 0 < platform_floor(changes=1) < 30


@pytest.mark.browser
@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no chromium at {CHROMIUM}: install it to time the screen")
def test_a_page_is_timed_to_its_last_change_with_all_its_charts():
    from .pages import PAGES, ROUTES, redraws

    (found,) = redraws(PAGES["Symptom change"], {}, {ROUTES: 2})
    assert 0 < found.script_seconds <= found.seconds
    assert found.n_charts >= 2
    assert found.sent_bytes > 0


@pytest.mark.slow
def test_a_large_study_goes_through_to_the_headline_model():
    patients = int(os.environ.get("KAT_LARGE_PATIENTS", "20000"))
    assert "GB" in from_parquet_to_model(patients).ours
