"""How far each clinic departs from the model's fixed effects, and how uncertain that is, all clinics jointly.

Henderson's mixed-model equations with the patients taken out. Per clinic a = Z_c'V^-1 Z_c, b = Z_c'V^-1 [X y], V being
the covariance within patients alone; with C = X'V^-1 X over all clinics and the fixed effects taken out as well,

    M = diag(a) - B C^-1 B'      r = b_y - B C^-1 X'V^-1 y      u = d (I + d M)^-1 r      var(u - û) = σ² d (I + d M)^-1

with σ² d the variance between clinics. The variance of prediction error therefore includes that the fixed effects are
estimated (Henderson, Biometrics 1975;31:423-447), which lme4's condVar does not. M has the clinics in the order of
their labels in the fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.special import chdtri

from ..deviance import Evaluation
from ..fit import MixedModelFit
from ..fitted_model import LEVEL
from ..nested.elimination import eliminated_chunks
from ..nested.fit import NestedMixedModelFit
from ..nested.sums import NestedProducts
from ..prepared import PreparedModel
from ..problem import problem_of
from ..refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]

UNKNOWN = 1e-9  # eigenvalue of M over the largest, under which the rows say nothing of a combination of clinics
FURTHEST = 1e6  # times the variance of a clinic's mean, at which the search for an upper limit ends


@dataclass(frozen=True, eq=False)
class ClinicDepartures:
    """``modes`` are the clinics' conditional modes (outcome units, in the order of ``clinics``), shrunken towards 0.

    ``covariance`` (clinics x clinics) is that of the errors û - u, at the estimated variances. ``between_sd`` is the
    standard deviation between clinics. ``information`` and ``departure`` are M and r over the residual variance.
    """

    clinics: pd.Index[Any]
    modes: FloatArray
    covariance: FloatArray
    between_sd: float
    information: FloatArray
    departure: FloatArray

    def combined(self, weights: FloatArray) -> pd.DataFrame:
        """Weighted sums of the modes, one row per row of ``weights`` (rows x clinics): estimate, and std_error, of the
        same sum of û - u."""
        variance = np.einsum("rk,kl,rl->r", weights, self.covariance, weights)
        return pd.DataFrame({"estimate": weights @ self.modes, "std_error": np.sqrt(np.maximum(variance, 0.0))})

    def between_interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Interval of the standard deviation between clinics, by the Q profile: the values at which the clinics'
        squared departures are what they would be expected to be, within chi-square limits.

        Viechtbauer (Stat Med 2007;26:37-52), with the fixed effects taken out of all clinics jointly and the other
        variances at their estimates. Defined at a singular fit too. NaN when no two clinics can be compared, and when
        no value is inside: the clinics are then more alike than chance makes equal ones.
        """
        values, vectors = np.linalg.eigh(self.information)
        known = values > UNKNOWN * max(values[-1], 0.0)
        if not known.any():
            return np.nan, np.nan
        weights, squares = values[known], (vectors[:, known].T @ self.departure) ** 2
        df, tail = int(known.sum()), (1.0 - level) / 2.0

        def excess(between: float, quantile: float) -> float:
            return float(np.sum(squares / (weights * (1.0 + between * weights)))) - quantile

        limits = []
        for quantile in (float(chdtri(df, tail)), float(chdtri(df, 1.0 - tail))):
            furthest = FURTHEST / float(weights.min())
            if excess(0.0, quantile) <= 0.0:
                limits.append(0.0)
            elif excess(furthest, quantile) >= 0.0:
                limits.append(np.inf)
            else:
                limits.append(float(np.sqrt(brentq(excess, 0.0, furthest, args=(quantile,), xtol=1e-12))))
        return (limits[0], limits[1]) if limits[1] > 0.0 else (np.nan, np.nan)


def clinic_departures(fit: MixedModelFit, source: PreparedModel | pd.DataFrame | None = None) -> ClinicDepartures:
    """The clinics of a fit of patients nested in clinics, jointly. ``source`` as in ``profile_intervals``.

    Raises ModelRefused for a fit without an outer level or with more than a level per clinic, and when the rows are
    gone.
    """
    if not isinstance(fit, NestedMixedModelFit):
        raise ModelRefused("This fit has no clinics.", "Fit the model with nested_in.")
    if len(fit.nested_random_names) > 1:
        raise ModelRefused(
            "The clinics of this fit differ in more than their level, so one number does not say how far each departs.",
            "Use nested_random='1'.",
        )
    problem = problem_of(fit, source)
    data, at = problem.working.nested, problem.at
    assert data is not None
    assert problem.model.outer_level is not None
    unit = problem.working.outcome_scale * float(problem.model.outer_level.basis.transform[0, 0])
    information, departure = _joint(data, at)
    between = float(at.covariance[-1, -1])
    errors = _errors(information, between)
    return ClinicDepartures(
        fit.clinics, unit * errors @ departure, unit**2 * at.sigma2 * errors,
        abs(unit) * float(np.sqrt(at.sigma2 * between)),
        information / (unit**2 * at.sigma2), departure / (unit * at.sigma2),
    )  # fmt: skip


def _errors(information: FloatArray, between: float) -> FloatArray:
    """d (I + d M)^-1."""
    made = between * np.linalg.inv(np.eye(len(information)) + between * information)
    return np.asarray(0.5 * (made + made.T))


def _joint(data: NestedProducts, at: Evaluation) -> tuple[FloatArray, FloatArray]:
    """M and r at one D, on the working scale."""
    between, p = float(at.covariance[-1, -1]), data.p
    a, b = np.empty(data.n_clinics), np.empty((data.n_clinics, p + 1))
    for part in eliminated_chunks(data, at.covariance):
        left = part.back[0, 0]
        a[part.clinics], b[part.clinics] = part.omega[0] / left, (part.gamma[0] / left).T
    taken = b * (between / (1.0 + between * a))[:, None]
    with_clinics = np.linalg.inv(at.xvx_inverse)
    xx, xy = with_clinics + taken[:, :p].T @ b[:, :p], with_clinics @ at.beta + taken[:, :p].T @ b[:, p]
    solved = np.linalg.solve(xx, np.column_stack([b[:, :p].T, xy]))
    information = np.diag(a) - b[:, :p] @ solved[:, :-1]
    return 0.5 * (information + information.T), b[:, p] - b[:, :p] @ solved[:, -1]
