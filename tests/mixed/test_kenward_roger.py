"""Kenward-Roger inference away from the reference cases: dense formulas, fallbacks, units."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.mixed import MixedModelFit, fit_mixed_model, kenward_roger, prepare_mixed_model

from .drawn import FORMULA, visits

ROWS = visits(14, seed=5)


def dense(fit: MixedModelFit) -> tuple[np.ndarray, np.ndarray]:
    """Adjusted covariance and df by Kenward and Roger's own formulas with the whole V: slow and obvious."""
    patient = ROWS["patient"].to_numpy()
    route = ROWS["route"].to_numpy()
    time = ROWS["time"].to_numpy()
    columns = {"Intercept": np.ones(len(ROWS)), "time": time, "baseline": ROWS["baseline"].to_numpy()}
    for level in ("IN", "IV"):
        columns[f"route[T.{level}]"] = (route == level).astype(float)
        columns[f"time:route[T.{level}]"] = time * (route == level)
    x = np.column_stack([columns[term] for term in fit.terms])
    same = (patient[:, None] == patient).astype(float)
    units = [same, same * (time[:, None] + time), same * np.outer(time, time), np.eye(len(ROWS))]
    g = fit.random_covariance.to_numpy()
    parameters = [g[0, 0], g[0, 1], g[1, 1], fit.residual_variance]
    inverse = np.linalg.inv(sum(value * unit for value, unit in zip(parameters, units, strict=True)))
    phi = np.linalg.inv(x.T @ inverse @ x)
    turned = [inverse @ unit for unit in units]
    p = [-x.T @ one @ inverse @ x for one in turned]
    q = [[x.T @ one @ other @ inverse @ x for other in turned] for one in turned]
    information = np.array(
        [
            [
                np.trace(one @ other) - 2 * np.trace(phi @ q[s][t]) + np.trace(phi @ p[s] @ phi @ p[t])
                for t, other in enumerate(turned)
            ]
            for s, one in enumerate(turned)
        ]
    )
    w = 2 * np.linalg.inv(information)
    inner = sum(w[s, t] * (q[s][t] - p[s] @ phi @ p[t]) for s in range(4) for t in range(4))
    slopes = np.array([phi @ one @ phi for one in p])
    gradients = np.einsum("sxx->sx", slopes)
    df = 2 * np.diag(phi) ** 2 / np.einsum("sx,st,tx->x", gradients, w, gradients)
    return phi + 2 * phi @ inner @ phi, df


def test_the_adjustment_is_that_of_the_dense_formulas() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time", df="kenward-roger")
    covariance, df = dense(fit)
    # The dense inverse of 70 rows is good to about 1e-12; everything else is the same arithmetic.
    assert fit.cov_fixed.to_numpy() == pytest.approx(covariance, rel=1e-9, abs=1e-12)
    assert fit.fixed_effects["df"].to_numpy() == pytest.approx(df, rel=1e-9)


def test_units_of_outcome_and_time_change_nothing() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time", df="kenward-roger")
    scaled = ROWS.assign(time=ROWS["time"] * 86_400.0, y=ROWS["y"] * 1e-6)
    again = fit_mixed_model(FORMULA, scaled, "patient", "1 + time", df="kenward-roger")
    assert again.fixed_effects["df"].to_numpy() == pytest.approx(fit.fixed_effects["df"].to_numpy(), rel=1e-7)
    assert again.fixed_effects["statistic"].to_numpy() == pytest.approx(
        fit.fixed_effects["statistic"].to_numpy(), rel=1e-7
    )


def test_near_singular_information_falls_back_to_satterthwaite_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time")
    monkeypatch.setattr(kenward_roger, "NEAR_SINGULAR", 1.0)  # every information is "near singular" then
    fit = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time", df="kenward-roger")
    assert fit.df_method == "satterthwaite"
    assert fit.notes[-1] == (
        "Kenward-Roger was asked for, but the information about the variance parameters is near singular: standard"
        " errors and degrees of freedom are Satterthwaite's."
    )
    assert fit.fixed_effects.equals(plain.fixed_effects)


def test_a_cohort_has_the_adjustment_of_a_fit_of_its_rows() -> None:
    rows = visits(40)
    chosen = [patient for patient in range(40) if patient % 3 or patient < 20]
    model = prepare_mixed_model(FORMULA, rows, "patient", "1 + time", df="kenward-roger")
    refit = model.fit(patients=chosen, start=model.fit())
    alone = fit_mixed_model(FORMULA, rows[rows["patient"].isin(chosen)], "patient", "1 + time", df="kenward-roger")
    for column in ("std_error", "df"):
        assert refit.fixed_effects[column].to_numpy() == pytest.approx(alone.fixed_effects[column].to_numpy(), rel=1e-7)
