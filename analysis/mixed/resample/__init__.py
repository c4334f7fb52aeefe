"""A fit under repetition: outcomes simulated from the model, or patients drawn again."""

from .bootstrap import case_bootstrap, parametric_bootstrap
from .likelihood_ratio import BootstrapTest, bootstrap_likelihood_ratio
from .refits import Refit
from .replicates import Replicates

__all__ = [
    "BootstrapTest",
    "Refit",
    "Replicates",
    "bootstrap_likelihood_ratio",
    "case_bootstrap",
    "parametric_bootstrap",
]
