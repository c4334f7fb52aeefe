"""Quantiles inside their envelope when the model is right, outside when it is not; conditional modes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from analysis.mixed import ModelRefused, fit_mixed_model
from analysis.mixed.diagnose import normal_quantiles, quantiles, random_effect_distribution, units_of
from analysis.mixed.diagnose.conditional import signal_of
from analysis.mixed.diagnose.whitened import whiten

from ..drawn import FORMULA, visits
from .dense import dense

ROUNDING = 1e-9
ROWS = visits(40, slope_sd=1.5)
FIT = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time")
KINDS = ("standardised", "conditional", "Intercept", "time")
# Points of one plot go together, so the share outside varies widely around 5 %; over 12 studies its mean has a
# standard error of about 2 %.
STUDIES, MOST_OUTSIDE = 12, 0.10


@pytest.mark.parametrize("kind", KINDS)
def test_about_one_point_in_twenty_of_a_right_model_is_outside_its_envelope(kind: str) -> None:
    shares = []
    for seed in range(STUDIES):
        rows = visits(40, seed, slope_sd=1.5)
        table = normal_quantiles(fit_mixed_model(FORMULA, rows, "patient", "1 + time"), kind, simulations=99)
        shares.append(table.attrs["n_outside"] / len(table))
    assert np.mean(shares) < MOST_OUTSIDE


def test_heavy_tailed_residuals_leave_the_envelope_at_both_ends() -> None:
    rows = visits(200)
    rows["y"] += 3.0 * np.random.default_rng(3).standard_t(2, len(rows))
    table = normal_quantiles(fit_mixed_model(FORMULA, rows, "patient"), source=rows)
    ends = table.iloc[[0, -1]]
    assert ends["observed"].iloc[0] < ends["envelope_low"].iloc[0]
    assert ends["observed"].iloc[1] > ends["envelope_high"].iloc[1]


def test_the_simulated_values_have_the_covariance_of_the_residuals_of_the_model() -> None:
    """Draws pass through the same map as the observed residuals: its square is the dense covariance of each kind."""
    whole = dense(FIT, ROWS)
    weight = np.linalg.inv(whole.v)
    projection = whole.v - whole.x @ np.linalg.solve(whole.x.T @ weight @ whole.x, whole.x.T)
    whitened = whiten(FIT, units_of(FIT, ROWS))
    every = whitened.projected(np.eye(len(ROWS)))
    marginal = whitened.unwhitened(every)
    assert marginal @ marginal.T == pytest.approx(projection, abs=ROUNDING)
    signal = signal_of(whitened, every)
    onto = whole.z @ whole.g @ whole.z.T @ weight
    assert signal @ signal.T == pytest.approx(onto @ projection @ onto.T, abs=ROUNDING)


def test_many_values_are_thinned_and_keep_their_tails() -> None:
    rows = visits(150, kept=1.0)
    table = normal_quantiles(fit_mixed_model(FORMULA, rows, "patient"), simulations=19)
    assert table.attrs["n_values"] == len(rows) == 900
    assert len(table) == quantiles.MOST_POINTS
    positions = quantiles.plotting_positions(900)
    assert table["theoretical"].to_numpy()[:50] == pytest.approx(positions[:50])
    assert table["theoretical"].to_numpy()[-50:] == pytest.approx(positions[-50:])
    assert table["observed"].is_monotonic_increasing


def test_plotting_positions_are_r_s_ppoints() -> None:
    assert ndtr(quantiles.plotting_positions(5)) == pytest.approx((np.arange(1, 6) - 3 / 8) / 5.25)
    assert ndtr(quantiles.plotting_positions(20)) == pytest.approx((np.arange(1, 21) - 0.5) / 20)


def test_the_same_seed_gives_the_same_envelope_and_another_does_not() -> None:
    one, two, other = (normal_quantiles(FIT, source=ROWS, simulations=19, seed=seed) for seed in (1, 1, 2))
    assert one.equals(two)
    assert not one["envelope_low"].equals(other["envelope_low"])


def test_kinds_that_a_fit_does_not_have() -> None:
    with pytest.raises(ModelRefused) as caught:
        normal_quantiles(FIT, "time2", ROWS)
    assert str(caught.value) == (
        "This fit has no 'time2' to take quantiles of. Use one of: 'standardised', 'conditional', 'Intercept', 'time'."
    )
    rows = pd.DataFrame({"patient": np.repeat(list("abcd"), 2), "y": [1.0, -1, 2, -2, 0.5, -0.5, 1.5, -1.5]})
    singular = fit_mixed_model("y ~ 1", rows, "patient")
    with pytest.raises(ModelRefused) as caught:
        normal_quantiles(singular, "Intercept", rows)
    assert str(caught.value) == (
        "The variance of the random Intercept is estimated as zero, so its conditional modes are all zero. Look at the"
        " residuals instead."
    )


def test_modes_and_their_deviations_are_those_of_the_dense_formulas() -> None:
    whole = dense(FIT, ROWS)
    weight = np.linalg.inv(whole.v)
    b, _ = whole.gls()
    modes = whole.g @ whole.z.T @ weight @ (whole.y - whole.x @ b)
    given = whole.g - whole.g @ whole.z.T @ weight @ whole.z @ whole.g
    table = random_effect_distribution(FIT, ROWS)
    for place, term in enumerate(("Intercept", "time")):
        ours = table[table["term"] == term].set_index("patient").loc[whole.patients]
        known = np.diag(given)[place::2]
        assert ours["mode"].to_numpy() == pytest.approx(modes[place::2], abs=ROUNDING)
        assert ours["conditional_sd"].to_numpy() ** 2 == pytest.approx(known, abs=ROUNDING)
        assert ours["shrinkage"].to_numpy() == pytest.approx(known / whole.g[place, place], abs=ROUNDING)
        spread = np.sqrt(whole.g[place, place] - known)
        assert ours["standardised"].to_numpy() == pytest.approx(modes[place::2] / spread, abs=ROUNDING)
        assert ours.sort_values("mode")["rank"].tolist() == list(range(1, 41))
        assert (ours["ci_high"] - ours["ci_low"]).to_numpy() == pytest.approx(2 * 1.959964 * np.sqrt(known), rel=1e-6)


def test_the_notes_say_that_modes_are_drawn_together() -> None:
    table = random_effect_distribution(FIT, ROWS)
    deviation = float(np.sqrt(FIT.random_covariance.loc["Intercept", "Intercept"]))
    spread = float(FIT.random_effects["Intercept"].std())
    assert spread < deviation
    assert table.attrs["notes"][0] == (
        f"Intercept: the conditional modes spread less (SD {spread:.3g}) than patients are estimated to differ (SD"
        f" {deviation:.3g}), because each is drawn towards the mean the more the fewer rows the patient has."
    )
    rows = pd.DataFrame({"patient": np.repeat(list("abcd"), 2), "y": [1.0, -1, 2, -2, 0.5, -0.5, 1.5, -1.5]})
    flat = random_effect_distribution(fit_mixed_model("y ~ 1", rows, "patient"), rows)
    assert flat.attrs["notes"] == (
        "Intercept: the variance between patients is estimated as zero, so every conditional mode is zero.",
    )
    assert flat["standardised"].isna().all()
    assert flat["shrinkage"].isna().all()
