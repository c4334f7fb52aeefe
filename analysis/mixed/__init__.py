"""Linear mixed models: fit, refit on a cohort, adjusted means and contrasts. See README.md in this folder."""

from .compare import (
    InformationCriteria,
    information_criteria,
    intraclass_correlation,
    likelihood_ratio_test,
    profile_intervals,
    random_terms_tests,
    robust_covariance,
    with_robust_variance,
)
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
from .predict import ClinicDepartures, clinic_departures, predict
from .prepared import PreparedModel
from .refusal import ModelRefused
from .resample import (
    BootstrapTest,
    Refit,
    Replicates,
    bootstrap_likelihood_ratio,
    case_bootstrap,
    parametric_bootstrap,
)
from .second_opinion import CrossCheck, cross_check
from .term_tests import term_tests

__all__ = [
    "BootstrapTest",
    "ClinicDepartures",
    "CrossCheck",
    "FTest",
    "FittedModel",
    "Influence",
    "InformationCriteria",
    "MMRMFit",
    "MixedModelFit",
    "ModelRefused",
    "NestedMixedModelFit",
    "PreparedModel",
    "RSquared",
    "Refit",
    "Replicates",
    "ResidualStructure",
    "bootstrap_likelihood_ratio",
    "case_bootstrap",
    "clinic_departures",
    "contrasts",
    "cross_check",
    "fit_mixed_model",
    "fit_mmrm",
    "influence",
    "information_criteria",
    "intraclass_correlation",
    "joint_tests",
    "likelihood_ratio_test",
    "marginal_means",
    "normal_quantiles",
    "parametric_bootstrap",
    "predict",
    "prepare_mixed_model",
    "profile_intervals",
    "random_effect_distribution",
    "random_terms_tests",
    "refit_without",
    "residual_trend",
    "residuals",
    "robust_covariance",
    "slopes",
    "term_tests",
    "with_robust_variance",
]
