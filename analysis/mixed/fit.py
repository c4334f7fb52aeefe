"""A fitted mixed model: what its random effects and residuals are estimated to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from .chart import lower_factor
from .errors.structure import ResidualStructure
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
    residual_structure: ResidualStructure
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
    def n_nested_groups(self) -> int:
        """Clinics, when patients are nested in them; none without an outer level."""
        return 0

    @property
    def nested_covariance(self) -> pd.DataFrame | None:
        """Covariance of the clinics' random effects; None without an outer level."""
        return None

    @property
    def nested_random_effects(self) -> pd.DataFrame | None:
        """Conditional modes of the clinics; None without an outer level."""
        return None

    @property
    def sigma(self) -> float:
        """Residual standard deviation."""
        return float(np.sqrt(self.residual_variance))

    @property
    def theta(self) -> FloatArray:
        """lme4's theta: the lower triangle, by columns, of the factor of the relative covariance."""
        return theta_of(self.relative_covariance, self.correlated)

    @property
    def random_effects(self) -> pd.DataFrame:
        """Conditional modes: one row per patient, the patient's departure from the fixed effects."""
        return effects_frame(self.modes, self.patients, self.random_names)


def theta_of(relative_covariance: FloatArray, correlated: bool) -> FloatArray:
    """Lower triangle, by columns, of the factor of one level's relative covariance; its diagonal if uncorrelated."""
    factor = lower_factor(relative_covariance)
    if not correlated:
        return np.diag(factor).copy()
    return np.asarray(factor.T[np.triu_indices(len(factor))])


def effects_frame(modes: FloatArray, labels: pd.Index[Any], names: tuple[str, ...]) -> pd.DataFrame:
    """Conditional modes (effects x groups) as a frame with one row per group, in the order of the labels."""
    return pd.DataFrame(modes.T, index=labels, columns=list(names)).sort_index(key=_comparable)


def _comparable(labels: pd.Index[Any]) -> pd.Index[Any]:
    """Labels as they sort: mixed types have no order of their own and go by their text."""
    return labels.astype(str) if labels.inferred_type.startswith("mixed") else labels
