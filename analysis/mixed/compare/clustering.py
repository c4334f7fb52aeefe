"""How alike two rows of one patient, or of one clinic, are: intraclass correlations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..design import Design, design_columns, factor_values
from ..diagnose.fit_covariance import outer_design_of, random_design_of
from ..diagnose.units import units_of
from ..fit import MixedModelFit
from ..fitted_model import FittedModel
from ..nested.fit import NestedMixedModelFit
from ..refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]


def intraclass_correlation(
    fit: FittedModel, at: Mapping[str, Any] | None = None, source: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Share of the variance that lies between groups: one row per level, index level, clinics before patients.

    ``adjusted`` is the share of the variance that the fixed effects leave, ``unadjusted`` of all of it (Nakagawa,
    Johnson and Schielzeth 2017, J R Soc Interface 14); with random slopes a level's variance is its mean over the rows
    (Johnson 2014). ``correlation`` is that of two rows of the same patient, or of two patients of the same clinic:
    the patients' is the sum of both levels' shares.

    ``at`` gives values to the columns of the random parts, crossed with each other: then one row per combination and
    level, for two rows that both have those values, and no ``unadjusted``, which has no meaning there. ``source`` is
    the frame of the fit; only clinics with random slopes at either level need it. With prior weights, ``at`` is about
    rows of weight 1.

    Raises ModelRefused for an MMRM, when ``at`` lacks a column of a random part, for ``at`` with a residual structure,
    and when rows are needed and gone.
    """
    if not isinstance(fit, MixedModelFit):
        raise ModelRefused(
            "A model with a covariance of scheduled visits has no variance between patients apart from the visits'.",
            "Read fit.visit_correlation, or fit a mixed model with a random intercept.",
        )
    if at is not None:
        return _at_values(fit, at)
    marginal, conditional = fit.r_squared
    shares = (conditional - marginal) * _division(fit, source)
    table = pd.DataFrame({"adjusted": shares / (1.0 - marginal), "unadjusted": shares}, index=_levels(fit))
    return table.assign(correlation=table["adjusted"].cumsum())


def _levels(fit: MixedModelFit) -> pd.Index[Any]:
    outer = [fit.nested_in] if isinstance(fit, NestedMixedModelFit) else []
    return pd.Index([*outer, fit.groups], name="level")


def _division(fit: MixedModelFit, source: pd.DataFrame | None) -> FloatArray:
    """How the variance between groups divides among the levels, on average over the rows."""
    if not isinstance(fit, NestedMixedModelFit):
        return np.ones(1)
    if fit.nested_random_names == fit.random_names == ("Intercept",):
        parts = [fit.nested_covariance.to_numpy().sum(), fit.random_covariance.to_numpy().sum()]
    else:
        units = units_of(fit, source)
        parts = [np.sum(units.outer**2), np.sum(_variances(units.z, fit.random_covariance))]
    whole = float(np.sum(parts))
    return np.asarray(parts) / whole if whole > 0.0 else np.zeros(2)


def _variances(z: FloatArray, covariance: pd.DataFrame) -> FloatArray:
    """Variance of z'b for every row of z."""
    made: FloatArray = np.einsum("ra,ab,rb->r", z, covariance.to_numpy(), z)
    return made


def _at_values(fit: MixedModelFit, at: Mapping[str, Any]) -> pd.DataFrame:
    if fit.residual_structure.n_parameters:
        raise ModelRefused(
            "Residuals that are correlated or differ in variance give two rows of a patient more than one correlation.",
            "Leave at out, which averages the residual variance over the rows.",
        )
    designs = [random_design_of(fit)]
    covariances = [fit.random_covariance]
    if isinstance(fit, NestedMixedModelFit):
        designs, covariances = [outer_design_of(fit), *designs], [fit.nested_covariance, *covariances]
    grid, columns = _grid(designs, at)
    parts = [_variances(z, covariance) for z, covariance in zip(columns, covariances, strict=True)]
    whole = np.sum(parts, axis=0) + fit.residual_variance
    made = [grid.assign(level=level, adjusted=part / whole) for level, part in zip(_levels(fit), parts, strict=True)]
    both = np.cumsum([part / whole for part in parts], axis=0)
    tables = [table.assign(correlation=shares) for table, shares in zip(made, both, strict=True)]
    return pd.concat(tables).sort_index(kind="stable").set_index("level")


def _grid(designs: list[Design], at: Mapping[str, Any]) -> tuple[pd.DataFrame, list[FloatArray]]:
    """One row per combination of the given values (the first column slowest), and each design's columns there."""
    needed = tuple(dict.fromkeys(name for design in designs for name in design.numeric_variables()))
    missing = [name for name in needed if name not in at]
    unknown = [name for name in at if name not in needed]
    if missing or unknown or not at:
        said = f"lacks {', '.join(missing)}" if missing else f"names {', '.join(unknown) or 'no column'}"
        listed = f"uses {', '.join(needed)}" if needed else "is an intercept: leave at out"
        raise ModelRefused(f"at {said}.", f"The random part {listed}.")
    given = [np.atleast_1d(np.asarray(at[name], dtype=np.float64)) for name in at]
    columns = dict(zip(at, (part.ravel() for part in np.meshgrid(*given, indexing="ij")), strict=True))
    size = len(next(iter(columns.values())))
    made = []
    for design in designs:
        z = np.empty((len(design.names), size))
        design_columns(design, factor_values(design, columns, {}), z)
        made.append(z.T)
    return pd.DataFrame(columns), made
