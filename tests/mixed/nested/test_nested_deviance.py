"""The deviance of two levels, its derivatives and what degrees of freedom need, against one dense covariance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from analysis.mixed import fit_mixed_model
from analysis.mixed.chart import block_diagonal, chart_at
from analysis.mixed.curvature import free_units, own_centre, profiled_hessian, trace_form
from analysis.mixed.nested import elimination
from analysis.mixed.nested.deviance import evaluate_nested
from analysis.mixed.nested.kenward_roger import nested_kenward_roger

from .drawn import DenseStudy, clinic_visits, drawn_study, products_of

ROUNDING = 1e-11  # of sums of 40 rows; relative, or of a deviance of about 100
SLOPE_TOLERANCE = 1e-7  # central differences with steps of 1e-5
NOT_BETTER = 1e-5  # what L-BFGS on the dense likelihood may claim by rounding
SAME_DEVIANCE = 1e-7  # the dense likelihood itself loses digits by solving with V
STEP = 1e-5

every_size = pytest.mark.parametrize(("q", "qc"), [(1, 1), (2, 1), (1, 2), (2, 2), (3, 2), (3, 3)])


def drawn_covariance(study: DenseStudy, correlated: bool = True) -> np.ndarray:
    draws = np.random.default_rng(8)
    sizes = (study.z.shape[1], study.zc.shape[1])
    parts = [draws.normal(size=(size, size)) for size in sizes]
    whole = block_diagonal([part @ part.T for part in parts])
    return whole if correlated else np.diag(np.diag(whole))


@pytest.mark.parametrize("reml", [True, False])
@every_size
def test_deviance_is_that_of_the_dense_covariance(q: int, qc: int, reml: bool) -> None:
    study = drawn_study(3, q, qc)
    d = drawn_covariance(study)
    at = evaluate_nested(products_of(study), d, reml)
    assert at is not None
    assert at.value == pytest.approx(study.deviance(d, reml), abs=100 * ROUNDING)
    assert at.sizes == (q, qc)


@pytest.mark.parametrize("correlated", [True, False])
@pytest.mark.parametrize("reml", [True, False])
@every_size
def test_first_and_second_derivatives_are_those_of_the_dense_deviance(
    q: int, qc: int, reml: bool, correlated: bool
) -> None:
    study = drawn_study(4, q, qc)
    data = products_of(study)
    start = evaluate_nested(data, drawn_covariance(study, correlated), reml)
    assert start is not None
    at = evaluate_nested(data, start.covariance, reml, own_centre(start))
    assert at is not None
    chart = chart_at(at.covariance, correlated, at.sizes)
    steps = np.eye(len(chart.rows)) * STEP
    dense = [study.deviance(chart.moved(s), reml) - study.deviance(chart.moved(-s), reml) for s in steps]
    gradient = chart.gradient(at.slope)
    assert np.abs(np.array(dense) / (2 * STEP) - gradient).max() < SLOPE_TOLERANCE * np.abs(gradient).max() + 1e-7

    def moved_gradient(step: np.ndarray) -> np.ndarray:
        factor = chart.factor.copy()
        factor[chart.rows, chart.columns] += step
        there = evaluate_nested(data, chart.moved(step), reml)
        assert there is not None
        return 2.0 * (there.slope @ factor)[chart.rows, chart.columns]

    turned = np.array([moved_gradient(step) - moved_gradient(-step) for step in steps]) / (2 * STEP)
    hessian = profiled_hessian(at, chart)
    assert np.abs(turned - hessian).max() < SLOPE_TOLERANCE * np.abs(hessian).max()


@every_size
def test_traces_and_scores_are_those_of_the_dense_covariance(q: int, qc: int) -> None:
    study = drawn_study(5, q, qc)
    data, d = products_of(study), drawn_covariance(study)
    start = evaluate_nested(data, d, True)
    assert start is not None
    at = evaluate_nested(data, d, True, own_centre(start), keep_score=True)
    assert at is not None
    assert at.score is not None
    assert at.outer_score is not None
    units = free_units(q + qc, True, (q, qc))
    inverse = np.linalg.inv(study.covariance(d))
    turned = [inverse @ (study.covariance(unit) - np.eye(len(inverse))) for unit in units]
    expected = np.array([[np.trace(one @ other) for other in turned] for one in turned])
    assert trace_form(at.ww_sum, units) == pytest.approx(expected, abs=ROUNDING * np.abs(expected).max())
    pulled = inverse @ (study.xy[:, -1] - study.xy[:, :-1] @ at.beta)
    scores = np.stack([study.z[study.patient == one].T @ pulled[study.patient == one] for one in range(data.m)], axis=1)
    assert at.score == pytest.approx(scores, abs=ROUNDING * np.abs(scores).max())
    outer = [study.zc[study.clinic == one].T @ pulled[study.clinic == one] for one in np.unique(study.clinic)]
    by_clinic = np.array(outer).T
    assert at.outer_score == pytest.approx(by_clinic, abs=ROUNDING * np.abs(scores).max())


@pytest.mark.parametrize("correlated", [True, False])
@every_size
def test_kenward_roger_is_the_paper_s_formula_on_the_dense_covariance(q: int, qc: int, correlated: bool) -> None:
    study = drawn_study(6, q, qc, m=30, clinics=11)
    d = drawn_covariance(study, correlated)
    data = products_of(study)
    at = evaluate_nested(data, d, True)
    assert at is not None
    found = nested_kenward_roger(data, at, correlated, np.eye(data.p))
    assert found is not None
    x, inverse = study.xy[:, :-1], np.linalg.inv(study.covariance(d))
    g = [study.covariance(unit) - np.eye(len(x)) for unit in free_units(q + qc, correlated, (q, qc))] + [np.eye(len(x))]
    phi = np.linalg.inv(x.T @ inverse @ x)
    pulls = [-x.T @ inverse @ one @ inverse @ x for one in g]
    bends = [[x.T @ inverse @ one @ inverse @ other @ inverse @ x for other in g] for one in g]
    size = range(len(g))
    information = np.array(
        [
            [
                np.trace(inverse @ g[s] @ inverse @ g[t])
                - 2 * np.trace(phi @ bends[s][t])
                + np.trace(phi @ pulls[s] @ phi @ pulls[t])
                for t in size
            ]
            for s in size
        ]
    )
    weights = 2 * np.linalg.inv(information)
    inner = sum(weights[s, t] * (bends[s][t] - pulls[s] @ phi @ pulls[t]) for s in size for t in size)
    expected = at.sigma2 * (phi + 2 * phi @ inner @ phi)
    assert found.covariance == pytest.approx(expected, abs=1e-8 * np.abs(expected).max())


def test_any_number_of_clinics_at_a_time_gives_the_same_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    study = drawn_study(7, 2, 2, m=40, clinics=9)
    data, d = products_of(study), drawn_covariance(study)
    once = evaluate_nested(data, d, True)
    monkeypatch.setattr(elimination, "CHUNK", 1)
    piecewise = evaluate_nested(data, d, True)
    assert once is not None
    assert piecewise is not None
    assert piecewise.value == pytest.approx(once.value, rel=ROUNDING)
    assert piecewise.slope == pytest.approx(once.slope, abs=ROUNDING * np.abs(once.slope).max())
    assert piecewise.ww_sum == pytest.approx(once.ww_sum, abs=ROUNDING * np.abs(once.ww_sum).max())


@pytest.mark.parametrize("seed", range(12))
def test_no_other_covariance_has_a_lower_dense_deviance(seed: int) -> None:
    draws = np.random.default_rng(seed)
    scale = draws.choice([0.0, 0.4, 1.5], 2)
    rows = clinic_visits(int(draws.integers(4, 9)), seed, (scale[0], scale[1]), per_clinic=4)
    q, qc = int(draws.integers(1, 3)), int(draws.integers(1, 3))
    correlated, reml = bool(draws.random() < 0.6), bool(draws.random() < 0.6)
    random = ("1", "1 + time")
    fit = fit_mixed_model(
        "y ~ time + baseline", rows, "patient", random[q - 1], "clinic", random[qc - 1], correlated,
        "REML" if reml else "ML",
    )  # fmt: skip
    z = np.column_stack([np.ones(len(rows)), rows["time"]])
    xy = np.column_stack([z, rows["baseline"], rows["y"]])
    study = DenseStudy(z[:, :q], z[:, :qc], xy, rows["patient"].to_numpy(), rows["clinic"].to_numpy())
    found = [fit.random_covariance.to_numpy(), fit.nested_covariance.to_numpy()]
    here = study.deviance(block_diagonal(found) / fit.residual_variance, reml)
    assert here == pytest.approx(fit.neg2loglik, abs=SAME_DEVIANCE)

    def covariance(free: np.ndarray) -> np.ndarray:
        factors = [np.diag(free[:q]), np.diag(free[q : q + qc])]
        if correlated:
            for factor, entry in zip([f for f in factors if len(f) == 2], free[q + qc :], strict=True):
                factor[1, 0] = entry
        return block_diagonal([factor @ factor.T for factor in factors])

    size = q + qc + ((q == 2) + (qc == 2) if correlated else 0)
    starts = draws.normal(size=(2, size))
    best = min(minimize(lambda free: study.deviance(covariance(free), reml), s, method="L-BFGS-B").fun for s in starts)
    assert best >= fit.neg2loglik - NOT_BETTER
