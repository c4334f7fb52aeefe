"""Linear mixed models: fit, refit on a cohort, adjusted means and contrasts. See README.md in this folder."""

from .diagnose import (
    Influence,
    influence,
    normal_quantiles,
    random_effect_distribution,
    refit_without,
    residual_trend,
    residuals,
)
from .errors import ResidualStructure
from .fit import MixedModelFit, RSquared
from .fitted_model import FittedModel
from .inference import FTest
from .means.contrasts import contrasts
from .means.joint import joint_tests
from .means.marginal import marginal_means
from .means.slopes import slopes
from .mmrm import MMRMFit, fit_mmrm
from .model import fit_mixed_model, prepare_mixed_model
from .nested import NestedMixedModelFit
from .predict import predict
from .prepared import PreparedModel
from .refusal import ModelRefused
from .second_opinion import CrossCheck, cross_check
from .term_tests import term_tests

__all__ = [
    "CrossCheck",
    "FTest",
    "FittedModel",
    "Influence",
    "MMRMFit",
    "MixedModelFit",
    "ModelRefused",
    "NestedMixedModelFit",
    "PreparedModel",
    "RSquared",
    "ResidualStructure",
    "contrasts",
    "cross_check",
    "fit_mixed_model",
    "fit_mmrm",
    "influence",
    "joint_tests",
    "marginal_means",
    "normal_quantiles",
    "predict",
    "prepare_mixed_model",
    "random_effect_distribution",
    "refit_without",
    "residual_trend",
    "residuals",
    "slopes",
    "term_tests",
]
