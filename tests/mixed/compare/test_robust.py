"""Robust covariances: against dense matrices, patient by patient, and what a fit that carries one says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import ModelRefused, contrasts, fit_mixed_model, fit_mmrm, marginal_means, prepare_mixed_model
from analysis.mixed.compare import unit_scores as unit_scores_module
from analysis.mixed.compare.robust import robust_covariance, with_robust_variance
from analysis.mixed.diagnose.units import units_of

from ..drawn import FORMULA, visits
from .dense_sandwich import sandwich

ROWS = visits(30)
SAME = 1e-9  # relative to the largest entry: two ways through the same arithmetic


@pytest.mark.parametrize("kind", ["CR0", "KC", "CR2"])
@pytest.mark.parametrize(
    "options", [{"random": "1 + time"}, {"method": "ML"}, {"random": "1 + time", "correlated": False}]
)
def test_the_sums_give_what_dense_matrices_give(kind: str, options: dict[str, object]) -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient", **options)
    dense = sandwich(units_of(fit, ROWS), fit, kind)
    ours = robust_covariance(fit, kind).to_numpy()
    assert np.abs(ours - dense).max() <= SAME * np.abs(dense).max()


@pytest.mark.parametrize("kind", ["CR0", "KC"])
def test_the_rows_give_what_the_sums_give(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time")
    from_sums = robust_covariance(fit, kind).to_numpy()
    monkeypatch.setattr(unit_scores_module, "has_patient_sums", lambda fit: False)
    from_rows = robust_covariance(fit, kind).to_numpy()
    assert np.abs(from_sums - from_rows).max() <= SAME * np.abs(from_rows).max()


@pytest.mark.parametrize("kind", ["CR0", "KC", "CR2"])
@pytest.mark.parametrize("options", [{"weights": "weight"}, {"residual_by": "route"}, {"random": "1"}])
def test_weights_and_residual_structures_are_part_of_v(kind: str, options: dict[str, str]) -> None:
    rows = ROWS.assign(weight=1.0 + ROWS["time"] % 3)
    fit = fit_mixed_model(FORMULA, rows, "patient", **options)
    dense = sandwich(units_of(fit, rows), fit, kind)
    assert np.abs(robust_covariance(fit, kind).to_numpy() - dense).max() <= SAME * np.abs(dense).max()


@pytest.mark.parametrize("kind", ["CR0", "KC", "CR2"])
def test_an_mmrm_has_a_robust_variance_too(kind: str) -> None:
    fit = fit_mmrm("y ~ time * route", ROWS, "patient", "time", covariance="ar1")
    dense = sandwich(units_of(fit, ROWS), fit, kind)
    assert np.abs(robust_covariance(fit, kind).to_numpy() - dense).max() <= SAME * np.abs(dense).max()
    assert with_robust_variance(fit, kind).cov_fixed.equals(robust_covariance(fit, kind))


def test_a_cohort_that_lost_a_route_needs_no_rows() -> None:
    model = prepare_mixed_model(FORMULA, ROWS, "patient", "1 + time")
    kept = ROWS[ROWS["route"] != "IM"]
    fit = model.fit(patients=kept["patient"].unique())
    alone = fit_mixed_model(FORMULA, kept, "patient", "1 + time")
    ours, theirs = robust_covariance(fit, "KC", model), robust_covariance(alone, "KC")
    assert list(ours.index) == list(theirs.index)
    assert np.abs(ours - theirs).to_numpy().max() <= 1e-6 * np.abs(theirs).to_numpy().max()


def test_a_weighted_cohort_needs_no_rows_either() -> None:
    rows = ROWS.assign(weight=1.0 + ROWS["time"] % 3)
    model = prepare_mixed_model(FORMULA, rows, "patient", "1 + time", weights="weight")
    fit = model.fit(patients=range(5, 25))
    ours, theirs = robust_covariance(fit, "KC", model), robust_covariance(fit, "KC", rows)
    assert np.abs(ours - theirs).to_numpy().max() <= 1e-7 * np.abs(theirs).to_numpy().max()


def test_a_patient_who_alone_carries_a_coefficient_adds_nothing_to_its_variance() -> None:
    rows = ROWS.assign(route=ROWS["route"].where(ROWS["patient"] != 3, "SC"))
    table = robust_covariance(fit_mixed_model("y ~ time + route", rows, "patient"), "KC")
    assert np.isfinite(table.to_numpy()).all()
    assert np.linalg.eigvalsh(table.to_numpy())[0] > -SAME


def test_the_correction_widens() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient")
    assert (np.diag(robust_covariance(fit, "KC")) > np.diag(robust_covariance(fit, "CR0"))).all()


def test_a_fit_carries_its_robust_variance_into_every_table() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient", "1 + time")
    robust = with_robust_variance(fit, "KC")
    table = robust_covariance(fit, "KC")
    assert robust.cov_fixed.equals(table)
    assert robust.fixed_effects["std_error"].to_numpy() == pytest.approx(np.sqrt(np.diag(table)))
    assert robust.fixed_effects["df"].equals(fit.fixed_effects["df"])
    assert robust.fixed_effects["estimate"].equals(fit.fixed_effects["estimate"])
    assert not np.allclose(marginal_means(robust, "route")["std_error"], marginal_means(fit, "route")["std_error"])
    assert len(contrasts(robust, "route")) == 3
    assert robust.notes[-1] == (
        "Standard errors are robust (Kauermann-Carroll): they do not rest on the model's covariance."
        " Degrees of freedom are the model's."
    )
    assert fit.notes == robust.notes[:-1]


def test_asking_twice_replaces_the_first_answer() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient")
    twice = with_robust_variance(with_robust_variance(fit, "CR0"), "KC")
    once = with_robust_variance(fit, "KC")
    assert twice.cov_fixed.equals(once.cov_fixed)
    assert twice.notes == once.notes
    assert twice.fixed_effects.equals(once.fixed_effects)


@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger", "normal"])
def test_one_row_hypotheses_are_squared_t_and_joint_ones_are_wald_over_their_rank(df: str) -> None:
    fit = with_robust_variance(fit_mixed_model(FORMULA, ROWS, "patient", df=df), "CR0")
    assert fit.df_method == df
    first = fit.fixed_effects.iloc[1]
    single = fit.joint_test(np.eye(len(fit.terms))[1])
    assert single.statistic == pytest.approx(first["statistic"] ** 2)
    assert single.p_value == pytest.approx(first["p_value"])
    several = np.eye(len(fit.terms))[2:4]
    gap = several @ fit.coefficients
    wald = gap @ np.linalg.solve(several @ fit.coefficient_covariance @ several.T, gap) / 2
    assert fit.joint_test(several).statistic == pytest.approx(wald)
    assert fit.joint_test(several).df_num == 2


def test_refusals() -> None:
    fit = fit_mixed_model(FORMULA, ROWS, "patient")
    with pytest.raises(ModelRefused) as refused:
        robust_covariance(fit, "HC3")
    assert str(refused.value) == "There is no robust variance 'HC3'. Use 'CR0', 'KC' or 'CR2'."
    gone = fit_mixed_model(FORMULA, ROWS.copy(), "patient")
    with pytest.raises(ModelRefused) as refused:
        with_robust_variance(gone, "KC")
    assert str(refused.value) == "The rows of this fit are no longer in memory. Give them: source=data."


def test_order_of_rows_and_names_of_patients_change_nothing() -> None:
    other = ROWS.assign(patient=[f"p{99 - label}" for label in ROWS["patient"]]).sample(frac=1.0, random_state=3)
    ours = robust_covariance(fit_mixed_model(FORMULA, ROWS, "patient"), "KC")
    theirs = robust_covariance(fit_mixed_model(FORMULA, other, "patient"), "KC")
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-7)
