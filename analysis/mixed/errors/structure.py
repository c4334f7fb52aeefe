"""What a fit found out about its residuals."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, log
from typing import Any

import pandas as pd

from .options import ErrorOptions


@dataclass(frozen=True)
class ResidualStructure:
    """The residual covariance of a patient's rows, over the fit's ``residual_variance``.

    Row j has variance ``ratio of its level`` / ``its weight``; two rows have the correlation
    ``correlation_per_unit`` to the power of their distance in ``time`` (``range_days`` is the distance at which it has
    fallen to 1/e). ``levels`` and ``variance_ratios`` go together; the first level is the reference, with ratio 1,
    and ``residual_variance`` is its variance. ``intervals`` holds the 95 % limits of each name in ``estimates``.
    """

    kind: str = "independent"
    weights: str | None = None
    time: str | None = None
    by: str | None = None
    correlation_per_unit: float | None = None
    levels: tuple[Any, ...] = ()
    variance_ratios: tuple[float, ...] = ()
    intervals: tuple[tuple[float, float], ...] = ()

    @property
    def is_plain(self) -> bool:
        """Independent residuals with one variance and no weights."""
        return not self.n_parameters and self.weights is None

    @property
    def n_parameters(self) -> int:
        """Parameters estimated beyond ``residual_variance``."""
        return (self.kind != "independent") + max(0, len(self.levels) - 1)

    @property
    def range_days(self) -> float | None:
        """Distance over which the correlation of "exponential" falls to 1/e; 0 where the correlation is zero."""
        if self.kind != "exponential" or self.correlation_per_unit is None:
            return None
        return range_of(self.correlation_per_unit)

    @property
    def estimates(self) -> dict[str, float]:
        """The estimated parameters by name: the correlation, then a variance ratio per level but the reference."""
        found: dict[str, float] = {}
        if self.correlation_per_unit is not None:
            found["correlation_per_unit"] = self.correlation_per_unit
        for level, ratio in zip(self.levels[1:], self.variance_ratios[1:], strict=True):
            found[f"variance_ratio[{level}]"] = ratio
        return found

    @property
    def parameters(self) -> pd.DataFrame:
        """One row per parameter: estimate, unit and 95 % interval (normal, on the scale it was estimated on)."""
        names = self.estimates
        step = "day" if self.kind == "exponential" else "visit"
        unit = {"correlation_per_unit": f"correlation at a distance of one {step}"}
        limits = self.intervals or ((float("nan"), float("nan")),) * len(names)
        table = pd.DataFrame(
            {
                "estimate": list(names.values()),
                "ci_low": [low for low, _ in limits],
                "ci_high": [high for _, high in limits],
                "unit": [unit.get(name, f"variance over that of {self._reference}") for name in names],
            },
            index=pd.Index(list(names), name="parameter", dtype="str"),
        )
        if self.range_days is None:
            return table
        return pd.concat([table, self._range_row(table)])

    @property
    def _reference(self) -> str:
        return str(self.levels[0]) if self.levels else ""

    def _range_row(self, table: pd.DataFrame) -> pd.DataFrame:
        """The same information in days: the map from correlation to range is increasing, so limits map to limits."""
        row = table.loc[["correlation_per_unit"]].rename(index={"correlation_per_unit": "range_days"})
        for column in ("estimate", "ci_low", "ci_high"):
            row[column] = [range_of(float(value)) for value in row[column]]
        return row.assign(unit="days until the correlation has fallen to 1/e")


def range_of(correlation_per_unit: float) -> float:
    """-1 / log of the correlation at distance one; 0 for no correlation, infinite for a perfect one."""
    if isnan(correlation_per_unit):
        return float("nan")
    if correlation_per_unit >= 1.0:
        return float("inf")
    return 0.0 if correlation_per_unit <= 0.0 else -1.0 / log(correlation_per_unit)


def options_of(structure: ResidualStructure) -> ErrorOptions:
    """What was asked for when this structure was found."""
    return ErrorOptions(structure.weights, structure.kind, structure.time, structure.by)


PLAIN_RESIDUALS = ResidualStructure()
