"""Patients nested in clinics: an outer level of random effects around the patients'."""

from .fit import NestedMixedModelFit

__all__ = ["NestedMixedModelFit"]
