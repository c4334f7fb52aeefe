"""Clinics, visits, weights and correlated residuals: the same results hold for every covariance the engine fits.

The oracle is one dense V over all rows, written here from the parameters of the fit.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from patsy import dmatrix

from analysis.mixed import FittedModel, MixedModelFit, ModelRefused, fit_mixed_model, fit_mmrm
from analysis.mixed.diagnose import (
    influence,
    normal_quantiles,
    random_effect_distribution,
    refit_without,
    residuals,
    units_of,
)
from analysis.mixed.diagnose.conditional import signal_of
from analysis.mixed.diagnose.whitened import whiten
from analysis.mixed.predict import predict

from ..drawn import visits

FloatArray = npt.NDArray[np.float64]

ROUNDING = 1e-8  # dense inverses of some 150 rows against patient by patient
TERMS = "time * route + baseline"


def study() -> pd.DataFrame:
    """36 patients in six clinics that differ, a weight per row, an arm with noisier scores."""
    rows = visits(36, seed=9, slope_sd=1.2, kept=0.75)
    draws = np.random.default_rng(4)
    rows["clinic"] = np.array([f"clinic {number}" for number in rows["patient"] % 6])
    own = draws.normal(size=(6, 2)) * [3.0, 1.5]
    rows["y"] += own[rows["patient"] % 6, 0] + own[rows["patient"] % 6, 1] * rows["time"]
    rows["y"] += draws.normal(size=len(rows)) * (rows["route"] == "IV")
    rows["weight"] = draws.uniform(0.5, 2.0, len(rows))
    rows["visit"] = rows["time"].astype(int)
    return rows.sample(frac=1.0, random_state=1).reset_index(drop=True)


ROWS = study()


@dataclass(frozen=True, eq=False)
class Oracle:
    """X, V and the part of V that belongs to patients and clinics, over all rows of ROWS."""

    fit: FittedModel
    v: FloatArray
    shared: FloatArray

    @property
    def x(self) -> FloatArray:
        return np.asarray(dmatrix(TERMS, ROWS))

    @property
    def y(self) -> FloatArray:
        return ROWS["y"].to_numpy()

    def gls(self, rows: npt.NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
        weight = np.linalg.inv(self.v[np.ix_(rows, rows)])
        covariance = np.linalg.inv(self.x[rows].T @ weight @ self.x[rows])
        return covariance @ self.x[rows].T @ weight @ self.y[rows], covariance


SAME = ROWS["patient"].to_numpy()[:, None] == ROWS["patient"].to_numpy()
SAME_CLINIC = ROWS["clinic"].to_numpy()[:, None] == ROWS["clinic"].to_numpy()
TIME = ROWS["time"].to_numpy()


def of_patients(fit: MixedModelFit) -> FloatArray:
    z = np.column_stack([np.ones(len(ROWS)), TIME])[:, : len(fit.random_names)]
    return SAME * (z @ fit.random_covariance.to_numpy() @ z.T)


def clinics() -> Oracle:
    fit = fit_mixed_model(f"y ~ {TERMS}", ROWS, "patient", "1 + time", nested_in="clinic", nested_random="1 + time")
    assert (fit.status, fit.nested_rank) == ("converged", 2)
    z = np.column_stack([np.ones(len(ROWS)), TIME])
    shared = of_patients(fit) + SAME_CLINIC * (z @ fit.nested_covariance.to_numpy() @ z.T)
    return Oracle(fit, shared + fit.residual_variance * np.eye(len(ROWS)), shared)


def schedule() -> Oracle:
    fit = fit_mmrm(f"y ~ {TERMS}", ROWS, "patient", "visit")
    at = ROWS["visit"].to_numpy()
    v = SAME * fit.visit_covariance.to_numpy()[np.ix_(at, at)]
    return Oracle(fit, v, np.zeros_like(v))


def weighted_by_route() -> Oracle:
    fit = fit_mixed_model(f"y ~ {TERMS}", ROWS, "patient", "1 + time", weights="weight", residual_by="route")
    structure = fit.residual_structure
    ratio = dict(zip(structure.levels, structure.variance_ratios, strict=True))
    relative = ROWS["route"].map(ratio).to_numpy() / ROWS["weight"].to_numpy()
    shared = of_patients(fit)
    return Oracle(fit, shared + fit.residual_variance * np.diag(relative), shared)


def exponential() -> Oracle:
    fit = fit_mixed_model(f"y ~ {TERMS}", ROWS, "patient", "1", residual="exponential", residual_time="time")
    rho = fit.residual_structure.correlation_per_unit
    shared = of_patients(fit)
    correlation = SAME * rho ** np.abs(TIME[:, None] - TIME)
    return Oracle(fit, shared + fit.residual_variance * correlation, shared)


CASES = {case.__name__: case for case in (clinics, schedule, weighted_by_route, exponential)}


@pytest.fixture(scope="module", params=list(CASES))
def oracle(request: pytest.FixtureRequest) -> Oracle:
    return CASES[request.param]()


def test_the_units_hold_the_whole_covariance(oracle: Oracle) -> None:
    units, v = units_of(oracle.fit, ROWS), np.zeros_like(oracle.v)
    for batch in units.batches():
        for rows, here in zip(batch.rows, batch.v, strict=True):
            v[np.ix_(rows, rows)] = here
    assert v == pytest.approx(oracle.v, abs=ROUNDING)
    assert units.x == pytest.approx(oracle.x)


def test_whitened_rows_are_independent_with_variance_one(oracle: Oracle) -> None:
    whitened = whiten(oracle.fit, units_of(oracle.fit, ROWS))
    root = whitened.unwhitened(np.eye(len(ROWS)))
    assert root @ root.T == pytest.approx(oracle.v, abs=ROUNDING)
    assert whitened.pulled(np.eye(len(ROWS))).T @ root == pytest.approx(np.eye(len(ROWS)), abs=ROUNDING)
    marginal = oracle.y - oracle.x @ oracle.fit.coefficients
    assert root @ whitened.residual == pytest.approx(marginal, abs=ROUNDING)
    signal = signal_of(whitened, np.eye(len(ROWS)))
    assert signal == pytest.approx(oracle.shared @ np.linalg.solve(oracle.v, root), abs=ROUNDING)


def test_leaving_a_patient_out_is_least_squares_on_the_others(oracle: Oracle) -> None:
    found = influence(oracle.fit, ROWS)
    everyone = np.ones(len(ROWS), dtype=bool)
    b, covariance = oracle.gls(everyone)
    errors = np.sqrt(np.diag(covariance))
    for patient in (0, 7, 20, 35):
        without, theirs = oracle.gls((ROWS["patient"] != patient).to_numpy())
        assert (found.without.loc[patient].to_numpy() - without) / errors == pytest.approx(0.0, abs=1e-5)
        gap = b - without
        row = found.patients.loc[patient]
        assert row["cooks_distance"] == pytest.approx(gap @ np.linalg.solve(covariance, gap) / len(b), rel=1e-4)
        assert row["covariance_ratio"] == pytest.approx(np.linalg.det(theirs) / np.linalg.det(covariance))


def test_a_patient_s_line_and_its_error_are_the_dense_universal_prediction(oracle: Oracle) -> None:
    fit = oracle.fit
    interval = None if isinstance(fit, MixedModelFit) else "prediction"
    asked = ROWS.iloc[[3, 11, 40]]
    ours = predict(fit, asked, "patient", interval, ROWS)
    weight = np.linalg.inv(oracle.v)
    c = (oracle.shared if isinstance(fit, MixedModelFit) else oracle.v)[:, asked.index]
    estimate = oracle.x[asked.index] @ fit.coefficients + c.T @ weight @ (oracle.y - oracle.x @ fit.coefficients)
    left = oracle.x[asked.index] - c.T @ weight @ oracle.x
    variance = np.diag(c[asked.index] - c.T @ weight @ c + left @ fit.coefficient_covariance @ left.T)
    assert ours["estimate"].to_numpy() == pytest.approx(estimate, abs=ROUNDING)
    assert ours["std_error"].to_numpy() ** 2 == pytest.approx(variance, abs=1e-7)


def test_a_new_patient_s_score_has_the_whole_variance_of_a_row(oracle: Oracle) -> None:
    ours = predict(oracle.fit, ROWS, interval="prediction")
    fixed = np.sum((oracle.x @ oracle.fit.coefficient_covariance) * oracle.x, axis=1)
    assert ours["std_error"].to_numpy() ** 2 == pytest.approx(np.diag(oracle.v) + fixed, abs=ROUNDING)


def test_quantiles_are_given_for_every_covariance(oracle: Oracle) -> None:
    table = normal_quantiles(oracle.fit, source=ROWS, simulations=39)
    assert table.attrs["n_values"] == len(ROWS)
    assert table.attrs["n_outside"] < len(ROWS) / 2


def test_modes_in_clinics_are_those_of_the_dense_formulas() -> None:
    oracle = clinics()
    fit = oracle.fit
    table = random_effect_distribution(fit, ROWS)
    z, g = np.column_stack([np.ones(len(ROWS)), TIME]), fit.random_covariance.to_numpy()
    weight = np.linalg.inv(oracle.v)
    for patient in (2, 17):
        own = z * (ROWS["patient"] == patient).to_numpy()[:, None]
        modes = g @ own.T @ weight @ (oracle.y - oracle.x @ fit.coefficients)
        given = g - g @ own.T @ weight @ own @ g
        rows = table[table["patient"] == patient].set_index("term").loc[["Intercept", "time"]]
        assert rows["mode"].to_numpy() == pytest.approx(modes, abs=1e-6)
        assert rows["conditional_sd"].to_numpy() ** 2 == pytest.approx(np.diag(given), abs=ROUNDING)
    assert residuals(fit, ROWS)["conditional"].to_numpy() == pytest.approx(
        (oracle.v - oracle.shared) @ weight @ (oracle.y - oracle.x @ fit.coefficients), abs=ROUNDING
    )


def test_a_new_patient_of_a_known_clinic_has_the_clinic_s_line() -> None:
    oracle = clinics()
    fit, weight = oracle.fit, np.linalg.inv(oracle.v)
    asked = ROWS.iloc[[5, 6, 7]].assign(patient=[900, 901, 902], clinic=["clinic 2", "clinic 4", "nowhere"])
    ours = predict(fit, asked, "patient", source=ROWS)
    z = np.column_stack([np.ones(len(ROWS)), TIME])
    outer, inner = fit.nested_covariance.to_numpy(), fit.random_covariance.to_numpy()
    for row, clinic in zip(asked.index, asked["clinic"], strict=True):
        c = (ROWS["clinic"] == clinic).to_numpy() * (z @ outer @ z[row])
        estimate = oracle.x[row] @ fit.coefficients + c @ weight @ (oracle.y - oracle.x @ fit.coefficients)
        left = oracle.x[row] - c @ weight @ oracle.x
        variance = z[row] @ (outer + inner) @ z[row] - c @ weight @ c + left @ fit.coefficient_covariance @ left
        assert ours.loc[row, "estimate"] == pytest.approx(estimate, abs=ROUNDING)
        assert ours.loc[row, "std_error"] ** 2 == pytest.approx(variance, abs=ROUNDING)
    assert not ours["known_patient"].any()
    with pytest.raises(ModelRefused, match=r"^The data has no 'clinic' \(a column that this prediction uses\)\."):
        predict(fit, asked.drop(columns="clinic"), "patient", source=ROWS)


def test_a_refit_in_clinics_is_the_fit_of_the_others() -> None:
    fit = clinics().fit
    table = refit_without(fit, [7], ROWS)
    others = ROWS[ROWS["patient"] != 7]
    alone = fit_mixed_model(f"y ~ {TERMS}", others, "patient", "1 + time", nested_in="clinic", nested_random="1 + time")
    assert table.loc[7, "residual_variance"] == pytest.approx(alone.residual_variance, rel=1e-6)
    assert table.loc[7, list(fit.terms)].to_numpy(dtype=float) == pytest.approx(alone.coefficients, abs=1e-6)


def test_what_an_mmrm_or_correlated_residuals_do_not_have_is_refused_in_words() -> None:
    visits_fit = schedule().fit
    assert refusal(lambda: predict(visits_fit, ROWS, "patient")) == (
        "An MMRM has no mean of one patient, only the patient's scores: there is no confidence interval for it. Use"
        " interval='prediction', or level='population'."
    )
    assert refusal(lambda: predict(visits_fit, ROWS.assign(visit=99), interval="prediction")) == (
        "The fit has no visit 99. Its visits are: 0, 1, 2, 3, 4, 5."
    )
    assert refusal(lambda: refit_without(visits_fit, [7], ROWS)) == (
        "Each refit would have to find the covariance of the visits again, which per-patient sums cannot do. Use"
        " influence, which keeps it as it is, or fit_mmrm on the rows without the patient."
    )
    assert refusal(lambda: normal_quantiles(visits_fit, "conditional", ROWS)) == (
        "This fit has no 'conditional' to take quantiles of. Use one of: 'standardised'."
    )
    correlated = exponential().fit
    assert refusal(lambda: predict(correlated, ROWS, "patient", "prediction")) == (
        "With correlated residuals a patient's next score depends on the time since the last one, which this interval"
        " does not know. Use interval='confidence', or level='population'."
    )
    assert refusal(lambda: refit_without(correlated, [7], ROWS)) == (
        "Each refit would have to find the residual structure again, which per-patient sums cannot do. Use influence,"
        " which keeps it as it is, or fit_mixed_model on the rows without the patient."
    )


def test_an_mmrm_s_residuals_have_no_columns_of_the_patient_s_own() -> None:
    table = residuals(schedule().fit, ROWS)
    assert list(table.columns) == ["patient", "fitted_population", "marginal", "standardised"]


def refusal(call: object) -> str:
    assert callable(call)
    with pytest.raises(ModelRefused) as caught:
        call()
    return str(caught.value)


def test_a_fit_of_a_kind_nobody_has_described_is_refused() -> None:
    known = exponential().fit
    bare = FittedModel(**{field.name: getattr(known, field.name) for field in fields(FittedModel)})
    assert refusal(lambda: residuals(bare, ROWS)) == (
        "The rows of a FittedModel cannot be taken apart into independent units. Use a fit of fit_mixed_model or"
        " fit_mmrm."
    )
    assert refusal(lambda: predict(bare, ROWS, interval="prediction")) == (
        "A FittedModel says nothing about single patients. Use level='population', interval='confidence'."
    )
