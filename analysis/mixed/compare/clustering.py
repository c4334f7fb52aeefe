"""How alike two rows of one patient are: intraclass correlations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..design import build_design, design_columns, factor_values
from ..fit import MixedModelFit
from ..formula import parse_random_formula
from ..refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]


def intraclass_correlation(fit: MixedModelFit, at: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Share of the variance that lies between patients. One row, or with ``at`` one row per given value.

    ``adjusted`` is of the variance the fixed effects leave, ``unadjusted`` of all of it (Nakagawa, Johnson and
    Schielzeth 2017, J R Soc Interface 14); with random slopes the variance between patients is its mean over the
    rows (Johnson 2014). ``at`` gives values to the columns of the random part, crossed with each other, and
    ``adjusted`` is then the correlation of two rows of a patient that both have those values; ``unadjusted`` has no
    meaning there and is left out.

    Raises ModelRefused for a fit with an outer level, when ``at`` lacks a column of the random part, and for ``at``
    with a residual structure. With prior weights, ``at`` is about rows of weight 1.
    """
    if fit.n_nested_groups:
        raise ModelRefused(
            "With patients nested in clinics there are several correlations: of rows of a patient, and of patients of a"
            " clinic.",
            "Work them out from random_covariance, nested_covariance and residual_variance.",
        )
    if at is None:
        marginal, conditional = fit.r_squared
        adjusted = (conditional - marginal) / (1.0 - marginal)
        return pd.DataFrame({"adjusted": [adjusted], "unadjusted": [conditional - marginal]})
    if fit.residual_structure.n_parameters:
        raise ModelRefused(
            "Residuals that are correlated or differ in variance give two rows of a patient more than one correlation.",
            "Leave at out, which averages the residual variance over the rows.",
        )
    grid, z = random_columns_at(fit, at)
    between = np.einsum("ra,ab,rb->r", z, fit.random_covariance.to_numpy(), z)
    return grid.assign(adjusted=between / (between + fit.residual_variance))


def random_columns_at(fit: MixedModelFit, at: Mapping[str, Any]) -> tuple[pd.DataFrame, FloatArray]:
    """The grid of given values (one row per combination, the first column slowest) and Z on it: rows x q."""
    design = build_design(parse_random_formula(fit.random_formula), fit.random_formula, {})
    needed = design.numeric_variables()
    missing = [name for name in needed if name not in at]
    unknown = [name for name in at if name not in needed]
    if missing or unknown:
        said = f"lacks {', '.join(missing)}" if missing else f"names {', '.join(unknown)}"
        listed = ", ".join(needed) if needed else "no columns: leave at out"
        raise ModelRefused(f"at {said}.", f"The random part '{fit.random_formula}' uses {listed}.")
    given = [np.atleast_1d(np.asarray(at[name], dtype=np.float64)) for name in at]
    columns = dict(zip(at, (part.ravel() for part in np.meshgrid(*given, indexing="ij")), strict=True))
    z = np.empty((len(design.names), len(next(iter(columns.values())))))
    design_columns(design, factor_values(design, columns, {}), z)
    return pd.DataFrame(columns), z.T
