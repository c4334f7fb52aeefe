"""Profile-likelihood intervals of standard deviations, correlations and σ, and by ML of the fixed effects.

A limit is where the deviance, minimised over everything else, has risen by the chi-square quantile (Venzon and
Moolgavkar 1988, Appl Stat 37; lme4's confint with method "profile"). Nothing is interpolated.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import chdtri, ndtri

from ..fit import MixedModelFit
from ..fitted_model import LEVEL
from ..prepared import PreparedModel
from ..problem import Problem, problem_of
from .effect_names import correlated_pairs, effect_names
from .fixed_profile import fixed_effect_limits
from .profile_path import Parameter, Setting, limit, setting_of

FIRST_STEP = 0.3  # share of a standard deviation, and of log σ, at which a limit is first looked for
FIRST_CORRELATION = 0.4
VANISHED = 1e-10  # variance over residual variance, with Z scaled, under which a correlation is not defined

AT_ZERO = "The interval reaches zero: these rows do not rule out that patients do not differ in this."
AT_ONE = "The interval reaches the end of the correlations."
UNDEFINED = "Not defined: one of the two variances is estimated as zero."

Row = dict[str, float | str]


def profile_intervals(
    fit: MixedModelFit, source: PreparedModel | pd.DataFrame | None = None, level: float = LEVEL
) -> pd.DataFrame:
    """Profile-likelihood intervals by the fit's own method: one row per parameter, index parameter.

    Parameters are "sd(x)" of every random effect, "cor(x, z)" of every pair of a level, "sigma", all in units of the
    outcome, and for an ML fit the fixed effects; REML has no likelihood in which fixed effects could be compared.
    Random effects of clinics are named "x | clinic column". Columns: estimate, ci_low, ci_high and note, which says
    where an interval is cut off by zero or by a correlation of one. lme4 profiles a REML fit by ML; here a REML fit
    keeps its own, less biased, likelihood.

    Raises ModelRefused when the rows are gone, for a residual structure, and when the likelihood is too flat.
    """
    problem = problem_of(fit, source)
    setting, rise = setting_of(problem, fit.correlated), float(chdtri(1, 1.0 - level))
    rows: dict[str, Row] = {}
    names = effect_names(fit)
    for place, name in enumerate(names):
        rows[f"sd({name})"] = _deviation_row(setting, place, rise)
    for first, second in correlated_pairs(problem.at.sizes) if fit.correlated else []:
        rows[f"cor({names[first]}, {names[second]})"] = _correlation_row(setting, first, second, rise)
    rows["sigma"] = _sigma_row(setting, rise)
    table = pd.DataFrame.from_dict(rows, orient="index")
    in_outcome_units = [name for name in rows if not name.startswith("cor(")]
    table.loc[in_outcome_units, ["estimate", "ci_low", "ci_high"]] *= problem.working.outcome_scale
    return pd.concat([table, _fixed_rows(fit, problem, level, rise)]).rename_axis("parameter")


def _deviation_row(setting: Setting, place: int, rise: float) -> Row:
    estimate, parameter = float(np.sqrt(setting.covariance[place, place])), Parameter("sd", (place,))
    step = max(FIRST_STEP * estimate, float(setting.least[place]))
    low, cut = limit(setting, parameter, estimate, -step, rise)
    high, _ = limit(setting, parameter, estimate, step, rise)
    return _row(estimate, low, high, AT_ZERO if cut else "")


def _correlation_row(setting: Setting, first: int, second: int, rise: float) -> Row:
    variances = np.diag(setting.covariance)[[first, second]]
    if np.any(variances <= VANISHED * (setting.least[[first, second]]) ** 2):
        return _row(float("nan"), float("nan"), float("nan"), UNDEFINED)
    estimate = float(np.clip(setting.covariance[first, second] / np.sqrt(np.prod(variances)), -1.0, 1.0))
    parameter = Parameter("cor", (first, second))
    limits = [limit(setting, parameter, estimate, step, rise) for step in (-FIRST_CORRELATION, FIRST_CORRELATION)]
    return _row(estimate, limits[0][0], limits[1][0], AT_ONE if limits[0][1] or limits[1][1] else "")


def _sigma_row(setting: Setting, rise: float) -> Row:
    parameter, estimate = Parameter("log sigma", ()), setting.log_sigma
    low, high = (limit(setting, parameter, estimate, step, rise)[0] for step in (-FIRST_STEP, FIRST_STEP))
    return _row(float(np.exp(estimate)), float(np.exp(low)), float(np.exp(high)), "")


def _fixed_rows(fit: MixedModelFit, problem: Problem, level: float, rise: float) -> pd.DataFrame:
    if fit.method == "REML":
        return pd.DataFrame(columns=["estimate", "ci_low", "ci_high", "note"])
    reach = float(ndtri(0.5 + level / 2.0)) * np.sqrt(np.diag(fit.coefficient_covariance))
    rows = {}
    for place, term in enumerate(fit.terms):
        low, high = fixed_effect_limits(problem, fit.correlated, place, float(reach[place]), rise)
        estimate = float(fit.coefficients[place])
        rows[term] = _row(estimate, estimate + low, estimate + high, "")
    return pd.DataFrame.from_dict(rows, orient="index")


def _row(estimate: float, low: float, high: float, note: str) -> Row:
    return {"estimate": estimate, "ci_low": low, "ci_high": high, "note": note}
