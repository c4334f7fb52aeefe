"""Which covariance a fit gives to its rows, by kind of fit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..design import Design, build_design
from ..errors.row_covariance import RowErrors, row_errors
from ..fit import MixedModelFit
from ..fitted_model import FittedModel
from ..formula import parse_random_formula
from ..mmrm.fit import MMRMFit
from ..nested.fit import NestedMixedModelFit
from ..refusal import ModelRefused
from .covariances import Covariance, RandomEffectsCovariance, VisitCovariance

FloatArray = npt.NDArray[np.float64]

NOTHING = Design("", (), (), (), {}, {}, {})


def random_design_of(fit: FittedModel) -> Design:
    """The columns of Z of a fit; none where the model has no random effects."""
    if not isinstance(fit, MixedModelFit):
        return NOTHING
    return build_design(parse_random_formula(fit.random_formula), fit.random_formula, {})


def outer_design_of(fit: FittedModel) -> Design:
    """The columns of the clinics' random effects; none without an outer level."""
    if not isinstance(fit, NestedMixedModelFit):
        return NOTHING
    return build_design(parse_random_formula(fit.nested_random_formula), fit.nested_random_formula, {})


def outer_root_of(fit: FittedModel) -> FloatArray:
    """A root S of the clinics' covariance S S', which may be singular (effects x effects; none without clinics)."""
    if not isinstance(fit, NestedMixedModelFit):
        return np.zeros((0, 0))
    values, vectors = np.linalg.eigh(fit.nested_covariance.to_numpy())
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def errors_of(fit: FittedModel, data: pd.DataFrame) -> RowErrors | None:
    """Residual variances and times of the rows of a frame; None where residuals are independent and alike."""
    if not isinstance(fit, MixedModelFit) or fit.residual_structure.is_plain:
        return None
    return row_errors(fit.residual_structure, data)


def covariance_of(fit: FittedModel, data: pd.DataFrame, z: FloatArray) -> Covariance:
    """The covariance of a fit's model on complete rows of a frame; ``z`` are their random-effect columns."""
    if isinstance(fit, MixedModelFit):
        covariance = fit.random_covariance.to_numpy()
        return RandomEffectsCovariance(z, covariance, fit.residual_variance, errors_of(fit, data))
    if isinstance(fit, MMRMFit):
        return VisitCovariance(fit.visit_positions(data[fit.visit].tolist()), fit.between_visits)
    raise ModelRefused(
        f"The rows of a {type(fit).__name__} cannot be taken apart into independent units.",
        "Use a fit of fit_mixed_model or fit_mmrm.",
    )
