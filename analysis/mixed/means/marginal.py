"""Adjusted means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..fitted_model import LEVEL, FittedModel, inference_table
from ..refusal import ModelRefused
from .estimable import NOT_ESTIMABLE_REMEDY, estimable, kept
from .given_covariance import with_covariance
from .grid import reference_grid, request

MEAN_COLUMNS = ["estimate", "std_error", "df", "ci_low", "ci_high"]


def marginal_means(
    fit: FittedModel,
    by: str | Sequence[str],
    at: Mapping[str, Any] | None = None,
    weights: str = "equal",
    over: pd.DataFrame | None = None,
    vcov: pd.DataFrame | None = None,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Adjusted means: predictions at chosen values, averaged over everything else. One row per grid point.

    ``by`` names categories (all levels present) and ``at`` values of any column, crossed with each other; a number
    named in ``by`` takes its values from ``at``. Other numeric columns stand at their row mean. Other categories are
    averaged with ``weights``, always counted on all rows of the fit, whichever levels ``at`` picks out:

    - "equal": the same share for every combination of levels;
    - "proportional": the share of rows with the combination, the same for every mean;
    - "outer": the product of each category's own shares of rows, the same for every mean;
    - "observed": the share of combinations among the rows of the mean's own levels (emmeans calls it "cells"), so
      that a difference between means includes the difference in who they are.

    With ``over``, one row per patient, the average is instead over those rows with by and at set in each
    (standardisation, g-computation), and ``weights`` are not used; the rows are taken as fixed, so the interval is
    about these patients. ``vcov``, a frame term x term, gives the standard errors, for example a robust one; degrees
    of freedom stay the fit's.

    Points that the rows cannot estimate are left out; ``.attrs["not_estimable"]`` counts them. Units are the
    outcome's, intervals cover ``level``. Raises ModelRefused when nothing asked for can be estimated. Searle, Speed
    and Milliken (1980); names as in R's emmeans.
    """
    fit = with_covariance(fit, vcov)
    check_level(level)
    grid = reference_grid(fit, request(by, at, weights, over))
    known = grid.seen & estimable(fit, grid.columns)
    if not known.any():
        raise ModelRefused("None of the means asked for can be estimated from these rows.", NOT_ESTIMABLE_REMEDY)
    combinations = kept(fit, grid.columns[known])
    table = inference_table(fit, combinations, combinations @ fit.coefficients, level)
    points = pd.DataFrame(grid.values(list(grid.axes)), columns=list(grid.axes))
    points = points if known.all() else points[known].reset_index(drop=True)
    result = points.assign(**{column: table[column] for column in MEAN_COLUMNS})
    result.attrs["not_estimable"] = int(np.sum(~known))
    return result


def check_level(level: float) -> None:
    """Raises ModelRefused for a level that no interval can cover."""
    if not 0.0 < level < 1.0:
        raise ModelRefused(f"An interval cannot cover {level:g} of the time.", "Give a level between 0 and 1.")
