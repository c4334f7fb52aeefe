"""Normal quantiles with an envelope simulated from the fitted model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from ..fit import MixedModelFit
from ..fitted_model import LEVEL, FittedModel
from ..refusal import ModelRefused
from .clinics import summed
from .conditional import residual_deviation, revealed_by_rows, signal_of
from .units import units_of
from .whitened import Whitened, whiten

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
Values = Callable[[FloatArray], FloatArray]
"""Whitened residuals (rows x simulations) to the values whose quantiles are looked at (values x simulations)."""

MOST_POINTS = 400  # a figure shows no more; the tails are kept whole, where departures are seen
TAIL = 50  # of the smallest and of the largest values
SIMULATIONS = 199  # the 2.5 % points of 199 order statistics are the fifth from either end: 5/200
BLOCK = 1 << 22  # numbers simulated at a time: 32 MB


def normal_quantiles(
    fit: FittedModel,
    kind: str = "standardised",
    source: pd.DataFrame | None = None,
    simulations: int = SIMULATIONS,
    seed: int = 0,
) -> pd.DataFrame:
    """Observed against normal quantiles, with a pointwise 95 % envelope. One row per shown quantile.

    ``kind``: "standardised" (marginal) or "conditional" residuals (divided by the residual standard deviation), or a
    random term such as "Intercept": the patients' conditional modes, each divided by its standard deviation under
    the model. Columns ``theoretical``, ``observed``, ``envelope_low``, ``envelope_median``, ``envelope_high``.
    Above 400 values, evenly spaced ones and both tails are kept.

    The envelope: standard normal draws e for the whitened rows, less their projection on the fixed effects, are
    whitened residuals of a study that the fitted model generated and whose fixed effects were estimated again; they
    go the same way as the observed ones. So shrinkage, unequal numbers of rows and the terms of the model are in the
    envelope; the uncertainty of the variance parameters is not. Pointwise: about 5 % of the points of a right model
    lie outside. ``.attrs``: ``n_values``, ``n_outside`` (of the points shown), ``simulations``, ``seed``.

    Raises ModelRefused for a kind the fit does not have, modes that do not vary, and as ``residuals`` does.
    """
    whitened = whiten(fit, units_of(fit, source))
    values = _values(fit, kind, whitened)
    observed = np.sort(values(whitened.residual[:, None])[:, 0])
    size = len(observed)
    shown = _shown(size)
    envelope = _envelope(values, whitened, shown, (simulations, seed))
    observed = observed[shown]
    table = pd.DataFrame(
        {
            "theoretical": plotting_positions(size)[shown],
            "observed": observed,
            "envelope_low": envelope[0],
            "envelope_median": envelope[1],
            "envelope_high": envelope[2],
        }
    )
    outside = (observed < envelope[0]) | (observed > envelope[2])
    table.attrs.update(kind=kind, n_values=size, n_outside=int(outside.sum()), simulations=simulations, seed=seed)
    return table


def plotting_positions(size: int) -> FloatArray:
    """Normal quantiles of ``size`` ordered values, at R's ppoints: (i - a) / (n + 1 - 2a), a = 3/8 up to ten values."""
    a = 0.375 if size <= 10 else 0.5
    return np.asarray(ndtri((np.arange(1, size + 1) - a) / (size + 1.0 - 2.0 * a)))


def _values(fit: FittedModel, kind: str, whitened: Whitened) -> Values:
    if kind == "standardised":
        return lambda residual: residual
    names = fit.random_names if isinstance(fit, MixedModelFit) else ()
    if kind == "conditional" and names:
        return _conditional(whitened)
    if isinstance(fit, MixedModelFit) and kind in names:
        return _modes(fit, kind, whitened)
    known = ", ".join(f"'{name}'" for name in ("standardised", *(("conditional", *names) if names else ())))
    raise ModelRefused(f"This fit has no '{kind}' to take quantiles of.", f"Use one of: {known}.")


def _conditional(whitened: Whitened) -> Values:
    """What is left around the patient's own line, over its standard deviation."""
    deviation = residual_deviation(whitened)[:, None]

    def values(residual: FloatArray) -> FloatArray:
        return (whitened.unwhitened(residual) - signal_of(whitened, residual)) / deviation

    return values


def _modes(fit: MixedModelFit, name: str, whitened: Whitened) -> Values:
    units = whitened.units
    covariance, place = fit.random_covariance.to_numpy(), fit.random_names.index(name)
    size, toward = len(units.patients), (units.z @ covariance[:, place])[:, None]
    spread = np.sqrt(revealed_by_rows(whitened, covariance)[:, place, place])[:, None]
    if not (spread > 0.0).all():
        raise ModelRefused(
            f"The variance of the random {name} is estimated as zero, so its conditional modes are all zero.",
            "Look at the residuals instead.",
        )
    return lambda residual: summed(units.patient, toward * whitened.pulled(residual), size) / spread


def _shown(size: int) -> IntArray:
    """Ranks to keep: all of a few values, else both tails and evenly spaced ones between."""
    if size <= MOST_POINTS:
        return np.arange(size)
    middle = np.linspace(TAIL, size - TAIL - 1, MOST_POINTS - 2 * TAIL).round().astype(np.intp)
    return np.concatenate([np.arange(TAIL), middle, np.arange(size - TAIL, size)])


def _envelope(values: Values, whitened: Whitened, shown: IntArray, drawn: tuple[int, int]) -> FloatArray:
    """2.5 %, 50 % and 97.5 % points of every shown order statistic over ``drawn`` = (simulations, seed)."""
    simulations, seed = drawn
    draws = np.random.default_rng(seed)
    n = len(whitened.residual)
    step = max(1, BLOCK // n)
    kept = []
    for first in range(0, simulations, step):
        noise = draws.normal(size=(min(step, simulations - first), n)).T
        made = values(whitened.projected(noise))
        kept.append(np.sort(made, axis=0)[shown])
    outer = 0.5 * (1.0 - LEVEL)
    return np.asarray(np.quantile(np.concatenate(kept, axis=1), [outer, 0.5, 1.0 - outer], axis=1, method="weibull"))
