"""Mixed models for repeated measures: one covariance of scheduled visits instead of random effects."""

from .fit import MMRMFit
from .model import fit_mmrm

__all__ = ["MMRMFit", "fit_mmrm"]
