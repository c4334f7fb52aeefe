"""Likelihood-ratio tests of a smaller model within a larger one, and the comparisons that are not one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..fitted_model import FittedModel
from ..prepared import PreparedModel
from ..refusal import ModelRefused
from .criteria import variance_parameters
from .nesting import Nesting, nesting
from .null_distribution import null_distribution

ROUNDING = 1e-8  # optima are certified to 1e-9 each
WORSE = 1e-6  # deviance by which a larger model may lie above a smaller one: rounding
SAME_SCALE = 1e-6  # log determinant of the map between two fixed parts, under which REML criteria share their constant


def likelihood_ratio_test(
    smaller: FittedModel, larger: FittedModel, source: PreparedModel | pd.DataFrame | None = None
) -> pd.DataFrame:
    """Test a smaller model within a larger one, as R's anova(): one row.

    Coefficients are tested by ML only. Variances may be tested by REML when the fixed parts are the same; on their
    boundary the statistic is compared with a mixture of chi-squares (see ``null_distribution``). Columns: neg2loglik
    and n_parameters of both, ``chi_square``, ``df`` (parameters apart), ``distribution`` in words, ``p_value``,
    ``note``. ``source`` is the frame of the fits, found by itself while in use.

    Raises ModelRefused for different rows or outcomes, models that are not nested, different methods, REML with
    different fixed parts, a null distribution that is not known, and a larger model that fits worse.
    """
    frame = None if isinstance(source, PreparedModel) else source
    found = checked_nesting(smaller, larger, frame)
    distribution = null_distribution(smaller, larger, found.random, len(larger.kept) - len(smaller.kept))
    parameters = [len(fit.kept) + variance_parameters(fit) for fit in (smaller, larger)]
    if parameters[0] == parameters[1]:
        raise ModelRefused(
            f"Both models have {parameters[0]} parameters and span the same columns: they are one model.",
            "Leave out the term that is to be tested.",
        )
    statistic = likelihood_ratio(smaller, larger)
    row = {
        "neg2loglik_smaller": smaller.neg2loglik,
        "neg2loglik_larger": larger.neg2loglik,
        "n_parameters_smaller": parameters[0],
        "n_parameters_larger": parameters[1],
        "chi_square": statistic,
        "df": parameters[1] - parameters[0],
        "distribution": distribution.name,
        "p_value": distribution.p_value(statistic),
        "note": distribution.note,
    }
    return pd.DataFrame([row])


def checked_nesting(smaller: FittedModel, larger: FittedModel, source: pd.DataFrame | None) -> Nesting:
    """How the smaller lies in the larger, once their likelihoods may be compared. Raises ModelRefused otherwise."""
    if smaller.method != larger.method:
        raise ModelRefused(
            f"One fit is by {smaller.method}, the other by {larger.method}: their likelihoods cannot be compared.",
            "Fit both by ML, or both by REML when their fixed parts are the same.",
        )
    found = nesting(smaller, larger, source)
    if smaller.method == "REML" and not _same_fixed_part(found):
        raise ModelRefused(
            "The fixed parts differ and the fits are by REML, whose likelihood depends on the fixed part.",
            "Fit both with method='ML'.",
        )
    return found


def likelihood_ratio(smaller: FittedModel, larger: FittedModel) -> float:
    """Twice the log likelihood ratio. Raises ModelRefused when the larger model fits worse."""
    statistic = smaller.neg2loglik - larger.neg2loglik
    if statistic < -WORSE:
        raise ModelRefused(
            f"The larger model fits worse than the smaller one, by {-statistic:.2g} in -2 log likelihood.",
            "Give the smaller model first; if it was, one of the two is at a local optimum.",
        )
    return above_rounding(statistic)


def above_rounding(statistic: float) -> float:
    """The statistic, and exactly zero where only the rounding of two optima is left: zero has a probability."""
    return statistic if statistic > ROUNDING else 0.0


def _same_fixed_part(found: Nesting) -> bool:
    rows, columns = found.fixed.shape
    return rows == columns and abs(float(np.linalg.slogdet(found.fixed)[1])) < SAME_SCALE
