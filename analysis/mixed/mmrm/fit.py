"""A fitted MMRM: what the outcomes of one patient at several visits are estimated to share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..fitted_model import FittedModel
from ..refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class MMRMFit(FittedModel):
    """A mixed model for repeated measures that reached its certified optimum, inside the parameter space.

    There are no random effects: each patient's outcomes have covariance ``between_visits`` (visits x visits, squared
    units of the outcome) at the visits attended. ``visit_levels`` are the visits with a row, in their order.
    ``covariance`` names the structure that was used and ``asked_structure`` the one asked for: they differ when
    the visits were too sparse, which ``notes`` then explain. ``visit_covariance`` is the matrix itself.
    """

    visit: str
    visit_levels: tuple[Any, ...]
    asked_structure: str
    covariance: str
    n_covariance_parameters: int
    between_visits: FloatArray
    patients_together: npt.NDArray[np.intp]

    @property
    def visit_covariance(self) -> pd.DataFrame:
        """Covariance of one patient's outcomes given the fixed effects, visit x visit."""
        return self._by_visit(self.between_visits.copy())

    @property
    def visit_correlation(self) -> pd.DataFrame:
        """Correlation of one patient's outcomes given the fixed effects, visit x visit."""
        deviations = np.sqrt(np.diag(self.between_visits))
        return self._by_visit(self.between_visits / np.outer(deviations, deviations))

    @property
    def pair_counts(self) -> pd.DataFrame:
        """Patients of the fit who attended both visits, visit x visit; on the diagonal, who attended each."""
        return self._by_visit(self.patients_together.copy())

    def _by_visit(self, values: npt.NDArray[Any]) -> pd.DataFrame:
        index = pd.Index(self.visit_levels, name=self.visit)
        return pd.DataFrame(values, index=index, columns=index)

    def visit_positions(self, visits: Sequence[Any]) -> npt.NDArray[np.intp]:
        """Positions of visits among ``visit_levels``. Raises ModelRefused for a visit that the fit does not have."""
        known = {level: position for position, level in enumerate(self.visit_levels)}
        unknown = [str(visit) for visit in dict.fromkeys(visits) if visit not in known]
        if unknown:
            raise ModelRefused(
                f"The fit has no visit {', '.join(unknown)}.", f"Its visits are: {', '.join(map(str, known))}."
            )
        return np.array([known[visit] for visit in visits], dtype=np.intp)

    def row_covariance(self, visits: Sequence[Any]) -> FloatArray:
        """Covariance of the outcomes of one patient seen at these visits, in their order: rows x rows."""
        chosen = self.visit_positions(visits)
        return np.asarray(self.between_visits[np.ix_(chosen, chosen)])
