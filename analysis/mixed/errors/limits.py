"""Where a residual parameter stops meaning anything: no correlation, a perfect one, a variance of zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..refusal import ModelRefused
from .profile import Point
from .shape import Family

UNEQUAL = 8.0  # log of a ratio of standard deviations (3,000): one of the variances is heading for zero
PERFECT = 6.0  # atanh of a correlation of 0.99999
LONGEST_RANGE = 1e5  # in typical gaps: neighbouring rows are correlated 0.99999
LEAST_CORRELATION = 1e-9  # of the two nearest rows of any patient


@dataclass(frozen=True)
class Limit:
    """What a search ran into; ``level`` is the residual level whose variance is heading for zero."""

    kind: Literal["vanished", "perfect", "variance"]
    level: Any = None

    def refusal(self) -> ModelRefused:
        """Why there is no fit at this limit."""
        if self.kind == "variance":
            return ModelRefused(
                f"The residual variance of {self.level} is estimated as zero: its rows are fitted exactly.",
                "Join levels, use fewer random effects, or leave residual_by out.",
            )
        return ModelRefused(
            "The residual correlation of neighbouring rows is estimated as one: the residuals of a patient would be one"
            " number.",
            "Use residual='independent', with a random slope if patients drift apart over time.",
        )


def limit_reached(family: Family, point: Point) -> Limit | None:
    """The limit that a point is beyond, if any."""
    parameters = point.parameters
    if family.correlated:
        limit = _correlation_limit(family, float(parameters[0]), point)
        if limit is not None:
            return limit
    log_sd = np.append(0.0, parameters[int(family.correlated) :])
    if np.ptp(log_sd) > UNEQUAL:
        return Limit("variance", family.levels[int(np.argmin(log_sd))])
    return None


def _correlation_limit(family: Family, parameter: float, point: Point) -> Limit | None:
    if family.kind == "ar1":
        return Limit("perfect") if abs(parameter) > PERFECT else None
    if np.exp(parameter) > LONGEST_RANGE:
        return Limit("perfect")
    return Limit("vanished") if nearest_correlation(family, point) < LEAST_CORRELATION else None


def nearest_correlation(family: Family, point: Point) -> float:
    """Correlation of the two nearest rows of any patient, for "exponential"."""
    rows = point.whitening.rows
    shortest = float(rows.gap[rows.follows].min())
    return float(np.exp(-shortest / (family.unit * np.exp(point.parameters[0]))))
