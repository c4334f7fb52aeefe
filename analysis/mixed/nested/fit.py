"""A fitted mixed model of patients nested in clinics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..fit import MixedModelFit, effects_frame, theta_of

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class NestedMixedModelFit(MixedModelFit):
    """A fit with random effects of patients and, around them, of their clinics.

    ``nested_in`` is the clinic column and ``nested_random_formula`` the clinics' random part; ``clinics`` are the
    labels of the clinics with a patient in the fit. ``nested_modes`` is effects x clinics, on the raw scale;
    ``nested_relative_covariance`` that of the clinics' random effects over the residual variance; ``nested_rank`` how
    many directions of it are not zero. The fields of ``MixedModelFit`` are the patients'.
    """

    nested_in: str
    nested_random_formula: str
    nested_random_names: tuple[str, ...]
    nested_relative_covariance: FloatArray
    nested_rank: int
    nested_modes: FloatArray
    clinics: pd.Index[Any]

    @property
    def n_nested_groups(self) -> int:
        """Clinics with a patient in the fit."""
        return len(self.clinics)

    @property
    def nested_covariance(self) -> pd.DataFrame:
        """Covariance of the clinics' random effects, in squared units of the outcome."""
        names = list(self.nested_random_names)
        return pd.DataFrame(self.residual_variance * self.nested_relative_covariance, index=names, columns=names)

    @property
    def theta(self) -> FloatArray:
        """lme4's theta, patients first, then clinics: per level the lower triangle, by columns, of the factor of the
        relative covariance."""
        return np.concatenate([super().theta, theta_of(self.nested_relative_covariance, self.correlated)])

    @property
    def nested_random_effects(self) -> pd.DataFrame:
        """Conditional modes: one row per clinic, the clinic's departure from the fixed effects.

        A patient's departure is the row of ``random_effects`` plus that of the patient's clinic.
        """
        return effects_frame(self.nested_modes, self.clinics, self.nested_random_names)
