"""A fitted mixed model: what its random effects and residuals are estimated to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from .chart import lower_factor
from .fitted_model import FittedModel

FloatArray = npt.NDArray[np.float64]


class RSquared(NamedTuple):
    """Share of the variance explained by the fixed effects, and by fixed and random effects together.

    Nakagawa and Schielzeth (2013), with the random-slope extension of Johnson (2014).
    """

    marginal: float
    conditional: float


@dataclass(frozen=True, eq=False, kw_only=True)
class MixedModelFit(FittedModel):
    """A linear mixed model that reached its certified optimum, possibly on the boundary (``status`` "singular").

    ``modes`` is q x patients, on the raw scale; ``relative_covariance`` that of the random effects over the
    residual variance; ``rank`` how many directions of it are not zero.
    """

    random_formula: str
    correlated: bool
    relative_covariance: FloatArray
    residual_variance: float
    rank: int
    random_names: tuple[str, ...]
    modes: FloatArray
    r_squared: RSquared

    @property
    def random_covariance(self) -> pd.DataFrame:
        """Covariance of the patients' random effects, in squared units of the outcome."""
        names = list(self.random_names)
        return pd.DataFrame(self.residual_variance * self.relative_covariance, index=names, columns=names)

    @property
    def nested_covariance(self) -> None:
        """There is no outer level in this model."""
        return None

    @property
    def sigma(self) -> float:
        """Residual standard deviation."""
        return float(np.sqrt(self.residual_variance))

    @property
    def theta(self) -> FloatArray:
        """lme4's theta: the lower triangle, by columns, of the factor of the relative covariance."""
        factor = lower_factor(self.relative_covariance)
        if not self.correlated:
            return np.diag(factor).copy()
        return np.asarray(factor.T[np.triu_indices(len(factor))])

    @property
    def random_effects(self) -> pd.DataFrame:
        """Conditional modes: one row per patient, the patient's departure from the fixed effects."""
        return pd.DataFrame(self.modes.T, index=self.patients, columns=list(self.random_names)).sort_index(
            key=_comparable
        )


def _comparable(labels: pd.Index[Any]) -> pd.Index[Any]:
    """Labels as they sort: mixed types have no order of their own and go by their text."""
    return labels.astype(str) if labels.inferred_type.startswith("mixed") else labels
