"""Profile intervals of patients nested in clinics, against a dense likelihood minimised by Nelder and Mead."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from analysis.mixed import fit_mixed_model, prepare_mixed_model
from analysis.mixed.compare.profile import profile_intervals

from ..nested.drawn import FORMULA, clinic_visits

ROWS = clinic_visits(12, clinic_sd=(5.0, 0.4), per_clinic=4)
RISE = 3.841458820694124  # 95 % point of chi-square with one df
NELDER_MEAD = 1e-6  # what that method leaves of the deviance
SAME = 1e-6  # relative: limits are found to 1e-8 standard errors, in bases that differ in rounding


@pytest.mark.parametrize(
    ("parameter", "place", "method"),
    [("sd(Intercept | clinic)", 1, "REML"), ("sd(Intercept)", 0, "ML"), ("sigma", 2, "REML")],
)
def test_a_limit_is_where_the_dense_deviance_has_risen(parameter: str, place: int, method: str) -> None:
    fit = fit_mixed_model("y ~ time", ROWS, "patient", nested_in="clinic", method=method)
    row = profile_intervals(fit).loc[parameter]
    x, y = np.column_stack([np.ones(len(ROWS)), ROWS["time"]]), ROWS["y"].to_numpy()
    alike = [ROWS[name].to_numpy()[:, None] == ROWS[name].to_numpy() for name in ("patient", "clinic")]

    def deviance(logs: np.ndarray) -> float:
        own, outer, sigma = np.exp(2.0 * logs)
        v = own * alike[0] + outer * alike[1] + sigma * np.eye(len(y))
        vx = np.linalg.solve(v, x)
        beta = np.linalg.solve(x.T @ vx, vx.T @ y)
        r = y - x @ beta
        reml = np.linalg.slogdet(x.T @ vx)[1] - 2 * np.log(2 * np.pi) if method == "REML" else 0.0
        return float(np.linalg.slogdet(v)[1] + r @ np.linalg.solve(v, r) + len(y) * np.log(2 * np.pi) + reml)

    sds = [np.sqrt(fit.random_covariance.iloc[0, 0]), np.sqrt(fit.nested_covariance.iloc[0, 0]), fit.sigma]
    for end in ("ci_low", "ci_high"):
        held, free = np.log(row[end]), np.delete(np.log(sds), place)
        found = minimize(
            lambda logs, held=held: deviance(np.insert(logs, place, held)), free, method="Nelder-Mead",
            options={"xatol": 1e-7, "fatol": 1e-9},
        )  # fmt: skip
        assert found.fun - fit.neg2loglik == pytest.approx(RISE, abs=10 * NELDER_MEAD)


def test_a_cohort_of_clinics_profiles_from_the_prepared_sums_as_from_its_rows() -> None:
    options = {"random": "1 + time", "nested_in": "clinic", "method": "ML"}
    model = prepare_mixed_model(FORMULA, ROWS, "patient", **options)
    kept = ROWS[ROWS["clinic"] < 9]
    ours = profile_intervals(model.fit(patients=kept["patient"].unique()), model)
    alone = profile_intervals(fit_mixed_model(FORMULA, kept, "patient", **options), kept)
    assert list(ours.index) == list(alone.index)
    numbers = ["estimate", "ci_low", "ci_high"]
    assert ours[numbers].to_numpy() == pytest.approx(alone[numbers].to_numpy(), rel=SAME, abs=SAME)
