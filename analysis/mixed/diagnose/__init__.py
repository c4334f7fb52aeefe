"""What a fit leaves over: residuals, the distribution of conditional modes, and what each patient does to it."""

from .influence import Influence, influence
from .modes import random_effect_distribution
from .quantiles import normal_quantiles
from .refit import refit_without
from .residuals import residuals
from .trend import residual_trend
from .units import Batch, Units, units_of

__all__ = [
    "Batch",
    "Influence",
    "Units",
    "influence",
    "normal_quantiles",
    "random_effect_distribution",
    "refit_without",
    "residual_trend",
    "residuals",
    "units_of",
]
