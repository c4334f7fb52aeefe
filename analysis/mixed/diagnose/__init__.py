"""What a fit leaves over: residuals, the distribution of conditional modes, and what each patient does to it."""

from .units import Batch, Units, units_of

__all__ = ["Batch", "Units", "units_of"]
