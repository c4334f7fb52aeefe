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

from ..certificate import Bend, bend_at
from ..deviance import Evaluation
from ..fit import MixedModelFit
from ..fitted_model import LEVEL
from ..inference import moment_df
from ..nested.elimination import eliminated_chunks
from ..nested.fit import NestedMixedModelFit
from ..nested.sums import NestedProducts
from ..prepared import PreparedModel
from ..problem import problem_of
from ..refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]

STEP = 1e-4  # of the largest entry of the factor of D: a central difference is then good to about 1e-8
UNKNOWN = 1e-9  # eigenvalue of M over the largest, under which the rows say nothing of a combination of clinics
FURTHEST = 1e6  # times the variance of a clinic's mean, at which the search for an upper limit ends


@dataclass(frozen=True, eq=False)
class ClinicDepartures:
    """``modes`` are the clinics' conditional modes (outcome units, in the order of ``clinics``), shrunken towards 0.

    ``covariance`` (clinics x clinics) is that of the errors û - u, at the estimated variances; ``slopes`` its changes
    per uncorrelated unit-variance direction of the variance parameters. ``between_sd`` is the standard deviation
    between clinics. ``information`` and ``departure`` are M and r over the residual variance.
    """

    clinics: pd.Index[Any]
    modes: FloatArray
    covariance: FloatArray
    slopes: FloatArray
    between_sd: float
    information: FloatArray
    departure: FloatArray

    def combined(self, weights: FloatArray) -> pd.DataFrame:
        """Weighted sums of the modes, one row per row of ``weights`` (rows x clinics): estimate, std_error and df.

        std_error is of the same sum of û - u. df are Satterthwaite's for that variance, as for a fixed effect
        (Giesbrecht and Burns 1985); they are near 0 where the variance between clinics is hardly more than zero.
        """
        variance = np.einsum("rk,kl,rl->r", weights, self.covariance, weights)
        table = {
            "estimate": weights @ self.modes,
            "std_error": np.sqrt(np.maximum(variance, 0.0)),
            "df": moment_df(self.covariance, self.slopes, weights),
        }
        return pd.DataFrame(table)

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
    between = float(at.covariance[-1, -1])
    information, departure = _joint(data, at.covariance)
    shrink: FloatArray = np.asarray(np.linalg.inv(np.eye(len(information)) + between * information), dtype=np.float64)
    slopes = _slopes(data, at, bend_at(at, fit.correlated), shrink)
    return ClinicDepartures(
        fit.clinics, unit * between * shrink @ departure, unit**2 * at.sigma2 * between * 0.5 * (shrink + shrink.T),
        unit**2 * at.sigma2 * slopes, abs(unit) * float(np.sqrt(at.sigma2 * between)),
        information / (unit**2 * at.sigma2), departure / (unit * at.sigma2),
    )  # fmt: skip


def _joint(data: NestedProducts, covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """M and r at a D of both levels, on the working scale; M and r do not depend on the clinics' part of D."""
    between, p = float(covariance[-1, -1]), data.p
    a, b, left = np.empty(data.n_clinics), np.empty((data.n_clinics, p + 1)), data.total.copy()
    for part in eliminated_chunks(data, covariance):
        a[part.clinics] = part.omega[0] / part.back[0, 0]
        b[part.clinics] = (part.gamma[0] / part.back[0, 0]).T
        left -= part.loss
    within = left + (b * (between / (1.0 + between * a))[:, None]).T @ b
    solved = np.linalg.solve(within[:p, :p], np.column_stack([b[:, :p].T, within[:p, p]]))
    information = np.diag(a) - b[:, :p] @ solved[:, :-1]
    return 0.5 * (information + information.T), b[:, p] - b[:, :p] @ solved[:, -1]


def _slopes(data: NestedProducts, at: Evaluation, bend: Bend, shrink: FloatArray) -> FloatArray:
    """Changes of d (I + d M)^-1 along the columns of the root of the variance parameters' covariance.

    In the clinics' entry of the factor of D and in log σ they are known; in the patients' entries M is differenced.
    """
    between, chart = float(at.covariance[-1, -1]), bend.chart
    inner = len(at.covariance) - 1
    step = STEP * max(float(np.abs(chart.factor[:inner, :inner]).max()), STEP)
    by_entry = np.zeros((len(bend.root), *shrink.shape))
    by_entry[-1] = 2.0 * between * shrink
    for place, row in enumerate(chart.rows):
        if row == inner:
            by_entry[place] = 2.0 * chart.factor[-1, -1] * shrink @ shrink
        elif between > 0.0:
            move = step * (np.arange(len(chart.rows)) == place)
            ahead, behind = (_joint(data, chart.moved(sign * move))[0] for sign in (1.0, -1.0))
            by_entry[place] = -(between**2) * shrink @ ((ahead - behind) / (2.0 * step)) @ shrink
    return np.asarray(np.tensordot(bend.root.T, by_entry, axes=1))
