"""Small drawn studies for the engine's tests, and the plainest possible likelihood to hold it against."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

FORMULA = "y ~ time * route + baseline"
FloatArray = npt.NDArray[np.float64]


def visits(m: int = 40, seed: int = 1, slope_sd: float = 0.6, kept: float = 0.8) -> pd.DataFrame:
    """m patients over three routes, up to six visits each; ``kept`` is the share of visits that took place."""
    draws = np.random.default_rng(seed)
    patient = np.repeat(np.arange(m), 6)
    time = np.tile(np.arange(6.0), m)
    route = np.array(["IM", "IN", "IV"])[np.arange(m) % 3]
    baseline = draws.normal(18, 4, m)
    own = draws.normal(size=(m, 2)) * [2.0, slope_sd]
    y = 2 + 0.4 * baseline[patient] - 0.8 * time - 0.5 * time * (route[patient] == "IV")
    y = y + own[patient, 0] + own[patient, 1] * time + draws.normal(0, 1.5, len(time))
    rows = pd.DataFrame(
        {"patient": patient, "time": time, "route": route[patient], "baseline": baseline[patient], "y": y}
    )
    return rows[draws.random(len(rows)) < kept].reset_index(drop=True)


def dense_deviance(
    x: FloatArray, z: FloatArray, y: FloatArray, patient: npt.NDArray[np.intp], covariance: FloatArray, reml: bool
) -> float:
    """Profiled -2 log likelihood from each patient's dense V_i, one patient at a time: slow and obvious."""
    n, p = x.shape
    log_determinant, normal = 0.0, np.zeros((p + 1, p + 1))
    both = np.column_stack([x, y])
    for one in np.unique(patient):
        rows = patient == one
        v = np.eye(int(rows.sum())) + z[rows] @ covariance @ z[rows].T
        log_determinant += np.linalg.slogdet(v)[1]
        normal += both[rows].T @ np.linalg.solve(v, both[rows])
    beta = np.linalg.solve(normal[:p, :p], normal[:p, p])
    pwrss = normal[p, p] - beta @ normal[:p, p]
    nu = n - p if reml else n
    extra = np.linalg.slogdet(normal[:p, :p])[1] if reml else 0.0
    return float(log_determinant + nu * (1 + np.log(2 * np.pi * pwrss / nu)) + extra)
