"""The reference grid: which predictions an adjusted mean averages (as R's emmeans)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..fitted_model import FittedModel
from ..refusal import ModelRefused
from .averages import Columns, averaged_columns
from .shares import WEIGHTS, Shares, category_shares, row_shares

FloatArray = npt.NDArray[np.float64]
Axes = dict[str, list[Any]]


@dataclass(frozen=True)
class Request:
    """One mean per combination of ``by`` and ``at``, averaged with ``weights`` or over the rows of ``over``."""

    by: tuple[str, ...]
    at: Mapping[str, Any] = field(default_factory=dict)
    weights: str = "equal"
    over: pd.DataFrame | None = None

    @property
    def at_only(self) -> list[str]:
        """The at columns that are not among by."""
        return [name for name in self.at if name not in self.by]


def request(
    by: str | Sequence[str], at: Mapping[str, Any] | None, weights: str, over: pd.DataFrame | None = None
) -> Request:
    """What a caller asked for, spelled one way. Raises ModelRefused for weights that do not exist."""
    if weights not in WEIGHTS:
        known = ", ".join(f"'{name}'" for name in WEIGHTS[:-1])
        raise ModelRefused(f"There are no '{weights}' weights.", f"Use {known} or '{WEIGHTS[-1]}'.")
    return Request((by,) if isinstance(by, str) else tuple(by), dict(at or {}), weights, over)


@dataclass(frozen=True)
class Grid:
    """``axes``: the values of the by columns, then of the other at columns; a point is a combination, the last
    axis fastest. ``columns`` (points x all columns of the design, those without an estimate included) and ``seen``
    (False where "observed" weights found no row) have one entry per point."""

    axes: Axes
    columns: FloatArray
    seen: npt.NDArray[np.bool_]

    def values(self, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """The combinations of the values of some of the columns."""
        return list(product(*(self.axes[name] for name in names)))


def reference_grid(fit: FittedModel, asked: Request) -> Grid:
    """The averaged design of every requested mean. Raises ModelRefused for names or values the model does not have."""
    axes = _axes(fit, asked.by, asked.at)
    points = list(product(*axes.values()))
    given = _grid_columns(fit, axes, points)
    if asked.weights == "observed" and asked.over is None:
        columns, seen = _within_categories(fit, axes, given)
    else:
        shares = (
            row_shares(fit, axes, asked.over)
            if asked.over is not None
            else category_shares(fit, _nuisance(fit, axes), asked.weights)
        )
        assert shares is not None
        columns, seen = _averaged(fit, axes, given, shares), np.ones(len(points), dtype=bool)
    if not np.isfinite(columns).all():
        raise ModelRefused(
            "At the values asked for some of the model's columns are not finite numbers.",
            "Choose values at which every function in the formula is defined.",
        )
    return Grid(axes, columns, seen)


def _nuisance(fit: FittedModel, axes: Axes) -> list[str]:
    return [name for name in fit.levels if name not in axes]


def _averaged(fit: FittedModel, axes: Axes, given: Columns, shares: Shares) -> FloatArray:
    """The design at the given points; a number that neither the grid nor the shares decide stands at its mean."""
    numbers = {
        name: np.full(shares.length, fit.covariate_means[name])
        for name in fit.design.numeric_variables()
        if name not in axes
    }
    rows = Columns({**numbers, **shares.numbers}, shares.codes, shares.length)
    with np.errstate(all="ignore"):
        return averaged_columns(fit.design, given, rows, shares.shares)


def _within_categories(fit: FittedModel, axes: Axes, given: Columns) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Each combination of the grid's categories averaged over the rows that have it."""
    categories = [name for name in axes if name in fit.levels]
    codes = np.stack([given.codes[name] for name in categories], axis=1) if categories else np.zeros((given.length, 0))
    columns, seen = np.zeros((given.length, len(fit.design.columns))), np.zeros(given.length, dtype=bool)
    for combination in np.unique(codes, axis=0):
        mine = (codes == combination).all(axis=1)
        fixed = dict(zip(categories, combination, strict=True))
        shares = category_shares(fit, _nuisance(fit, axes), "observed", fixed)
        if shares is not None:
            columns[mine], seen[mine] = _averaged(fit, axes, _chosen(given, mine), shares), True
    return columns, seen


def _chosen(columns: Columns, rows: npt.NDArray[np.bool_]) -> Columns:
    return Columns(
        {name: values[rows] for name, values in columns.numbers.items()},
        {name: values[rows] for name, values in columns.codes.items()},
        int(rows.sum()),
    )


def _grid_columns(fit: FittedModel, axes: Axes, points: list[tuple[Any, ...]]) -> Columns:
    """The by and at columns, one entry per grid point."""
    numeric = fit.design.numeric_variables()
    given = {name: [point[position] for point in points] for position, name in enumerate(axes)}
    return Columns(
        {name: np.array(values, dtype=np.float64) for name, values in given.items() if name in numeric},
        {
            name: np.array([fit.levels[name].index(value) for value in values], dtype=np.intp)
            for name, values in given.items()
            if name in fit.levels
        },
        len(points),
    )


def known_columns(fit: FittedModel) -> list[str]:
    """Data columns of the model: categories, then numbers."""
    return [*fit.levels, *(name for name in fit.design.numeric_variables() if name not in fit.levels)]


def check_known(fit: FittedModel, names: Sequence[str]) -> None:
    """Raises ModelRefused for the first name that is not a column of the model."""
    known = known_columns(fit)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ModelRefused(f"The model has no column '{unknown[0]}'.", f"It has: {', '.join(known) or 'none'}.")


def _axes(fit: FittedModel, by: Sequence[str], at: Mapping[str, Any]) -> Axes:
    """The values each by and at column runs through: by first, then at, in the order given."""
    check_known(fit, (*by, *at))
    axes: Axes = {}
    for name in dict.fromkeys((*by, *at)):
        if name not in at:
            if name not in fit.levels:
                raise ModelRefused(f"'{name}' is a number, so there is a mean at every value.", "Name values in at.")
            axes[name] = list(fit.levels[name])
            continue
        axes[name] = listed(at[name])
        _check_values(fit, name, axes[name])
    return axes


def listed(values: Any) -> list[Any]:
    """One value or several, as a list."""
    return [values] if isinstance(values, str) or np.isscalar(values) else list(values)


def _check_values(fit: FittedModel, name: str, values: list[Any]) -> None:
    if not values:
        raise ModelRefused(f"at names no value of '{name}'.", "Name at least one, or leave the column out of at.")
    if name in fit.levels:
        gone = [str(value) for value in values if value not in fit.levels[name]]
        if gone:
            present = ", ".join(map(str, fit.levels[name]))
            raise ModelRefused(f"No rows of the fit have {name} {', '.join(gone)}.", f"Its levels are: {present}.")
    elif not all(isinstance(value, (int, float, np.number)) and np.isfinite(value) for value in values):
        raise ModelRefused(f"'{name}' is a number and at names values that are not.", "Give finite numbers.")
