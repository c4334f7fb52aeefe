"""The reference grid: which predictions an adjusted mean averages, and with which weights (as R's emmeans)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .averages import Columns, averaged_columns
from ..columns import as_labels, as_numbers, require_columns
from ..fitted_model import FittedModel
from ..refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]

WEIGHTS = ("equal", "observed")
ROUNDING = 1e-7  # how far from estimable rounding alone can put a combination, relative to its size


@dataclass(frozen=True)
class Grid:
    """``points`` (one row per mean, by and at columns), ``combinations`` (points x kept terms), ``estimable``
    per point."""

    points: pd.DataFrame
    combinations: FloatArray
    estimable: npt.NDArray[np.bool_]


def reference_grid(
    fit: FittedModel,
    by: Sequence[str],
    at: Mapping[str, Any] | None,
    weights: str,
    over: pd.DataFrame | None,
) -> Grid:
    """Coefficients of every requested mean. Raises ModelRefused for names or values the model does not have."""
    if weights not in WEIGHTS:
        raise ModelRefused(f"There are no '{weights}' weights.", "Use 'equal' or 'observed'.")
    axes = _axes(fit, by, at or {})
    points = list(product(*axes.values()))
    frame = pd.DataFrame(points, columns=list(axes))
    nuisance, shares = _averaged(fit, axes, weights, over)
    size, numeric = len(shares), fit.design.numeric_variables()
    numbers = {name: np.full(size, fit.covariate_means[name]) for name in numeric if name not in axes}
    numbers |= {name: values for name, values in nuisance.items() if name not in fit.levels}
    rows = Columns(numbers, {name: values for name, values in nuisance.items() if name in fit.levels}, size)
    averaged = averaged_columns(fit.design, _grid_columns(fit, axes, points), rows, shares)
    return Grid(frame, averaged[:, list(fit.kept)], _estimable(fit, averaged))


def _grid_columns(fit: FittedModel, axes: Mapping[str, list[Any]], points: list[tuple[Any, ...]]) -> Columns:
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


def _axes(fit: FittedModel, by: Sequence[str], at: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The values each by and at column runs through: by first, then at, in the order given."""
    numeric = fit.design.numeric_variables()
    known = [*fit.levels, *(name for name in numeric if name not in fit.levels)]
    unknown = [name for name in (*by, *at) if name not in known]
    if unknown:
        raise ModelRefused(f"The model has no column '{unknown[0]}'.", f"It has: {', '.join(known) or 'none'}.")
    axes: dict[str, list[Any]] = {}
    for name in dict.fromkeys((*by, *at)):
        if name not in at:
            if name not in fit.levels:
                raise ModelRefused(f"'{name}' is a number, so there is a mean at every value.", "Name values in at.")
            axes[name] = list(fit.levels[name])
            continue
        axes[name] = _listed(at[name])
        _check_values(fit, name, axes[name])
    return axes


def _listed(values: Any) -> list[Any]:
    return [values] if isinstance(values, str) or np.isscalar(values) else list(values)


def _check_values(fit: FittedModel, name: str, values: list[Any]) -> None:
    if name in fit.levels:
        gone = [str(value) for value in values if value not in fit.levels[name]]
        if gone:
            present = ", ".join(map(str, fit.levels[name]))
            raise ModelRefused(f"No rows of the fit have {name} {', '.join(gone)}.", f"Its levels are: {present}.")
    elif not all(isinstance(value, (int, float, np.number)) and np.isfinite(value) for value in values):
        raise ModelRefused(f"'{name}' is a number and at names values that are not.", "Give finite numbers.")


def _averaged(
    fit: FittedModel, axes: Mapping[str, list[Any]], weights: str, over: pd.DataFrame | None
) -> tuple[dict[str, Any], FloatArray]:
    """Columns that are averaged over, one entry per combination (codes or numbers), and the combinations' shares."""
    if over is not None:
        return _from_rows(fit, axes, over)
    names = [name for name in fit.levels if name not in axes]
    if weights == "equal":
        combinations = list(product(*(range(len(fit.levels[name])) for name in names)))
        chosen = np.array(combinations, dtype=np.intp).reshape(len(combinations), len(names))
        return dict(zip(names, chosen.T, strict=True)), np.full(len(chosen), 1.0 / len(chosen))
    columns, combinations_seen, frequencies = fit.cells
    seen = combinations_seen[frequencies > 0][:, [columns.index(name) for name in names]]
    unique, place = np.unique(seen, axis=0, return_inverse=True)
    shares = np.bincount(place.ravel(), weights=frequencies[frequencies > 0], minlength=len(unique))
    translated = {
        name: np.array([fit.levels[name].index(fit.known_levels[name][code]) for code in unique[:, position]])
        for position, name in enumerate(names)
    }
    return translated, shares / shares.sum()


def _from_rows(
    fit: FittedModel, axes: Mapping[str, list[Any]], over: pd.DataFrame
) -> tuple[dict[str, Any], FloatArray]:
    """Standardisation: the rows of ``over``, each with the same share."""
    numeric = [name for name in fit.design.numeric_variables() if name not in axes]
    categories = [name for name in fit.levels if name not in axes]
    require_columns(over, [*numeric, *categories], "the average over rows")
    if not len(over):
        raise ModelRefused("There are no rows to average over.", "Give a frame with at least one row.")
    values: dict[str, Any] = {name: as_numbers(over[name], name) for name in numeric}
    bad = {name: int(np.isnan(column).sum()) for name, column in values.items()}
    for name in categories:
        labels = as_labels(over[name])
        place = {level: code for code, level in enumerate(fit.levels[name])}
        translated = np.array([place.get(level, -1) for level in labels.levels] + [-1])
        values[name] = translated[labels.codes]
        bad[name] = int((values[name] < 0).sum())
    wrong = [f"{name} in {count}" for name, count in bad.items() if count]
    if wrong:
        raise ModelRefused(
            f"Rows to average over are missing a value, or have a level the fit does not know: {', '.join(wrong)}.",
            "Leave those rows out first.",
        )
    return values, np.full(len(over), 1.0 / len(over))


def _estimable(fit: FittedModel, rows: FloatArray) -> npt.NDArray[np.bool_]:
    """A combination is estimable when the dropped columns add nothing to it (Searle 1971)."""
    if not fit.dropped:
        return np.ones(len(rows), dtype=bool)
    implied = rows[:, list(fit.kept)] @ fit.alias
    gap = np.abs(rows[:, list(fit.dropped)] - implied)
    size = 1.0 + np.abs(rows).max(axis=1, keepdims=True)
    return np.asarray((gap <= ROUNDING * size).all(axis=1))
