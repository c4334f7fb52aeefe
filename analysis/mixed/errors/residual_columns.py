"""The columns that residuals depend on: prior weights, times, and the category with a variance per level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..columns import FloatArray, Labels, Values, as_labels, as_numbers, present_only, require_columns, take_rows
from ..refusal import ModelRefused
from .options import ErrorOptions


@dataclass(frozen=True)
class ResidualColumns:
    """One entry per row; None for a column that was not asked for."""

    weights: FloatArray | None
    time: FloatArray | None
    level: Labels | None

    def by_name(self, options: ErrorOptions) -> dict[str, Values]:
        """The columns that there are, by their names in the data."""
        named = [(options.weights, self.weights), (options.time, self.time), (options.by, self.level)]
        return {name: values for name, values in named if name is not None and values is not None}

    def taken(self, rows: npt.NDArray[Any]) -> ResidualColumns:
        """The given rows only."""
        return ResidualColumns(
            None if self.weights is None else self.weights[rows],
            None if self.time is None else self.time[rows],
            None if self.level is None else _labels(take_rows(self.level, rows)),
        )

    def present(self) -> ResidualColumns:
        """Without the levels that no row has."""
        return ResidualColumns(self.weights, self.time, None if self.level is None else present_only(self.level))


def _labels(values: Values) -> Labels:
    assert isinstance(values, Labels)
    return values


def read_residual_columns(data: pd.DataFrame, options: ErrorOptions) -> ResidualColumns:
    """Read them. Raises ModelRefused for absent columns, for numbers that are not, and for weights not above zero."""
    asked = {"weights": options.weights, "residual_time": options.time, "residual_by": options.by}
    for argument, name in asked.items():
        if name is not None:
            require_columns(data, [name], argument)
    weights = None if options.weights is None else as_numbers(data[options.weights], options.weights)
    if weights is not None:
        _check_weights(weights, str(options.weights))
    time = None if options.time is None else as_numbers(data[options.time], options.time)
    return ResidualColumns(weights, time, None if options.by is None else as_labels(data[options.by]))


def _check_weights(weights: FloatArray, name: str) -> None:
    """Prior weights are above zero (blank ones are rows left out). Raises ModelRefused with how many are not."""
    negative, zero = int((weights < 0.0).sum()), int((weights == 0.0).sum())
    total = int((~np.isnan(weights)).sum())
    if negative:
        raise ModelRefused(
            f"Column '{name}' has {negative} negative weights among {total}.", "Every weight must be above zero."
        )
    if zero:
        raise ModelRefused(
            f"Column '{name}' has {zero} weights of zero among {total}: such a row says nothing.",
            "Leave those rows out.",
        )
