"""What the visits attended say about a covariance, and which structures they rule out.

A structure is ruled out before any search when a parameter of it cannot reach the likelihood: a covariance of two
visits that no patient attended both, a variance of a visit whose rows the fixed effects take up entirely.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .schedule import Schedule
from .structures import Structure
from .visit_data import VisitData

FloatArray = npt.NDArray[np.float64]

TAKEN_UP = 1e-8  # residual degrees of freedom of a visit's rows that are rounding error
NO_SPREAD = 1e-16  # mean square of a visit's residuals, over that of all rows, that is rounding error
NAMED = 3  # pairs of visits named in a sentence; the rest are counted


@dataclass(frozen=True)
class Attendance:
    """What decides which structures can be fitted. ``residual_df`` is per visit: rows that the fixed effects leave
    free; ``moments`` visits x visits are mean products of least-squares residuals."""

    schedule: Schedule
    residual_df: FloatArray
    moments: FloatArray

    def obstacle(self, structure: Structure) -> str | None:
        """Why a structure cannot be fitted to these visits, as the rest of a sentence; None when it may be tried."""
        if structure.name == "unstructured":
            pairs = np.argwhere(np.tril(self.schedule.together == 0, -1))
            if len(pairs):
                return f"no patient attended both {self._named(pairs)}"
        if structure.name.startswith("toeplitz"):
            lags = [lag for lag in range(1, len(self.moments)) if not np.diag(self.schedule.together, lag).any()]
            if lags:
                return f"no patient attended two visits {', '.join(map(str, lags))} positions apart"
        return self._unknown_variance() if structure.heterogeneous else None

    def _unknown_variance(self) -> str | None:
        """A variance of its own needs rows that the fixed effects do not take up, and residuals that differ."""
        levels = self.schedule.levels
        bare = [level for level, left in zip(levels, self.residual_df, strict=True) if left <= TAKEN_UP]
        if bare:
            return f"the fixed effects take up every row at {_listed(bare)}, so its variance is unknown"
        still = [level for level, moment in zip(levels, np.diag(self.moments), strict=True) if moment <= NO_SPREAD]
        if still:
            return f"the fixed effects reproduce every outcome at {_listed(still)}, so its variance is zero"
        return None

    def _named(self, pairs: npt.NDArray[np.intp]) -> str:
        levels = self.schedule.levels
        named = ", ".join(f"{levels[column]} and {levels[row]}" for row, column in pairs[:NAMED])
        more = len(pairs) - NAMED
        return named if more <= 0 else f"{named} ({more} more pairs)"


def _listed(levels: list[object]) -> str:
    return ", ".join(map(str, levels))


def attendance_of(working: FloatArray, laid_out: VisitData, schedule: Schedule) -> Attendance:
    """``working`` is [X y], (p + 1) x rows, where the columns of X have mean square one and no correlation."""
    visits = len(schedule.levels)
    leverage = np.sum(working[:-1] ** 2, axis=0) / working.shape[1]
    residual_df = np.bincount(schedule.visit, weights=1.0 - leverage, minlength=visits).astype(np.float64)
    outcomes = laid_out.columns[:, :, -1]
    return Attendance(schedule, residual_df, outcomes.T @ outcomes / np.maximum(schedule.together, 1))
