"""Columns that others nearly determine: kept, with the right numbers, and told apart from those they do determine."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.mixed import fit_mixed_model, prepare_mixed_model

from .drawn import FORMULA, visits

ROWS = visits(30, seed=4)
# A time t as float64 seconds since 1970 is exact to 2e-7 s; a slope per day then is to about 1e-12, times the number of
# patients' roundings.
RELATIVE = 1e-9
EPOCHS = [(20_000.0, 1.0), (738_000.0, 1.0), (1.7e9, 86_400.0)]


@pytest.mark.parametrize(("origin", "unit"), EPOCHS)
@pytest.mark.parametrize("correlated", [True, False])
def test_a_distant_origin_of_time_changes_no_interaction(origin: float, unit: float, correlated: bool) -> None:
    random = "1 + time" if correlated else "1"
    near = fit_mixed_model(FORMULA, ROWS, "patient", random)
    far = fit_mixed_model(FORMULA, ROWS.assign(time=ROWS["time"] * unit + origin), "patient", random)
    assert far.dropped_terms == ()
    assert far.residual_variance == pytest.approx(near.residual_variance, rel=RELATIVE)
    for term in ("time", "time:route[T.IN]", "time:route[T.IV]"):
        ours, theirs = far.fixed_effects.loc[term], near.fixed_effects.loc[term]
        assert ours["statistic"] == pytest.approx(theirs["statistic"], rel=1e-6)
        assert ours["df"] == pytest.approx(theirs["df"], rel=1e-6)
        assert ours["estimate"] * unit == pytest.approx(theirs["estimate"], rel=RELATIVE)


def test_a_column_that_others_determine_is_still_dropped_and_announced() -> None:
    rows = ROWS.assign(time=ROWS["time"] + 738_000.0, percent=ROWS["baseline"] / 0.27 + 3.0)
    fit = fit_mixed_model("y ~ time * route + baseline + percent", rows, "patient", "1 + time")
    assert fit.dropped_terms == ("percent",)
    assert fit.notes == ("Left out because other terms determine them on these rows: percent.",)
    plain = fit_mixed_model(FORMULA, rows, "patient", "1 + time")
    assert fit.neg2loglik == pytest.approx(plain.neg2loglik, abs=1e-7)
    assert fit.coefficients == pytest.approx(plain.coefficients, rel=1e-7)


def test_a_column_that_others_determine_up_to_a_millionth_is_kept() -> None:
    draws = np.random.default_rng(0)
    rest = draws.normal(size=len(ROWS))
    rows = ROWS.assign(rest=rest, nearly=ROWS["baseline"] + 1e-7 * rest)
    near = fit_mixed_model("y ~ time + baseline + nearly", rows, "patient", "1 + time")
    plain = fit_mixed_model("y ~ time + baseline + rest", rows, "patient", "1 + time")
    assert near.dropped_terms == ()
    assert near.residual_variance == pytest.approx(plain.residual_variance, rel=1e-6)
    # nearly = baseline + 1e-7 rest is stored to about 1e-16 of 20, so its rest to 1e-8.
    assert near.fixed_effects.loc["nearly", "statistic"] == pytest.approx(
        plain.fixed_effects.loc["rest", "statistic"], rel=1e-6
    )


@pytest.mark.parametrize("left_out", [5, 3])
def test_a_cohort_keeps_such_a_column_as_a_fit_of_its_rows_does(left_out: int) -> None:
    """Without every third patient a whole route is gone, and the columns have another reference level."""
    rows = visits(60, seed=9)
    rows = rows.assign(time=rows["time"] + 738_000.0)
    chosen = [patient for patient in range(60) if patient % left_out]
    model = prepare_mixed_model(FORMULA, rows, "patient", "1 + time")
    refit = model.fit(patients=chosen)
    alone = fit_mixed_model(FORMULA, rows[rows["patient"].isin(chosen)], "patient", "1 + time")
    assert refit.dropped_terms == alone.dropped_terms == ()
    assert refit.fixed_effects["statistic"].to_numpy()[1:] == pytest.approx(
        alone.fixed_effects["statistic"].to_numpy()[1:], rel=1e-5
    )
