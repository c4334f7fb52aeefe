"""How fast an adjusted mean changes along a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..fitted_model import LEVEL, FittedModel, inference_table
from ..refusal import ModelRefused
from .estimable import NOT_ESTIMABLE_REMEDY, estimable, is_zero, kept
from .given_covariance import with_covariance
from .grid import check_known, reference_grid, request
from .marginal import MEAN_COLUMNS, check_level


def slopes(  # noqa: PLR0913 - the arguments of marginal_means, and the interval
    fit: FittedModel,
    variable: str,
    between: tuple[float, float],
    by: str | Sequence[str] = (),
    at: Mapping[str, Any] | None = None,
    weights: str = "equal",
    over: pd.DataFrame | None = None,
    per: float = 1.0,
    vcov: pd.DataFrame | None = None,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Change of an adjusted mean per ``per`` units of a number, from one value of it to another. One row per point.

    The difference between the means at ``between[1]`` and ``between[0]``, divided by their distance and multiplied by
    ``per``: the slope itself where the model is a straight line there (as emtrends), the average slope over the
    interval where it bends, such as over induction with ``between=(0, 6)``. ``per=6`` gives the whole difference.
    Differences between slopes are contrasts over two ``by`` columns: see ``contrasts``.

    Columns: the by and at columns, estimate (outcome units per ``per`` units of the variable), std_error, df, ci_low,
    ci_high, statistic and p_value (of no change; not adjusted for the number of rows). Points whose slope the rows
    cannot estimate are left out; ``.attrs["not_estimable"]`` counts them. Other arguments as in ``marginal_means``.

    Raises ModelRefused as ``marginal_means`` does, and when the model cannot change along the variable there.
    """
    asked = request(by, at, weights, over)
    check_level(level)
    _check_variable(fit, variable, (*asked.by, *asked.at), between, per)
    fit = with_covariance(fit, vcov)
    ends = [float(between[0]), float(between[1])]
    grid = reference_grid(fit, request(asked.by, {**asked.at, variable: ends}, weights, over))
    means = grid.columns.reshape(-1, 2, grid.columns.shape[1])
    rows = (means[:, 1] - means[:, 0]) * (per / (ends[1] - ends[0]))
    magnitude = np.abs(means).sum(axis=1) * abs(per / (ends[1] - ends[0]))
    known = estimable(fit, rows, magnitude) & grid.seen.reshape(-1, 2).all(axis=1)
    if not known.any():
        raise ModelRefused(f"No slope in {variable} can be estimated from these rows.", NOT_ESTIMABLE_REMEDY)
    _check_change(variable, ends, is_zero(rows[known], magnitude[known]))
    combinations = kept(fit, rows[known])
    table = inference_table(fit, combinations, combinations @ fit.coefficients, level)
    names = [name for name in grid.axes if name != variable]
    points = pd.DataFrame(grid.values(names), columns=names)[known].reset_index(drop=True)
    result = points.assign(**{column: table[column] for column in [*MEAN_COLUMNS, "statistic", "p_value"]})
    result.attrs["not_estimable"] = int(np.sum(~known))
    return result


def _check_variable(
    fit: FittedModel, variable: str, elsewhere: Sequence[str], between: tuple[float, float], per: float
) -> None:
    check_known(fit, [variable])
    if variable in fit.levels:
        raise ModelRefused(
            f"'{variable}' is a category, so it has differences and no slope.", f"Use contrasts(fit, by='{variable}')."
        )
    if variable in elsewhere:
        raise ModelRefused(
            f"The slope in {variable} cannot also be taken at values of it.", "Leave it out of by and at."
        )
    if len(between) != 2 or not np.isfinite(between).all() or between[0] == between[1]:
        raise ModelRefused(
            f"between must hold two different finite values of {variable}.", "For example between=(0, 6)."
        )
    if not np.isfinite(per) or per == 0:
        raise ModelRefused("per must be a finite number of units other than zero.", "For example per=1.")


def _check_change(variable: str, ends: list[float], zero: npt.NDArray[np.bool_]) -> None:
    if zero.any():
        raise ModelRefused(
            f"The model holds the mean constant between {variable} {ends[0]:g} and {ends[1]:g}, so there is no slope to"
            " estimate.",
            "Choose an interval in which the formula lets it change.",
        )
