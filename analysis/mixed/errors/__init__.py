"""Residuals that are not independent and alike: prior weights, a variance per group, correlation within a patient."""

from .structure import ResidualStructure

__all__ = ["ResidualStructure"]
