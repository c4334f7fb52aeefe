"""Profile intervals: what must hold whatever the data, and at the edges of the parameter space."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.mixed import ModelRefused, fit_mixed_model, prepare_mixed_model
from analysis.mixed.compare.crossing import crossing
from analysis.mixed.compare.profile import profile_intervals

from ..drawn import FORMULA, dense_deviance, visits

ROWS = visits(40)
NUMBERS = ["estimate", "ci_low", "ci_high"]
SAME = 1e-6  # relative: limits are found to 1e-8 standard errors, in bases that differ in rounding
RISE = 3.841458820694124  # 95 % point of chi-square with one df


def test_the_unit_of_the_outcome_is_the_unit_of_the_limits() -> None:
    ours = profile_intervals(fit_mixed_model(FORMULA, ROWS, "patient", "1 + time"))
    rows = ROWS.assign(y=100.0 * ROWS["y"])
    scaled = profile_intervals(fit_mixed_model(FORMULA, rows, "patient", "1 + time"))
    factor = np.array([100.0, 100.0, 1.0, 100.0])[:, None]
    assert scaled[NUMBERS].to_numpy() == pytest.approx(factor * ours[NUMBERS].to_numpy(), rel=SAME)


def test_a_cohort_profiles_from_the_prepared_sums_as_from_its_rows() -> None:
    model = prepare_mixed_model(FORMULA, ROWS, "patient", "1 + time", method="ML")
    kept = ROWS[ROWS["route"] != "IM"]
    ours = profile_intervals(model.fit(patients=kept["patient"].unique()), model)
    alone = profile_intervals(fit_mixed_model(FORMULA, kept, "patient", "1 + time", method="ML"))
    assert list(ours.index) == list(alone.index)
    assert ours[NUMBERS].to_numpy() == pytest.approx(alone[NUMBERS].to_numpy(), rel=SAME)


def test_weights_four_times_as_large_double_sigma_and_change_nothing_else() -> None:
    rows = ROWS.assign(weight=1.0 + ROWS["time"] % 3, four=4.0 + 4.0 * (ROWS["time"] % 3))
    one, four = (
        profile_intervals(fit_mixed_model(FORMULA, rows, "patient", "1 + time", weights=name), rows)[NUMBERS].to_numpy()
        for name in ("weight", "four")
    )
    assert four == pytest.approx(one * np.array([1.0, 1.0, 1.0, 2.0])[:, None], rel=SAME)


def test_a_limit_of_an_intercept_s_deviation_is_where_the_plain_likelihood_says() -> None:
    """One random effect: the deviance is a function of D alone once σ follows, so a grid of σ is enough."""
    fit = fit_mixed_model("y ~ time", ROWS, "patient", method="ML")
    x = np.column_stack([np.ones(len(ROWS)), ROWS["time"]])
    z, y, patient = np.ones((len(ROWS), 1)), ROWS["y"].to_numpy(), ROWS["patient"].to_numpy()
    limit = profile_intervals(fit).loc["sd(Intercept)", "ci_high"]
    n = len(y)

    def deviance(sigma: float) -> float:
        relative = np.array([[(limit / sigma) ** 2]])
        profiled = dense_deviance(x, z, y, patient, relative, reml=False)
        own = np.exp((profiled - _log_determinant(relative) - n * (1 + np.log(2 * np.pi))) / n)
        return float(profiled + n * (np.log(sigma**2 / own) - 1.0 + own / sigma**2))

    def _log_determinant(relative: np.ndarray) -> float:
        return float(np.sum(np.log1p(relative[0, 0] * np.bincount(patient))))

    sigmas = fit.sigma * np.linspace(0.98, 1.02, 41)
    assert min(map(deviance, sigmas)) - fit.neg2loglik == pytest.approx(RISE, abs=1e-3)


def test_a_variance_of_zero_has_an_upper_limit_and_no_correlation() -> None:
    rows = visits(40, slope_sd=0.0, seed=0)
    fit = fit_mixed_model(FORMULA, rows, "patient", "1 + time", correlated=False)
    assert fit.status == "singular"
    table = profile_intervals(fit)
    assert table.loc["sd(time)", "estimate"] == 0.0
    assert table.loc["sd(time)", "ci_low"] == 0.0
    assert 0.05 < table.loc["sd(time)", "ci_high"] < 1.0
    assert table.loc["sd(time)", "note"].startswith("The interval reaches zero:")


def test_a_correlation_with_a_variance_of_zero_is_not_defined() -> None:
    values = [[-0.5, 0.5], [0.5, -0.5], [-1, 1], [1, -1], [0.2, -0.2], [-0.2, 0.2]]
    rows = ROWS.iloc[:0].reindex(range(24))
    draws = np.random.default_rng(2)
    rows["patient"], rows["time"] = np.repeat(np.arange(6), 4), np.tile([0.0, 1.0, 2.0, 3.0], 6)
    rows["y"] = np.tile([1.0, -1.0, 1.0, -1.0], 6) + np.repeat([v[0] for v in values], 4) * 1e-3
    rows["y"] += draws.normal(0, 0.01, 24)
    fit = fit_mixed_model("y ~ 1", rows, "patient", "1 + time")
    assert fit.rank == 0
    row = profile_intervals(fit).loc["cor(Intercept, time)"]
    assert np.isnan(row["ci_low"])
    assert row["note"] == "Not defined: one of the two variances is estimated as zero."


def test_a_wider_level_gives_a_wider_interval() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient", method="ML")
    narrow, wide = profile_intervals(fit, level=0.8), profile_intervals(fit, level=0.99)
    assert (wide["ci_low"] < narrow["ci_low"]).all()
    assert (wide["ci_high"] > narrow["ci_high"]).all()


def test_reml_gives_no_rows_for_fixed_effects() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient")
    assert list(profile_intervals(fit).index) == ["sd(Intercept)", "sigma"]
    assert list(profile_intervals(fit).columns) == [*NUMBERS, "note"]


def test_a_profile_that_never_rises_is_refused() -> None:
    with pytest.raises(ModelRefused) as refused:
        crossing(lambda value: (1e-3, 1e-9), 0.0, 1.0, None, RISE)
    assert str(refused.value) == (
        "The likelihood does not fall far enough for an interval: the data say too little about this parameter."
        " Use parametric_bootstrap, or a simpler random part."
    )


def test_a_jump_of_the_profile_is_the_limit() -> None:
    found, at_end = crossing(lambda value: (1.0, 0.1) if value < 2.0 else (9.0, 0.1), 0.0, 1.0, None, RISE)
    assert found == pytest.approx(2.0)
    assert not at_end


def test_other_rows_are_refused() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient")
    with pytest.raises(ModelRefused) as refused:
        profile_intervals(fit, ROWS.assign(y=ROWS["y"] + ROWS["time"] ** 2))
    assert str(refused.value) == (
        "The data holds the fit's patients, but not the values that were fitted: the likelihood differs. Give the frame"
        " that was fitted."
    )
